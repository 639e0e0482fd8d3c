"""`tellegen check`: what is wrong with a circuit before anyone solves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from .arguments import Netlist, Settings, circuit_of
from .exits import MISUSE

if TYPE_CHECKING:
    from ..netlist import Circuit, Finding

_SYMBOLS = {"error": "✗", "warning": "!"}


def check(file: Netlist, settings: Settings = None) -> None:
    """Look for floating nodes, contradictory sources, open cuts, values out of range. Errors exit 2, warnings 0."""
    circuit = circuit_of(file, settings)
    findings = circuit.checks()
    for finding in findings:
        typer.echo(_line(finding))
    errors = sum(finding.severity == "error" for finding in findings)
    typer.echo(_verdict(circuit, errors, len(findings) - errors))
    if errors:
        raise typer.Exit(MISUSE)


def _line(finding: Finding) -> str:
    """One finding: where, what."""
    where = ", ".join(map(str, finding.locations))
    return f"{_SYMBOLS.get(finding.severity, '·')} {where}{': ' if where else ''}{finding.severity}: {finding.message}"


def _verdict(circuit: Circuit, errors: int, warnings: int) -> str:
    size = f"{len(circuit.elements)} elements"
    if not (errors or warnings):
        return f"✓ {size}, nothing found"
    return f"{size}, {errors} error{'s' * (errors != 1)}, {warnings} warning{'s' * (warnings != 1)}"
