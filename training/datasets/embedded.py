"""Data sets that come inside scikit-learn's own package: nothing to download."""

from __future__ import annotations

import numpy as np

from .dataset import Dataset, from_one_piece


def digits(fraction: float, seed: int) -> Dataset:
    """1797 handwritten digits, 8×8 pixels from 0 to 16 (E. Alpaydin and C. Kaynak, UCI, 1998)."""
    from sklearn.datasets import load_digits

    inputs, labels = map(np.asarray, load_digits(return_X_y=True))
    return from_one_piece("digits", inputs.astype(np.uint8), labels.astype(np.int64), 10, fraction, seed, 16.0)


def two_moons(samples: int, noise: float, fraction: float, seed: int) -> Dataset:
    """Points on two half circles that grip each other, with Gaussian `noise`; the same seed gives the same points."""
    from sklearn.datasets import make_moons

    inputs, labels = map(np.asarray, make_moons(n_samples=samples, noise=noise, random_state=seed))
    return from_one_piece("two_moons", inputs, labels.astype(np.int64), 2, fraction, seed, 2.0)


def iris(fraction: float, seed: int) -> Dataset:
    """150 flowers of three species, four lengths in centimetres (R. A. Fisher, 1936)."""
    from sklearn.datasets import load_iris

    inputs, labels = map(np.asarray, load_iris(return_X_y=True))
    return from_one_piece("iris", inputs.astype(float), labels.astype(np.int64), 3, fraction, seed, 10.0)
