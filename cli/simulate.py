"""`tellegen simulate`: the operating point of a netlist, or what its `.tran` card asks for."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .arguments import Netlist, Settings, circuit_of, nearest
from .exits import Misuse
from .output import emit, writable, write_file

if TYPE_CHECKING:
    from ..netlist import Circuit, Traces


class Format(enum.StrEnum):
    """How `--format` wants the answer."""

    table = "table"
    json = "json"
    csv = "csv"
    npz = "npz"


_ENDINGS = {".json": Format.json, ".csv": Format.csv, ".npz": Format.npz}


def simulate(
    file: Netlist,
    engine: Annotated[
        str | None,
        typer.Option(
            help="Who solves it: qp, one of its methods by name (see compare), or ngspice; lsoda or ngspice over time.",
            show_default="qp, or lsoda where there is a .tran card",
        ),
    ] = None,
    form: Annotated[
        Format | None,
        typer.Option(
            "--format", help="How to print the answer; npz needs -o and is for waveforms.", show_default="table"
        ),
    ] = None,
    settings: Settings = None,
    power: Annotated[bool, typer.Option("--power", help="Add what every element takes, in watts.")] = False,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write it to a file.")] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE", help="Draw the waveforms into an SVG or PNG file.")
    ] = None,
) -> None:
    """Solve a netlist for its steady state, or follow its .tran card: every node's voltage and branch's current.

    A circuit in time is integrated by our own engine; name an engine of steady states for its operating point.
    """
    for path in (output, plot):
        if path is not None:
            writable(path)
    circuit = circuit_of(file, settings)
    chosen = form or _form_of(output)
    if any(card.keyword == "tran" for card in circuit.analyses) and _follows(engine):
        if power:
            raise Misuse("--power is for steady states; leave it out, or name an engine of steady states")
        _over_time(circuit, engine, chosen, output, plot)
        return
    if plot is not None or chosen is Format.npz:
        what = "--plot" if plot is not None else "npz"
        raise Misuse(f"{what} is for waveforms, and {file} is solved for its steady state; add a .tran card")
    from .answers import as_csv, as_json, as_table
    from .engines import AUTOMATIC, engine_named

    writers = {Format.table: as_table, Format.json: as_json, Format.csv: as_csv}
    traces = engine_named(engine or AUTOMATIC).solve(circuit)
    if power:
        from .power import with_power

        traces = with_power(circuit, traces)
    emit(writers[chosen](traces), output)


def _follows(engine: str | None) -> bool:
    """Whether the engine follows circuits in time, as the automatic choice does."""
    if engine is None:
        return True
    from .engines import ENGINES
    from .over_time import TIME_ENGINES

    return engine.lower() in TIME_ENGINES or engine.lower() not in ENGINES


def _over_time(circuit: Circuit, engine: str | None, form: Format, output: Path | None, plot: Path | None) -> None:
    from .over_time import TIME_ENGINES
    from .waveform_answers import as_csv, as_json, as_npz, as_table, picture_file
    from .waveform_answers import plot as draw

    name = next(iter(TIME_ENGINES)) if engine is None else engine.lower()
    if name not in TIME_ENGINES:
        raise Misuse(f"there is no engine {engine} for circuits in time; {nearest(name, TIME_ENGINES)}")
    if form is Format.npz and output is None:
        raise Misuse("npz is no text; name a file for it with -o")
    if plot is not None:
        picture_file(plot)
    traces: Traces = TIME_ENGINES[name].solve(circuit)
    if plot is not None:
        draw(traces, plot, circuit.outputs)
    if form is Format.npz and output is not None:
        write_file(output, as_npz(traces))
        return
    emit({Format.table: as_table, Format.json: as_json, Format.csv: as_csv}[form](traces), output)


def _form_of(output: Path | None) -> Format:
    """The format a file's ending asks for; a table otherwise."""
    return _ENDINGS.get(output.suffix.lower(), Format.table) if output else Format.table
