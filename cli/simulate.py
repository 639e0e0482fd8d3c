"""`tellegen simulate`: what a netlist's analysis cards ask for, and its operating point where it has none."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .arguments import Netlist, Settings, circuit_of
from .exits import Misuse, complain
from .output import emit, writable, write_file

if TYPE_CHECKING:
    from ..netlist import Circuit
    from .simulation import Carried


class Format(enum.StrEnum):
    """How `--format` wants the answer."""

    table = "table"
    json = "json"
    csv = "csv"
    npz = "npz"
    raw = "raw"


_ENDINGS = {f".{form.value}": form for form in (Format.json, Format.csv, Format.npz, Format.raw)}
_BINARY = (Format.npz, Format.raw)


def simulate(
    file: Netlist,
    engine: Annotated[
        str | None,
        typer.Option(
            help="Who solves it: nodal (any circuit), qp or one of its methods (see compare), lsoda, or ngspice.",
            show_default="qp at rest and lsoda in time where they take the circuit, else nodal",
        ),
    ] = None,
    form: Annotated[
        Format | None,
        typer.Option("--format", help="How to print the answers; npz and raw need -o.", show_default="table"),
    ] = None,
    settings: Settings = None,
    analysis: Annotated[
        str | None,
        typer.Option(
            metavar="KEYWORD", help="Carry out only these: op, dc, ac, tran, noise or tf.", show_default="all"
        ),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Show every signal, whatever .print and .save name.")
    ] = False,
    power: Annotated[bool, typer.Option("--power", help="Add what every element takes, in watts.")] = False,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write it to a file.")] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE", help="Draw the answers into an SVG or PNG file.")
    ] = None,
) -> None:
    """Carry out a netlist's .op, .dc, .ac, .tran, .noise and .tf cards, and its .measure cards.

    Where there is no such card, the steady state is solved for. .print and .save choose what is shown. Files are
    written as their endings say: .json, .csv, .npz, .raw (as SPICE's), or as a table.
    """
    for path in (output, plot):
        if path is not None:
            writable(path)
    circuit = circuit_of(file, settings)
    chosen = form or _form_of(output)
    if chosen in _BINARY and output is None:
        raise Misuse(f"{chosen.value} is no text; name a file for it with -o")
    if plot is not None:
        from .picture import picture_file

        picture_file(plot)
    from .simulation import carried_out, not_carried_out

    for card in not_carried_out(circuit):
        complain(f"{card.location}: .{card.keyword} is not carried out")
    found = carried_out(circuit, engine, analysis)
    if power:
        found = _with_power(circuit, found)
    _tell(circuit, found)
    if plot is not None:
        _draw(circuit, found, plot)
    _write(circuit, found, chosen, output, everything)


def _form_of(output: Path | None) -> Format:
    """The format a file's ending asks for; a table otherwise."""
    return _ENDINGS.get(output.suffix.lower(), Format.table) if output else Format.table


def _with_power(circuit: Circuit, found: Sequence[Carried]) -> list[Carried]:
    from .power import with_power
    from .simulation import only_shown

    if any(each.card.keyword != "op" for each in found):
        raise Misuse("--power is for steady states; leave it out, or add --analysis op")
    return [only_shown(each, with_power(circuit, each.answer)) for each in found]


def _tell(circuit: Circuit, found: Sequence[Carried]) -> None:
    """Say on stderr which measures have no value."""
    for each in found:
        for name, reason in each.measured.failures.items():
            complain(f"the measure {name} has no value: {reason}")


def _draw(circuit: Circuit, found: Sequence[Carried], path: Path) -> None:
    from .curve_plot import plot
    from .shown import printed

    curves = [printed(circuit, each.card.keyword, each.answer).answer for each in found if each.answer.axes]
    if not curves:
        raise Misuse("--plot is for answers over an axis, and the deck asks for none; add a .tran, .dc or .ac card")
    plot(curves, path, circuit.outputs)


def _write(circuit: Circuit, found: Sequence[Carried], form: Format, output: Path | None, everything: bool) -> None:
    """The answers in a format: what `.print` names where a person or table reads it, what `.save` names in files."""
    from . import several
    from .shown import printed, saved
    from .simulation import only_shown

    shown: list[Carried] = []
    for each in found:
        if everything:
            shown.append(each)
            continue
        part = saved(circuit, each.answer) if form in _BINARY else printed(circuit, each.card.keyword, each.answer)
        if part.lacking:
            complain(f"the answer to {each.text} has no {', '.join(part.lacking)}")
        shown.append(only_shown(each, part.answer))
    if form in _BINARY and output is not None:
        write_file(output, several.as_raw(shown, circuit.title) if form is Format.raw else several.as_npz(shown))
        return
    writers = {Format.table: several.as_table, Format.json: several.as_json, Format.csv: several.as_csv}
    emit(writers[form](shown), output)
