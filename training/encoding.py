"""Data into volts: x becomes gain·x, and −gain·x beside it when signed; a label becomes one high output among low ones.

Source: J. Kendall et al., "Training end-to-end analog neural networks with equilibrium propagation", 2020: a
conductance cannot be negative, so each input comes twice, and is amplified because voltages decay from layer to layer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..netlist.errors import DataError
from .datasets import Dataset
from .experiment import Encoding


@dataclass(frozen=True, eq=False)
class Encoder:
    """The map from a data set's numbers to source voltages and target voltages.

    A feature x is prepared as `factor·(x − shift)`, then a source carries `scale` volts a unit of it; with `signed` the
    sources are all of +scale·x, then all of −scale·x. Where nothing needs preparing, bytes stay bytes.
    """

    scale: float
    signed: bool
    shift: np.ndarray | None
    factor: np.ndarray | None
    classes: int
    low: float
    high: float

    @classmethod
    def of(cls, encoding: Encoding, dataset: Dataset) -> Encoder:
        """The encoder of an experiment; shifts and factors come from the training inputs alone."""
        shift, factor, unit = _PREPARATIONS[encoding.scale](dataset)
        scale = encoding.gain * unit
        return cls(scale, encoding.signed, shift, factor, dataset.classes, encoding.low, encoding.high)

    def prepare(self, inputs: np.ndarray) -> np.ndarray:
        """Inputs (samples, features) as a trainer takes them."""
        if self.shift is None or self.factor is None:
            return inputs
        return (inputs - self.shift) * self.factor

    def voltages(self, inputs: np.ndarray) -> np.ndarray:
        """Inputs (samples, features) of the data set as source voltages (samples, sources)."""
        return voltages(self.prepare(inputs), self.scale, self.signed)

    def targets(self, targets: np.ndarray) -> np.ndarray:
        """Labels or values as target voltages (samples, outputs), float64."""
        if not self.classes:
            return np.asarray(targets, float)
        encoded = np.full((len(targets), self.classes), self.low)
        encoded[np.arange(len(targets)), targets] = self.high
        return encoded

    def sources(self, features: int) -> int:
        """Number of voltage sources that `features` inputs need."""
        return 2 * features if self.signed else features


def voltages(prepared: np.ndarray, scale: float, signed: bool) -> np.ndarray:
    """Prepared inputs (samples, features) as source voltages (samples, features or twice that), float64."""
    positive = scale * np.asarray(prepared, float)
    return np.concatenate([positive, -positive], axis=1) if signed else positive


Preparation = tuple[np.ndarray | None, np.ndarray | None, float]


def _unit(dataset: Dataset) -> Preparation:
    return None, None, 1.0 / dataset.full_scale


def _none(dataset: Dataset) -> Preparation:
    return None, None, 1.0


def _range(dataset: Dataset) -> Preparation:
    low, high = dataset.train_inputs.min(axis=0).astype(float), dataset.train_inputs.max(axis=0).astype(float)
    return low, 1.0 / _spread(high - low, dataset), 1.0


def _standard(dataset: Dataset) -> Preparation:
    inputs = dataset.train_inputs.astype(float)
    return inputs.mean(axis=0), 1.0 / _spread(inputs.std(axis=0), dataset), 1.0


def _spread(spread: np.ndarray, dataset: Dataset) -> np.ndarray:
    """The spread itself, refused where a feature never changes."""
    if not spread.all():
        column = int(np.flatnonzero(spread == 0)[0])
        raise DataError(
            f'{dataset.name}: feature {column} is the same in every training sample; use [encoding] scale = "unit"'
        )
    return spread


_PREPARATIONS: dict[str, Callable[[Dataset], Preparation]] = {
    "unit": _unit,
    "none": _none,
    "range": _range,
    "standard": _standard,
}
