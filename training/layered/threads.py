"""Starting the kernels' threads so that they share a busy machine."""

from __future__ import annotations

import os

import numba


def start_threads() -> int:
    """Start numba's threads, once, and return their number.

    A kernel loaded from numba's cache does not start them by itself. Threads that wait by spinning lose whole time
    slices when another program wants their core (a step took 15 times as long with one such neighbour), and threads
    that sleep at once wake late; so unless the user chose otherwise they spin for some microseconds, then sleep.
    """
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", "5000")
    return numba.get_num_threads()
