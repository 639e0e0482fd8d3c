"""Ideal diodes in a simulator that has none, and what each way of writing them costs.

- `bsource`: `B a c I = g·max(0, v(a,c))`. A conducting diode drops i/g volts, a blocking one leaks nothing. The larger
  g, the smaller the drop and the worse the equations are conditioned: between two free nodes the rounding error is
  about 1e-16·g/G of a voltage, G being the conductance around. The default g is ten million times the largest G,
  rounded to a power of ten, where the drop is about 1e-7 of the voltages and rounding less.
- `diode`: the deck's own `.model` card. A conducting diode drops n·(kT/q)·ln(i/is): about 0.54·n volts at 1 mA with
  is=1e-12, so 5e-5 V with n=1e-4. ngspice adds its gmin across the junction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np

from ..netlist.circuit import Circuit
from ..netlist.element import Element
from ..netlist.errors import SpiceError
from ..netlist.resistance import conductance
from ..netlist.wiring import Wiring
from .drives import is_plain_resistor

DiodeForm = Literal["bsource", "diode"]
FORMS: tuple[DiodeForm, ...] = ("bsource", "diode")
ABOVE_NETWORK = 1e7
"""The default conductance of a conducting B-source diode over the largest total conductance at any node."""


@dataclass(frozen=True)
class DiodeExport:
    """How each ideal model's diodes are written, and the g in siemens of those written as B sources."""

    forms: Mapping[str, DiodeForm]
    conductance: float

    def form(self, element: Element) -> DiodeForm | None:
        """How this element is written, None where it is no ideal diode."""
        return self.forms.get(element.model) if element.kind == "D" and element.model else None

    def describe(self) -> str:
        """One line for a report."""
        parts = []
        if "bsource" in self.forms.values():
            parts.append(f"B source I = g·max(0, V) with g = {self.conductance:g} S: a forward drop of i/g")
        models = [model for model, form in self.forms.items() if form == "diode"]
        if models:
            parts.append(f"the D model {', '.join(models)} as its card says: a forward drop of n·kT/q·ln(i/is)")
        return "; ".join(parts) or "no ideal diodes"


def diode_export(circuit: Circuit, form: str | None = None, siemens: float | None = None) -> DiodeExport:
    """The choice for a flat circuit: `form` for all, else each `*@ ideal model=… export=…`, else `bsource`.

    Raises:
        SpiceError: an unknown form, or a conductance that is not positive and finite.
    """
    chosen: dict[str, DiodeForm] = {
        str(directive.options.get("model")): _form(
            directive.options.get("export"), str(directive.location or "*@ ideal")
        )
        for directive in circuit.directives
        if directive.keyword == "ideal"
    }
    override = _form(form, "diodes") if form else None
    forms: dict[str, DiodeForm] = {
        model: override or chosen.get(model, FORMS[0]) for model in sorted(circuit.ideal_models)
    }
    if siemens is None:
        siemens = default_conductance(circuit) if "bsource" in forms.values() else 0.0
    elif not 0.0 < siemens < np.inf:
        raise SpiceError(f"the diodes' conductance is {siemens:g} S; give a positive number such as 1e6")
    return DiodeExport(forms, float(siemens))


def default_conductance(circuit: Circuit) -> float:
    """`ABOVE_NETWORK` times the largest total conductance at any node, to a power of ten; 1e6 S without resistors."""
    wiring = Wiring.of(circuit)
    total = np.zeros(wiring.count)
    for element in circuit.elements:
        if not is_plain_resistor(element):
            continue
        values = np.broadcast_to(conductance(element), element.shape)
        for position in (0, 1):
            nodes = wiring.terminal(element, position)
            np.add.at(total, nodes, _summed_onto(values, np.shape(nodes)))
    largest = float(total[1:].max(initial=0.0))
    return 10.0 ** round(np.log10(ABOVE_NETWORK * largest)) if largest > 0.0 else 1e6


def _summed_onto(values: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The values summed over the axes that a node field does not run along."""
    if len(shape) < values.ndim:
        return values.sum()
    axes = tuple(axis for axis, length in enumerate(shape) if length < values.shape[axis])
    return values.sum(axis=axes, keepdims=True)


def _form(word: object, where: str) -> DiodeForm:
    form = str(word or FORMS[0]).lower()
    if form not in FORMS:
        raise SpiceError(f"{where}: an ideal diode cannot be exported as {form!r}; write {' or '.join(FORMS)}")
    return cast(DiodeForm, form)
