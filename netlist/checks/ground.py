"""Ground: the node `0` against which every voltage is measured."""

from __future__ import annotations

from collections.abc import Iterator

from .finding import Finding, finding
from .survey import Survey


def missing_ground(survey: Survey) -> Iterator[Finding]:
    """An error when no element touches ground."""
    if survey.circuit.elements and not (survey.touches.line == 0).any():
        yield finding(
            "error", "no element is connected to ground; call one node 0 (or gnd), voltages are relative to it"
        )
