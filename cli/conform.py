"""`tellegen conform`: every deck of a folder by our own engine and by ngspice, one row of a table a deck."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .arguments import existing_folder, nearest
from .exits import BAD_NEWS, Misuse
from .output import writable


def conform(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder of SPICE decks, with all below it.", show_default=False)
    ],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="TABLE.csv", help="The table.", show_default=False)],
    jobs: Annotated[int | None, typer.Option(min=1, help="Decks side by side.", show_default="the cores")] = None,
    timeout: Annotated[
        float, typer.Option(min=0.1, metavar="SECONDS", help="How long a program may take for one analysis.")
    ] = 60.0,
    again: Annotated[bool, typer.Option("--again", help="Examine decks that the table has already, too.")] = False,
    engine: Annotated[
        str | None, typer.Option(help="Who is compared with ngspice.", show_default="our own engine")
    ] = None,
    op: Annotated[float, typer.Option(min=0.0, help="Tolerance of .op, as a share of the value.")] = 1e-6,
    dc: Annotated[float, typer.Option(min=0.0, help="Tolerance of .dc, as a share of the value.")] = 1e-6,
    ac: Annotated[float, typer.Option(min=0.0, help="Tolerance of .ac, as a share of the magnitude.")] = 1e-6,
    tran: Annotated[float, typer.Option(min=0.0, help="Tolerance of .tran, as a share of the swing.")] = 1e-3,
) -> None:
    """Compare Tellegen with ngspice over a folder of decks. Exits 1 when a deck differs or its examination failed.

    Every .op, .dc, .ac and .tran card is carried out by both, an operating point where there is none. What the table
    has already is kept, so the command can be stopped and called again. `.control` blocks are never run.
    """
    existing_folder(folder, "a folder of decks")
    writable(out)
    from ..spice_export.farm import available_cores
    from ..spice_export.process import find_ngspice
    from .conformity.campaign import Campaign, summary
    from .conformity.decks import decks_of
    from .conformity.examination import Examiner
    from .conformity.row import Status
    from .conformity.tolerances import Tolerances
    from .nodal_engines import NODAL_ENGINES

    name = next(iter(NODAL_ENGINES)) if engine is None else engine.lower()
    if name not in NODAL_ENGINES:
        raise Misuse(f"there is no engine {engine}; {nearest(name, NODAL_ENGINES)}")
    find_ngspice()
    campaign = Campaign.of(folder, decks_of(folder), out)
    examiner = Examiner(NODAL_ENGINES[name], Tolerances(op, dc, ac, tran), timeout)
    from .progress import counting

    with counting("decks") as count:
        rows = campaign.run(
            examiner,
            jobs=jobs or available_cores(),
            time_limit=timeout,
            again=again,
            done=lambda done, total, row: count(done, total),
        )
    bad = [row for row in rows if row.status in (Status.differs, Status.failed)]
    for row in bad:
        typer.echo(f"{row.file}: {row.status}, {row.analysis}: {row.why}")
    typer.echo(summary(rows))
    if bad:
        raise typer.Exit(BAD_NEWS)
