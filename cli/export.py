"""`tellegen export`: a scalar deck that ngspice runs, every learned value in it."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

from .arguments import Settings, circuit_of, run_folder
from .output import emit, writable
from .run_files import LEARNED


class Diodes(enum.StrEnum):
    """How ideal diodes are written for SPICE."""

    bsource = "bsource"
    diode = "diode"


def export(
    source: Annotated[
        Path, typer.Argument(metavar="FILE|DIR", help="A netlist, or the folder of a training run.", show_default=False)
    ],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="DECK", help="The deck; standard output without it.")
    ] = None,
    diodes: Annotated[
        Diodes | None, typer.Option(help="Ideal diodes as a stiff B source or as the near-ideal model card.")
    ] = None,
    folded: Annotated[
        bool, typer.Option("--folded", help="Fold resistors that hang on known voltages into Thévenin equivalents.")
    ] = False,
    settings: Settings = None,
) -> None:
    """Write a netlist, or what a run has learned, as a deck that ngspice runs unchanged."""
    if output is not None:
        writable(output)
    netlist = run_folder(source) / LEARNED if source.is_dir() else source
    circuit = circuit_of(netlist, settings)
    from ..spice_export import deck

    emit(deck(circuit, diodes=diodes and diodes.value, folded=folded).text, output)
