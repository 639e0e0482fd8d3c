"""`.include` and `.lib`: other files' lines put in the place of the card that asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from .errors import Location, NetlistError
from .fields import fields
from .files import inside, read_text
from .lines import LogicalLine, logical_lines
from .suggestion import counted, nearest

MAX_FILES = 10_000
MAX_DEPTH = 64


class Includes:
    """Reads the files a deck includes. They lie in the deck's folder or below, unless the caller allows more."""

    def __init__(self, folder: Path | None, shown: str, allow_outside: bool):
        self._home = folder
        self._shown = shown
        self._allow_outside = allow_outside
        self._count = 0

    def expand(self, lines: list[LogicalLine], text: str) -> list[LogicalLine]:
        """The deck's lines with every file and library section in its place. `text` is the deck's own."""
        lower = text.lower()
        if ".inc" not in lower and ".lib" not in lower:
            return lines
        home = self._home or Path()
        return list(self._expanded(lines, home, Path(self._shown).parent, ((self._shown, ""),)))

    def _expanded(
        self, lines: list[LogicalLine], folder: Path, shown: Path, trail: tuple[tuple[str, str], ...]
    ) -> Iterator[LogicalLine]:
        skipping: Location | None = None
        for index, (location, text) in enumerate(lines):
            keyword = text.split(None, 1)[0].lower() if text[0] == "." else ""
            if skipping:
                skipping = None if keyword == ".endl" else skipping
            elif keyword in (".include", ".inc", ".incl"):
                yield from self._file(text, location, folder, shown, trail)
            elif keyword == ".lib":
                arguments = _names(text, location)
                if len(arguments) == 1 and _is_definition(lines, index):
                    skipping = location
                else:
                    yield from self._section(arguments, location, folder, shown, trail)
            elif keyword == ".endl":
                raise NetlistError(".endl without a .lib section before it; remove it", location)
            elif keyword == ".end":
                yield from lines[index:] if len(trail) == 1 else ()
                return
            else:
                yield location, text

    def _file(self, text: str, location: Location, folder: Path, shown: Path, trail: tuple[tuple[str, str], ...]):
        arguments = _names(text, location)
        if len(arguments) != 1:
            raise NetlistError(f"{text[:60]!r} names {len(arguments)} files; write .include FILE", location)
        path, lines, name = self._read(arguments[0], location, folder, shown)
        yield from self._expanded(lines, path.parent, name.parent, _longer(trail, str(path), "", location))

    def _section(
        self, arguments: list[str], location: Location, folder: Path, shown: Path, trail: tuple[tuple[str, str], ...]
    ) -> Iterator[LogicalLine]:
        if len(arguments) != 2:
            cause = f".lib with {counted(len(arguments), 'name')} and no .endl after it"
            raise NetlistError(f"{cause}; write .lib FILE SECTION, or .include FILE for a whole file", location)
        path, lines, name = self._read(arguments[0], location, folder, shown)
        section = arguments[1].lower()
        trail = _longer(trail, str(path), section, location)
        yield from self._expanded(_section_lines(lines, section, str(name), location), path.parent, name.parent, trail)

    def _read(self, name: str, location: Location, folder: Path, shown: Path) -> tuple[Path, list[LogicalLine], Path]:
        if self._home is None:
            cure = "load the netlist from its file, or give parse() a folder="
            raise NetlistError(f"{name!r} cannot be included because this text has no folder; {cure}", location)
        self._count += 1
        if self._count > MAX_FILES:
            raise NetlistError(f"more than {MAX_FILES} files are included; break the multiplying includes", location)
        path = inside(self._home, folder, name, self._allow_outside, location)
        if not path.is_file():
            raise NetlistError(f"the file {name!r} does not exist in {folder}; {_similar_file(path)}", location)
        file = shown / name
        return path, logical_lines(read_text(path, str(file), location), str(file)), file


def _names(text: str, location: Location) -> list[str]:
    return [field.strip("'\"") for field in fields(text, location)[1:]]


def _is_definition(lines: list[LogicalLine], index: int) -> bool:
    """Whether a one-name `.lib` opens a section: an `.endl` follows before any other one-name `.lib`."""
    for _, text in lines[index + 1 :]:
        lower = text.lower()
        if lower.startswith(".endl"):
            return True
        if lower.startswith(".lib") and len(lower.split()) == 2:
            return False
    return False


def _section_lines(lines: list[LogicalLine], section: str, file: str, location: Location) -> list[LogicalLine]:
    known: list[str] = []
    start: int | None = None
    for index, (_, text) in enumerate(lines):
        words = text.lower().split()
        if words[0] == ".lib" and len(words) == 2:
            known.append(words[1].strip("'\""))
            if known[-1] == section:
                start = index + 1
        elif words[0] == ".endl" and start is not None:
            return lines[start:index]
    if start is not None:
        raise NetlistError(f"the section {section} of {file} has no .endl; add it at the section's end", location)
    raise NetlistError(f"{file} has no section {section!r}; {nearest(section, known)}", location)


def _longer(
    trail: tuple[tuple[str, str], ...], path: str, section: str, location: Location
) -> tuple[tuple[str, str], ...]:
    """The trail of open files with one more. Raises NetlistError when it is open already, or the trail is too long."""
    if (path, section) in trail:
        shown = " → ".join(Path(file).name for file, _ in (*trail, (path, section)))
        raise NetlistError(f"files include each other in a circle: {shown}; remove one of these includes", location)
    if len(trail) > MAX_DEPTH:
        raise NetlistError(
            f"includes are nested more than {MAX_DEPTH} deep; include the inner files directly", location
        )
    return (*trail, (path, section))


def _similar_file(path: Path) -> str:
    names = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
    near = get_close_matches(path.name, names, 1)
    return f"write {near[0]}" if near else "check its name and folder"
