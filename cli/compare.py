"""`tellegen compare`: every engine that takes the circuit, side by side."""

from __future__ import annotations

from typing import Annotated

import typer

from .arguments import Netlist, Settings, circuit_of
from .table import render


def compare(
    file: Netlist,
    tolerance: Annotated[
        float, typer.Option(min=0.0, help="Largest difference, as a share of the largest voltage or current.")
    ] = 1e-5,
    settings: Settings = None,
    everything: Annotated[
        bool,
        typer.Option("--all", help="Ask the engine for large circuits about small ones too; it compiles first."),
    ] = False,
) -> None:
    """Solve with every engine that accepts the circuit and show how far apart they are. Exits 1 when they differ."""
    circuit = circuit_of(file, settings)
    from .comparison import COLUMNS, Comparison
    from .engines import engines_for

    comparison = Comparison.of(circuit, engines_for(circuit, everything))
    typer.echo(render(COLUMNS, comparison.rows(), numbers=(1, 2, 4)))
    sentence, code = comparison.verdict(tolerance)
    typer.echo("\n".join(["", *comparison.reasons(), sentence]))
    if code:
        raise typer.Exit(code)
