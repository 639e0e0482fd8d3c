"""What a circuit is before it is written out: its crossbars apart, the values of its elements that learn as symbols."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from ....netlist.circuit import Circuit
from ....netlist.element import Element
from ....netlist.errors import CircuitError
from ....netlist.expansion import element_lines, written_out
from ....netlist.expression import Name
from ....netlist.flatten import flatten
from ....netlist.instance_lines import instance_lines, own_parameter
from ....netlist.suggestion import nearest


@dataclass(frozen=True, eq=False)
class Opened:
    """`rest` is the circuit without its `crossbars`, whose learning elements read parameters of their own.

    `free` are the scalar names in order, `lines` by element that learns those which are its own.
    """

    circuit: Circuit
    rest: Circuit
    free: tuple[str, ...]
    lines: Mapping[str, tuple[str, ...]]
    crossbars: tuple[Element, ...]

    @classmethod
    def of(cls, circuit: Circuit, free: Sequence[str], written: Collection[str] = ()) -> Opened:
        """Take the circuit apart; the crossbars in `written` are written out. Linear in its lines.

        Raises:
            CircuitError: a free name that is neither a parameter nor an element with a value.
        """
        learning = [name for name in free if name not in circuit.parameters]
        for name in learning:
            if name not in circuit:
                cure = nearest(name, [*circuit.parameters, *(each.name for each in circuit.elements)])
                raise CircuitError(f"the deck has no parameter or element {name} that could be free; {cure}")
        parameters = dict(circuit.parameters)
        lines: dict[str, tuple[str, ...]] = {}
        elements: list[Element] = []
        crossbars: list[Element] = []
        for element in circuit.elements:
            as_products = len(element.ranges) == 2 and element.name not in written
            if as_products and (element.kind == "X" or element.name in learning):
                crossbars.append(element)
            elif element.name in learning:
                found, values = _symbolic(element)
                parameters |= values
                lines[element.name] = tuple(values)
                elements += found
            else:
                elements.append(element)
        if not learning and not crossbars:
            return cls(circuit, circuit, tuple(free), {}, ())
        rest = circuit.replace(elements=tuple(elements), parameters=MappingProxyType(parameters))
        names = [line for name in free for line in lines.get(name, () if name in learning else (name,))]
        return cls(circuit, rest, tuple(names), lines, tuple(crossbars))

    def flat(self) -> Circuit:
        """The rest, flat and scalar."""
        return written_out(flatten(self.rest, self.free)) if self.free else self.rest.expand()


def _symbolic(element: Element) -> tuple[list[Element], dict[str, float]]:
    """The scalar elements of one that learns, each with a parameter of its line's name for its value."""
    if element.kind == "X":
        key = own_parameter(element)
        found = []
        values: dict[str, float] = {}
        for line in instance_lines(element):
            given = line.values.get(key, element.parameters[key])
            if not isinstance(given, float | int):
                raise _no_number(element)
            values[line.name] = float(given)
            parameters = MappingProxyType({key: Name(line.name)})
            found.append(replace(element, name=line.name, nodes=line.nodes, parameters=parameters, ranges=()))
        return found, values
    scalars = element_lines(element)
    key = "g" if element.kind == "R" and "g" in element.parameters else None
    return [_named(each, key) for each in scalars], {each.name: _number(each, key) for each in scalars}


def _named(element: Element, key: str | None) -> Element:
    if key is None:
        return replace(element, value=Name(element.name))
    return replace(element, parameters=MappingProxyType({**element.parameters, key: Name(element.name)}))


def _number(element: Element, key: str | None) -> float:
    value = element.value if key is None else element.parameters[key]
    if isinstance(value, float | int):
        return float(value)
    raise _no_number(element)


def _no_number(element: Element) -> CircuitError:
    return CircuitError(
        f"{element.name} cannot learn: its value is no number; write one, or learn a parameter that it reads",
        element.location,
    )


def weights_of(element: Element) -> np.ndarray:
    """The values of a crossbar's crosspoints as its card gives them (rows, columns)."""
    key = own_parameter(element) if element.kind == "X" else "g" if "g" in element.parameters else None
    value = element.value if key is None else element.parameters[key]
    if isinstance(value, np.ndarray | float | int):
        return np.broadcast_to(np.asarray(value, float), element.shape)
    raise _no_number(element)
