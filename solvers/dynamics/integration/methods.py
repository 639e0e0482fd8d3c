"""Explicit Runge–Kutta methods by name: y' = y + h·Σ b_i k_i with k_i = f(t + c_i h, y + h·Σ a_ij k_j).

Heun (1900), the classical method of Kutta (1901), Tsitouras (2011), doi:10.1016/j.camwa.2011.06.002, table 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Method:
    """A tableau: nodes c, rows of a below the diagonal, weights b, and the order of convergence."""

    c: tuple[float, ...]
    a: tuple[tuple[float, ...], ...]
    b: tuple[float, ...]
    order: int


METHODS: Mapping[str, Method] = {
    "euler": Method((0.0,), ((),), (1.0,), 1),
    "heun": Method((0.0, 1.0), ((), (1.0,)), (0.5, 0.5), 2),
    "rk4": Method((0.0, 0.5, 0.5, 1.0), ((), (0.5,), (0.0, 0.5), (0.0, 0.0, 1.0)), (1 / 6, 1 / 3, 1 / 3, 1 / 6), 4),
    "tsit5": Method(
        (0.0, 0.161, 0.327, 0.9, 0.9800255409045097, 1.0),
        (
            (),
            (0.161,),
            (-0.008480655492356989, 0.335480655492357),
            (2.8971530571054935, -6.359448489975075, 4.3622954328695815),
            (5.325864828439257, -11.748883564062828, 7.4955393428898365, -0.09249506636175525),
            (5.86145544294642, -12.92096931784711, 8.159367898576159, -0.071584973281401, -0.028269050394068383),
        ),
        (
            0.09646076681806523,
            0.01,
            0.4798896504144996,
            1.379008574103742,
            -3.290069515436081,
            2.324710524099774,
        ),
        5,
    ),
}
"""All of them by name."""
