"""Held-out samples on dies: every sample meets every die, and each such pair is one circuit with its own values."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from ..netlist import Circuit, CircuitError, Mismatch, Noise
from ..netlist.mismatch import standard_normals
from ..training import Run
from ..training.dynamics.engine import flips
from ..training.dynamics.trainer import TEST_DIES
from .exits import Misuse

DIES = 4
"""How many dies a verification makes of a circuit that spreads."""
TURNED = 4
"""Of a fingerprint's challenge so many bits are turned over, one by one."""
NOISE = 1 << 40
"""Noise paths are drawn from the same seed as dies, as if they were dies that begin at this number."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """Columns, one a circuit: which `sample` it is asked, which bit of it is `turned` (−1: none), on which `die`.

    `inputs` (columns, inputs) are volts of sources or values of parameters, in the order of `names`. `draws` (targets,
    columns) are the dies' factors and offsets, None without mismatch. Columns run over dies, then samples; of a
    fingerprint all unturned challenges come first, then those with one bit turned, bit by bit.
    """

    circuit: Circuit
    mismatch: Mismatch
    names: tuple[str, ...]
    inputs: np.ndarray
    samples: np.ndarray
    turned: np.ndarray
    dies: np.ndarray
    draws: np.ndarray | None
    seed: int

    @classmethod
    def of(cls, run: Run, samples: int, dies: int | None) -> Pairs:
        """The first `samples` of the test set on `dies` dies that training never met.

        Raises:
            Misuse: dies of a circuit that does not spread.
            CircuitError: a parameter that spreads.
        """
        experiment, circuit = run.experiment, run.circuit
        mismatch = Mismatch.of(circuit)
        count = _dies(run, mismatch, dies)
        given, labels = run.test_set(samples)
        inputs = np.concatenate([np.reshape(each, (len(labels), -1)) for each in given.values()], axis=1)
        numbers = np.arange(len(labels))
        share = experiment.dynamics.challenges if flips(experiment) else 1
        made = np.arange(count) + TEST_DIES // share
        bits = _turned(inputs.shape[1]) if flips(experiment) else np.zeros(0, int)
        turned, die, sample = (
            each.ravel() for each in np.meshgrid(np.concatenate([[-1], bits]), made, numbers, indexing="ij")
        )
        asked = np.array(inputs[sample], dtype=float)
        over = np.flatnonzero(turned >= 0)
        asked[over, turned[over]] = 1.0 - asked[over, turned[over]]
        draws = mismatch.array(experiment.seed, made)[:, die - made[0]] if count and mismatch.spreads else None
        if not _spreads(run, mismatch) and dies is None:
            draws = None
        return cls(circuit, mismatch, tuple(given), asked, sample, turned, die, draws, experiment.seed)

    def __len__(self) -> int:
        return len(self.samples)

    @property
    def drawn(self) -> Mapping[str, str]:
        """What draws by name, and how: `relative` or `absolute`."""
        if self.draws is None:
            return {}
        return self.mismatch.kinds

    def circuits(self) -> Iterator[Circuit]:
        """The flat circuit of every column, its input and what its die draws written value by value."""
        for column, inputs in enumerate(self.inputs):
            flat = self._asked(tuple(inputs.tolist()))
            if self.draws is None:
                yield flat
                continue
            draws = dict(zip(self.mismatch.targets, self.draws[:, column].tolist(), strict=True))
            yield replace(self.mismatch, circuit=flat).with_draw(draws)

    @functools.lru_cache(maxsize=64)  # noqa: B019
    def _asked(self, inputs: tuple[float, ...]) -> Circuit:
        """The flat circuit with these inputs, without mismatch."""
        return self.circuit.with_values(self._by_name(np.array(inputs))).expand()

    def _by_name(self, inputs: np.ndarray) -> dict[str, object]:
        """Inputs (…, inputs) as values by name: arrays for buses of sources."""
        found: dict[str, object] = {}
        place = 0
        for name in self.names:
            shape = self.circuit[name].shape if name in self.circuit else ()
            width = int(np.prod(shape))
            found[name] = inputs[place : place + width].reshape(shape) if shape else float(inputs[place])
            place += width
        return found

    def increments(self, steps: int, step: float) -> dict[str, np.ndarray]:
        """A Wiener path a column: by node the increments in volts (columns, steps) over steps of that many seconds.

        Nodes of one group share theirs; a node's own and its groups' are summed. Drawn from the seed and the column's
        number.
        """
        processes = Noise.of(self.circuit).processes
        streams = {each.group or f" {each.node}": place for place, each in enumerate(processes)}
        rows = {key: row for row, key in enumerate(streams)}
        drawn = np.stack(
            [
                standard_normals(self.seed, NOISE + column, len(rows) * steps).reshape(len(rows), steps)
                for column in range(len(self))
            ]
        )
        found: dict[str, np.ndarray] = {}
        for each in processes:
            moved = each.amplitude * np.sqrt(step) * drawn[:, rows[each.group or f" {each.node}"]]
            found[each.node] = found.get(each.node, 0.0) + moved
        return found


def _dies(run: Run, mismatch: Mismatch, dies: int | None) -> int:
    """How many dies to make; one, the circuit as it is written, where nothing spreads."""
    shared = next((each.target for each in mismatch.spreads if each.kind == "parameter"), None)
    if shared and (dies is not None or _spreads(run, mismatch)):
        raise CircuitError(f"the mismatch of the parameter {shared} cannot be drawn here; let the elements have it")
    if dies is not None and not mismatch.spreads:
        raise Misuse("nothing in the learned circuit spreads from die to die; leave --dies out")
    return dies or (DIES if _spreads(run, mismatch) else 1)


def _spreads(run: Run, mismatch: Mismatch) -> bool:
    """Whether the run was for dies that spread."""
    return bool(mismatch.spreads) and run.experiment.dynamics.mismatch != "none"


def _turned(bits: int) -> np.ndarray:
    """Which bits to turn over, evenly among all."""
    return np.unique(np.linspace(0, bits - 1, min(TURNED, bits)).round().astype(int))
