"""The conductance of a resistor, however its card writes it.

A resistor is written by its resistance in ohm (`R1 a b 1k`) or by its conductance in siemens (`R1 a b g=1m`). The
second form can say what the first cannot: g=0, an open branch. As in SPICE `m` equal ones stand in parallel and `scale`
multiplies the resistance.
"""

from __future__ import annotations

import numpy as np

from .element import Element
from .errors import CircuitError

NOT_IDEAL = ("tc", "tc1", "tc2", "temp", "dtemp", "l", "w")


def is_written_as_conductance(element: Element) -> bool:
    """Whether the card has `g=` instead of a resistance: the unit its bounds and learned values are in."""
    return "g" in element.parameters


def conductance(element: Element) -> float | np.ndarray:
    """Conductance in siemens: a float, or for an array element with one value a branch a float64 array of its shape.

    A scalar value that an array shares stays a float. Zero, an open branch, is legal; a resistance of zero is not.

    Raises:
        CircuitError: no number yet (an expression: flatten the circuit first), none at all, zero ohm, or a resistance
            that a model card or the temperature changes, which is no ideal resistor.
    """
    plain = element.model is None and (not element.parameters or element.parameters.keys() <= {"g"})
    factor = 1.0 if plain else _factor(element)
    if is_written_as_conductance(element):
        given = _number(element, "g", element.parameters["g"])
        return given if plain else given * factor
    resistance = _number(element, "resistance", element.value)
    if np.any(np.equal(resistance, 0)):
        raise CircuitError(
            f"resistor {element.name} has a resistance of 0 ohm; join its nodes, or put a 0 V source between them",
            element.location,
        )
    return factor / resistance


def _factor(element: Element) -> float | np.ndarray:
    """What `m` and `scale` make of the conductance."""
    present = [key for key in NOT_IDEAL if element.parameters.get(key, 0.0) != 0.0]
    if element.model is not None or present:
        raise CircuitError(
            f"the resistance of {element.name} depends on {f'model {element.model}' if element.model else present[0]}; "
            f"write the resistance itself, or use the ngspice engine",
            element.location,
        )
    parallel, scale = (_number(element, key, element.parameters.get(key, 1.0)) for key in ("m", "scale"))
    return parallel / scale


def _number(element: Element, what: str, value: object) -> float | np.ndarray:
    if isinstance(value, np.ndarray):
        return value.astype(np.float64, copy=False)
    if isinstance(value, (int, float)):
        return float(value)
    if value is None:
        raise CircuitError(f"resistor {element.name} has no value; write a resistance or g=", element.location)
    raise CircuitError(
        f"the {what} of {element.name} is {value}, not a number; use circuit.flatten() first", element.location
    )
