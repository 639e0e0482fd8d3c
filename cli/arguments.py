"""Arguments and options that commands share, and the questions asked of them before any work begins."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .exits import Misuse
from .run_files import LEARNED

if TYPE_CHECKING:
    from ..netlist import Circuit

Netlist = Annotated[Path, typer.Argument(metavar="FILE", help="A SPICE netlist.", show_default=False)]
RunFolder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of a training run.", show_default=False)]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Give a parameter another value; may be repeated."),
]


def nearest(word: str, known: Iterable[str]) -> str:
    """The cure for a word that is not known: the nearest one, or all of them."""
    words = sorted(known)
    match = difflib.get_close_matches(word.lower(), words, n=1)
    return f"did you mean {match[0]}?" if match else f"there are {', '.join(words) or 'none'}"


def existing_file(path: Path, what: str) -> Path:
    """The path itself when it is a file; otherwise a `Misuse` that says what stands there instead."""
    if path.is_dir():
        raise Misuse(f"{path} is a folder; name {what}")
    if not path.exists():
        near = difflib.get_close_matches(path.name, _names(path.parent), n=1, cutoff=0.75)
        cure = f"did you mean {path.parent / near[0]}?" if near else f"name {what}"
        raise Misuse(f"there is no file {path}; {cure}")
    return path


def existing_folder(path: Path, what: str) -> Path:
    """The path itself when it is a folder; otherwise a `Misuse`."""
    if not path.exists():
        raise Misuse(f"there is no folder {path}; name {what}")
    if not path.is_dir():
        raise Misuse(f"{path} is a file; name {what}")
    return path


def run_folder(path: Path) -> Path:
    """The path itself when a training run has left its learned circuit there."""
    existing_folder(path, "the folder that `tellegen train --out` has written")
    if not (path / LEARNED).is_file():
        raise Misuse(f"{path} holds no {LEARNED}; name a folder that `tellegen train --out` has finished writing")
    return path


def _names(folder: Path) -> list[str]:
    """The files of a folder, none where there is no such folder."""
    return [entry.name for entry in folder.iterdir()] if folder.is_dir() else []


def circuit_of(path: Path, settings: list[str] | None = None) -> Circuit:
    """The circuit of a netlist file, with the values that `--set` gives."""
    values = pairs(settings)
    existing_file(path, "a netlist file")
    from ..netlist import load
    from ..netlist.numbers import number

    circuit = load(path)
    return circuit.with_values({name.lower(): number(value) for name, value in values.items()}) if values else circuit


def pairs(settings: list[str] | None) -> dict[str, str]:
    """`["a=1", "b=2k"]` as a dictionary; every name once, none empty."""
    found: dict[str, str] = {}
    for setting in settings or ():
        name, equals, value = (part.strip() for part in setting.partition("="))
        if not (name and equals and value):
            raise Misuse(f"--set {setting} is not a setting; write --set name=value without spaces")
        if name in found:
            raise Misuse(f"--set gives {name} twice, as {found[name]} and as {value}; keep one of them")
        found[name] = value
    return found
