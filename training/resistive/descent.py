"""Exact coordinate descent by colours on a batch: Theorem 2 of Scellier (2024) for all supernodes of a colour at once.

It is for circuits whose diodes all have an end at a known voltage (`Topology.bounds_only`), so that the range of a
supernode is known beforehand. Where a diode joins two free supernodes such moves can stall short of the minimum.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ...solvers.batched.exact import source
from ...solvers.batched.wires import Problem, State, Wires


class Rows(NamedTuple):
    """Laplacian (n, n) in siemens, its right side (batch, n) in amperes, the ranges (batch, n) in volts."""

    laplacian: Array
    right: Array
    low: Array
    high: Array


@dataclass(frozen=True, eq=False)
class Descent:
    """Sweeps over the supernodes of `wires`, colour after colour."""

    wires: Wires
    colours: tuple[np.ndarray, ...]

    def __call__(self, problem: Problem, start: Array, sweeps: int | Array) -> State:
        """That many sweeps from x (batch, n), and the currents of the diodes that hold a supernode at its bound.

        Differentiable in reverse where `sweeps` is a plain number.
        """
        rows = self._rows(problem)
        x = jax.lax.fori_loop(0, sweeps, lambda _, x: self._sweep(rows, x), start)
        return State(x, self._currents(problem, rows, x))

    def _rows(self, problem: Problem) -> Rows:
        wires = self.wires
        shape = (len(problem.d), wires.nodes + 1)
        return Rows(
            wires.laplacian(problem.g, jnp.zeros(len(wires.anode)), jnp.zeros(wires.nodes)),
            jax.vmap(partial(source, wires), in_axes=(Problem(None, 0, 0, 0),))(problem),  # type: ignore[arg-type]
            jnp.full(shape, -jnp.inf).at[:, wires.cathode].max(-problem.d)[:, :-1],
            jnp.full(shape, jnp.inf).at[:, wires.anode].min(problem.d)[:, :-1],
        )

    def _sweep(self, rows: Rows, x: Array) -> Array:
        """Every supernode once: x_k = clip((r_k − Σ L_kj x_j) / L_kk, its range)."""
        diagonal = jnp.diagonal(rows.laplacian)
        for colour in self.colours:
            others = x @ rows.laplacian[:, colour] - x[:, colour] * diagonal[colour]
            pulled = (rows.right[:, colour] - others) / diagonal[colour]
            x = x.at[:, colour].set(jnp.minimum(jnp.maximum(pulled, rows.low[:, colour]), rows.high[:, colour]))
        return x

    def _currents(self, problem: Problem, rows: Rows, x: Array) -> Array:
        """The current (batch, k) a supernode at a bound needs to obey Kirchhoff's law, shared by the diodes there."""
        wires = self.wires
        missing = rows.right - x @ rows.laplacian
        closed = jax.vmap(wires.forward)(x) >= problem.d
        nothing = jnp.zeros(len(problem.g))
        sharing = jax.vmap(lambda on: jnp.abs(wires.leaving(nothing, on)))(jnp.where(closed, 1.0, 0.0))
        share = jax.vmap(wires.forward)(missing / jnp.maximum(sharing, 1.0))
        return jnp.where(closed, jnp.maximum(share, 0.0), 0.0)
