"""Dangling nodes: one branch ends there and no other takes its current on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from ..sensing import sensed_nodes
from .finding import Finding, finding, plural
from .survey import Survey


def dangling_nodes(survey: Survey) -> Iterator[Finding]:
    """A warning an element for the nodes that only it touches; nodes that are read (outputs, controls) do not count."""
    counts = survey.touches.counts(survey.wiring.count)
    alone = counts == 1
    alone[0] = False
    alone[_read_lines(survey)] = False
    at = alone[survey.touches.line]
    nodes: dict[int, list[str]] = defaultdict(list)
    for owner, line in zip(survey.touches.owner[at].tolist(), survey.touches.line[at].tolist(), strict=True):
        nodes[owner].append(survey.names[line])
    for owner, names in nodes.items():
        element = survey.circuit.elements[owner]
        message = f"nothing but {element.name} is connected to {plural('node', names)}, so no current flows there"
        yield finding("warning", message, (element,))
    yield from _unused_lines(survey, counts)


def _unused_lines(survey: Survey, counts: np.ndarray) -> Iterator[Finding]:
    for bus, width in survey.wiring.widths.items():
        start = survey.wiring.first[bus]
        unused = np.flatnonzero(counts[start : start + width] == 0)
        if len(unused):
            nodes = [f"{bus}[{index}]" for index in unused]
            yield finding("warning", f"no element touches {plural('line', nodes)} of the bus {bus}")


def _read_lines(survey: Survey) -> np.ndarray:
    """Lines that an output directive or an expression reads."""
    fields = {field for element in survey.circuit.elements for field in sensed_nodes(element)}
    for directive in survey.circuit.directives:
        if directive.keyword == "output":
            for selector in directive.selectors:
                fields.update(map(str.strip, selector.removeprefix("v(").removesuffix(")").split(",")))
    return np.concatenate([np.zeros(0, dtype=np.intp), *map(survey.wiring.read, fields)])
