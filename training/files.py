"""Files that are there whole or not at all: written under a temporary name in the same folder, then renamed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np


def write_file(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Let `write` fill a new file, then give it its name; what was there before stays until then."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            write(file)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


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
