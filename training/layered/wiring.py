"""What the compiled epochs work on, laid out for their passes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from ...solvers.layered import LayeredNetwork
from ..trainer import Settings, State
from .products import matrix, stride
from .shape import LayeredShape


class Wiring(NamedTuple):
    """A network's values in float32, crossbar by crossbar and layer by layer; layer l lies behind crossbar l.

    rows[l] holds crossbar l as (inputs, units), or (units, inputs) where turned[l], in rows `stride` apart.
    fused[l] says that one pass takes the voltages of crossbar l's odd layer to its even one, and the new ones back;
    an even layer has at most one such crossbar, whose rows are its units. sums[l] are the units' total conductances,
    row_sums[l] and column_sums[l] the crossbar's. low[l] and high[l] (vectors, units) clip the voltages.
    One thread sweeps it where it is `alone`, else all do.
    """

    rows: tuple[np.ndarray, ...]
    turned: np.ndarray
    fused: np.ndarray
    biases: tuple[np.ndarray, ...]
    sums: tuple[np.ndarray, ...]
    row_sums: tuple[np.ndarray, ...]
    column_sums: tuple[np.ndarray, ...]
    low: tuple[np.ndarray, ...]
    high: tuple[np.ndarray, ...]
    alone: bool


class Course(NamedTuple):
    """An epoch's batches order[step] of samples, and the sweeps of the free phase and of the one that follows it.

    pixels (samples, m) are scaled to volts by `scale`; the input crossbar has m lines, or 2m where the second half
    carries the mirrored voltages.
    """

    pixels: np.ndarray
    targets: np.ndarray
    order: np.ndarray
    scale: np.float32
    sweeps: int
    more: int
    carry: bool


class Rates(NamedTuple):
    """Learning rates and ranges, crossbar by crossbar and layer by layer."""

    crossbars: np.ndarray
    biases: np.ndarray
    bounds: tuple[tuple[np.float32, np.float32], ...]
    bias_bounds: tuple[tuple[np.float32, np.float32], ...]


def lay_out(network: LayeredNetwork, state: State, vectors: int) -> Wiring:
    """Copy a state's values, with room to clip as many voltage vectors at once."""
    sizes = network.sizes
    turned, fused = _orient(sizes)
    rows = tuple(_pad(w.T if t else w) for w, t in zip(state["weights"], turned, strict=True))
    shapes = [w.shape[::-1] if t else w.shape for w, t in zip(state["weights"], turned, strict=True)]
    return Wiring(
        rows,
        turned,
        fused,
        tuple(np.array(bias, np.float32) for bias in state["biases"]),
        tuple(np.zeros(n, np.float32) for n in sizes),
        tuple(np.zeros(shape[0], np.float32) for shape in shapes),
        tuple(np.zeros(shape[1], np.float32) for shape in shapes),
        tuple(np.tile(low.astype(np.float32), (vectors, 1)) for low in network.lows),
        tuple(np.tile(high.astype(np.float32), (vectors, 1)) for high in network.highs),
        alone=False,
    )


def weights_of(wiring: Wiring) -> list[np.ndarray]:
    """The crossbars as (inputs, units)."""
    return [
        np.ascontiguousarray(w[:, : sums.size].T if t else w[:, : sums.size])
        for w, t, sums in zip(wiring.rows, wiring.turned, wiring.column_sums, strict=True)
    ]


def course_of(settings: Settings, inputs: np.ndarray, targets: np.ndarray, order: np.ndarray) -> Course:
    """An epoch over the batches order[step] as the settings ask."""
    more = settings.nudged_sweeps or settings.sweeps
    return Course(inputs, targets, order, np.float32(settings.scale), settings.sweeps, more, settings.carry)


def rates_of(shape: LayeredShape, rates: Mapping[str, float]) -> Rates:
    """Learning rates by element name, with the shape's ranges."""
    crossbars, biases = shape.rates(rates)
    return Rates(
        np.array(crossbars, np.float32),
        np.array(biases, np.float32),
        tuple((np.float32(low), np.float32(high)) for low, high in shape.ranges),
        tuple((np.float32(low), np.float32(high)) for low, high in shape.bias_ranges),
    )


def _orient(sizes: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Which crossbars have their units for rows, and which are fused.

    Between hidden layers the even one's units are the rows. Elsewhere the longer side lies contiguously: that is where
    the vector units work.
    """
    last = len(sizes) - 1
    turned = np.zeros(len(sizes), np.bool_)
    fused = np.zeros(len(sizes), np.bool_)
    for crossbar in range(1, last + 1):
        turned[crossbar] = crossbar % 2 == 0 if crossbar < last else sizes[crossbar] < sizes[crossbar - 1]
    for layer in range(0, last, 2):
        hidden = [crossbar for crossbar in (layer + 1, layer) if 0 < crossbar < last]
        fused[hidden[:1]] = True
    return turned, fused


def _pad(weight: np.ndarray) -> np.ndarray:
    rows = matrix(weight.shape[0], stride(weight.shape[1]))
    rows[:, : weight.shape[1]] = weight
    return rows
