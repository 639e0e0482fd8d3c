"""Physical lines to logical ones: comments go, `+` lines join the card they continue, `*@` lines stay."""

from __future__ import annotations

import re

from .errors import Location, NetlistError

LogicalLine = tuple[Location, str]

_TAIL = re.compile(r"""(?:'[^']*'|"[^"]*"|[^;$/'"]|(?<![\s,])\$|/(?!/)|['"])*""")


def without_comment(line: str) -> str:
    """The line up to its end-of-line comment: `;`, `//`, or a `$` after a blank or comma; not inside quotes."""
    if line[0] == "$":
        return ""
    match = _TAIL.match(line)
    return line[: match.end()].rstrip() if match else line


def logical_lines(text: str, file: str, first: int = 1) -> list[LogicalLine]:
    """The cards and `*@` lines of a text, stripped, each with the line it began on. Linear in the text's length.

    Commands of a `.control` block are kept whole, for `$` means a variable there. `first` is the number of the text's
    first line. Raises NetlistError for a `+` that has no card before it.
    """
    lines: list[LogicalLine] = []
    pieces: dict[int, list[str]] = {}
    card = -1
    commands = False
    for number, raw in enumerate(text.split("\n"), first):
        line = raw.strip()
        if not line:
            continue
        head = line[0]
        if head == "*" and line[1:2] != "@":
            continue
        if head == "." and line[:4].lower() in (".con", ".end"):
            commands = line[:8].lower() == ".control"
        if not commands and (";" in line or "$" in line or "//" in line):
            line = without_comment(line)
            if not line:
                continue
        if head == "+":
            if lines and card != len(lines) - 1:
                found = f"the line {line[:40]!r} continues a *@ line, which ends on its own line"
                raise NetlistError(f"{found}; repeat the directive for the rest", Location(file, number))
            if card < 0:
                found = f"a continuation line {line[:40]!r} has no card before it"
                raise NetlistError(
                    f"{found}; remove the leading + or put the card's line first", Location(file, number)
                )
            pieces.setdefault(card, [lines[card][1]]).append(line[1:])
            continue
        if head != "*":
            card = len(lines)
        lines.append((Location(file, number), line))
    for index, parts in pieces.items():
        lines[index] = (lines[index][0], " ".join(parts))
    return lines
