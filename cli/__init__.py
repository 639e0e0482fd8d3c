"""The command `tellegen`: what the packages do, for a person at a terminal.

A netlist or a run's folder goes in; text, files and an exit code come out. One command is one file, and loads what it
needs when it runs, so that `tellegen --help` answers at once:

    simulate.py  check.py  compare.py  train.py  export.py  verify.py  draw.py  report.py

    application.py   the commands put together
    exits.py         every error as one sentence on stderr and an exit code
    arguments.py     arguments and options that commands share
    engines.py       what can solve a circuit, by name
    answers.py       an operating point as a table, JSON or CSV
    output.py        where text goes: the terminal, or a file that is whole or absent
    progress.py      the progress of training: rate and time left
    agreement.py     what ngspice said of a learned network, as files in its run's folder
    page.py          the report: sections put into one HTML page
    sections/        one section of the report a file
    drawing/         a circuit as a picture

Exit codes: 0 done; 1 bad news (answers that differ, a solver that did not converge); 2 something the user can mend
(a file, an option, a netlist); 130 interrupted.
"""

from __future__ import annotations


def main() -> None:
    """Run the command `tellegen` on the process's arguments, and exit."""
    from .application import app

    app()
