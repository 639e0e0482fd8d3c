"""A few held-out samples of a run in time on one die: what the report draws."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from ..training import Run
from ..training.dynamics.engine import flips
from ..training.dynamics.simulation import Wiring
from .course import course
from .pairs import Pairs
from .task import Task

SAMPLES = 4
_PLACE = re.compile(r"v\(\w*?(\d+)_(\d+)\)")
_NUMBER = re.compile(r"v\([a-z_]+(\d+)\)")
_COUPLING = re.compile(r"[a-z]+(\d+)_(\d+)")


@dataclass(frozen=True, eq=False)
class Followed:
    """Waveforms (times, outputs, samples) of `outputs` at `times`, the inputs (samples, inputs), and what was wanted
    (outputs, samples), without a row where nothing was."""

    outputs: tuple[str, ...]
    times: np.ndarray
    waves: np.ndarray
    inputs: np.ndarray
    wanted: np.ndarray
    kind: str
    """The loss's name, which says what outputs are: `periodic` ones are phases."""
    couplings: dict[tuple[int, int], float]

    @property
    def grid(self) -> tuple[int, int] | None:
        """Rows and columns where the outputs are those of a grid, row by row, else None."""
        places = [_PLACE.fullmatch(name) for name in self.outputs]
        if all(places) and places:
            rows, columns = (max(int(place[k]) for place in places if place) + 1 for k in (1, 2))
        else:
            rows, columns = self._from_couplings()
        return (rows, columns) if rows > 1 and columns > 1 and rows * columns == len(self.outputs) else None

    def _from_couplings(self) -> tuple[int, int]:
        """A grid in which neighbours are coupled: numbers that differ by one or by its columns."""
        apart = {abs(first - second) for first, second in self.couplings}
        numbered = all(_NUMBER.fullmatch(name) for name in self.outputs)
        if not numbered or len(apart) != 2 or min(apart) != 1:
            return 0, 0
        return len(self.outputs) // max(apart), max(apart)


def followed(run: Run) -> Followed:
    """Follow the first samples of the test set; no bit of a challenge is turned over, and no noise is drawn."""
    pairs = Pairs.of(run, SAMPLES, None)
    first = (pairs.dies == pairs.dies.min()) & (pairs.turned == -1)
    chosen = replace(
        pairs,
        inputs=pairs.inputs[first],
        samples=pairs.samples[first],
        turned=pairs.turned[first],
        dies=pairs.dies[first],
        draws=None if pairs.draws is None else pairs.draws[:, first],
    )
    outputs = Wiring.of(run.circuit).outputs
    found = course(chosen, outputs)
    wanted = np.zeros((0, len(chosen))) if flips(run.experiment) else Task.of(run, chosen).targets
    return Followed(
        outputs, found.times, found.signals, chosen.inputs, wanted, run.experiment.loss.name, couplings(run)
    )


def couplings(run: Run) -> dict[tuple[int, int], float]:
    """The learned parameters `k<i>_<j>` by their pair."""
    found: dict[tuple[int, int], float] = {}
    for trainable in run.circuit.trainables:
        match, value = _COUPLING.fullmatch(trainable.target), run.circuit.parameters.get(trainable.target)
        if match and isinstance(value, (int, float)):
            found[int(match[1]), int(match[2])] = float(value)
    return found
