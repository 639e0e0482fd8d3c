"""The steady state's equations on a batch, as JAX arrays (Scellier 2024, Theorem 1).

    H x + Dᵀ λ = s,    D x ≤ d,    λ ≥ 0,    λ (d − D x) = 0

H = AᵀgA is the Laplacian of the free supernodes, the same for all samples; s and d follow from the sources. Nudging
adds β at the outputs: H + βOᵀO and s + βOᵀ(y − offset), which is the cost ½β‖v_out − y‖² added to the co-content.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from .structure import Structure


class Physical(NamedTuple):
    """Element values, flat in the structure's order: conductances (m) in siemens, source voltages (q) in volts, source
    currents (p) in amperes. With inputs the voltages are (batch, q).
    """

    conductances: Array
    voltages: Array
    currents: Array


class State(NamedTuple):
    """Supernode potentials x (batch, n) in volts and diode currents λ (batch, k) in amperes."""

    x: Array
    diode_currents: Array


class Equations(NamedTuple):
    """H (n, n) in siemens, s (batch, n) in amperes, D (k, n), d (batch, k) in volts."""

    laplacian: Array
    source: Array
    rows: Array
    drop: Array


def node_voltages(structure: Structure, x: Array, voltages: Array) -> Array:
    """v (batch, nodes) in volts, ground last, from potentials (batch, n) and source voltages (batch, q)."""
    known = jnp.concatenate([x, jnp.zeros((len(x), 1))], axis=1)
    return known[:, structure.group] + structure.supernodes.offsets(voltages)


def across(voltages: Array, first: np.ndarray, second: np.ndarray) -> Array:
    """Branch voltages (batch, branches) from node voltages."""
    return voltages[:, first] - voltages[:, second]


def laplacian(structure: Structure, conductances: Array) -> Array:
    """H (n, n): every resistor adds its conductance at its two supernodes. O(m + n²)."""
    a, b = structure.group[structure.resistors.first], structure.group[structure.resistors.second]
    size = structure.nodes + 1
    full = jnp.zeros((size, size)).at[a, a].add(conductances).at[b, b].add(conductances)
    full = full.at[a, b].add(-conductances).at[b, a].add(-conductances)
    return full[:-1, :-1]


def leaving(structure: Structure, currents: Array, first: np.ndarray, second: np.ndarray) -> Array:
    """Branch currents (batch, branches) summed at the supernodes they leave, (batch, n)."""
    total = jnp.zeros((len(currents), structure.nodes + 1))
    total = total.at[:, structure.group[first]].add(currents).at[:, structure.group[second]].add(-currents)
    return total[:, :-1]


def equations(structure: Structure, physical: Physical) -> Equations:
    """The equations of a batch without nudging."""
    resistors, sources, diodes = structure.resistors, structure.currents, structure.diodes
    rest = structure.supernodes.offsets(physical.voltages)
    driven = physical.conductances * across(rest, resistors.first, resistors.second)
    injected = jnp.broadcast_to(physical.currents, (len(rest), sources.count))
    into = -leaving(structure, driven, resistors.first, resistors.second)
    into = into - leaving(structure, injected, sources.first, sources.second)
    drop = -across(rest, diodes.first, diodes.second)
    return Equations(laplacian(structure, physical.conductances), into, jnp.asarray(structure.diode_rows), drop)


def nudged(structure: Structure, free: Equations, physical: Physical, beta: float | Array, targets: Array) -> Equations:
    """The equations with a conductance β from every output to its target voltage; β may be negative."""
    groups = structure.group[structure.outputs]
    rest = structure.supernodes.offsets(physical.voltages)[:, structure.outputs]
    return free._replace(
        laplacian=free.laplacian.at[groups, groups].add(beta),
        source=free.source.at[:, groups].add(beta * (targets - rest)),
    )


def outputs(structure: Structure, state: State, voltages: Array) -> Array:
    """Output voltages (batch, outputs)."""
    return node_voltages(structure, state.x, voltages)[:, structure.outputs]


def readings(structure: Structure, physical: Physical, state: State, beta: float | Array, targets: Array) -> Physical:
    """∂(co-content + β·cost)/∂value at fixed potentials, batch mean: what learning reads from the circuit.

    A resistor reads ½u² of the voltage u across it; a current source the voltage across it; a voltage source the
    current out of its plus node, −i (Tellegen's theorem: the virtual work of one volt more).
    """
    v = node_voltages(structure, state.x, physical.voltages)
    resistors, sources, diodes = structure.resistors, structure.currents, structure.diodes
    u = across(v, resistors.first, resistors.second)
    total = jnp.zeros_like(v)
    for branches, current in (
        (resistors, physical.conductances * u),
        (sources, jnp.broadcast_to(physical.currents, (len(v), sources.count))),
        (diodes, state.diode_currents),
    ):
        total = total.at[:, branches.first].add(current).at[:, branches.second].add(-current)
    total = total.at[:, structure.outputs].add(beta * (v[:, structure.outputs] - targets))
    _, pull = jax.vjp(structure.supernodes.offsets, physical.voltages)
    return Physical(
        jnp.mean(0.5 * u**2, axis=0),
        jnp.mean(pull(total)[0], axis=0),
        jnp.mean(across(v, sources.first, sources.second), axis=0),
    )
