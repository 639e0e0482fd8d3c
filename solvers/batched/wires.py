"""One sample of the QP as JAX arrays: who is joined to whom, voltages across branches, currents leaving nodes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array

from ..qp import Topology


class Problem(NamedTuple):
    """The values of qp.QP: conductance g (m), offset e (m), injection c (n), drop d (k)."""

    g: Array
    e: Array
    c: Array
    d: Array


class State(NamedTuple):
    """Potentials x (n) in volts and diode currents (k) in amperes."""

    x: Array
    currents: Array


class BatchState(NamedTuple):
    """Potentials x (batch, n), diode currents (batch, k), and the scaled KKT residual of each sample (batch,)."""

    x: Array
    currents: Array
    residual: Array


@dataclass(frozen=True, eq=False)
class Wires:
    """The branches of a topology: `a`, `b` resistors; `anode`, `cathode` diodes; index `nodes` is ground."""

    nodes: int
    a: np.ndarray
    b: np.ndarray
    anode: np.ndarray
    cathode: np.ndarray

    @classmethod
    def of(cls, topology: Topology) -> Wires:
        return cls(topology.nodes, topology.resistor_a, topology.resistor_b, topology.diode_a, topology.diode_b)

    def across(self, x: Array) -> Array:
        """Voltages across the resistors (m)."""
        grounded = jnp.append(x, 0.0)
        return grounded[self.a] - grounded[self.b]

    def forward(self, x: Array) -> Array:
        """Voltages across the diodes from anode to cathode (k)."""
        grounded = jnp.append(x, 0.0)
        return grounded[self.anode] - grounded[self.cathode]

    def leaving(self, resistors: Array, diodes: Array) -> Array:
        """The current (n) that leaves each supernode into branches that carry these currents."""
        total = jnp.zeros(self.nodes + 1, resistors.dtype)
        total = total.at[self.a].add(resistors).at[self.b].add(-resistors)
        return total.at[self.anode].add(diodes).at[self.cathode].add(-diodes)[:-1]

    def laplacian(self, resistors: Array, diodes: Array, diagonal: Array) -> Array:
        """The dense grounded Laplacian (n, n) of branches with these conductances, plus a diagonal."""
        size = self.nodes + 1
        half = jnp.zeros((size, size), resistors.dtype)
        half = half.at[self.a, self.b].add(resistors).at[self.anode, self.cathode].add(diodes)
        full = half + half.T
        return (jnp.diag(full.sum(axis=1)) - full)[:-1, :-1] + jnp.diag(diagonal)

    def strength(self, g: Array) -> Array:
        """The sum of the conductances at each supernode (n + 1, ground last with 0)."""
        size = jnp.abs(g)
        total = jnp.zeros(self.nodes + 1, g.dtype).at[self.a].add(size).at[self.b].add(size)
        return total.at[-1].set(0.0)

    def ends(self, at_nodes: Array) -> Array:
        """The larger of a quantity (n + 1) at a diode's two ends (k)."""
        return jnp.maximum(at_nodes[self.anode], at_nodes[self.cathode])


def volts_and_amperes(wires: Wires, problem: Problem, state: State) -> tuple[Array, Array]:
    """The scales of kkt.py: the largest voltage, and each supernode's current (n + 1, ground last with 0)."""
    parts = [jnp.max(jnp.abs(part), initial=0.0) for part in (state.x, problem.e, problem.d)]
    largest = jnp.max(jnp.stack(parts))
    volts = jnp.where(largest > 0, largest, 1.0)
    strength = wires.strength(problem.g)
    through = jnp.abs(state.currents)
    amperes = jnp.maximum(volts * strength, jnp.append(jnp.abs(problem.c), 0.0))
    amperes = amperes.at[wires.anode].max(through).at[wires.cathode].max(through).at[-1].set(0.0)
    most = jnp.max(amperes, initial=0.0)
    amperes = jnp.where(strength > 0, amperes, jnp.where(most > 0, most, 1.0))
    return volts, amperes.at[-1].set(0.0)


def kirchhoff(wires: Wires, problem: Problem, state: State, amperes: Array) -> Array:
    """The sum of currents at each supernode (n), in units of the current there."""
    through = problem.g * (wires.across(state.x) + problem.e)
    return jnp.abs(wires.leaving(through, state.currents) - problem.c) / _positive(amperes[:-1])


def residual_of_laws(wires: Wires, problem: Problem, state: State) -> Array:
    """The scaled residual of Kirchhoff's current law alone, for diodes that obey a law of their own."""
    _, amperes = volts_and_amperes(wires, problem, state)
    found = kirchhoff(wires, problem, state, amperes)
    return jnp.where(jnp.all(jnp.isfinite(found)), jnp.max(found, initial=0.0), jnp.inf)


def residual(wires: Wires, problem: Problem, state: State) -> Array:
    """The scaled KKT residual of one sample, as kkt.kkt_residual."""
    volts, amperes = volts_and_amperes(wires, problem, state)
    slack = (problem.d - wires.forward(state.x)) / volts
    current = state.currents / _positive(wires.ends(amperes))
    at_diodes = jnp.maximum(jnp.maximum(-current, -slack), jnp.minimum(current, slack))
    both = jnp.concatenate([kirchhoff(wires, problem, state, amperes), at_diodes])
    return jnp.where(jnp.all(jnp.isfinite(both)), jnp.max(both, initial=0.0), jnp.inf)


def _positive(scale: Array) -> Array:
    return jnp.where(scale > 0, scale, 1.0)
