"""Linear circuits under sources of straight pieces, exactly: one matrix exponential a piece, no steps.

    dy/dt = A·y + g + s·τ over a piece:   y(h) = E_yy·y(0) + E_y1   with   E = exp h·[[A, s, g], [0, 0, 1], [0, 0, 0]]

(C. Van Loan, 1978, doi:10.1109/TAC.1978.1101743.) The exponential costs the cube of the states, once a piece and die.
"""

from __future__ import annotations

import itertools

import jax
import jax.numpy as jnp
from jax import Array

from ....netlist.errors import CircuitError
from ....netlist.expression import Expression, Voltage
from ..polynomial import Term
from ..system import DynamicalSystem, Values
from ..unknowns import TIME

STRAIGHT = ("pwl", "pulse")
"""Waveforms that are straight between their corners."""


def propagate(system: DynamicalSystem, values: Values, stop: float, start: Array | None = None) -> Array:
    """The states (states, batch) after `stop` seconds, exact to round-off; differentiable in values and start.

    Raises:
        CircuitError: a current that is not linear in states and sources, or a source that is not straight in pieces.
    """
    _check(system)
    y = system.start(values) if start is None else start
    ends = [0.0, *system.corners(stop), stop]
    for begin, end in itertools.pairwise(ends):
        y = _piece(system, values, begin, end - begin, y)
    return y


def _piece(system: DynamicalSystem, values: Values, begin: float, length: float, y: Array) -> Array:
    """One piece; its line is read at two points inside of it, where no corner is near."""
    count, width = y.shape
    nothing = jnp.zeros_like(y)
    early, late = (system.rate(begin + share * length, nothing, values) for share in (0.25, 0.75))
    slope = 2.0 * (late - early) / length
    constant = early - 0.25 * length * slope
    units = jnp.broadcast_to(jnp.eye(count, dtype=y.dtype)[:, :, None], (count, count, width))
    columns = jax.lax.map(lambda unit: system.rate(begin + 0.25 * length, unit, values) - early, units)
    top = jnp.concatenate(
        [jnp.moveaxis(columns, (0, 1, 2), (2, 1, 0)), *(_column(each) for each in (slope, constant))], 2
    )
    below = jnp.zeros((width, 2, count + 2), y.dtype).at[:, 0, count + 1].set(1.0)
    exponential = jax.vmap(jax.scipy.linalg.expm)(length * jnp.concatenate([top, below], axis=1))
    return jnp.einsum("bij,jb->ib", exponential[:, :count, :count], y) + exponential[:, :count, count + 1].T


def _column(each: Array) -> Array:
    return each.T[:, :, None]


def _check(system: DynamicalSystem) -> None:
    equations = system.equations
    rows = [*equations.terms, *(row for level in equations.levels for row in level.rest)]
    for _, term in rows:
        if not _is_linear(term):
            raise CircuitError(
                "the circuit is not linear in its states and sources, so no exponential carries it on; take integrate"
            )
    for name, stimulus in equations.laws.stimuli.items():
        if stimulus.shape not in STRAIGHT:
            raise CircuitError(f"{name} is a {stimulus.shape}, not straight in pieces; take integrate")
        if any(isinstance(argument, Expression) for argument in stimulus.arguments):
            raise CircuitError(f"{name} has corners that are no numbers, which move its pieces; take integrate")


def _is_linear(term: Term) -> bool:
    first = term.factors[0] if term.factors else None
    return first is None or (len(term.factors) == 1 and isinstance(first, Voltage) and first.positive != TIME)
