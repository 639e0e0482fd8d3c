"""The clock of numba's compiler: it runs while a kernel is compiled, not while one is read from the cache.

Engines that compile load this file, and it is counted (`compilation`).
"""

from __future__ import annotations

from numba.core import event

from .compilation import count_by

_LISTENER = event.TimingListener()
event.register("numba:compile", _LISTENER)


def seconds() -> float:
    """The seconds that numba has compiled since this file was loaded."""
    return float(_LISTENER.duration) if _LISTENER.done else 0.0


count_by(seconds)
