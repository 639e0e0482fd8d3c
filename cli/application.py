"""The commands put together under one name."""

from __future__ import annotations

from typing import Annotated

import typer

from .check import check
from .compare import compare
from .conform import conform
from .dies import dies
from .draw import draw
from .exits import Commands
from .export import export
from .ladder import ladder
from .report import report
from .simulate import simulate
from .sweep import sweep
from .train import train
from .verify import verify

app = typer.Typer(
    name="tellegen",
    cls=Commands,
    help="Circuits that compute and learn: from a SPICE netlist to trained values that ngspice confirms.",
    epilog="Exit codes: 0 done, 1 answers differ or a solver failed, 2 something to mend (ngspice missing, too), "
    "3 ngspice ran and found no solution, 130 interrupted.",
    context_settings={"help_option_names": ["-h", "--help"]},
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help answers in half the time
)

_COMMANDS = (
    (simulate, "Voltages and currents of a netlist"),
    (check, "What is wrong with a netlist"),
    (compare, "The same netlist by every engine, side by side"),
    (conform, "A folder of decks beside ngspice, as a table"),
    (dies, "Many dies of a netlist that spreads, or its corners"),
    (draw, "A picture of a netlist"),
    (export, "A netlist, or what was learned, as an ngspice deck"),
    (train, "An experiment into a run's folder"),
    (sweep, "An experiment at every point of a grid of settings"),
    (ladder, "An experiment with ideal diodes, then with real ones"),
    (verify, "What was learned, run by ngspice on held-out samples"),
    (report, "A run as one HTML page"),
)
for _command, _short in _COMMANDS:
    app.command(short_help=_short)(_command)


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.", is_eager=True)] = False,
) -> None:
    """Print the version, or the help when no command is named."""
    if version:
        from importlib.metadata import version as version_of

        typer.echo(f"tellegen {version_of('tellegen')}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
