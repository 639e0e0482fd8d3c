"""`tellegen compare`: every engine that takes the circuit, side by side."""

from __future__ import annotations

from typing import Annotated

import typer

from .arguments import Netlist, Settings, circuit_of
from .table import render


def compare(
    file: Netlist,
    tolerance: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            help="Largest difference, as a share of the largest voltage or current.",
            show_default="1e-5; 1e-3 over time",
        ),
    ] = None,
    settings: Settings = None,
    everything: Annotated[
        bool,
        typer.Option("--all", help="Ask the engine for large circuits about small ones too; it compiles first."),
    ] = False,
) -> None:
    """Solve with every engine that accepts the circuit and show how far apart they are. Exits 1 when they differ.

    Where there is a .tran card, the waveforms are compared, at the times it asks for."""
    circuit = circuit_of(file, settings)
    from .comparison import COLUMNS, Comparison
    from .engines import engines_for

    over_time = any(card.keyword == "tran" for card in circuit.analyses)
    if over_time:
        from .over_time import TIME_ENGINES

        engines = list(TIME_ENGINES.values())
    else:
        engines = engines_for(circuit, everything)
    comparison = Comparison.of(circuit, engines)
    typer.echo(render(COLUMNS, comparison.rows(), numbers=(1, 2, 4)))
    sentence, code = comparison.verdict((1e-3 if over_time else 1e-5) if tolerance is None else tolerance)
    typer.echo("\n".join(["", *comparison.reasons(), sentence]))
    if code:
        raise typer.Exit(code)
