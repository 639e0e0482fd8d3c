"""The decks of a folder."""

from __future__ import annotations

from pathlib import Path

from ..exits import Misuse

ENDINGS = frozenset({".cir", ".sp", ".net", ".spice", ".ckt"})
"""What the names of decks end in; files that decks include (`.inc`, `.lib`, `.mod`) are none."""


def decks_of(folder: Path) -> list[Path]:
    """The decks in a folder and below, by name; hidden files and folders are passed over.

    Raises:
        Misuse: there are none.
    """
    found = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in ENDINGS and path.is_file() and not _is_hidden(path.relative_to(folder))
    )
    if not found:
        raise Misuse(f"{folder} holds no deck; decks end in {', '.join(sorted(ENDINGS))}")
    return found


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
