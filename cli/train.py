"""`tellegen train`: an experiment into a run's folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .arguments import Settings, existing_file, pairs
from .exits import Misuse
from .output import writable_folder
from .progress import watcher
from .run_files import ALL


def train(
    experiment: Annotated[
        Path, typer.Argument(metavar="EXPERIMENT.toml", help="What to learn, from which data.", show_default=False)
    ],
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="DIR", help="The folder of this run.", show_default=False)
    ],
    settings: Settings = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the folder's last checkpoint.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Throw away the run that is there.")] = False,
) -> None:
    """Train a circuit. Ctrl-C keeps the last finished epoch; --resume goes on from it, bit for bit."""
    if resume and overwrite:
        raise Misuse("--resume goes on with a run and --overwrite throws it away; give one of them")
    _check_folder(existing_file(experiment, "an experiment file that ends in .toml"), out)
    from ..training import load_experiment
    from ..training.session import Session

    with watcher() as watch:
        session = Session.of(load_experiment(experiment, pairs(settings)), out, watch)
        if overwrite:
            _clear(out)
        session.train(session.begin(resume))
    typer.echo(f"run written to {out}; see it with: tellegen report {out}")


def _check_folder(experiment: Path, out: Path) -> None:
    """Refuse what cannot be an experiment or a folder before anything heavy is loaded."""
    if experiment.suffix.lower() != ".toml":
        cure = "name the experiment file beside it" if experiment.suffix == ".cir" else "name an experiment file"
        raise Misuse(f"{experiment} does not end in .toml; {cure}")
    writable_folder(out)


def _clear(folder: Path) -> None:
    """Remove what an earlier run has left, and nothing else."""
    for name in ALL:
        (folder / name).unlink(missing_ok=True)
