"""`tellegen export`: a scalar deck that ngspice runs, every learned value in it."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .arguments import Settings, circuit_of, run_folder
from .exits import Misuse
from .output import emit, writable
from .run_files import LEARNED

if TYPE_CHECKING:
    from ..netlist import Circuit


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
    die: Annotated[
        int | None, typer.Option(min=0, help="The die of that number, as `*@ mismatch` spreads it.", show_default=False)
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The seed that dies are drawn from.")] = 0,
    settings: Settings = None,
) -> None:
    """Write a netlist, or what a run has learned, as a deck that ngspice runs unchanged."""
    if output is not None:
        writable(output)
    netlist = run_folder(source) / LEARNED if source.is_dir() else source
    circuit = circuit_of(netlist, settings)
    if die is not None:
        circuit = _die_of(circuit, netlist, seed, die)
    from ..spice_export import deck

    emit(deck(circuit, diodes=diodes and diodes.value, folded=folded).text, output)


def _die_of(circuit: Circuit, netlist: Path, seed: int, die: int) -> Circuit:
    """One die of a circuit that spreads."""
    from ..netlist import Mismatch

    mismatch = Mismatch.of(circuit)
    if not mismatch.spreads:
        raise Misuse(f"nothing in {netlist} spreads from die to die; add a line such as *@ mismatch r* sigma=0.1")
    return mismatch.with_die(seed, die)
