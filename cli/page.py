"""The report: every section of a run on one HTML page that needs nothing but itself."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from types import ModuleType

from jinja2 import Environment, PackageLoader, StrictUndefined

from .results import Absent, Results
from .sections import Section, circuit, conductances, confusion, learning, making, power, spice, voltages

SECTIONS: tuple[ModuleType, ...] = (learning, confusion, circuit, voltages, conductances, spice, power, making)


def page(results: Results, told: Callable[[int, int], None]) -> str:
    """The page as text. `told` is called with the number of sections made so far, and of all."""
    sections = []
    for place, module in enumerate(SECTIONS):
        told(place, len(SECTIONS))
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


def _made(module: ModuleType, results: Results) -> Section:
    """The section, or its empty frame saying what is missing."""
    try:
        return module.section(results)
    except Absent as reason:
        return Section(module.NAME, module.TITLE, missing=str(reason))
