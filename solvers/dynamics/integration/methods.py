"""Explicit Runge–Kutta methods by name: y' = y + h·Σ b_i k_i with k_i = f(t + c_i h, y + h·Σ a_ij k_j).

Heun (1900), the classical method of Kutta (1901), Tsitouras (2011), doi:10.1016/j.camwa.2011.06.002, table 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jax


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

STOCHASTIC: Mapping[str, Method] = {"euler_maruyama": METHODS["euler"], "stochastic_heun": METHODS["heun"]}
"""Methods for additive noise: the deterministic step with the noise's increment moved in proportion to the nodes."""


def runge_kutta_step(
    method: Method, rate: Callable[[Any, Any], Any], t: Any, y: Any, step: float, moved: Any = None
) -> Any:
    """One step of an explicit method on a tree of arrays, moved by B dW where there is noise (Maruyama 1955; for Heun's
    method Rümelin 1982, doi:10.1137/0719041: of strong order 1 where the noise is additive).
    """
    slopes: list[Any] = []
    for node, row in zip(method.c, method.a, strict=True):
        slopes.append(rate(t + node * step, _moved(_along(y, step, row, slopes), node, moved)))
    return _moved(_along(y, step, method.b, slopes), 1.0, moved)


def _along(y: Any, step: float, weights: tuple[float, ...], slopes: list[Any]) -> Any:
    """y + step·Σ weight·slope."""
    for weight, slope in zip(weights, slopes, strict=False):
        if weight:
            y = jax.tree.map(lambda each, along, by=weight * step: each + by * along, y, slope)
    return y


def _moved(y: Any, share: float, moved: Any) -> Any:
    return y if moved is None or not share else jax.tree.map(lambda each, by: each + share * by, y, moved)
