"""Files that are there whole or not at all: written under a temporary name in the same folder, then renamed."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np


def write_file(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Let `write` fill a new file, then give it its name; what was there before stays until then."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as file:
            write(file)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole."""
    write_file(path, lambda file: file.write(content))


def write_text(path: Path, text: str) -> None:
    """Write a text file whole, as UTF-8."""
    write_bytes(path, text.encode())


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write an `.npz` whole, uncompressed."""

    def write(file: BinaryIO) -> None:
        np.savez(file, allow_pickle=False, **arrays)

    write_file(path, write)
