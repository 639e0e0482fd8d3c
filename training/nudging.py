"""The variants of equilibrium propagation, as the pair of nudgings that each compares."""

NUDGES: dict[str, tuple[float, float]] = {"positive": (1.0, 0.0), "negative": (0.0, -1.0), "centred": (1.0, -1.0)}
"""In units of β; 0 is the free state. The centred pair's bias is O(β²), the others' O(β)."""
