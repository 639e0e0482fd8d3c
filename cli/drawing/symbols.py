"""Element symbols as strokes. A symbol lies along x from −½ (the card's first node) to ½ (its second)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ...netlist.element import Element


@dataclass(frozen=True)
class Stroke:
    """A polyline, or with `filled` a polygon; with `paper` a polygon in the paper's colour, to cover what is below."""

    points: np.ndarray
    filled: bool = False
    paper: bool = False

    def placed(self, centre: tuple[float, float], angle: float) -> np.ndarray:
        """The points turned by `angle` (radians) about the origin and moved to `centre`."""
        cosine, sine = np.cos(angle), np.sin(angle)
        turn = np.array([[cosine, sine], [-sine, cosine]])
        return self.points @ turn + np.array(centre)


Symbol = tuple[Stroke, ...]


def symbol(element: Element, upright: bool = True) -> Symbol:
    """The symbol of an element with two terminals; `upright` says that it will stand on end (for its minus sign)."""
    strokes = _SYMBOLS.get(element.kind, _box)(element)
    if upright:
        return strokes
    return tuple(_LYING_MINUS if stroke is _MINUS else stroke for stroke in strokes)


def _line(*points: tuple[float, float]) -> Stroke:
    return Stroke(np.array(points, dtype=float))


def _arc(centre: tuple[float, float], radius: float, start: float, stop: float, steps: int = 24) -> np.ndarray:
    angles = np.linspace(start, stop, steps)
    return np.column_stack([np.cos(angles), np.sin(angles)]) * radius + np.array(centre)


def _resistor(element: Element) -> Symbol:
    at = np.linspace(-0.36, 0.36, 13)
    heights = np.array([0, 1, 0, -1] * 3 + [0]) * 0.17
    inner = [(float(x), float(y)) for x, y in zip(at, heights, strict=True) if y or x in (at[0], at[-1])]
    return (_line((-0.5, 0.0), *inner, (0.5, 0.0)),)


def _capacitor(element: Element) -> Symbol:
    return (
        _line((-0.5, 0.0), (-0.07, 0.0)),
        _line((-0.07, -0.27), (-0.07, 0.27)),
        _line((0.07, -0.27), (0.07, 0.27)),
        _line((0.07, 0.0), (0.5, 0.0)),
    )


def _inductor(element: Element) -> Symbol:
    humps = [_arc((x, 0.0), 0.1, np.pi, 0.0, 12) for x in (-0.3, -0.1, 0.1, 0.3)]
    return (Stroke(np.vstack([[(-0.5, 0.0)], *humps, [(0.5, 0.0)]])),)


def _diode(element: Element) -> Symbol:
    triangle = np.array([(-0.17, 0.21), (-0.17, -0.21), (0.17, 0.0), (-0.17, 0.21)])
    return (
        _line((-0.5, 0.0), (-0.17, 0.0)),
        Stroke(triangle, filled=True),
        _line((0.17, 0.21), (0.17, -0.21)),
        _line((0.17, 0.0), (0.5, 0.0)),
    )


def _round(*inside: Stroke) -> Symbol:
    circle = Stroke(_arc((0.0, 0.0), 0.32, 0.0, 2 * np.pi, 48), paper=True)
    return (_line((-0.5, 0.0), (-0.32, 0.0)), _line((0.32, 0.0), (0.5, 0.0)), circle, *inside)


def _diamond(*inside: Stroke) -> Symbol:
    corners = Stroke(np.array([(-0.36, 0.0), (0.0, 0.32), (0.36, 0.0), (0.0, -0.32), (-0.36, 0.0)]), paper=True)
    return (_line((-0.5, 0.0), (-0.36, 0.0)), _line((0.36, 0.0), (0.5, 0.0)), corners, *inside)


_MINUS = _line((0.15, -0.07), (0.15, 0.07))
_LYING_MINUS = _line((0.08, 0.0), (0.22, 0.0))
_PLUS_MINUS = (_line((-0.21, 0.0), (-0.07, 0.0)), _line((-0.14, -0.07), (-0.14, 0.07)), _MINUS)
_ARROW = (
    _line((-0.2, 0.0), (0.08, 0.0)),
    Stroke(np.array([(0.21, 0.0), (0.04, 0.1), (0.04, -0.1), (0.21, 0.0)]), filled=True),
)


def _behavioural(element: Element) -> Symbol:
    return _diamond(*(_PLUS_MINUS if "v" in element.parameters else _ARROW))


def _switch(element: Element) -> Symbol:
    return (
        _line((-0.5, 0.0), (-0.22, 0.0)),
        _line((-0.22, 0.0), (0.2, 0.2)),
        _line((0.22, 0.0), (0.5, 0.0)),
        Stroke(_arc((-0.22, 0.0), 0.035, 0.0, 2 * np.pi), filled=True),
        Stroke(_arc((0.22, 0.0), 0.035, 0.0, 2 * np.pi), filled=True),
    )


def _box(element: Element) -> Symbol:
    corners = np.array([(-0.32, -0.2), (0.32, -0.2), (0.32, 0.2), (-0.32, 0.2), (-0.32, -0.2)])
    return (_line((-0.5, 0.0), (-0.32, 0.0)), Stroke(corners, paper=True), _line((0.32, 0.0), (0.5, 0.0)))


_SYMBOLS: Mapping[str, Callable[[Element], Symbol]] = {
    "R": _resistor,
    "C": _capacitor,
    "L": _inductor,
    "D": _diode,
    "V": lambda element: _round(*_PLUS_MINUS),
    "I": lambda element: _round(*_ARROW),
    "E": lambda element: _diamond(*_PLUS_MINUS),
    "H": lambda element: _diamond(*_PLUS_MINUS),
    "F": lambda element: _diamond(*_ARROW),
    "G": lambda element: _diamond(*_ARROW),
    "B": _behavioural,
    "S": _switch,
    "W": _switch,
}

GROUND: Symbol = (
    _line((0.0, 0.0), (0.16, 0.0)),
    _line((0.16, -0.24), (0.16, 0.24)),
    _line((0.25, -0.15), (0.25, 0.15)),
    _line((0.34, -0.06), (0.34, 0.06)),
)
"""The ground symbol: from the origin along x."""
