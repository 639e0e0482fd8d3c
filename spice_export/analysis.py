"""Analysis cards: those that ngspice carries out for us, checked word by word before they are passed on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ..netlist.circuit import Card
from ..netlist.errors import NetlistError, SpiceError
from ..netlist.numbers import format_number, number
from .names import Names


@dataclass(frozen=True)
class Analysis:
    """One analysis: ngspice's command for it, and the axes its result has, slowest first, in Tellegen's names.

    `grid` holds the axes where the card fixes them (DC sweeps), and is empty where ngspice chooses the points. `stop`
    is where a transient ends, in seconds.
    """

    keyword: str
    command: str
    axes: tuple[str, ...] = ()
    grid: tuple[np.ndarray, ...] = ()
    stop: float = 0.0


OPERATING_POINT = Analysis("op", "op")


def analysis(card: Card, elements: Names) -> Analysis:
    """The analysis a card asks for.

    Raises:
        SpiceError: a field that is not a number, a known word or an element of the circuit.
    """
    return _READERS[card.keyword](card, elements)


def _op(card: Card, elements: Names) -> Analysis:
    return OPERATING_POINT


def _tran(card: Card, elements: Names) -> Analysis:
    words = [field for field in card.fields if field.lower() == "uic"]
    times = [_number(card, field) for field in card.fields if field.lower() != "uic"]
    if not 2 <= len(times) <= 4:
        raise _wrong(card, "write .tran step stop [start [largest step]] [uic]")
    command = " ".join(["tran", *map(format_number, times), *("uic" for _ in words[:1])])
    return Analysis("tran", command, ("time",), stop=times[1])


def _ac(card: Card, elements: Names) -> Analysis:
    if len(card.fields) != 4 or card.fields[0].lower() not in ("dec", "oct", "lin"):
        raise _wrong(card, "write .ac dec|oct|lin points start stop")
    points, start, stop = (_number(card, field) for field in card.fields[1:])
    return Analysis("ac", f"ac {card.fields[0].lower()} {int(points)} {start!r} {stop!r}", ("frequency",))


def _dc(card: Card, elements: Names) -> Analysis:
    if len(card.fields) not in (4, 8):
        raise _wrong(card, "write .dc source start stop step, and no more than a second such four after it")
    words, axes, grid = [], [], []
    for first in range(0, len(card.fields), 4):
        swept = card.fields[first].lower()
        if swept != "temp" and swept not in elements.to_spice:
            raise _wrong(card, f"the circuit has no element {swept} to sweep")
        start, stop, step = (_number(card, field) for field in card.fields[first + 1 : first + 4])
        if step == 0 or (stop - start) * step < 0:
            raise _wrong(card, "give a step that leads from start to stop")
        words += [elements.to_spice.get(swept, swept), *map(format_number, (start, stop, step))]
        axes.append(swept)
        grid.append(start + step * np.arange(int(np.floor((stop - start) / step * (1 + 1e-12) + 1e-9)) + 1))
    return Analysis("dc", " ".join(["dc", *words]), tuple(reversed(axes)), tuple(reversed(grid)))


_READERS: Mapping[str, Callable[[Card, Names], Analysis]] = {"op": _op, "tran": _tran, "ac": _ac, "dc": _dc}

CARRIED_OUT = frozenset(_READERS)
"""Keywords of the cards that we carry out; of the others some are passed on in the file, see `passed`."""


def _number(card: Card, field: str) -> float:
    try:
        return number(field)
    except NetlistError as error:
        raise _wrong(card, str(error)) from None


def _wrong(card: Card, cure: str) -> SpiceError:
    return SpiceError(f"the card .{card.keyword} {' '.join(card.fields)} cannot be carried out; {cure}", card.location)
