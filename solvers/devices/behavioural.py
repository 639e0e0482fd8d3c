"""B sources, E F G H by expression, polynomial or table, R C L by expression: an expression as a device of its own.

A capacitance times the rate of its voltage is the current, whatever else the capacitance reads, and an inductance
times the rate of its current the voltage, as in ngspice: neither is the derivative of a charge or a flux. The rate is
an unknown of its own, in units of 1 nF and of 1 µH.

Expressions that differ only in their constants share one device, whose parameters the constants are; so a thousand
sources of one shape are compiled once.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp

from ...netlist.declaration import Parameter
from ...netlist.expression import (
    Binary,
    Call,
    Current,
    Expression,
    Name,
    Number,
    Unary,
    Voltage,
    children,
    rebuild,
)
from ..formula import Formulas
from .controlled import GAIN, drift
from .device import Charges, Currents, Device, Parameters, Scalar
from .passive import PAIR

KEPT = (0.0, 1.0, 2.0)
"""Constants that stay in the expression, where they save operations."""
TABLE = "table "
"""The function of a tabulated source; the space keeps it apart from functions of the netlist."""


@dataclass(frozen=True)
class Law:
    """An expression of one element: its device, its constants, and what it reads in the order of the controls."""

    device: Device
    constants: tuple[float, ...]
    reads: tuple[Voltage | Current, ...]


def law(expression: Expression, kind: str) -> Law:
    """The device of an expression that gives a `voltage`, a `current`, a `charge`, a `capacitance` or an `inductance`
    between two nodes.

    Raises:
        CircuitError: a function that has no meaning here.
    """
    reads: dict[Voltage | Current, None] = {}
    constants: list[float] = []
    shape = _shape(expression, reads, constants, False)
    return Law(_device(shape, kind, len(reads), len(constants)), tuple(constants), tuple(reads))


def polynomial(coefficients: Sequence[float], reads: Sequence[Expression]) -> Expression:
    """SPICE's `poly`: c0 + c1·x + c2·y + c3·x² + c4·xy + …; one coefficient alone with one variable is its factor.

    Terms are in order of degree and within it as Nagel (1975, SPICE2) writes them: x², xy, xz, y², yz, z².
    """
    if len(coefficients) == 1 and len(reads) == 1:
        coefficients = (0.0, coefficients[0])
    degrees = itertools.count(0)
    terms: list[tuple[Expression, ...]] = []
    while len(terms) < len(coefficients):
        terms += itertools.combinations_with_replacement(reads, next(degrees))
    found: Expression = Number(0.0)
    for coefficient, factors in zip(coefficients, terms, strict=False):
        product: Expression = Number(abs(coefficient))
        for factor in factors:
            product = Binary("*", product, factor)
        found = Binary("+" if coefficient >= 0.0 else "-", found, product)
    return found


def tabulated(of: Expression, points: Sequence[float]) -> Expression:
    """The line through points (x1, y1, x2, y2, …), constant beyond its ends, its corners rounded as in ngspice 39.

    Within a tenth of the shorter segment beside a corner it is the parabola that touches both, at the ends too.
    """
    return Call(TABLE, (of, *(Number(p) if p >= 0.0 else Unary("-", Number(-p)) for p in points)))


def _shape(node: Expression, reads: dict[Any, None], constants: list[float], exponent: bool) -> Expression:
    """The expression with constants as `constant k` and readings as `read k`."""
    if isinstance(node, Voltage | Current):
        reads.setdefault(node)
        return Name(f"read {list(reads).index(node)}")
    if isinstance(node, Number):
        if exponent or node.value in KEPT:
            return node
        constants.append(node.value)
        return Name(f"constant {len(constants) - 1}")
    power = (isinstance(node, Binary) and node.operator == "^") or (
        isinstance(node, Call) and node.function in ("pow", "pwr")
    )
    operands = children(node)
    found = [_shape(each, reads, constants, power and place == 1) for place, each in enumerate(operands)]
    return rebuild(node, tuple(found))


@functools.lru_cache(maxsize=4096)
def _device(shape: Expression, kind: str, reads: int, constants: int) -> Device:
    names = [f"constant {k}" for k in range(constants)]
    branches = _BRANCHES[kind]
    return Device(
        f"{kind} by expression",
        PAIR,
        (PAIR, *((name, None) for name in branches), *((f"read {k} +", f"read {k} -") for k in range(reads))),
        _PHYSICS[kind](functools.partial(_value, shape)),
        functools.partial(_prepare, tuple(names), kind == "inductance"),
        {
            **{key: each for key, each in GAIN.items() if key != "value"},
            **{name: Parameter(name, name) for name in names},
        },
        branch_currents=branches,
    )


def _prepare(names: tuple[str, ...], divided: bool, raw: Parameters, given: frozenset[str]) -> dict[str, Scalar]:
    """`divided` is what falls where several are in parallel."""
    return {
        **{name: raw[name] for name in names},
        "factor": drift(raw) / raw.multiplicity if divided else drift(raw) * raw.multiplicity,
        "temper": raw.temperature - 273.15,
    }


def _value(shape: Expression, reads: Sequence[Scalar], p: Parameters, time: Scalar) -> Scalar:
    known = {f"read {k}": value for k, value in enumerate(reads)}
    names = {**{key: value for key, value in p.items() if key.startswith("constant ")}, **known}
    formulas = Formulas({**names, "time": time, "temper": p.temper}, signals={}, functions={TABLE: _table})
    return p.factor * formulas.value(shape)


ROUNDED = 0.1
"""The share of a table's segment, before and behind a corner, that is rounded."""


def _table(x: Any, *points: Any) -> Any:
    """y1 + Σ (change of slope at a corner)·(ramp from there on): 0 before it, x − corner behind, a parabola between."""
    xs, ys = points[::2], points[1::2]
    widths = [end - begin for begin, end in itertools.pairwise(xs)]
    slopes = [
        0.0,
        *((end - begin) / width for (begin, end), width in zip(itertools.pairwise(ys), widths, strict=True)),
        0.0,
    ]
    beside = [widths[0], *widths, widths[-1]]
    found: Scalar = ys[0]
    for corner, (before, after), (left, right) in zip(
        xs, itertools.pairwise(slopes), itertools.pairwise(beside), strict=True
    ):
        round_from = ROUNDED * jnp.minimum(left, right)
        inside = jnp.minimum(jnp.maximum(x - corner + round_from, 0.0), 2.0 * round_from)
        ramp = inside * inside / (4.0 * round_from) + jnp.maximum(x - corner - round_from, 0.0)
        found = found + (after - before) * ramp
    return found


Value = Callable[[Sequence[Scalar], Parameters, Scalar], Scalar]


def _voltage(value: Value) -> Callable:
    def physics(u: Sequence[Scalar], p: Parameters, time: Scalar) -> tuple[Currents, Charges]:
        voltage, current, *reads = u
        return {"positive": current, "negative": -current, "current": voltage - value(reads, p, time)}, {}

    return physics


def _current(value: Value) -> Callable:
    def physics(u: Sequence[Scalar], p: Parameters, time: Scalar) -> tuple[Currents, Charges]:
        current = value(u[1:], p, time)
        return {"positive": current, "negative": -current}, {}

    return physics


def _charge(value: Value) -> Callable:
    def physics(u: Sequence[Scalar], p: Parameters, time: Scalar) -> tuple[Currents, Charges]:
        charge = value(u[1:], p, time)
        return {}, {"positive": charge, "negative": -charge}

    return physics


def _capacitance(value: Value) -> Callable:
    def physics(u: Sequence[Scalar], p: Parameters, time: Scalar) -> tuple[Currents, Charges]:
        voltage, rate, *reads = u
        current = value(reads, p, time) / FARADS * rate
        return {"positive": current, "negative": -current, "rate": -rate}, {"rate": FARADS * voltage}

    return physics


def _inductance(value: Value) -> Callable:
    def physics(u: Sequence[Scalar], p: Parameters, time: Scalar) -> tuple[Currents, Charges]:
        voltage, current, rate, *reads = u
        law = voltage - value(reads, p, time) / HENRYS * rate
        return (
            {"positive": current, "negative": -current, "current": law, "rate": -rate},
            {"rate": HENRYS * current},
        )

    return physics


FARADS, HENRYS = 1e-9, 1e-6
"""What rates are given in: the current of so many farads, the voltage of so many henrys."""
_PHYSICS = {
    "voltage": _voltage,
    "current": _current,
    "charge": _charge,
    "capacitance": _capacitance,
    "inductance": _inductance,
}
_BRANCHES = {
    "voltage": ("current",),
    "current": (),
    "charge": (),
    "capacitance": ("rate",),
    "inductance": ("current", "rate"),
}
