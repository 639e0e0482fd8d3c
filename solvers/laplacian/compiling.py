"""The clock of numba's compiler: it runs while a kernel is compiled, not while one is read from the cache."""

from __future__ import annotations

from numba.core import event

_LISTENER = event.TimingListener()
event.register("numba:compile", _LISTENER)


def seconds() -> float:
    """The seconds that numba has compiled since this file was loaded."""
    return float(_LISTENER.duration) if _LISTENER.done else 0.0
