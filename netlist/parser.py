"""Text to circuit: lines, includes, scopes, then elements."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from .assemble import assemble
from .circuit import Circuit, Note
from .collect import collect
from .collector import paused_collection
from .errors import Location, NetlistError
from .files import read_text
from .includes import Includes
from .lines import logical_lines
from .references import check_instances
from .sidecar import Sidecars
from .writer import Written

_CARD_IN_TITLE = re.compile(r"[a-z]\w*\d+\s+\S+\s+\S+\s+\S+|\.[a-z]+\b.*", re.IGNORECASE)


def parse(
    text: str | Written,
    *,
    source: str = "netlist",
    folder: str | Path | None = None,
    arrays: Mapping[str, np.ndarray] | None = None,
    allow_outside: bool = False,
) -> Circuit:
    """The circuit of a netlist's text. The first line is the title, as in SPICE.

    Parameters: `source` names the text in messages; `folder` is where includes and sidecars lie (none: there are none);
    `arrays` are the values of `@file:key` by key, in place of sidecar files; `allow_outside` lets includes and sidecars
    lie outside `folder`. What `write` returned can be given as it is.

    Raises NetlistError: `source:line: what was found; what to write instead`. Linear in the text's length.
    """
    if isinstance(text, Written):
        text, arrays = text.text, text.arrays
    title, _, rest = text.partition("\n")
    start = Location(source, 1)
    home = Path(folder) if folder is not None else None
    with paused_collection(), Sidecars(home, arrays, allow_outside) as sidecars:
        lines = Includes(home, source, allow_outside).expand(logical_lines(rest, source, 2), rest)
        scope = collect(lines, start)
        scope.notes.extend(title_notes(title, start))
        circuit = assemble(scope, sidecars, scope.title or read_title(title, start), source)
        check_instances(scope)
        return circuit


def load(path: str | Path, *, allow_outside: bool = False) -> Circuit:
    """The circuit of a netlist file; includes and sidecars lie in its folder. Raises NetlistError."""
    path = Path(path)
    text = read_text(path, str(path))
    return parse(text, source=str(path), folder=path.parent, allow_outside=allow_outside)


def title_notes(line: str, location: Location) -> list[Note]:
    """A note if the first line looks like a card: SPICE takes it as the title all the same."""
    if not _CARD_IN_TITLE.fullmatch(line.strip()):
        return []
    cause = f"the first line {line.strip()!r} is the deck's title, though it looks like a card"
    return [Note(f"{cause}; put a title line before it", location)]


def read_title(line: str, location: Location) -> str:
    """The title without the `*` it may start with."""
    title = line.strip()
    if title.startswith("*@"):
        cause = "the first line is the deck's title, so this *@ line would be lost"
        raise NetlistError(f"{cause}; put a title line before it", location)
    return " ".join(title.removeprefix("*").split())
