"""The command `tellegen`: what the packages do, for a person at a terminal.

A netlist or a run's folder goes in; text, files and an exit code come out. One command is one file, and loads what it
needs when it runs, so that `tellegen --help` answers at once:

    simulate.py  check.py  compare.py  conform.py  train.py  sweep.py  export.py  verify.py  draw.py  report.py

    application.py   the commands put together
    exits.py         every error as one sentence on stderr and an exit code
    arguments.py     arguments and options that commands share
    engines.py       what can solve a circuit, by name
    comparison.py    one circuit through all of them; differences.py how far apart two answers are
    answers.py       an operating point as table, JSON or CSV; table.py any table as text
    over_time.py     what can follow a .tran card, by name; nodal_engines.py what can answer any analysis card
    simulation.py    the analyses of a deck carried out, and measured; shown.py the signals it asks to see
    curve_answers.py answers over an axis as table and files, curve_plot.py as a picture; several.py all of a deck
    units.py         the units of signals and axes
    conformity/      a folder of decks beside ngspice
    picture.py       picture files: endings, style, bytes
    dies_in_time.py  dies followed in time and measured; dies_plot.py how they spread at rest, as a picture
    power.py         what the elements take, in watts; grid.py the points of a sweep, sweep_plot.py its picture
    output.py        where text goes: the terminal, or a file that is whole or absent
    farms.py         who carries out runs and verifications: this machine's processes, or a Dask scheduler's workers
    progress.py      the progress of training: rate and time left
    run_files.py     what the files of a run's folder are called; results.py what they hold
    held_out.py      held-out samples of a run, solved; verification.py the same samples in ngspice
    pairs.py         held-out samples on dies, of a run in time; course.py each followed by fine steps; task.py what
                     answers are worth; time_verification.py the same pairs in ngspice; followed.py a few for the report
    page.py          the report: sections/ put into one HTML page, templates/ its form, figure.py its figures
    drawing/         a circuit as a picture

Exit codes: 0 done; 1 bad news (answers that differ, a solver that did not converge, a worker that died); 2 something
the user can mend (a file, an option, a netlist, ngspice missing); 3 ngspice ran and found no solution; 130 interrupted.
"""

from __future__ import annotations

import io
import sys


def main() -> None:
    """Run the command `tellegen` on the process's arguments, and exit."""
    from .application import app

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal without µ or ─ still gets the rest of the line
            stream.reconfigure(errors="backslashreplace")
    app()
