"""Flattening: subcircuits, parameters and expressions become plain elements with numbers."""

from __future__ import annotations

from .circuit import Circuit


def flatten(circuit: Circuit) -> Circuit:
    """The flat circuit."""
    return circuit
