"""The piecewise-linear diode: four straight segments.

    i(v) = min(limit, v/leakage + (v − drop)₊/on_resistance − (−v − zener)₊/zener_resistance)

A resistance of 0 makes its segment vertical: the voltage stays at the drop, or at minus the Zener voltage, whatever
the current. Without `leakage` nothing leaks, without `zener` nothing breaks through, without `limit` nothing is
limited. Every segment conducts more the higher the voltage, so the steady state is still that of a convex quadratic
program (Scellier 2024, section 5, names these devices as future work).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from ..circuit import Circuit
from ..directives import of_keyword
from ..errors import CircuitError, Location


@dataclass(frozen=True, slots=True)
class PiecewiseDiode:
    """One model's numbers: volts, ohms and amperes; None where the segment does not exist."""

    drop: float = 0.0
    on_resistance: float = 0.0
    leakage: float | None = None
    zener: float | None = None
    zener_resistance: float = 0.0
    limit: float | None = None

    def __post_init__(self) -> None:
        if self.leakage == 0.0:
            raise CircuitError("a leakage of 0 ohm is a short; write the resistance, such as leakage=1meg")

    def current(self, voltage: float) -> float:
        """The current in amperes at a voltage in volts, by the closed form.

        Raises CircuitError on a vertical segment, where the voltage does not say the current.
        """
        current = voltage / self.leakage if self.leakage is not None else 0.0
        current += _slope(voltage - self.drop, self.on_resistance)
        if self.zener is not None:
            current -= _slope(-voltage - self.zener, self.zener_resistance)
        return current if self.limit is None else min(current, self.limit)


def _slope(beyond: float, ohms: float) -> float:
    if beyond <= 0.0:
        return 0.0
    if ohms == 0.0:
        raise CircuitError("the segment has no resistance, so that its voltage does not say its current")
    return beyond / ohms


def piecewise_models(circuit: Circuit) -> Mapping[str, PiecewiseDiode]:
    """The diode models that `*@ piecewise` names, with their numbers; a later line overrides an earlier one.

    Raises:
        CircuitError: a model that is declared ideal too, or a line that says something impossible.
    """
    found: dict[str, PiecewiseDiode] = {}
    for directive in of_keyword(circuit, "piecewise"):
        if directive.selectors:
            continue
        model = str(directive.options["model"])
        if model in circuit.ideal_models:
            raise CircuitError(f"the model {model} is both ideal and piecewise; keep one line", directive.location)
        found[model] = _diode(directive.options, directive.location)
    return found


def _diode(options: Mapping[str, object], location: Location | None) -> PiecewiseDiode:
    names = {field.name for field in fields(PiecewiseDiode)}
    values = {key: value for key, value in options.items() if key in names and isinstance(value, float)}
    if "zener_resistance" in values and "zener" not in values:
        raise CircuitError("zener_resistance= needs zener=; write the voltage, such as zener=5.1", location)
    try:
        return PiecewiseDiode(**values)
    except CircuitError as error:
        raise CircuitError(str(error), location) from None
