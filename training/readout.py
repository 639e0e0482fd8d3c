"""From outputs to classes: the largest output, or the nearest of the classes' mean outputs.

The means are those of the training samples in the circuit as it stands. They are targets as well: learning brings each
sample nearer to its own class, and the ranges of the conductances keep the classes apart (S. Dillavou, M. Stern,
A. Liu and D. Durian, Phys. Rev. Applied 18:014040, 2022, for species of iris).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

Means = np.ndarray
"""Mean outputs (classes, outputs) in volts."""


class Readout(NamedTuple):
    """How outputs are read: the largest, or with means the nearest; then also the training samples misread so."""

    means: Means | None = None
    misread: int = 0


def readout_by_means(outputs: np.ndarray, labels: np.ndarray, classes: int) -> Readout:
    """The readout by the means of the outputs (samples, outputs) of each class; every class has samples."""
    means = np.array([outputs[labels == label].mean(axis=0) for label in range(classes)])
    return Readout(means, int(np.sum(classes_of(outputs, means) != labels)))


def classes_of(outputs: np.ndarray, means: Means | None = None) -> np.ndarray:
    """The class of each sample (samples,): its largest output, or with means the nearest of them."""
    if means is None:
        return outputs.argmax(axis=1)
    return np.sum((outputs[:, None, :] - means) ** 2, axis=2).argmin(axis=1)
