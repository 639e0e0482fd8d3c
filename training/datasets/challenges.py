"""Random challenges for a physical unclonable function: bits, each 0 or 1 with equal chance."""

from __future__ import annotations

import numpy as np

from .dataset import Dataset

TRAIN, TEST = 1024, 1024


def challenges(bits: int, train: int, test: int, seed: int) -> Dataset:
    """That many challenges (samples, bits); a response has no right value, so the targets are nothing but zeros."""
    random = np.random.default_rng([seed, 5])
    train_bits, test_bits = (
        random.integers(0, 2, (count, bits), dtype=np.int8) for count in (train or TRAIN, test or TEST)
    )
    return Dataset(
        "challenges", train_bits, np.zeros((len(train_bits), 1)), test_bits, np.zeros((len(test_bits), 1)), 0
    )
