"""How loops are compiled that make no arrays."""

from __future__ import annotations

from typing import Any

from .. import numba_cache as numba_cache
from .. import numba_clock as numba_clock

LEAN: dict[str, Any] = {"cache": True, "error_model": "numpy", "_nrt": False}
"""Options of numba for functions that make no arrays: references to those handed in are not counted, which takes longer
than a diode, and a division by zero gives infinity or NaN, which Newton's method notices, in place of an exception.
Whole arrays are filled by loops: numba would make a copy for `a[:] = b`."""
INNER: dict[str, Any] = {**LEAN, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""Of those that only compiled functions call: what Python needs to call them is not made."""
PART: dict[str, Any] = {**INNER, "forceinline": True}
"""Of those that take whole problems and states, and are called from one place: to hand a hundred arrays over takes as
long as a step of a small circuit."""
CHOSEN: Any = {key: value for key, value in LEAN.items() if key != "cache"} | {"forceinline": True}
"""Of functions that are chosen by the types of what they are given; they are kept with what calls them."""
