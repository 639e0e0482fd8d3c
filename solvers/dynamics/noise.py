"""Noise as independent Wiener paths: M dy = f dt + B dW, with B constant in the states (additive noise).

`*@ noise NODE amplitude=a` adds a·dW to the node's voltage, a in V/√s; nodes of a group share one path, so that the
voltages' increments may have any covariance BBᵀ·dt. `*@ noise thermal` gives every resistor the current √(2kT/R)·dW
(Johnson 1928, Nyquist 1928: 4kT/R in A²/Hz over positive frequencies), so that a capacitor's voltage varies by kT/C.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jax import Array
from scipy.constants import Boltzmann, zero_Celsius

from ... import netlist
from ...netlist.errors import CircuitError
from ...netlist.expression import Call, Expression, constant
from .algebra import negative, product
from .matrix import Matrix
from .patterns import Incidence, take_rows
from .shapes import TOKEN, Expressions, Place
from .unknowns import GROUND, Unknowns


@dataclass(frozen=True, eq=False)
class Injection:
    """B dW of some entries: row, path and amplitude of each."""

    rows: Incidence
    paths: np.ndarray
    amplitudes: Expressions

    @classmethod
    def of(cls, entries: list[tuple[int, int, Expression]], count: int, place: Place) -> Injection:
        """Entries (row, path, amplitude)."""
        rows, paths = (np.array([entry[k] for entry in entries], int) for k in (0, 1))
        return cls(Incidence.of(rows, count), paths, Expressions.of([entry[2] for entry in entries], place))

    def __call__(self, amplitudes: Array, increments: Array) -> Array:
        """The sums (states, batch)."""
        return self.rows(amplitudes * take_rows(increments, self.paths))


@dataclass(frozen=True, eq=False)
class Noise:
    """`paths` names the Wiener processes; `voltages` moves states in volts, `currents` is divided by M."""

    paths: tuple[str, ...]
    voltages: Injection
    currents: Injection

    @classmethod
    def of(cls, told: netlist.Noise, unknowns: Unknowns, place: Place) -> Noise | None:
        """What the circuit's directives say; None without any.

        Raises:
            CircuitError: noise on a node that is no state.
        """
        rows = {state: row for row, state in enumerate(unknowns.states)}
        paths: dict[str, int] = {}
        voltages: list[tuple[int, int, Expression]] = []
        currents: list[tuple[int, int, Expression]] = []
        if told.thermal is not None:
            _thermal(told.thermal, unknowns, rows, paths, currents)
        for each in told.processes:
            if each.node not in rows:
                raise CircuitError(
                    f"*@ noise is on the node {each.node}, which is no state; add a capacitor from it to ground, or "
                    "name only nodes that have one"
                )
            path = paths.setdefault(each.group or f"v({each.node})", len(paths))
            voltages.append((rows[each.node], path, constant(each.amplitude)))
        if not paths:
            return None
        count = len(rows)
        return cls(tuple(paths), Injection.of(voltages, count, place), Injection.of(currents, count, place))

    def prepare(self, arrays: Mapping[str, Array], dtype: np.dtype) -> dict[str, Array]:
        """The amplitudes, constant in time."""
        known = {name: array for name, array in arrays.items() if name != TOKEN}
        return {
            "voltages": self.voltages.amplitudes(known, dtype),
            "currents": self.currents.amplitudes(known, dtype),
        }

    def __call__(self, prepared: Mapping[str, Array], inertia: Matrix, inverse: Array, increments: Array) -> Array:
        """How far the increments (paths, batch) move the states (states, batch)."""
        moved = self.voltages(prepared["voltages"], increments)
        if not len(self.currents.paths):
            return moved
        return moved + inertia.apply(inverse, self.currents(prepared["currents"], increments))


def _thermal(
    celsius: float,
    unknowns: Unknowns,
    rows: Mapping[str, int],
    paths: dict[str, int],
    currents: list[tuple[int, int, Expression]],
) -> None:
    power = constant(2.0 * Boltzmann * (celsius + zero_Celsius))
    for branch in unknowns.laws.currents:
        element = branch.element
        if element.kind != "R" or element.parameters.get("noisy", 1.0) == 0.0:
            continue
        amplitude = Call("sqrt", (product(power, unknowns.write(unknowns.laws.conductances[element.name])),))
        path = paths.setdefault(f"i({element.name})", len(paths))
        for node, value in ((branch.first, negative(amplitude)), (branch.second, amplitude)):
            root = unknowns.root.get(node, node)
            if root == GROUND:
                continue
            if root not in rows:
                raise CircuitError(
                    f"the thermal noise of {element.name} enters the node {node}, which has no capacitance, so that "
                    "its voltage has no finite variance; add a capacitor there",
                    element.location,
                )
            currents.append((rows[root], path, value))
