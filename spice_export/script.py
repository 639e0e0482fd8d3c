"""The control scripts that we write ourselves: every command in a run of ngspice is in this file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from .analysis import Analysis

_SETUP = ("set filetype=binary", "set noaskquit")
_AT_ONCE = 40

RELOAD = "reset"
"""Before every analysis but the first: ngspice 39 leaves charges and fluxes of a transient in its devices, and the next
operating point or sweep in the same circuit is wrong by them. Operating points after one another are not affected.
It forgets what was to be saved."""


def analyses_script(analyses: Sequence[Analysis], currents: Sequence[str] = ()) -> tuple[str, ...]:
    """Carry out each analysis and write its vectors to `a0.raw`, `a1.raw`, …; one that fails leaves no file."""
    lines = list(_SETUP)
    for place, (number, each) in enumerate(in_order(analyses)):
        lines += [RELOAD] if place else []
        lines += save_commands(currents) if each.keyword != "ac" else ()
        lines += [each.command, f"write a{number}.raw", "destroy all"]
    return tuple(lines)


def transient_script(asked: Analysis, nodes: Sequence[str], currents: Sequence[str]) -> tuple[str, ...]:
    """Carry out one transient and write it to `a0.raw`: the vectors of `nodes` alone, or all and `currents`."""
    kept = list(save_commands(currents)) if currents else _in_parts("save", nodes)
    return (*_SETUP, *kept, asked.command, "write a0.raw", "destroy all")


def in_order(analyses: Sequence[Analysis]) -> list[tuple[int, Analysis]]:
    """The analyses with their numbers, AC ones first, before device currents are asked for.

    In an AC analysis ngspice 39 has none, and would write nothing at all.
    """
    return sorted(enumerate(analyses), key=lambda each: each[1].keyword != "ac")


def sweep_script(
    names: Sequence[str], base: np.ndarray, values: np.ndarray, currents: Sequence[str] = ()
) -> tuple[str, ...]:
    """One operating point a row of `values` [samples, names], written to `s0.raw`, `s1.raw`, ….

    The deck is loaded with the values `base` [names]; of each sample only what changed since the last is altered.
    """
    lines = [*_SETUP, *save_commands(currents)]
    present = base
    for sample, row in enumerate(values):
        lines.extend(_alterations(names, present, row))
        lines += ["op", f"write s{sample}.raw", "destroy all"]
        present = row
    return tuple(lines)


def _alterations(names: Sequence[str], present: np.ndarray, row: np.ndarray) -> Iterator[str]:
    for index in np.flatnonzero(row != present).tolist():
        yield f"alter {names[index]} = {float(row[index])!r}"


def save_commands(currents: Sequence[str]) -> Iterator[str]:
    """`save` commands: all node voltages and source currents, and the device currents named."""
    if currents:
        yield "save all"
    yield from _in_parts("save", currents)


def _in_parts(command: str, words: Sequence[str]) -> list[str]:
    """The command as often as its words need, for ngspice's lines have an end."""
    return [" ".join([command, *words[first : first + _AT_ONCE]]) for first in range(0, len(words), _AT_ONCE)]
