"""Where two answers to one question are furthest apart, for what is allowed there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from ...netlist import Traces
from ...netlist.element import kind_letter
from ...netlist.errors import CircuitError
from .tolerances import LEAST

SMALL = 1e-6
"""The share of the largest signal of its kind that a value is at least judged by."""

MILLIONTH = 1e-6
"""The tolerance that least scales are made for."""

SMALL_PHASOR = 1e-3
"""The share of its own largest magnitude, over frequencies, that a phasor is at least judged by."""


@dataclass(frozen=True)
class Gap:
    """The worst difference: the scalar signal, where on the axes it is, its size in volts or amperes and as a share of
    the scale. `compared` signals were, `lacking` are in the reference alone."""

    signal: str
    place: str
    absolute: float
    relative: float
    compared: int
    lacking: int

    def __str__(self) -> str:
        return f"{self.signal}{f' at {self.place}' if self.place else ''}"


Pair = tuple[str, np.ndarray, np.ndarray]
"""A scalar signal's name, our values and the reference's, over the same points.

Some currents of ngspice's are left out: that of a switch, which it computes as if the switch were off where its card
turns it on, and over time those of transistors, which lack the charging of gates and bases. Kirchhoff's laws bring them
to the nodes, which are compared.
"""


def gap(ours: Traces, reference: Traces) -> Gap:
    """The worst difference of two answers over the same points: an operating point, a sweep, phasors.

    Raises:
        CircuitError: other axes, no point or no signal that both have.
    """
    ours, reference = same_points(ours, reference)
    pairs, lacking = common(ours, reference)
    phasors = any(np.iscomplexobj(theirs) for _, _, theirs in pairs)
    scale = _phasor_scale if phasors else _value_scale
    largest = _largest(pairs)
    leaks = {"v": np.zeros(()), "i": _leak(reference) * largest.get("v", np.zeros(()))}
    differences = {
        name: (_apart(mine, theirs), np.maximum(scale(theirs, largest[name[0]], name[0]), leaks[name[0]]))
        for name, mine, theirs in pairs
    }
    return worst(differences, lacking, lambda place: _place(reference, place))


def common(ours: Traces, reference: Traces) -> tuple[list[Pair], int]:
    """The scalar signals both have, and how many of the reference's we lack. Voltages and currents only."""
    mine = dict(ours.scalars())
    unsound = "SWQMJ" if "time" in reference.axes else "SW"
    theirs = {
        name: values
        for name, values in reference.scalars()
        if name.startswith("v(") or (name.startswith("i(") and kind_letter(name[2:]) not in unsound)
    }
    pairs = [(name, np.asarray(mine[name]), np.asarray(values)) for name, values in theirs.items() if name in mine]
    if not pairs:
        raise CircuitError("the two answers have no signal in common")
    return pairs, len(theirs) - len(pairs)


def worst(differences: Mapping[str, tuple[np.ndarray, np.ndarray]], lacking: int, place: Callable[[int], str]) -> Gap:
    """The gap of signals given by what they differ by and by their scale, both over the points."""
    found = Gap("", "", 0.0, -1.0, len(differences), lacking)
    for name, (apart, scale) in differences.items():
        share = np.ravel(apart / scale)
        at = int(np.argmax(share))
        if share[at] > found.relative:
            found = Gap(name, place(at), float(np.ravel(apart)[at]), float(share[at]), len(differences), lacking)
    return found


def _apart(mine: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """The distance of every value; what is no number is infinitely far away."""
    apart = np.abs(mine - theirs)
    return np.where(np.isnan(apart), np.inf, apart)


def _leak(reference: Traces) -> float:
    """The least scale of a current for every volt of the largest voltage, in siemens: two junctions' gmin times a
    million. ngspice 39 counts gmin's currents into the substrate of a transistor at one of its ends and not the other.
    """
    gmin = reference.about.get("gmin")
    return 2.0 / MILLIONTH * (gmin if isinstance(gmin, float) else 1e-12)


def _value_scale(theirs: np.ndarray, largest: np.ndarray, kind: str) -> np.ndarray:
    return np.maximum(np.abs(theirs), np.maximum(LEAST[kind], SMALL * largest))


def _phasor_scale(theirs: np.ndarray, largest: np.ndarray, kind: str) -> np.ndarray:
    least = max(SMALL_PHASOR * float(np.max(np.abs(theirs))), SMALL * float(np.max(largest)), np.finfo(float).tiny)
    return np.maximum(np.abs(theirs), least)


def _largest(pairs: Iterable[Pair]) -> dict[str, np.ndarray]:
    """The largest voltage and the largest current of each point."""
    found: dict[str, np.ndarray] = {}
    for name, _, theirs in pairs:
        found[name[0]] = np.maximum(found.get(name[0], 0.0), np.abs(theirs))
    return found


def same_points(ours: Traces, reference: Traces) -> tuple[Traces, Traces]:
    """Both answers at the points of their axes that both have: ngspice may begin or end a rounding beside us.

    Raises:
        CircuitError: axes that differ in number, or have no point in common.
    """
    if len(ours.axes) != len(reference.axes):
        raise CircuitError(f"our answer has the axes {list(ours.axes)}, ngspice's has {list(reference.axes)}")
    for place in range(len(ours.axes)):
        (name, mine), (_, theirs) = (list(each.axes.items())[place] for each in (ours, reference))
        close = np.isclose(mine[:, None], theirs[None, :], rtol=1e-9, atol=1e-9 * float(np.ptp(theirs)))
        first, second = np.nonzero(close)
        if not len(first):
            raise CircuitError(f"our answer has no point on the axis {name} that ngspice has")
        ours, reference = _taken(ours, place, first), _taken(reference, place, second)
    return ours, reference


def _taken(traces: Traces, axis: int, places: np.ndarray) -> Traces:
    """The answer at some places of one axis."""
    name = list(traces.axes)[axis]
    signals = {key: np.take(signal, places, axis=axis) for key, signal in traces.signals.items()}
    return Traces(signals, {**traces.axes, name: traces.axes[name][places]}, traces.about)


def _place(traces: Traces, place: int) -> str:
    """`frequency 1000`, `vb 2, va 0.5`; nothing at an operating point."""
    index = np.unravel_index(place, tuple(map(len, traces.axes.values()))) if traces.axes else ()
    return ", ".join(f"{name} {axis[at]:.4g}" for (name, axis), at in zip(traces.axes.items(), index, strict=True))
