"""What a circuit's directives mean for its elements: inputs, outputs, trainables, ideal diodes.

Where a selector may mean parameters or elements, it means the parameters if it matches any. `mismatch` and `noise`
stand in files of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from .errors import CircuitError, Location
from .selectors import select
from .suggestion import nearest

if TYPE_CHECKING:
    from .circuit import Circuit, Directive

_COMMA_BETWEEN_NODES = re.compile(r",(?![^\[]*\])")


@dataclass(frozen=True, slots=True)
class Trainable:
    """One parameter or element that may be learned.

    `minimum` and `maximum` (None: unbounded) are in the unit the target is written in: ohm for a resistor written in
    ohm, siemens for one written with `g=`. `levels` are a number of equidistant values or the values, `bits` two to
    that power of them; None for a continuous target.
    """

    target: str
    kind: Literal["parameter", "element"]
    minimum: float | None = None
    maximum: float | None = None
    scale: Literal["linear", "log"] = "linear"
    levels: int | tuple[float, ...] | None = None
    bits: int | None = None
    location: Location | None = None


def of_keyword(circuit: Circuit, keyword: str) -> Iterator[Directive]:
    """The circuit's directives of one keyword, in the deck's order."""
    return (directive for directive in circuit.directives if directive.keyword == keyword)


def ideal_models(circuit: Circuit) -> frozenset[str]:
    """The diode models that `*@ ideal` names."""
    return frozenset(str(directive.options["model"]) for directive in of_keyword(circuit, "ideal"))


def inputs(circuit: Circuit) -> tuple[str, ...]:
    """The elements that `*@ input` selects, each once, in the order of the selectors and then of the deck."""
    names = [element.name for element in circuit.elements]
    found: dict[str, None] = {}
    for directive in of_keyword(circuit, "input"):
        for selector in directive.selectors:
            if not select([selector], circuit.parameters):
                found.update(dict.fromkeys(_selected(selector, names, directive)))
    return tuple(found)


def input_parameters(circuit: Circuit) -> tuple[str, ...]:
    """The parameters that `*@ input` selects, each once: bits of a challenge, voltages at the start."""
    selectors = (selector for directive in of_keyword(circuit, "input") for selector in directive.selectors)
    return tuple(dict.fromkeys(name for each in selectors for name in select([each], circuit.parameters)))


def outputs(circuit: Circuit) -> tuple[str, ...]:
    """What `*@ output` names: `out[0:9]` for `v(out[0:9])`, and `v(a,b)` or `i(r1)` as they stand."""
    signals = (signal for directive in of_keyword(circuit, "output") for signal in directive.selectors)
    return tuple(dict.fromkeys(signal[2:-1] if _is_single_voltage(signal) else signal for signal in signals))


def trainables(circuit: Circuit) -> tuple[Trainable, ...]:
    """The targets of `*@ trainable`, parameters before elements; a later line overrides an earlier one."""
    found: dict[str, Trainable] = {}
    names = [element.name for element in circuit.elements]
    for directive in of_keyword(circuit, "trainable"):
        for selector in directive.selectors:
            parameters = select([selector], circuit.parameters)
            for target in parameters or _selected(selector, names, directive):
                found[target] = _trainable(target, "parameter" if parameters else "element", directive)
    return tuple(found.values())


def _trainable(target: str, kind: Literal["parameter", "element"], directive: Directive) -> Trainable:
    levels = directive.options.get("levels")
    bits = _number(directive, "bits")
    return Trainable(
        target,
        kind,
        _number(directive, "min"),
        _number(directive, "max"),
        "log" if directive.options.get("scale") == "log" else "linear",
        tuple(map(float, levels)) if isinstance(levels, tuple) else int(levels) if isinstance(levels, float) else None,
        None if bits is None else int(bits),
        directive.location,
    )


def _number(directive: Directive, option: str) -> float | None:
    value = directive.options.get(option)
    return value if isinstance(value, float) else None


def _selected(selector: str, names: list[str], directive: Directive) -> tuple[str, ...]:
    found = select([selector], names)
    if not found:
        cure = nearest(selector, names)
        raise CircuitError(f"*@ {directive.keyword} {selector} selects no element; {cure}", directive.location)
    return found


def _is_single_voltage(signal: str) -> bool:
    return signal.startswith("v(") and _COMMA_BETWEEN_NODES.search(signal) is None
