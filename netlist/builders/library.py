"""The library of element subcircuits, `circuits/lib`, and circuits written in its words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ..circuit import Circuit, Subcircuit
from ..numbers import format_number
from ..parser import load, parse

CIRCUITS = Path(__file__).resolve().parents[2] / "circuits"


def subcircuits(name: str) -> Mapping[str, Subcircuit]:
    """What the library's file of that name defines."""
    return load(CIRCUITS / "lib" / f"{name}.cir").subcircuits


def circuit_of(deck: Iterable[str], source: str) -> Circuit:
    """The circuit of a deck's lines, whose `.include lib/…` cards mean the library."""
    return parse("\n".join(deck), source=source, folder=CIRCUITS)


def includes(*names: str) -> list[str]:
    """The `.include` cards of files of the library."""
    return [f".include lib/{name}.cir" for name in names]


def parameter_cards(values: Mapping[str, float], width: int = 8) -> list[str]:
    """`.param` cards, `width` parameters a line."""
    return card_lines(".param", [f"{name}={format_number(value)}" for name, value in values.items()], width)


def card_lines(keyword: str, words: Sequence[str], width: int) -> list[str]:
    """Cards of one keyword, `width` words a line."""
    return [" ".join([keyword, *words[start : start + width]]) for start in range(0, len(words), width)]


def transient_card(step: float, stop: float, largest: float) -> str:
    """A `.tran` card that starts from the initial conditions; `step` is that of the fixed-step methods."""
    return f".tran {step:g} {stop:g} 0 {largest:g} uic"
