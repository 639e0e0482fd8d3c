"""Sums over the branches that meet at each node."""

from __future__ import annotations

import numpy as np


def scatter(values: np.ndarray, places: np.ndarray, size: int) -> np.ndarray:
    """The float64 array (size,) whose entry k is the sum of the values with place k. O(values + size)."""
    return np.bincount(places, values, size).astype(np.float64, copy=False)
