"""Random challenges for a physical unclonable function: bits, each 0 or 1 with equal chance."""

from __future__ import annotations

import numpy as np

from .dataset import Dataset

TRAIN, TEST = 1024, 1024


def challenges(bits: int, train: int, test: int, seed: int) -> Dataset:
    """That many challenges (samples, bits); no response is right or wrong, so targets have no columns."""
    random = np.random.default_rng([seed, 5])
    counts = (train or TRAIN, test or TEST)
    train_bits, test_bits = (random.integers(0, 2, (count, bits), dtype=np.int8) for count in counts)
    nothing = [np.zeros((len(bits), 0)) for bits in (train_bits, test_bits)]
    return Dataset("challenges", train_bits, nothing[0], test_bits, nothing[1], 0)
