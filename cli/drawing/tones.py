"""Voltages as colours and conductances as widths."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, ListedColormap, Normalize

from ...netlist import Traces
from .labels import quantity
from .style import MUTED, SMALL, WIDTH, WIRE

SIGNED = LinearSegmentedColormap.from_list("volts", ["#1d4ed8", "#60a5fa", "#94a3b8", "#fb923c", "#c2410c"])
_SPREAD = 0.6
_THINNEST, _THICKEST = 0.9, 2.8


@dataclass(frozen=True)
class Voltages:
    """Node voltages and their colours: blue below ground, grey at it, orange above; one scale for the whole drawing."""

    traces: Traces | None
    least: float = 0.0
    greatest: float = 0.0

    @classmethod
    def of(cls, traces: Traces | None) -> Voltages:
        """The voltages of an operating point (or of the last point of a sweep)."""
        if traces is None:
            return cls(None)
        all_volts = [np.ravel(_last(traces, name)) for name in traces.signals if name.startswith("v(")]
        volts = np.concatenate([np.zeros(1), *all_volts])
        return cls(traces, float(np.nanmin(volts)), float(np.nanmax(volts)))

    @property
    def known(self) -> bool:
        return self.traces is not None

    def at(self, node: str) -> np.ndarray | None:
        """The voltage of a signal (shape () for a net) in volts; None where it is not known."""
        if self.traces is None or node == "0":
            return None if self.traces is None else np.array(0.0)
        signal = f"v({node})"
        return _last(self.traces, signal) if signal in self.traces else None

    def of_bus(self, bus: str, width: int) -> np.ndarray | None:
        """The voltages of all lines of a bus, also where they are signals of their own; None where one is not known."""
        whole = self.at(bus)
        if whole is not None and whole.shape == (width,):
            return whole
        lines = [self.at(f"{bus}[{index}]") for index in range(width)] if self.known else [None]
        return None if any(each is None for each in lines) else np.array(lines)

    def colour(self, volts: float | np.ndarray | None) -> str | np.ndarray:
        """The colour of a voltage; the colour of a plain wire for none."""
        if volts is None or not self.known:
            return WIRE
        return np.asarray(SIGNED(self._scale(np.asarray(volts))))

    def _scale(self, volts: np.ndarray) -> np.ndarray:
        """From 0 to 1, ½ at ground; small voltages are spread so that hidden nodes show beside large inputs."""
        return 0.5 + 0.5 * np.sign(volts) * np.abs(volts / self.largest) ** _SPREAD

    @property
    def largest(self) -> float:
        return max(-self.least, self.greatest) or 1.0

    def text(self, node: str) -> str:
        """The voltage of a net in words, or nothing."""
        volts = self.at(node)
        return "" if volts is None or volts.ndim else quantity(float(volts), "V")

    def bar(self, axes: Axes, left: float, bottom: float, length: float, unit: float = 1.0) -> None:
        """A horizontal colour bar with its ends marked, and zero where there is room for its label."""
        strip = axes.inset_axes((left, bottom, length, 0.16 * unit), transform=axes.transData)
        span = Normalize(self.least, self.greatest or self.least + self.largest)
        shown = ListedColormap(self.colour(np.linspace(span.vmin or 0.0, span.vmax or 1.0, 256)))
        mappable = ScalarMappable(span, shown)
        bar = axes.get_figure().colorbar(mappable, cax=strip, orientation="horizontal")  # type: ignore[union-attr]
        bar.outline.set_visible(False)  # type: ignore[operator]
        apart = 0.25 * (self.greatest - self.least)
        roomy = self.least + apart < 0.0 < self.greatest - apart
        marks = sorted({self.least, self.greatest} | ({0.0} if roomy else set()))
        bar.set_ticks(marks, labels=[quantity(mark, "V", 3) for mark in marks])
        strip.tick_params(length=0, labelsize=SMALL, labelcolor=MUTED, pad=2)


def _last(traces: Traces, signal: str) -> np.ndarray:
    values = np.asarray(traces[signal], dtype=float)
    for _ in traces.axes:
        values = values[-1]
    return values


@dataclass(frozen=True)
class Widths:
    """Line widths in points for conductances, on a logarithmic scale; equal where all conductances are."""

    least: float
    greatest: float

    @classmethod
    def of(cls, conductances: Iterable[float | np.ndarray]) -> Widths:
        values = np.concatenate([np.zeros(0), *(np.ravel(each) for each in conductances)])
        values = values[(values > 0) & np.isfinite(values)]
        return cls(float(values.min()), float(values.max())) if len(values) else cls(1.0, 1.0)

    @property
    def vary(self) -> bool:
        return self.greatest > 1.001 * self.least

    def of_conductance(self, siemens: float | np.ndarray) -> np.ndarray:
        """Widths of conductances; an open branch has none."""
        siemens = np.asarray(siemens, dtype=float)
        if not self.vary:
            return np.where(siemens > 0, WIDTH, 0.0)
        span = np.log(self.greatest / self.least)
        share = np.log(np.where(siemens > 0, siemens, self.least) / self.least) / span
        return np.where(siemens > 0, _THINNEST + (_THICKEST - _THINNEST) * np.clip(share, 0.0, 1.0), 0.0)
