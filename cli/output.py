"""Where text goes: the terminal, or a file that is whole or absent."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from .exits import Misuse


def writable(path: Path) -> Path:
    """The path itself when a file can be made there; asked before any work that would be lost."""
    if path.is_dir():
        raise Misuse(f"{path} is a folder; name a file inside it")
    if not path.parent.is_dir():
        raise Misuse(f"there is no folder {path.parent} to write {path.name} into; create it or choose another")
    if not os.access(path.parent, os.W_OK):
        raise Misuse(f"the folder {path.parent} cannot be written; choose another")
    return path


def writable_folder(path: Path) -> Path:
    """The path itself when it is a folder that can be written, or one that can be made."""
    if path.exists() and not path.is_dir():
        raise Misuse(f"{path} is a file; name a folder")
    nearest = path.absolute()
    while not nearest.exists():
        nearest = nearest.parent
    if not nearest.is_dir():
        raise Misuse(f"{path} cannot be made because {nearest} is a file; name another folder")
    if not os.access(nearest, os.W_OK):
        raise Misuse(f"the folder {nearest} cannot be written; choose another")
    return path


def write_file(path: Path, content: str | bytes) -> None:
    """Write the file under a temporary name beside it, then rename: a reader never sees half of it.

    A link keeps leading where it led; what is no ordinary file (`/dev/null`, a pipe) is written as it stands.
    """
    path = Path(os.path.realpath(writable(path)))
    data = content.encode() if isinstance(content, str) else content
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        os.chmod(temporary, 0o666 & ~_mask())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _mask() -> int:
    """The process's file mode mask (it can only be read by setting it)."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def emit(text: str, path: Path | None) -> None:
    """Print the text, or write it to the file that `-o` names; one line end at its end."""
    text = text if text.endswith("\n") else f"{text}\n"
    if path is None:
        sys.stdout.write(text)
    else:
        write_file(path, text)
