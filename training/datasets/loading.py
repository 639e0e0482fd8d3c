"""From the `[data]` section of an experiment to samples."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from ...netlist.errors import DataError
from ..experiment import Data
from .challenges import challenges
from .dataset import Dataset
from .embedded import digits, iris, two_moons
from .images import images
from .phase_digits import phase_digits
from .silhouettes import silhouettes
from .table import csv_rows, inline_rows, table


def load_dataset(data: Data, *, folder: Path, seed: int) -> Dataset:
    """The samples an experiment names. `folder` is where its files lie; `seed` decides the split.

    Raises `DataError`: missing, damaged or of the wrong shape.
    """
    dataset = LOADERS[data.name](data, folder, seed).first(data.train, data.test)
    for inputs in (dataset.train_inputs, dataset.test_inputs):
        if not np.isfinite(inputs).all():
            raise DataError(f"{dataset.name}: an input is not a finite number")
    return dataset


def _table(data: Data, folder: Path, seed: int) -> Dataset:
    if bool(data.rows) == bool(data.file):
        found = "both" if data.file else "neither"
        raise DataError(f"a table needs either [data] rows or [data] file, and has {found}")
    name = str(folder / data.file) if data.file else "table"
    rows = csv_rows(folder / data.file) if data.file else inline_rows(data.rows, name)
    return table(rows, name, targets=data.targets, classes=data.classes, fraction=data.test_fraction, seed=seed)


def _held_out(data: Data) -> float:
    if data.test_fraction == 0:
        raise DataError(f"{data.name} needs a [data] test_fraction above 0: nothing would be held out for the test")
    return data.test_fraction


LOADERS: dict[str, Callable[[Data, Path, int], Dataset]] = {
    "digits": lambda data, folder, seed: digits(_held_out(data), seed),
    "iris": lambda data, folder, seed: iris(_held_out(data), seed),
    "two_moons": lambda data, folder, seed: two_moons(data.samples, data.noise, _held_out(data), seed),
    "mnist": lambda data, folder, seed: images("mnist"),
    "fashion_mnist": lambda data, folder, seed: images("fashion_mnist"),
    "silhouettes": lambda data, folder, seed: silhouettes(seed),
    "phase_digits": lambda data, folder, seed: phase_digits(data.train, data.test, seed),
    "challenges": lambda data, folder, seed: challenges(data.features, data.train, data.test, seed),
    "table": _table,
}
