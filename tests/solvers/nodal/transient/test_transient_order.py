"""The order of every method, from errors on fixed steps of two lengths, asserted to 0.15."""

from __future__ import annotations

import numpy as np
import pytest

from tellegen.netlist import parse
from tellegen.solvers.nodal.transient import transient

TAU = 0.3
POWER = 8
"""The source grows with that power of time, so that the first steps, of lower orders, err by nothing to speak of."""


def exact(t: np.ndarray) -> np.ndarray:
    """v + τ v' = t^p from rest: Σ_k (−τ)^k (t^p)^(k), less what the exponential takes at time zero."""
    found, coefficient = np.zeros_like(t), 1.0
    for k in range(POWER + 1):
        found += coefficient * t ** (POWER - k)
        coefficient *= -TAU * max(POWER - k, 1)
    return found - coefficient / -TAU * np.exp(-t / TAU)


def largest_error(method: str, step: float) -> float:
    text = f"t\nBin a 0 v={{time^{POWER}}}\nR1 a b 1\nC1 b 0 {TAU}\n.tran {step} 1\n.options {method}\n"
    found = transient(parse(text), every_point=True, change=lambda s: s._replace(fixed=True, largest=step))
    t = found.axes["time"]
    return float(np.abs(found["v(b)"] - exact(t)).max())


@pytest.mark.parametrize(
    ("method", "order"),
    [
        ("method=trap maxord=1", 1),
        ("method=trap", 2),
        ("method=gear maxord=1", 1),
        ("method=gear", 2),
        ("method=gear maxord=3", 3),
        ("method=gear maxord=4", 4),
        ("method=gear maxord=5", 5),
        ("method=gear maxord=6", 6),
    ],
)
def test_errors_fall_with_the_order(method: str, order: int) -> None:
    coarse, fine = (0.004, 0.002) if order < 5 else (0.02, 0.01)
    ratio = largest_error(method, coarse) / largest_error(method, fine)
    assert np.log2(ratio) == pytest.approx(order, abs=0.15)
