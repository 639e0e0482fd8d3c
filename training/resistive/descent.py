"""Exact coordinate descent by colours on a batch: Theorem 2 of Scellier (2024) for all supernodes of a colour at once.

Where a diode joins two free supernodes such moves can stall short of the minimum; `Structure.bounds_only` says where
sweeps are exact.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import Array

from .equations import Equations, State
from .structure import Structure


def sweep(structure: Structure, equations: Equations, x: Array) -> Array:
    """Every supernode once, colour after colour: x_k = clip((s_k − Σ H_kj x_j) / H_kk, bounds by the diodes)."""
    diagonal = jnp.diagonal(equations.laplacian)
    for colour in structure.colours:
        low, high = bounds(structure, equations.drop, x)
        others = x @ equations.laplacian[:, colour] - x[:, colour] * diagonal[colour]
        pulled = (equations.source[:, colour] - others) / diagonal[colour]
        x = x.at[:, colour].set(jnp.minimum(jnp.maximum(pulled, low[:, colour]), high[:, colour]))
    return x


def bounds(structure: Structure, drop: Array, x: Array) -> tuple[Array, Array]:
    """The range each supernode has, (batch, n) twice: x_anode − x_cathode ≤ d for every diode."""
    anode, cathode = structure.group[structure.diodes.first], structure.group[structure.diodes.second]
    known = jnp.concatenate([x, jnp.zeros((len(x), 1))], axis=1)
    low = jnp.full(known.shape, -jnp.inf).at[:, cathode].max(known[:, anode] - drop)
    high = jnp.full(known.shape, jnp.inf).at[:, anode].min(known[:, cathode] + drop)
    return low[:, :-1], high[:, :-1]


def descend(structure: Structure, equations: Equations, start: State, sweeps: int) -> State:
    """That many sweeps, and the currents of the diodes that hold a supernode at its bound."""
    x, _ = jax.lax.scan(lambda x, _: (sweep(structure, equations, x), None), start.x, None, length=sweeps)
    return State(x, diode_currents(structure, equations, x))


def diode_currents(structure: Structure, equations: Equations, x: Array) -> Array:
    """λ (batch, k): the current a supernode at a bound needs to obey Kirchhoff's law, shared by the diodes there."""
    missing = equations.source - x @ equations.laplacian
    closed = (x @ equations.rows.T >= equations.drop) & jnp.any(equations.rows != 0, axis=1)
    sharing = jnp.where(closed, 1.0, 0.0) @ jnp.abs(equations.rows)
    share = (missing / jnp.maximum(sharing, 1.0)) @ equations.rows.T
    return jnp.where(closed, jnp.maximum(share, 0.0), 0.0)
