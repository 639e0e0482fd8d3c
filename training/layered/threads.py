"""Starting the kernels' threads so that they share a busy machine."""

from __future__ import annotations

import os

import numba


def start_threads() -> int:
    """Start numba's threads, once, and return their number.

    A kernel loaded from numba's cache does not start them by itself. Threads that wait by spinning lose whole time
    slices when another program wants their core (a step took 15 times as long with one such neighbour), so unless the
    user chose otherwise they wait asleep; on an idle machine that costs a few microseconds a pass.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    return numba.get_num_threads()
