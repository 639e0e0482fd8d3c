"""Two answers to one circuit, node by node: where they differ most, and by how much of their swing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from ..netlist.errors import SpiceError
from ..netlist.traces import Traces


@dataclass(frozen=True)
class Difference:
    """How far one signal differs.

    `largest` and `swing` (the expected values' largest less their smallest) are in the signal's unit, `scale` is what
    `relative` refers to. `line` is the scalar signal that is worst (`v(out[3])`), `sample` where on the leading axis.
    """

    signal: str
    largest: float
    swing: float
    scale: float
    line: str
    sample: int | None

    @property
    def unit(self) -> str:
        """V, or A for a current."""
        return "A" if self.signal.startswith("i(") else "V"

    @property
    def relative(self) -> float:
        """`largest` over `scale`; zero when they agree exactly, whatever the scale."""
        return self.largest / self.scale if self.scale > 0 else (0.0 if self.largest == 0 else float("inf"))


def compare(
    expected: Traces, measured: Traces, signals: Iterable[str] | None = None, scales: Mapping[str, float] | None = None
) -> tuple[Difference, ...]:
    """The differences of the signals both have, by default all voltages, in the order of `expected`.

    A signal that the two hold in different forms (a bus here, its lines there) is compared line by line. `scales`
    gives the scale of some signals; the others' is the largest swing among all that are compared. NaN counts as an
    infinite difference. Linear in the number of values.

    Raises:
        SpiceError: the axes differ, or no signal is common.
    """
    _refuse_other_axes(expected, measured)
    wanted = [name for name in expected.signals if name.startswith("v(")] if signals is None else list(signals)
    names = [name for name in wanted if name in measured and name in expected]
    if not names:
        raise SpiceError("the two answers have no signal in common; compare answers to the same circuit")
    swings = {name: swing(expected[name]) for name in names}
    common = max(swings.values())
    scales = scales or {}
    return tuple(
        _difference(name, expected[name], measured[name], swings[name], scales.get(name, common), len(expected.axes))
        for name in names
    )


def swing(values: np.ndarray) -> float:
    """Largest less smallest value; of one value alone its size."""
    flat = np.abs(values) if np.iscomplexobj(values) else np.asarray(values)
    extent = float(np.max(flat) - np.min(flat)) if flat.size else 0.0
    return extent if extent > 0 or not flat.size else float(np.max(np.abs(flat)))


def _difference(
    name: str, expected: np.ndarray, measured: np.ndarray, extent: float, scale: float, depth: int
) -> Difference:
    if np.shape(expected) != np.shape(measured):
        raise SpiceError(f"{name} has shape {np.shape(expected)} in one answer and {np.shape(measured)} in the other")
    apart = np.abs(np.asarray(expected) - np.asarray(measured))
    apart = np.where(np.isnan(apart), np.inf, apart)
    worst = np.unravel_index(int(np.argmax(apart)), apart.shape)
    line = ",".join(map(str, worst[depth:]))
    return Difference(
        name,
        float(apart[worst]),
        extent,
        scale,
        f"{name[:-1]}[{line}])" if line else name,
        int(worst[0]) if depth else None,
    )


def _refuse_other_axes(expected: Traces, measured: Traces) -> None:
    here, there = ({name: len(axis) for name, axis in each.axes.items()} for each in (expected, measured))
    if here != there or list(here) != list(there):
        raise SpiceError(f"the answers run over different axes, {here} and {there}; give both the same samples")
