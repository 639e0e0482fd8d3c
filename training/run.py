"""A run's folder: what was trained, how it went, what came out.

| file | holds |
|---|---|
| `experiment.toml` and its netlist | the experiment with every `--set` applied, and where it started |
| `metrics.csv` | one row an epoch |
| `checkpoint.npz` | the state after the last epoch kept |
| `learned.cir`, `learned.npz` | the circuit with its learned values |
| `predictions.npz` | the test set: `labels`, `predicted`, `outputs` in volts; `means` of classes that decide |
| `run.json` | seed, engine, versions, seconds, rounding to levels |
"""

from __future__ import annotations

import functools
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..netlist import Circuit, load
from ..netlist.errors import ExperimentError
from .datasets import Dataset, load_dataset
from .encoding import Encoder
from .experiment import Experiment
from .experiment_file import load_experiment
from .metrics import Row, read_metrics
from .wiring import split_sources

EXPERIMENT = "experiment.toml"
METRICS = "metrics.csv"
CHECKPOINT = "checkpoint.npz"
LEARNED = "learned.cir"
PREDICTIONS = "predictions.npz"
ABOUT = "run.json"


class TestSet(NamedTuple):
    """Held-out samples: source voltages (samples, width) by element name, and labels (samples,) or values."""

    inputs: dict[str, np.ndarray]
    labels: np.ndarray


class Predictions(NamedTuple):
    """What the learned circuit says of the test set: labels, predicted classes or values, outputs in volts.

    `means` (classes, outputs) where an answer is the class whose mean output is nearest.
    """

    labels: np.ndarray
    predicted: np.ndarray
    outputs: np.ndarray
    means: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Run:
    """A finished or interrupted run, read from its folder."""

    folder: Path
    experiment: Experiment
    circuit: Circuit
    metrics: tuple[Row, ...]
    about: Mapping[str, Any]

    @functools.cached_property
    def dataset(self) -> Dataset:
        """The samples it was trained and tested on."""
        return load_dataset(self.experiment.data, folder=self.folder, seed=self.experiment.seed)

    @functools.cached_property
    def encoder(self) -> Encoder:
        """How samples become voltages."""
        return Encoder.of(self.experiment.encoding, self.dataset)

    def test_set(self, samples: int | None = None) -> TestSet:
        """The first `samples` test samples (all by default) as the voltages of the circuit's input sources."""
        inputs = self.dataset.test_inputs[:samples]
        return TestSet(split_sources(self.circuit, self.encoder.voltages(inputs)), self.dataset.test_targets[:samples])

    def predictions(self) -> Predictions:
        """The stored answers for the whole test set. Raises `ExperimentError` when they are missing or damaged."""
        path = self.folder / PREDICTIONS
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as content:
                means = content.get("means")
                return Predictions(content["labels"], content["predicted"], content["outputs"], means)
        except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
            raise ExperimentError(f"{path}: cannot be read ({error}); train again") from None


def load_run(folder: str | Path) -> Run:
    """Read a run's folder. Raises `ExperimentError` when it holds none, or none that finished an epoch."""
    folder = Path(folder)
    if not (folder / EXPERIMENT).is_file():
        raise ExperimentError(f"{folder} holds no run; make one with tellegen train EXPERIMENT.toml --out {folder}")
    if not (folder / LEARNED).is_file():
        raise ExperimentError(f"{folder} holds a run that has not ended; go on with tellegen train … --resume")
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ExperimentError(f"{folder / ABOUT}: cannot be read ({error}); train again") from None
    return Run(
        folder,
        load_experiment(folder / EXPERIMENT),
        load(folder / LEARNED),
        tuple(read_metrics(folder / METRICS)),
        about,
    )
