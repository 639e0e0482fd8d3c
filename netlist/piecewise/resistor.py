"""Piecewise-linear resistors: which there are, and each by a curve of its own or by its resistance and a limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..circuit import Circuit, Directive
from ..directives import of_keyword
from ..element import Element
from ..errors import CircuitError
from ..selectors import is_glob, select
from ..suggestion import nearest
from .curve import Curve


@dataclass(frozen=True, slots=True)
class PiecewiseResistor:
    """A resistor's `curve`, which replaces its resistance, or the `limit` (amperes) of its current in either sense."""

    curve: Curve | None = None
    limit: float | None = None


def piecewise_resistors(circuit: Circuit) -> Mapping[str, PiecewiseResistor]:
    """The resistors of a flat circuit that `*@ piecewise` lines name; a later line overrides an earlier one.

    Raises:
        CircuitError: a line that names no resistor, or that says something impossible; a resistor with a curve whose
            card has more than a resistance and `m`, or whose resistance, which a curve replaces, is to be learned or
            to vary.
    """
    found: dict[str, PiecewiseResistor] = {}
    for directive in of_keyword(circuit, "piecewise"):
        if directive.selectors:
            resistor = _resistor(directive)
            found.update((name, resistor) for selector in directive.selectors for name in _named(selector, circuit))
    curved = {name for name, resistor in found.items() if resistor.curve}
    for name in curved:
        _check_card(circuit[name])
    for keyword in ("trainable", "mismatch") if curved else ():
        for directive in of_keyword(circuit, keyword):
            if meant := select(directive.selectors, curved):
                raise CircuitError(
                    f"{meant[0]} has a curve in place of its resistance, which *@ {keyword} would change; "
                    f"leave it out there, or give it limit= instead of the curve",
                    directive.location,
                )
    return found


def _named(selector: str, circuit: Circuit) -> tuple[str, ...]:
    """The resistors that a selector means; a glob may mean other elements besides, which are left alone."""
    resistors = [element.name for element in circuit.of_kind("R")]
    found = select([selector], resistors)
    if found:
        return found
    for directive in of_keyword(circuit, "piecewise"):
        if selector in directive.selectors:
            if not is_glob(selector) and selector in circuit:
                cause = f"*@ piecewise {selector} names no resistor"
                raise CircuitError(f"{cause}; a diode's segments go by its model, as in model=NAME", directive.location)
            cause = f"*@ piecewise {selector} selects no resistor"
            raise CircuitError(f"{cause}; {nearest(selector, resistors)}", directive.location)
    return ()


def _resistor(directive: Directive) -> PiecewiseResistor:
    options = directive.options
    curve, limit = [options.get(key) for key in ("v", "i")], options.get("limit")
    if isinstance(limit, float) and curve == [None, None]:
        if limit == 0.0:
            raise CircuitError("limit=0 lets no current pass; write a positive current", directive.location)
        return PiecewiseResistor(limit=limit)
    if limit is not None or None in curve:
        raise CircuitError(
            "a piecewise-linear resistor has v= and i=, or limit=; a limit of a curve is a flat segment at its end",
            directive.location,
        )
    volts, amperes = (tuple(float(each) for each in part) for part in curve if isinstance(part, tuple))
    try:
        return PiecewiseResistor(Curve(volts, amperes))
    except CircuitError as error:
        raise CircuitError(str(error), directive.location) from None


def _check_card(resistor: Element) -> None:
    extra = sorted(resistor.parameters.keys() - {"m", "g"})
    if extra or resistor.model is not None:
        raise CircuitError(
            f"{resistor.name} has a curve, which {extra[0] if extra else f'model {resistor.model}'} cannot change; "
            f"take it off the card",
            resistor.location,
        )
