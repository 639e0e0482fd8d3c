"""Rows of bidirectional amplifiers behind the layers of a deep resistive network (Kendall et al. 2020).

One amplifier a unit leads from a bus to the bus that the next crossbar starts from: v(after) = A v(before), and 1/A of
the current that the crossbar draws is drawn from the unit. With the scale s of a layer, the product of the gains before
it, and x = v/s, the equations are those of the network without amplifiers, i/s for the biases; see solvers/amplifiers.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from ...netlist.bus import BusSlice, split_index
from ...netlist.circuit import Circuit
from ...netlist.element import Element
from ...netlist.errors import CircuitError
from ..amplifiers.amplifier import Amplifier, amplifiers

_ROUNDING = 1e-12


class Row(NamedTuple):
    """Amplifiers of one `gain` from every line of one bus to the same line of another; `first` is of line 0."""

    before: BusSlice
    after: BusSlice
    gain: float
    first: Element


def refusal(element: Element, why: str) -> CircuitError:
    """The error for an element that has no place in a deep resistive network."""
    where = f"{element.location}: " if element.location else ""
    return CircuitError(f"{where}{element.name} does not fit a deep resistive network: {why}")


def rows_of_amplifiers(circuit: Circuit) -> tuple[dict[str, Row], frozenset[str]]:
    """The rows of a flat circuit by the name of the bus they start from, and all elements that are part of them.

    Linear in the circuit's elements.

    Raises:
        CircuitError: amplifiers that are no such row, or whose backward gain is not 1/A.
    """
    found: dict[tuple[str, str], list[tuple[int, int, Amplifier]]] = defaultdict(list)
    parts: set[str] = set()
    for each in amplifiers(circuit):
        (before, first), (after, second) = _line(each.before), _line(each.after)
        found[before, after].append((first, second, each))
        parts |= {each.forward.name, each.sense.name, each.back.name}
    rows: dict[str, Row] = {}
    for (before, after), lines in found.items():
        row = _row(before, after, sorted(lines, key=lambda line: line[0]))
        if before in rows:
            raise refusal(row.first, f"bus {before} has amplifiers to {rows[before].after.name} already")
        rows[before] = row
    return rows, frozenset(parts)


def _line(node: str) -> tuple[str, int]:
    name, index = split_index(node)
    return (name, index[0]) if len(index) == 1 else (node, 0)


def _row(before: str, after: str, lines: Sequence[tuple[int, int, Amplifier]]) -> Row:
    one = lines[0][2]
    for place, (first, second, each) in enumerate(lines):
        if not first == second == place:
            why = f"the amplifiers from {before} to {after} join every line to the same line, once, from line 0"
            raise refusal(each.forward, why)
        if not math.isclose(each.gain, one.gain, rel_tol=_ROUNDING):
            why = f"its gain is {each.gain:g}; the amplifiers behind a layer have one gain, here {one.gain:g}"
            raise refusal(each.forward, why)
        if not math.isclose(each.backward * each.gain, 1.0, rel_tol=_ROUNDING):
            why = f"its amplifier multiplies currents by {each.backward:g} instead of 1/gain = {1 / each.gain:g}"
            raise refusal(each.back, why)
    return Row(BusSlice(before, 0, len(lines) - 1), BusSlice(after, 0, len(lines) - 1), float(one.gain), one.forward)
