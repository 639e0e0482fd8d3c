"""A grid in time: what goes in, what it settles to, what was wanted, and the grid as it moves."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from ..answers import engineering
from ..figure import DIVERGING, bare, drawing
from ..followed import Followed
from ..results import Absent, Results
from .moving import moving
from .section import Section, picture

NAME, TITLE = "pictures", "Pictures on the grid"
MOMENTS = (0.1, 0.3, 1.0)
FRAMES = 25


def section(results: Results) -> Section:
    """A row a sample: the input, the grid at three times, and what was wanted; then the first sample moving."""
    found = results.followed
    shape = found.grid
    if shape is None:
        raise Absent("The outputs are no grid.")
    phases = found.kind == "periodic"
    values = relative(found.waves) if phases else found.waves
    wanted = np.abs(found.wanted - found.wanted[:1]) if phases else found.wanted
    images = values[_places(found)]
    low, high = (0.0, 1.0) if phases else (-_largest(values), _largest(values))
    start = found.waves[0].T if phases else found.inputs
    with drawing(NAME, 8.0, _height(shape, len(found.inputs)), "Input, grid over time, and target") as sheet:
        grid = sheet.figure.subplots(len(found.inputs), 2 + len(MOMENTS), squeeze=False)
        for sample, row in enumerate(grid):
            given = start[sample] if not phases else relative(found.waves[:1])[0, :, sample]
            _image(row[0], given, shape, (low, high), "the start" if phases else "input")
            for axes, image, moment in zip(row[1:], images, MOMENTS, strict=False):
                _image(axes, image[:, sample], shape, (low, high), engineering(moment * found.times[-1], "s", 3))
            _image(row[-1], wanted[:, sample] if len(wanted) else None, shape, (low, high), "wanted")
    parts = [picture(sheet.svg, _CAPTIONS[phases])]
    frames = values[np.linspace(0, len(values) - 1, FRAMES).round().astype(int), :, 0].reshape(-1, *shape)
    told = f"The first sample as it settles, {engineering(float(found.times[-1]), 's', 3)} in four seconds."
    parts.append(picture(moving(frames, low, high, told), told))
    off = np.mean((values[-1] - wanted) ** 2) if len(wanted) else np.nan
    lead = f"{len(found.inputs)} held-out samples, each followed in time by the learned circuit"
    end = f"; {off:.3g} off in the mean square at the end." if np.isfinite(off) else "."
    return Section(NAME, TITLE, f"{lead}{end}", "".join(parts))


_CAPTIONS = {
    True: "Distance of every phase from the first oscillator's, from 0 (in phase) to 1 (opposite).",
    False: "Volts: orange above zero, blue below.",
}


def relative(waves: np.ndarray) -> np.ndarray:
    """Distances of phases (…, outputs, samples) from output 0 around the circle, 0 in phase and 1 in antiphase."""
    apart = np.abs(np.mod(waves, 2.0) - np.mod(waves[..., :1, :], 2.0))
    return np.minimum(apart, 2.0 - apart)


def _places(found: Followed) -> list[int]:
    return [int(np.argmin(np.abs(found.times - moment * found.times[-1]))) for moment in MOMENTS]


def _largest(values: np.ndarray) -> float:
    return float(np.abs(values).max()) or 1.0


def _height(shape: tuple[int, int], samples: int) -> float:
    return samples * min(2.4, 1.5 * shape[0] / shape[1] + 0.3)


def _image(
    axes: Axes, values: np.ndarray | None, shape: tuple[int, int], ends: tuple[float, float], title: str
) -> None:
    bare(axes)
    if values is None or values.size != shape[0] * shape[1]:
        return
    axes.imshow(values.reshape(shape), cmap=DIVERGING, vmin=ends[0], vmax=ends[1], interpolation="nearest")
    axes.set_title(title)
