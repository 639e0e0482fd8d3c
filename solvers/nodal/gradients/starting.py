"""What a transient has besides the numbers of an operating point: waveforms' numbers and initial conditions, by name.

v1:va, v1:v2      a number of a waveform that moves no corner (`shapes`)
ic(node)          what `.ic` holds or gives
c1:ic, l1:ic      of elements, with `uic`
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ....netlist.element import Element
from ....netlist.stimulus import Stimulus
from ...transient_card import Transient
from ..evaluate import FREE, evaluate
from ..network import Network
from ..operating import Solver
from ..stimuli import sources_of
from ..transient.beginning import Start, start_of
from ..transient.problem import Problem
from .layout import Extras, Layout
from .shapes import shape_numbers


class Given(NamedTuple):
    """Charges that a capacitor's `ic=` gives: effective number `capacitance`, unknowns `ends` (−1 for ground), the
    place of the voltage among the extras."""

    capacitance: int
    ends: tuple[int, int]
    extra: int


def extras_of(network: Network, asked: Transient) -> Extras:
    """The numbers of a network's waveforms, then its initial conditions."""
    elements = [network.flat[name] for name in network.source_names]
    sources = sources_of(elements, asked.step, asked.stop)
    named: dict[str, int] = {}
    arguments: dict[tuple[str, int], int | None] = {}
    for element, first in zip(elements, sources.start, strict=True):
        movable = {name: int(first) + place for name, place in shape_numbers(element).items()}
        named |= {f"{element.name}:{name}": place for name, place in movable.items()}
        arguments |= _arguments(element, int(first), set(movable.values()))
    values = [*sources.values]
    conditions = {}
    for node, value in network.flat.initial_conditions.items():
        if node in network.numbers:
            conditions[node] = named[f"ic({node})"] = len(values)
            values.append(float(value))  # type: ignore[arg-type]
    for element in _conditioned(network, asked):
        named[f"{element.name}:ic"] = len(values)
        values.append(float(element.parameters["ic"]))  # type: ignore[arg-type]
    return Extras(np.array(values), named, arguments, conditions)


def _arguments(element: Element, first: int, movable: set[int]) -> dict[tuple[str, int], int | None]:
    value = element.value
    if not isinstance(value, Stimulus) or value.shape is None:
        return {}
    found: dict[tuple[str, int], int | None] = {}
    for number in range(len(value.arguments)):
        place = first + number + (2 if value.shape == "pwl" else 0)
        found[element.name, number] = place if place in movable else None
    return found


def _conditioned(network: Network, asked: Transient) -> list[Element]:
    """The C and L whose `ic=` counts."""
    return [e for e in network.flat.elements if asked.uic and e.kind in "CL" and "ic" in e.parameters]


def given_charges(layout: Layout, asked: Transient) -> list[Given]:
    """The capacitors whose voltage is given."""
    network, found = layout.network, []
    names = {element.name for element in _conditioned(network, asked) if element.kind == "C"}
    for instance, first in zip(network.instances, layout.effective_starts, strict=False):
        element = instance.element
        if element.name in names:
            ends = tuple(network.numbers.get(node, -1) for node in element.nodes[:2])
            found.append(Given(int(first), ends, layout.extras.named[f"{element.name}:ic"]))  # type: ignore[arg-type]
    return found


def with_extras(network: Network, layout: Layout, extras: np.ndarray) -> Network:
    """The network with other initial conditions."""
    flat, named = network.flat, layout.extras.named
    elements = [
        replace(e, parameters={**e.parameters, "ic": float(extras[named[f"{e.name}:ic"]])})
        if f"{e.name}:ic" in named
        else e
        for e in flat.elements
    ]
    conditions = {node: float(extras[place]) for node, place in layout.extras.conditions.items()}
    return replace(network, flat=flat.replace(elements=tuple(elements), initial_conditions=conditions))


def begin(
    layout: Layout, solver: Solver, problem: Problem, asked: Transient, extras: np.ndarray, effective: np.ndarray
) -> Start:
    """Where a transient of these numbers begins."""
    start = start_of(with_extras(layout.network, layout, extras), solver, problem, asked.uic)
    if not asked.uic:
        return start
    x, equations = start.x, problem.equations
    driven = np.zeros(len(problem.sources.kind))
    evaluate(equations.tables, equations.shape, equations.numbers, x, driven, 0.0, FREE, solver.work)
    charge = solver.work.charge.copy()
    for given in given_charges(layout, asked):
        more = effective[given.capacitance] * (extras[given.extra] - across(given, x))
        for end, sign in zip(given.ends, (1.0, -1.0), strict=True):
            if end >= 0:
                charge[end] += sign * more
    return replace(start, charge=charge)


def across(given: Given, x: np.ndarray) -> float:
    """The voltage between the ends at x."""
    return sum(sign * float(x[end]) for end, sign in zip(given.ends, (1.0, -1.0), strict=True) if end >= 0)


def pull_start(
    layout: Layout,
    given: list[Given],
    uic: bool,
    x: np.ndarray,
    by_x: np.ndarray,
    by_charge: np.ndarray,
    extras: np.ndarray,
    effective: np.ndarray,
    by_extras: np.ndarray,
    by_effective: np.ndarray,
) -> None:
    """Add the derivatives by initial conditions, from those by what is held or given (n,) and by first charges (n,).

    A capacitor's own voltage in the place of that between its nodes takes these nodes' conditions no charge.
    """
    numbers = layout.network.numbers
    for each in given:
        pull = sum(sign * by_charge[end] for end, sign in zip(each.ends, (1.0, -1.0), strict=True) if end >= 0)
        by_extras[each.extra] += effective[each.capacitance] * pull
        by_effective[each.capacitance] += (extras[each.extra] - across(each, x)) * pull
        for end, sign in zip(each.ends, (1.0, -1.0), strict=True):
            if end >= 0:
                by_x[end] -= sign * effective[each.capacitance] * pull
    for node, place in layout.extras.conditions.items():
        by_extras[place] += by_x[numbers[node]]
    for name, place in layout.extras.named.items():
        element, _, key = name.rpartition(":")
        if uic and key == "ic" and layout.network.flat[element].kind == "L":
            by_extras[place] += by_x[numbers[f"i({element})"]]
