"""A noise path as sources: ngspice follows the Wiener path that another solver took.

Over the step from t_k to t_{k+1} a node's voltage is to gain the increment dv_k = σΔW_k beside all else that moves it.
A current dv_k·C/(t_{k+1} − t_k) beside every capacitor C of the node does that, and moves no other node: the charges
that the capacitors between nodes would push away are what these sources bring. ngspice then solves the equation for the
path that is linear within each step (Wong and Zakai 1965, doi:10.1214/aoms/1177699916).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from ..netlist.circuit import Circuit
from ..netlist.element import Element
from ..netlist.errors import SpiceError
from ..netlist.stimulus import Stimulus
from ..netlist.suggestion import nearest

RISE = 1e-3
"""How long the currents take from one value to the next, of the shortest step; their charges are exact."""


def with_noise_path(
    circuit: Circuit, times: Sequence[float] | np.ndarray, increments: Mapping[str, np.ndarray]
) -> Circuit:
    """The flat, scalar circuit with current sources `inoise<node>_<k>` that drive its nodes along a path.

    Parameters:
        times: the ends of the steps in seconds, [steps + 1], increasing.
        increments: by node the increments of its voltage in volts, [steps]: the amplitude of `*@ noise` times ΔW.

    Linear in nodes × steps. The `*@ noise` lines of these nodes are left to the caller, as ngspice reads none.

    Raises:
        SpiceError: a node that is not there, or has no capacitor of plain farads; times and increments that do not fit.
    """
    flat = circuit.expand()
    ends = np.asarray(times, dtype=np.float64)
    if ends.ndim != 1 or len(ends) < 2 or not np.isfinite(ends).all() or (np.diff(ends) <= 0.0).any() or ends[0] < 0.0:
        raise SpiceError("the times of a noise path are no steps; give two or more that increase from 0 or later")
    capacitors = _capacitors(flat)
    sources: list[Element] = []
    for place, (node, given) in enumerate(increments.items()):
        steps = np.asarray(given, dtype=np.float64)
        if steps.shape != (len(ends) - 1,) or not np.isfinite(steps).all():
            cause = f"the increments of node {node} have shape {steps.shape}, or are not finite"
            raise SpiceError(f"{cause}; give {len(ends) - 1} numbers, one a step")
        if node.lower() not in capacitors:
            cure = nearest(node.lower(), capacitors)
            raise SpiceError(f"node {node} has no capacitor that could hold noise; {cure}, or add a capacitor there")
        sources += _sources(f"inoise{place}", node.lower(), capacitors[node.lower()], ends, steps)
    taken = next((source.name for source in sources if source.name in flat), None)
    if taken is not None:
        raise SpiceError(f"the circuit has an element {taken} already; rename it", flat[taken].location)
    return replace(flat, elements=(*flat.elements, *sources))


def _capacitors(flat: Circuit) -> dict[str, list[tuple[str, Element]]]:
    """By node its capacitors, each with the node at its other end."""
    found: dict[str, list[tuple[str, Element]]] = {}
    for element in flat.of_kind("C"):
        first, second = element.nodes
        if first != second:
            found.setdefault(first, []).append((second, element))
            found.setdefault(second, []).append((first, element))
    found.pop("0", None)
    return found


def _sources(
    name: str, node: str, beside: list[tuple[str, Element]], ends: np.ndarray, steps: np.ndarray
) -> Iterator[Element]:
    for place, (other, capacitor) in enumerate(beside):
        currents = _farads(capacitor) * steps / np.diff(ends)
        yield Element(f"{name}_{place}", (other, node), Stimulus(0.0, None, "pwl", _staircase(ends, currents)))


def _farads(capacitor: Element) -> float:
    multiplier = capacitor.parameters.get("m", 1.0)
    known = capacitor.parameters.keys() <= {"m", "ic"} and capacitor.model is None
    if not known or not isinstance(capacitor.value, (int, float)) or not isinstance(multiplier, (int, float)):
        cause = f"the capacitance of {capacitor.name} is no plain number of farads"
        raise SpiceError(f"{cause}, so its noise current is not known; write its value as a number", capacitor.location)
    return float(capacitor.value) * float(multiplier)


def _staircase(ends: np.ndarray, currents: np.ndarray) -> tuple[float, ...]:
    """The points t1, i1, t2, i2, … of a current that is constant in each step, and zero outside of them.

    Each change is a short ramp around the step's end, which carries the charge of the jump; at time zero it is a jump.
    """
    half = 0.5 * RISE * float(np.diff(ends).min())
    levels = np.concatenate(([0.0], currents, [0.0]))
    points = np.stack((ends - half, levels[:-1], ends + half, levels[1:]), axis=1).reshape(-1)
    if ends[0] < half:
        points = np.concatenate(([0.0, levels[1]], points[4:]))
    return tuple(points.tolist())
