"""`tellegen simulate`: the operating point of a netlist."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

from .arguments import Netlist, Settings, circuit_of
from .output import emit, writable


class Format(enum.StrEnum):
    """How `--format` wants the answer."""

    table = "table"
    json = "json"
    csv = "csv"


_ENDINGS = {".json": Format.json, ".csv": Format.csv}


def simulate(
    file: Netlist,
    engine: Annotated[
        str, typer.Option(help="Who solves it: qp, one of its methods by name (see compare), or ngspice.")
    ] = "qp",
    form: Annotated[
        Format | None, typer.Option("--format", help="How to print the answer.", show_default="table")
    ] = None,
    settings: Settings = None,
    power: Annotated[bool, typer.Option("--power", help="Add what every element takes, in watts.")] = False,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write it to a file.")] = None,
) -> None:
    """Solve a netlist for its steady state: every node's voltage and every branch's current."""
    if output is not None:
        writable(output)
    circuit = circuit_of(file, settings)
    from .answers import as_csv, as_json, as_table
    from .engines import engine_named

    writers = {Format.table: as_table, Format.json: as_json, Format.csv: as_csv}
    traces = engine_named(engine).solve(circuit)
    if power:
        from .power import with_power

        traces = with_power(circuit, traces)
    emit(writers[form or _form_of(output)](traces), output)


def _form_of(output: Path | None) -> Format:
    """The format a file's ending asks for; a table otherwise."""
    return _ENDINGS.get(output.suffix.lower(), Format.table) if output else Format.table
