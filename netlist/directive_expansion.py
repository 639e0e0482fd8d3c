"""What a directive's selectors become when arrays are written out: they go on meaning the same branches and nodes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product

from .bus import bus_slice
from .circuit import Circuit, Directive
from .directive_table import DIRECTIVES
from .errors import CircuitError
from .selectors import is_glob, matcher, matches

_SIGNAL = re.compile(r"(?P<kind>[vi])\((?P<inside>.*)\)")
_OUTSIDE_BRACKETS = re.compile(r",(?![^\[]*\])")


@dataclass(frozen=True)
class Names:
    """What selectors can mean in a flat circuit: parameters, elements with their ranges, buses with their widths."""

    parameters: Mapping[str, object]
    ranges: Mapping[str, tuple[tuple[int, int], ...]]
    widths: Mapping[str, int]

    @classmethod
    def of(cls, circuit: Circuit, widths: Mapping[str, int]) -> Names:
        return cls(circuit.parameters, {element.name: element.ranges for element in circuit.elements}, widths)


def expand_directive(directive: Directive, names: Names) -> Directive:
    """The directive for the scalar circuit.

    An array's name `vin` becomes `vin[*`; a glob that goes on meaning the same stays as it is; `v(out[0:9])`
    becomes `v(out[0])` to `v(out[9])`.
    """
    expand = _BY_MEANING[DIRECTIVES[directive.keyword].selectors]
    selectors = (line for selector in directive.selectors for line in expand(selector, names))
    return replace(directive, selectors=tuple(dict.fromkeys(selectors)))


def _target(selector: str, names: Names) -> tuple[str, ...]:
    """A selector of parameters or, where it means none, of elements."""
    if any(matches(selector, parameter) for parameter in names.parameters):
        return (selector,)
    return _elements(selector, names)


def _elements(selector: str, names: Names) -> tuple[str, ...]:
    part = bus_slice(selector)
    if part and part.name in names.ranges:
        return tuple(part.node(offset) for offset in range(part.width))
    found = [name for name in names.ranges if matches(selector, name)]
    return _element_selectors(selector, found, names)


def _signal(selector: str, names: Names) -> tuple[str, ...]:
    signal = _SIGNAL.fullmatch(selector)
    return tuple(_signal_lines(selector, signal["kind"], signal["inside"], names)) if signal else (selector,)


def _element_selectors(selector: str, found: list[str], names: Names) -> tuple[str, ...]:
    scalars = [name for name in found if not names.ranges[name]]
    arrays = [name for name in found if names.ranges[name]]
    if is_glob(selector) and any(_means_a_line_of(selector, name, names) for name in names.ranges.keys() - set(arrays)):
        return (*scalars, *(f"{name}[*" for name in arrays))
    kept = (selector,) if scalars or not arrays or selector.endswith("*") else ()
    return kept if selector.endswith("*") else (*kept, *(f"{name}[*" for name in arrays))


def _means_a_line_of(selector: str, name: str, names: Names) -> bool:
    """Whether a glob that does not mean the array would mean one of its branches. O(1) for nearly every name."""
    ranges = names.ranges[name]
    fixed = re.split(r"[*?]", selector, maxsplit=1)[0]
    opening = f"{name}["
    if not ranges or not (opening.startswith(fixed) or fixed.startswith(opening)):
        return False
    test = matcher(selector)
    indices = product(*(range(start, stop + 1) for start, stop in ranges))
    return any(test(f"{opening}{','.join(map(str, index))}]") for index in indices)


def _node_lines(selector: str, names: Names) -> tuple[str, ...]:
    """The nodes of a bus, a range of it, or the one node that is meant."""
    part = bus_slice(selector)
    if part:
        return tuple(part.node(offset) for offset in range(part.width))
    if selector in names.widths:
        return tuple(f"{selector}[{index}]" for index in range(names.widths[selector]))
    return (selector,)


def _signal_lines(selector: str, kind: str, inside: str, names: Names) -> Iterator[str]:
    """`v(a)`, `v(a,b)` or `i(element)` line by line; a scalar next to a bus is shared."""
    fields = [field.strip() for field in _OUTSIDE_BRACKETS.split(inside)]
    columns = [_node_lines(field, names) if kind == "v" else _branch_names(field, names) for field in fields]
    longest = max(map(len, columns))
    if any(len(column) not in (1, longest) for column in columns):
        raise CircuitError(f"{selector} joins buses of different widths; make them equally wide")
    for row in zip(*(column if len(column) == longest else column * longest for column in columns), strict=True):
        yield f"{kind}({','.join(row)})"


def _branch_names(field: str, names: Names) -> tuple[str, ...]:
    part = bus_slice(field)
    if part:
        return tuple(part.node(offset) for offset in range(part.width))
    ranges = names.ranges.get(field, ())
    if not ranges:
        return (field,)
    indices = product(*(range(start, stop + 1) for start, stop in ranges))
    return tuple(f"{field}[{','.join(map(str, index))}]" for index in indices)


_BY_MEANING: Mapping[str, Callable[[str, Names], tuple[str, ...]]] = {
    "none": lambda selector, names: (selector,),
    "elements": _elements,
    "targets": _target,
    "signals": _signal,
    "nodes": _node_lines,
}
"""How to expand a selector, by what the directive table says it means."""
