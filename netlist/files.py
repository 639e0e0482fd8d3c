"""Files a deck may read: those in its own folder, as text."""

from __future__ import annotations

from pathlib import Path

from .errors import Location, NetlistError


def inside(home: Path, folder: Path, name: str, allow_outside: bool, location: Location | None) -> Path:
    """The path of `name`, relative to `folder`; it must lie in `home` (links resolved) unless outside is allowed."""
    path = (folder / Path(name).expanduser()).resolve() if allow_outside else (folder / name).resolve()
    if not allow_outside and not path.is_relative_to(home.resolve()):
        cure = "copy it into the deck's folder, or allow files outside (allow_outside=True)"
        raise NetlistError(f"{name!r} lies outside the deck's folder {home}; {cure}", location)
    return path


def read_text(path: Path, shown: str, location: Location | None = None) -> str:
    """The text of a netlist file, UTF-8 or else Latin-1. Raises NetlistError for what is missing or no text."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise NetlistError(f"the file {shown} does not exist; check its name and folder", location) from None
    except OSError as error:
        raise NetlistError(
            f"the file {shown} cannot be read ({error.strerror}); give a netlist file", location
        ) from None
    if b"\0" in data:
        raise NetlistError(f"the file {shown} is not text; give a netlist, not a binary file", location)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n")
