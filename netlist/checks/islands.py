"""Islands: nodes that no direct current can reach from ground, and cuts made of current sources alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from ..element import Element
from .finding import Finding, finding, plural, verb
from .survey import Survey

_ROUNDING = 1e-12


def floating_nodes(survey: Survey) -> Iterator[Finding]:
    """One finding for all islands that the same elements touch in the same way.

    Error: current sources that push a net current into the island (no answer), or nothing that fixes its potential (no
    unique answer). Warning: capacitors join it to the rest and the netlist asks for a transient analysis; nothing if
    every transient starts from the initial conditions (`uic`), for then capacitors fix the potential and take currents.
    """
    label = survey.islands
    touched = np.zeros(survey.wiring.count, dtype=bool)
    touched[survey.touches.line] = True
    lines = np.flatnonzero(touched & (label != label[0]))
    if not len(lines):
        return
    members = _by_island(label[lines], lines)
    owners = _by_island(label[survey.touches.line], survey.touches.owner)
    net, scale = survey.injections(label)
    groups: dict[tuple[float, tuple[int, ...]], list[int]] = defaultdict(list)
    for island in members:
        current = float(net[island]) if abs(net[island]) > _ROUNDING * scale[island] else 0.0
        groups[current, tuple(sorted(set(owners[island].tolist())))].append(island)
    for (current, places), islands in groups.items():
        elements = [survey.circuit.elements[place] for place in places]
        nodes = [survey.names[line] for island in islands for line in members[island]]
        if not (_is_capacitive(elements) and _starts_from_conditions(survey)):
            yield _cut(elements, nodes, current) if current else _floating(survey, elements, nodes)


def _is_capacitive(elements: list[Element]) -> bool:
    return any(element.kind == "C" for element in elements)


def _starts_from_conditions(survey: Survey) -> bool:
    """Whether the netlist asks for transients with `uic` and nothing else: it has no operating point to be unique."""
    analyses = survey.circuit.analyses
    return bool(analyses) and all(card.keyword == "tran" and "uic" in card.fields for card in analyses)


def _by_island(keys: np.ndarray, values: np.ndarray) -> dict[int, np.ndarray]:
    order = np.argsort(keys, kind="stable")
    keys, values = keys[order], values[order]
    starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]]) if len(keys) else []
    return dict(zip(keys[starts].tolist(), np.split(values, starts[1:]), strict=True))


def _cut(elements: list[Element], nodes: list[str], current: float) -> Finding:
    sources = [element.name for element in elements if element.kind == "I"]
    message = (
        f"{plural('current source', sources)} {verb('bring', sources)} {current:g} A into "
        f"{plural('node', nodes)}, and nothing lets a direct current out; "
        f"add a resistor to ground or make the currents cancel"
    )
    return finding("error", message, elements)


def _floating(survey: Survey, elements: list[Element], nodes: list[str]) -> Finding:
    names = [element.name for element in elements]
    head = f"{plural('node', nodes)}, touched by {plural('element', names)}, {'has' if len(nodes) == 1 else 'have'} no"
    capacitive = _is_capacitive(elements)
    if capacitive and any(card.keyword == "tran" for card in survey.circuit.analyses):
        message = (
            f"{head} path for direct current to ground: the transient starts from .ic, there is no operating point"
        )
        return finding("warning", message, elements)
    cure = "add a large resistor" if capacitive else "add a resistor or a source"
    return finding("error", f"{head} path for direct current to ground, so the voltage is not unique; {cure}", elements)
