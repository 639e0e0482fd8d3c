"""One card a scalar element: a short way for the kinds that fill large decks, the netlist writer's for all others."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from ..netlist.circuit import Model
from ..netlist.element import Element
from ..netlist.element_text import write_element, write_setting
from ..netlist.errors import SpiceError
from ..netlist.expression import Binary, Expression, constant
from ..netlist.model_parameters import declared
from ..netlist.resistance import conductance, is_written_as_conductance
from .diodes import DiodeExport
from .drives import is_plain_resistor
from .spelling import Spelling


@dataclass(frozen=True)
class Cards:
    """The cards of a deck's elements, and the names of the open resistors that have none."""

    lines: tuple[str, ...]
    open_resistors: tuple[str, ...]


def exported_letter(element: Element, diodes: DiodeExport) -> str:
    """The letter of the element's card in the deck: an ideal diode may become a B source."""
    return "b" if diodes.form(element) == "bsource" else element.kind.lower()


def cards(elements: Iterable[Element], spelling: Spelling, diodes: DiodeExport) -> Cards:
    """The cards of scalar elements, in order. Linear in their number."""
    lines: list[str] = []
    left_out: list[str] = []
    nodes, names = spelling.nodes.to_spice, spelling.elements.to_spice
    for element in elements:
        kind = element.kind
        if kind == "R" and is_plain_resistor(element):
            ohms = _ohms(element)
            if math.isinf(ohms):
                left_out.append(element.name)
            else:
                first, second = element.nodes
                lines.append(f"{names[element.name]} {nodes[first]} {nodes[second]} {ohms!r}")
        elif kind in "VI" and isinstance(element.value, (int, float)) and not element.parameters:
            first, second = element.nodes
            lines.append(f"{names[element.name]} {nodes[first]} {nodes[second]} {float(element.value)!r}")
        elif diodes.form(element) == "bsource":
            lines.append(_b_diode(element, nodes, names[element.name], diodes.conductance))
        else:
            respelled = spelling.element(_in_words_of_ngspice(element))
            lines.append(one_line(write_element(respelled, _no_array), element.name))
    return Cards(tuple(lines), tuple(left_out))


def _ohms(element: Element) -> float:
    """The resistance in ohm at full precision, infinite for an open resistor."""
    if not is_written_as_conductance(element) and isinstance(element.value, (int, float)):
        return float(element.value)
    siemens = float(conductance(element))
    with np.errstate(over="ignore"):
        return math.inf if siemens == 0.0 else float(np.float64(1.0) / np.float64(siemens))


def _in_words_of_ngspice(element: Element) -> Element:
    """The element without what ngspice 39 does not read, or reads wrong.

    `g=` becomes a resistance, `tc=a,b` becomes `tc1=a tc2=b`. A diode's `m` is multiplied into `area` and `pj`, which
    is what it means: with both given, ngspice 39 multiplies them again in every further analysis of a loaded deck.

    Raises:
        SpiceError: a switch with `m`, which ngspice 39 refuses there.
    """
    if element.kind in "SW" and element.parameters.get("m", 1.0) != 1.0:
        raise SpiceError(
            f"{element.name} has m={write_setting(element.parameters['m'])}, which ngspice does not read at a switch; "
            f"write as many switches in parallel, or divide ron and roff in a .model of its own",
            element.location,
        )
    parameters = dict(element.parameters)
    value = element.value
    if element.kind == "R" and "g" in parameters:
        value = _reciprocal(parameters.pop("g"))
    coefficients = parameters.pop("tc", ())
    if isinstance(coefficients, tuple):
        parameters.update(zip(("tc1", "tc2"), coefficients, strict=False))
    if element.kind in "SW":
        parameters.pop("m", None)
    if element.kind == "D" and "area" in parameters:
        multiplier = parameters.pop("m", 1.0)
        parameters.update({key: _product(parameters[key], multiplier) for key in ("area", "pj") if key in parameters})
    return replace(element, value=value, parameters=parameters)


def _product(factor: object, multiplier: object) -> float | Expression:
    if isinstance(factor, (int, float)) and isinstance(multiplier, (int, float)):
        return float(factor) * float(multiplier)
    return Binary("*", _tree(factor), _tree(multiplier))


def _reciprocal(siemens: object) -> float | Expression:
    return 1.0 / siemens if isinstance(siemens, (int, float)) else Binary("/", constant(1.0), _tree(siemens))


def _tree(value: object) -> Expression:
    if isinstance(value, Expression):
        return value
    if isinstance(value, (int, float)):
        return constant(float(value))
    raise SpiceError(f"{value!r} stands where a number or an expression should; give one")


def _b_diode(element: Element, nodes: Mapping[str, str], name: str, siemens: float) -> str:
    anode, cathode = (nodes[node] for node in element.nodes)
    if cathode == "0":
        across = f"v({anode})"
    elif anode == "0":
        across = f"-v({cathode})"
    else:
        across = f"v({anode},{cathode})"
    return f"{name} {anode} {cathode} i={siemens!r}*max(0,{across})"


def model_card(model: Model) -> str:
    """The `.model` card of a model under ngspice's name.

    A word where its type knows no such parameter (`mfg=someone`) is left out: ngspice 39 takes it for a parameter of
    the deck and refuses the whole deck.
    """
    known = declared(model.type, model.parameters.get("level"))
    settings = (
        key if value is True else f"{key}={write_setting(value)}"
        for key, value in model.parameters.items()
        if not (isinstance(value, str) and known and key not in known)
    )
    return one_line(f".model {model.name} {model.type}({' '.join(settings)})", model.name)


def one_line(text: str, name: str) -> str:
    """The card itself: what holds a line break would be several cards, a `.control` among them perhaps."""
    if "\n" in text or "\r" in text:
        raise SpiceError(f"{name} has a line break in one of its words; remove it")
    return text


def _no_array(array: np.ndarray, what: str) -> str:
    raise SpiceError(f"the {what} of a scalar element is an array of shape {array.shape}; give one number")
