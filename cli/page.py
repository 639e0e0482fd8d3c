"""The report: every section of a run on one HTML page that needs nothing but itself."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from types import ModuleType

from jinja2 import Environment, PackageLoader, StrictUndefined

from ..training.dynamics.settings import FLIP_BIAS
from .results import Absent, Results
from .sections import (
    Section,
    cells,
    circuit,
    conductances,
    confusion,
    fingerprint,
    learned,
    learning,
    making,
    power,
    spice,
    voltages,
    waveforms,
)

SECTIONS: tuple[ModuleType, ...] = (learning, confusion, circuit, voltages, conductances, spice, power, making)
IN_TIME: tuple[ModuleType, ...] = (learning, cells, waveforms, fingerprint, learned, spice, making)
"""The sections of a run whose circuit was followed in time."""


def page(results: Results, told: Callable[[int, int], None]) -> str:
    """The page as text. `told` is called with the number of sections made so far, and of all."""
    sections = []
    modules = _sections_of(results)
    for place, module in enumerate(modules):
        told(place, len(modules))
        sections.append(_made(module, results))
    loader = PackageLoader("tellegen.cli")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("report.html").render(
        title=results.title,
        folder=results.folder.resolve().name,
        version=version("tellegen"),
        sections=sections,
        tiles=[tile for section in sections for tile in section.tiles],
    )


def _sections_of(results: Results) -> tuple[ModuleType, ...]:
    """The sections of a run: in time without those that its task has not."""
    if not results.in_time:
        return SECTIONS
    try:
        other = cells if results.run.experiment.loss.name == FLIP_BIAS else fingerprint
    except Absent:
        return IN_TIME
    return tuple(module for module in IN_TIME if module is not other)


def _made(module: ModuleType, results: Results) -> Section:
    """The section, or its empty frame saying what is missing."""
    try:
        return module.section(results)
    except Absent as reason:
        return Section(module.NAME, module.TITLE, missing=str(reason))
