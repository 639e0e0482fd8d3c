"""Loops of voltage sources, found by a weighted union-find; at DC an inductor is a source of 0 V."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ..element import Element
from .finding import Finding, finding
from .sources import Sources, loop_text
from .survey import Survey

_SHOWN = 5
_CURE = "remove one or add a resistor"


def source_loops(survey: Survey) -> Iterator[Finding]:
    """An error for a loop whose voltages do not sum to zero, a warning for one that does: its current is not unique.

    Of loops made of the same elements (arrays) only the first few are printed. Linear but for the loops printed.
    """
    sources = survey.sources
    printed: Counter[tuple[bool, frozenset[str]]] = Counter()
    for closing, miss in sources.loops:
        steps = sources.loop(closing)
        elements = [sources.element(source) for _, _, source in steps]
        contradictory = abs(miss) > sources.tolerance(steps)
        kind = contradictory, frozenset(element.name for element in elements)
        printed[kind] += 1
        if printed[kind] <= _SHOWN:
            yield _finding(sources, steps, elements, miss, contradictory)


def _finding(
    sources: Sources, steps: list[tuple[int, int, int]], elements: list[Element], miss: float, contradictory: bool
) -> Finding:
    text = loop_text(sources, steps)
    if contradictory:
        wire = " (an inductor is a wire at DC)" if any(element.kind == "L" for element in elements) else ""
        message = f"the voltage sources {text} contradict each other by {abs(miss):g} V{wire}; {_CURE}"
        return finding("error", message, elements)
    if any(getattr(element.value, "shape", None) for element in elements if element.kind == "V"):
        message = (
            f"the voltage sources {text} form a loop that fits at DC but may not later; remove one or add a resistor"
        )
        return finding("warning", message, elements)
    message = f"the voltage sources {text} form a loop: the voltages fit, but how they share the current is not unique"
    return finding("warning", message, elements)
