"""`tellegen report`: a run's folder as one HTML page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .arguments import RunFolder, existing_folder
from .exits import Misuse
from .output import writable, write_file
from .progress import counting
from .run_files import LEARNED, METRICS, REPORT


def report(
    folder: RunFolder,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="The page; DIR/report.html without it.")
    ] = None,
    samples: Annotated[int, typer.Option(min=1, help="Held-out samples to solve for voltages and power.")] = 64,
) -> None:
    """Write one self-contained HTML page on a run: curves, mistakes, maps, voltages, ngspice, power."""
    existing_folder(folder, "the folder that `tellegen train --out` has written")
    if not any((folder / name).is_file() for name in (LEARNED, METRICS)):
        raise Misuse(f"{folder} holds no run; name a folder that `tellegen train --out` has written")
    target = writable(output or folder / REPORT)
    from .page import page
    from .results import Results

    with counting("sections") as told:
        text = page(Results(folder, samples), told)
    write_file(target, text)
    typer.echo(f"report written to {target}")
