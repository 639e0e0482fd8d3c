"""Power: what every element takes in a steady state, and Tellegen's sum.

An element takes Σ (v_a − v_b) i over its branches, a resistor Σ g (v_a − v_b)². By Tellegen's theorem (1952) the sum
over all elements is zero: what the sources deliver, the resistors and diodes turn into heat. Ideal diodes take none.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..netlist import Circuit, CircuitError, Element, Traces
from ..netlist.piecewise import piecewise_resistors
from ..netlist.readings import field_voltages
from ..netlist.resistance import conductance

BLOCK = 2_000_000
SOURCES = frozenset("VIEFGHB")
"""Kinds that deliver: all others turn power into heat, or store it (which at an operating point takes none)."""


@dataclass(frozen=True, eq=False)
class Power:
    """`taken` by each element in watts, (samples,), negative where it delivers; of an operating point one sample."""

    taken: Mapping[str, np.ndarray]
    sources: frozenset[str]

    @property
    def dissipated(self) -> np.ndarray:
        """What all elements but the sources take, watts (samples,)."""
        return np.asarray(sum((watts for name, watts in self.taken.items() if name not in self.sources), np.zeros(1)))

    @property
    def delivered(self) -> np.ndarray:
        """What the sources give in sum, watts (samples,)."""
        return np.asarray(0.0 - sum((watts for name, watts in self.taken.items() if name in self.sources), np.zeros(1)))

    @property
    def imbalance(self) -> float:
        """The largest difference of the two over the largest power of all: 0 but for rounding."""
        size = max((float(np.max(np.abs(watts))) for watts in self.taken.values()), default=0.0)
        return float(np.max(np.abs(self.delivered - self.dissipated))) / size if size else 0.0


def power(circuit: Circuit, traces: Traces) -> Power:
    """The power of every two-terminal element of a circuit, from its voltages and the currents of all but resistors.

    Traces over samples, or a single operating point. Linear in the branches.

    Raises:
        CircuitError: an element that has more than two terminals, or one whose current the traces lack.
    """
    flat = circuit.flatten()
    signals = traces.signals if traces.axes else {name: np.asarray(each)[None] for name, each in traces.signals.items()}
    count = len(next(iter(signals.values()), np.zeros(1)))
    bent = piecewise_resistors(flat)
    taken = {
        element.name: _taken(element, signals, count, straight=element.kind == "R" and element.name not in bent)
        for element in flat.elements
        if element.kind != "K"
    }
    return Power(taken, frozenset(element.name for element in flat.elements if element.kind in SOURCES))


def _taken(element: Element, signals: Mapping[str, np.ndarray], count: int, straight: bool) -> np.ndarray:
    if straight and element.model is None:
        return dissipation(element, signals, count)
    name = f"i({element.name})"
    if element.kind == "C" and name not in signals:
        return np.zeros(count)
    if len(element.nodes) != 2 or name not in signals:
        raise CircuitError(f"the power of {element.name} needs its current and two terminals", element.location)
    current = np.asarray(signals[name]).reshape(count, *element.shape)
    first, second = (
        _against(element, place, _columns(field_voltages(signals, node), count))
        for place, node in enumerate(element.nodes)
    )
    return ((first - second) * current).reshape(count, -1).sum(axis=1)


def dissipation(element: Element, signals: Mapping[str, np.ndarray], count: int) -> np.ndarray:
    """Σ g (v_a − v_b)² over the branches of a resistor or resistor array, in watts, for each of `count` samples.

    Summed branch by branch in blocks of the first bus: the expanded square would cancel where both ends are close.
    """
    first, second = (_columns(field_voltages(signals, node), count) for node in element.nodes)
    value = np.asarray(conductance(element), dtype=float)
    if len(element.ranges) < 2:
        return (value * np.square(first - second)).sum(axis=1)
    value = np.broadcast_to(value, element.shape)
    rows, columns = value.shape
    first, second = (np.broadcast_to(v, (count, n)) for v, n in ((first, rows), (second, columns)))
    blocks = np.array_split(np.arange(rows), max(1, math.ceil(value.size / BLOCK)))
    watts = np.zeros(count)
    for sample in range(count):
        for block in blocks:
            drop = first[sample, block, None] - second[sample, None, :]
            watts[sample] += np.sum(value[block] * np.square(drop))
    return watts


def _columns(voltages: np.ndarray, count: int) -> np.ndarray:
    """Voltages as (samples, width); ground, which has no signal, as zeros."""
    return np.broadcast_to(voltages.reshape(len(voltages), -1), (count, voltages[0].size))


def _against(element: Element, place: int, voltages: np.ndarray) -> np.ndarray:
    """Voltages (samples, width) of one node field, broadcastable against (samples, *shape)."""
    if not element.ranges:
        return voltages[:, 0]
    if len(element.ranges) == 1:
        return voltages
    return voltages[:, :, None] if place == 0 else voltages[:, None, :]
