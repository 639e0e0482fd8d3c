"""A range of samples cut into pieces, one a thread, for compiled loops that let other threads run."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numba

FEWEST = 8
"""Samples that are worth a thread."""


def pieces(count: int) -> list[range]:
    """The samples 0 … count − 1, as many pieces as numba has threads, in order."""
    parts = max(1, min(numba.get_num_threads(), count // FEWEST))
    return [range(part * count // parts, (part + 1) * count // parts) for part in range(parts)]


def in_threads(work: Callable[[range], Any], count: int) -> list[Any]:
    """What `work` returns for every piece, in order; the first exception of any is raised."""
    parts = pieces(count)
    if len(parts) == 1:
        return [work(parts[0])]
    with ThreadPoolExecutor(len(parts)) as pool:
        return list(pool.map(work, parts))
