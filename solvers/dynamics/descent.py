"""The steady state of oscillators by exact steps on their energy: each phase to where its neighbours hold it, in turn.

With all others held, a phase that sines alone move follows dφ/dt = A·cos αφ − B·sin αφ, and rests where its energy is
least. With R = dφ/dt and D = dR/dφ here, that is at

    φ + atan2(α·R, −D)/α

Phases that do not meet move together, colour by colour of the circuit's graph, so that the energy falls with every step
(Scellier 2024, Theorem 2, has the same for resistive networks). It ends where the circuit's own course may end, without
stepping through time; which minimum that is may differ.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ...netlist.errors import CircuitError
from ...netlist.expression import Binary, Call, Expression, Voltage
from .algebra import number_of
from .circular import direction
from .crossbars.coupling import COLUMN, ROW
from .equations import Equations
from .polynomial import signals
from .system import DynamicalSystem

Rate = Callable[[Array], Array]
"""dy/dt (states, batch) of the states."""


@dataclass(frozen=True, eq=False)
class Descent:
    """`colours` are (states,) of truth each, `angles` α of every state in radians a volt."""

    colours: tuple[np.ndarray, ...]
    angles: np.ndarray

    @classmethod
    def of(cls, system: DynamicalSystem) -> Descent:
        """Colour the states' graph. Linear in the couplings.

        Raises:
            CircuitError: a state that anything but sines and cosines of one multiple of it moves, or capacitors between
                states.
        """
        equations = system.equations
        if any(row != column for row, column in equations.inertia):
            raise CircuitError('capacitors join states to each other: no descent; take [dynamics] method = "heun"')
        return cls(_colours(equations), np.array([_angle(state, own) for state, own in _own_factors(equations)]))

    def sweep(self, rate: Rate, y: Array) -> Array:
        """Every state (states, batch) moved once."""
        alpha = jnp.asarray(self.angles[:, None], y.dtype)
        for colour in self.colours:
            mask = jnp.asarray(colour[:, None], y.dtype)
            slope, bend = jax.jvp(rate, (y,), (jnp.broadcast_to(mask, y.shape),))
            y = y + mask * direction(alpha * slope, -bend) / alpha
        return y

    def settle(self, rate: Rate, start: Array, sweeps: int) -> Array:
        """The states after so many sweeps."""
        return jax.lax.scan(lambda y, _: (self.sweep(rate, y), None), start, None, length=sweeps)[0]


def _own_factors(equations: Equations) -> Iterator[tuple[str, set[tuple[Expression, ...]]]]:
    """Each state with what its own current law reads of it, term by term."""
    read = _read(equations)
    found: dict[str, set[tuple[Expression, ...]]] = {state: set() for state in equations.states}
    for row, term in equations.terms:
        state = equations.states[row]
        found[state].add(tuple(factor for factor in term.factors if _states(factor, read) & {state}))
    for crossbar in equations.crossbars:
        for end, name in ((crossbar.row, ROW), (crossbar.column, COLUMN)):
            for piece in crossbar.coupling.currents[name]:
                factors = [end.factors(factor) for factor in (piece.row if name == ROW else piece.column)]
                for line, row in enumerate(end.rows):
                    found[equations.states[row]].add(tuple(factor[line] for factor in factors))
    yield from found.items()


def _read(equations: Equations) -> dict[str, set[str]]:
    """Which states each computed node reads."""
    read: dict[str, set[str]] = {state: {state} for state in equations.states}
    for level in equations.levels:
        nodes = set().union(*(_states(factor, read) for _, term in level.rest for factor in term.factors))
        for row, node in enumerate(level.nodes):
            own = (factor for at, term in level.rest if at == row for factor in term.factors)
            read[node] = nodes if level.is_block else set().union(*(_states(factor, read) for factor in own))
    return read


def _states(factor: Expression, read: dict[str, set[str]]) -> set[str]:
    return set().union(*(read.get(name, set()) for name in signals(factor)))


def _angle(state: str, own: set[tuple[Expression, ...]]) -> float:
    """α of a state whose terms read sin αv and cos αv alone."""
    found = {_multiple(factors, state) for factors in own if factors}
    if len(found) != 1 or None in found:
        what = "nothing of its own holds it" if not found else "more than sines of one multiple of it move it"
        raise CircuitError(
            f'v({state}) cannot be moved to its minimum at once, for {what}; take [dynamics] method = "heun"'
        )
    return abs(float(next(iter(found)) or 0.0))


def _multiple(factors: Sequence[Expression], state: str) -> float | None:
    factor, signal = factors[0], Voltage(state)
    if len(factors) != 1 or not (isinstance(factor, Call) and factor.function in ("sin", "cos")):
        return None
    angle = factor.arguments[0]
    if angle == signal:
        return 1.0
    if isinstance(angle, Binary) and angle.operator == "*" and angle.right == signal:
        return number_of(angle.left)
    return None


def _colours(equations: Equations) -> tuple[np.ndarray, ...]:
    """Each state in the first colour without a neighbour of it."""
    read, row_of = _read(equations), {state: row for row, state in enumerate(equations.states)}
    neighbours: defaultdict[int, set[int]] = defaultdict(set)
    for row, term in equations.terms:
        for factor in term.factors:
            for state in _states(factor, read):
                neighbours[row].add(row_of[state])
                neighbours[row_of[state]].add(row)
    for crossbar in equations.crossbars:
        if crossbar.row.moves and crossbar.column.moves:
            rows, columns = set(crossbar.row.rows.tolist()), set(crossbar.column.rows.tolist())
            for row in rows:
                neighbours[row] |= columns
            for column in columns:
                neighbours[column] |= rows
    chosen = np.zeros(len(equations.states), int)
    for row in range(len(chosen)):
        taken = {int(chosen[other]) for other in neighbours[row] if other < row}
        chosen[row] = next(colour for colour in range(len(taken) + 1) if colour not in taken)
    return tuple(chosen == colour for colour in range(int(chosen.max(initial=-1)) + 1))
