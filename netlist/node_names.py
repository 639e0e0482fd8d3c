"""Node names as the circuit keeps them."""

from __future__ import annotations


def canonical_node(node: str) -> str:
    """The node in lower case, ground as `0`."""
    lower = node.lower()
    return "0" if lower == "gnd" else lower
