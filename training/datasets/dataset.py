"""Samples as arrays: what every loader returns."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...netlist.errors import DataError


@dataclass(frozen=True)
class Dataset:
    """Training and test samples.

    Inputs are (samples, features), bytes or float64. Targets are labels (samples,) from 0 to `classes` − 1, or values
    (samples, outputs) when `classes` is 0. `full_scale` is the largest number a feature can be, for `scale = "unit"`.
    """

    name: str
    train_inputs: np.ndarray
    train_targets: np.ndarray
    test_inputs: np.ndarray
    test_targets: np.ndarray
    classes: int
    full_scale: float = 1.0

    @property
    def features(self) -> int:
        return self.train_inputs.shape[1]

    @property
    def outputs(self) -> int:
        """Number of outputs a network needs: one a class, or one a value."""
        return self.classes or self.train_targets.shape[1]

    def first(self, train: int = 0, test: int = 0) -> Dataset:
        """The first `train` and `test` samples only; 0 keeps all. Raises `DataError` when there are fewer."""
        for wanted, there, kind in ((train, len(self.train_targets), "train"), (test, len(self.test_targets), "test")):
            if wanted > there:
                raise DataError(f"{self.name} has {there} {kind} samples, not {wanted}; lower [data] {kind}")
        return replace(
            self,
            train_inputs=self.train_inputs[: train or None],
            train_targets=self.train_targets[: train or None],
            test_inputs=self.test_inputs[: test or None],
            test_targets=self.test_targets[: test or None],
        )


def split(targets: np.ndarray, fraction: float, seed: int, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Indices (train, test) of a random split, by class when there are classes so that each keeps its share.

    The same seed gives the same split on every machine. With `fraction` 0 both sides are all samples.
    """
    if fraction == 0:
        everything = np.arange(len(targets))
        return everything, everything
    random = np.random.default_rng([seed, 1])
    groups = [np.flatnonzero(targets == label) for label in range(classes)] if classes else [np.arange(len(targets))]
    train, test = [], []
    for group in groups:
        group = random.permutation(group)
        count = round(fraction * len(group))
        test.append(group[:count])
        train.append(group[count:])
    return random.permutation(np.concatenate(train)), random.permutation(np.concatenate(test))


def from_one_piece(
    name: str,
    inputs: np.ndarray,
    targets: np.ndarray,
    classes: int,
    fraction: float,
    seed: int,
    full_scale: float = 1.0,
) -> Dataset:
    """A data set that comes without a test set of its own, split by `fraction` and `seed`."""
    train, test = split(targets, fraction, seed, classes)
    if not len(train) or not len(test):
        raise DataError(f"{name}: {len(targets)} samples cannot be split with test_fraction = {fraction:g}")
    return Dataset(name, inputs[train], targets[train], inputs[test], targets[test], classes, full_scale)
