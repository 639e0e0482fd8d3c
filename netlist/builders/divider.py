"""The voltage divider: v(out) = voltage · lower / (upper + lower)."""

from __future__ import annotations

from ..circuit import Circuit
from ..element import Element
from .cards import directive


def divider(voltage: float = 1.0, upper: float = 1e3, lower: float = 2e3) -> Circuit:
    """A source of `voltage` volts over two resistors in series, in ohm; the output is the node between them."""
    return Circuit(
        title="voltage divider",
        elements=(
            Element("vin", ("in", "0"), float(voltage)),
            Element("r1", ("in", "out"), float(upper)),
            Element("r2", ("out", "0"), float(lower)),
        ),
        directives=(directive("input", "vin"), directive("output", "v(out)")),
    )
