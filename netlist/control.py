"""`.control` blocks: left out, but for the analyses they ask for of the circuit as it stands.

A deck without analysis cards often has its analyses as commands there: `tran 1n 1u` is `.tran 1n 1u`. They are read up
to the first command that changes the circuit, repeats others or computes with them; nothing else is, and no block is
ever passed on.
"""

from __future__ import annotations

from .circuit import Note
from .lines import LogicalLine

_ANALYSES = frozenset(["op", "dc", "ac", "tran", "noise", "tf"])
CARDS = _ANALYSES | {"meas", "measure"}
"""Commands that are cards without their dot."""

_WORDS = (
    "run plot iplot print echo write wrdata hardcopy gnuplot asciiplot display let linearize fft psd fourier four spec "
    "save set unset setplot setscale settype destroy quit exit rusage show showmod status listing version shell delete "
    "define undefine inventory load trace where stop edit history help diff compose cross deftype"
)
_OUTPUT = frozenset(_WORDS.split())
"""Commands that leave the circuit as it is."""


def cards_of(block: list[LogicalLine]) -> list[LogicalLine]:
    """The analyses and measures of a block, as cards with the lines where they stand."""
    found: list[LogicalLine] = []
    for location, text in block:
        command = text.split(None, 1)[0].lower()
        if command in CARDS and not any(sign in text for sign in "$&@[]{};"):
            found.append((location, f".{text}"))
        elif command not in _OUTPUT or (command == "set" and "temp" in text.lower()):
            break
    return found


def asks_for_analyses(cards: list[LogicalLine]) -> bool:
    """Whether any of the cards is an analysis."""
    return any(text.split(None, 1)[0].lower()[1:] in _ANALYSES for _, text in cards)


def note_of(block: LogicalLine, taken: list[LogicalLine]) -> Note:
    """What the reader says of a block that begins on that line, and of which it took these cards."""
    if not taken:
        cause = "the .control block was left out: its commands could run programs, and are never passed on"
        return Note(f"{cause}; write its analyses as cards such as .tran or .dc", block[0])
    shown = ", ".join(text for _, text in taken[:4]) + (", …" if len(taken) > 4 else "")
    cause = f"the .control block was left out but for {shown}: other commands could run programs"
    return Note(f"{cause}; write what is to be carried out as cards", block[0])
