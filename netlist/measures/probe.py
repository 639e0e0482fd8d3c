"""A signal as `.measure`, `.print` and `.save` write it, and its values in an answer.

v(a)  v(a,b)  i(v1)               voltages against ground and between nodes, currents
vm vp vdb vr vi, im ip …          magnitude, phase, decibels, real and imaginary part of a phasor
out                               the voltage of a node
par('expression')  '…'  {…}       an expression of voltages, currents and parameters
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ..errors import Location, NetlistError
from ..evaluation import Evaluator
from ..expression import Current, Expression, Voltage, walk
from ..expression_parser import parse_expression
from ..node_names import canonical_node
from ..suggestion import nearest
from ..traces import Traces

Part = Callable[[np.ndarray], np.ndarray]

PARTS: Mapping[str, Part] = {
    "": lambda phasor: phasor,
    "m": np.abs,
    "p": np.angle,
    "db": lambda phasor: 20.0 * np.log10(np.maximum(np.abs(phasor), np.finfo(float).tiny)),
    "r": np.real,
    "i": np.imag,
}
"""What the letters behind `v` and `i` take of a phasor; phases are in radians, as in ngspice 39."""

_READING = re.compile(r"([vi])(m|p|db|r|i|)\(([^()]*)\)")
_FORMULA = re.compile(r"(?:par)?\((['\"{])(.*)['\"}]\)|(['\"{])(.*)['\"}]")


@dataclass(frozen=True)
class Probe:
    """One signal: the letter of its quantity, `nodes` or an element, and which part of it; or an expression.

    `text` is what the card says.
    """

    text: str
    quantity: str = "v"
    part: str = ""
    names: tuple[str, ...] = ()
    expression: Expression | None = None

    def values(self, traces: Traces, parameters: Mapping[str, float] | None = None) -> np.ndarray:
        """The signal over the answer's axes, complex where it is a phasor of which the card takes no part.

        Raises:
            NetlistError: the answer does not have it; an expression without a value.
        """
        if self.expression is not None:
            return _formula(self.expression, traces, parameters or {})
        return PARTS[self.part](_signal(traces, self.quantity, self.names))

    @property
    def signals(self) -> frozenset[str]:
        """The voltages of nodes and currents of elements that it reads, `v(a)` and `i(v1)`."""
        if self.expression is None:
            return frozenset(f"{self.quantity}({name})" for name in self.names) - {"v(0)"}
        found: set[str] = set()
        for node in walk(self.expression):
            if isinstance(node, Current):
                found.add(f"i({node.element})")
            elif isinstance(node, Voltage):
                found |= {f"v({each})" for each in (node.positive, node.negative) if each not in (None, "0")}
        return frozenset(found)

    def numbers(self, traces: Traces, parameters: Mapping[str, float] | None = None) -> np.ndarray:
        """The signal as real numbers: of a phasor the real part, where the card takes no other, as ngspice does."""
        return np.real(self.values(traces, parameters))


def read_probe(text: str, location: Location | None) -> Probe:
    """The probe of a field in lower case. Raises NetlistError for what is no signal."""
    formula = _FORMULA.fullmatch(text)
    if formula:
        return Probe(text, expression=parse_expression(formula[2] or formula[4] or "", location))
    reading = _READING.fullmatch(text)
    if reading is None:
        if re.fullmatch(r"[^\s()'\"{}=,]+", text):
            return Probe(text, names=(canonical_node(text),))
        raise NetlistError(f"{text!r} is no signal; write v(node), v(a,b), i(element) or par('expression')", location)
    quantity, part, inside = reading.groups()
    names = tuple(name.strip() for name in inside.split(","))
    if not all(names) or len(names) > (2 if quantity == "v" else 1):
        raise NetlistError(f"{text!r} names no signal; write v(node), v(a,b) or i(element)", location)
    return Probe(text, quantity, part, tuple(map(canonical_node, names)) if quantity == "v" else names)


def _signal(traces: Traces, quantity: str, names: tuple[str, ...]) -> np.ndarray:
    found = [_one(traces, f"{quantity}({name})") for name in names]
    return found[0] - found[1] if len(found) == 2 else found[0]


def _one(traces: Traces, name: str) -> np.ndarray:
    if name == "v(0)":
        return np.zeros(tuple(map(len, traces.axes.values())))
    if name not in traces:
        raise NetlistError(f"the answer has no {name}; {nearest(name, traces.signals)}")
    return np.asarray(traces[name])


def _formula(expression: Expression, traces: Traces, parameters: Mapping[str, float]) -> np.ndarray:
    """An expression point by point, as ngspice computes it in sources; axes are names in it, such as `time`."""
    shape = tuple(map(len, traces.axes.values()))
    grids = np.meshgrid(*traces.axes.values(), indexing="ij") if traces.axes else []
    known: dict[Voltage | Current, np.ndarray] = {}

    def signal(node: Voltage | Current) -> float:
        if node not in known:
            known[node] = np.real(_read(traces, node))
        return float(known[node][index])

    found = np.empty(shape)
    for index in np.ndindex(shape):
        axes = {name: float(grid[index]) for name, grid in zip(traces.axes, grids, strict=True)}
        axes |= {"hertz": axes["frequency"]} if "frequency" in axes else {}
        found[index] = Evaluator({**parameters, **axes}, signal, behavioural=True)(expression)
    return found


def _read(traces: Traces, node: Voltage | Current) -> np.ndarray:
    if isinstance(node, Current):
        return _signal(traces, "i", (node.element,))
    return _signal(traces, "v", (node.positive,) if node.negative is None else (node.positive, node.negative))
