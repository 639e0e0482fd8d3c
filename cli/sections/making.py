"""How the run was made: the experiment, the netlist, seeds and versions, in full."""

from __future__ import annotations

from html import escape

from ..results import Absent, Results
from ..run_files import EXPERIMENT, LEARNED
from .section import Section, table

NAME, TITLE = "making", "How it was made"
_LONGEST = 20_000


def section(results: Results) -> Section:
    """The files of the run that a reader needs to make it again."""
    facts = [(key, _brief(value)) for key, value in results.facts.items() if value not in ({}, [], None, "")]
    parts = [
        table(("what", "value"), facts),
        _folded(EXPERIMENT, results.experiment),
        _folded(LEARNED, results.netlist),
    ]
    return Section(NAME, TITLE, "Everything needed to make this run again.", "".join(parts))


def _brief(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_brief(part)}" for key, part in value.items())
    if isinstance(value, list):
        return ", ".join(map(_brief, value))
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _folded(name: str, text: str) -> str:
    if not text:
        raise Absent(f"{name} is empty.")
    cut = text[:_LONGEST] + ("\n…" if len(text) > _LONGEST else "")
    return f"<details><summary>{escape(name)}</summary><pre>{escape(cut)}</pre></details>"
