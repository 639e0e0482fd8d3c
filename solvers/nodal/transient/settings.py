"""How a deck wants its steps taken: `.options method= maxord= reltol= trtol= vntol= abstol= chgtol= itl4=`.

ngspice allows a step to err by trtol·reltol of what it is about, overestimated. Here the share is of the whole range
that a charge has had, and a hundredth of that: with nothing said, 1e-5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ....netlist.circuit import Circuit
from ....netlist.errors import CircuitError
from ...transient_card import Transient
from .problem import Settings

RELATIVE = 1e-5
FLOOR = 1e-9
METHODS: Mapping[str, bool] = {"trap": True, "trapezoidal": True, "gear": False}
SHORTEST, FIRST = 1e-11, 1e-7
"""Time steps as shares of the largest one."""


def settings_of(flat: Circuit, asked: Transient, *, relative: float | None = None) -> Settings:
    """The deck's settings. Where the card names no longest step it is, as in ngspice, the card's step or a fiftieth of
    the time that is kept.

    Raises:
        CircuitError: a method or an order that there is not.
    """
    options = flat.options
    method = str(options.get("method", "trap"))
    if method not in METHODS:
        raise CircuitError(f".options method={method} is no method; write method=trap or method=gear")
    share = 1e-2 * _number(options, "reltol", 1e-3) * _number(options, "trtol", 7.0) / 7.0
    largest = asked.largest or min(asked.step, (asked.stop - asked.start) / 50.0)
    smallest = max(SHORTEST * largest, 1e-14 * asked.stop)
    return Settings(
        trapezoidal=METHODS[method],
        order=_order(options, METHODS[method]),
        relative=share if relative is None else relative,
        floor=FLOOR,
        charge=1e-4 * _number(options, "chgtol", 1e-14),
        voltage=1e-3 * _number(options, "vntol", 1e-6),
        current=_number(options, "abstol", 1e-12),
        iterations=int(_number(options, "itl4", 10.0)),
        largest=largest,
        smallest=smallest,
        first=max(FIRST * largest, 1e3 * smallest),
        fixed=False,
    )


def _order(options: Mapping[str, object], trapezoidal: bool) -> int:
    asked = _number(options, "maxord", 2.0)
    most = 2 if trapezoidal else 6
    if asked != int(asked) or not 1 <= asked <= 6:
        raise CircuitError(f".options maxord={asked:g} is no order; write a whole number from 1 to 6")
    return min(int(asked), most)


def _number(options: Mapping[str, Any], name: str, otherwise: float) -> float:
    value = options.get(name, otherwise)
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0.0:
        raise CircuitError(f".options {name}={value} is no positive number; write {name}={otherwise:g}")
    return float(value)
