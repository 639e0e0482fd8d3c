"""numba's cache beside another version of this package: an index that names what is no longer there counts as absent.

numba (0.68) unpickles an index before it asks whether the source is still the same; where a record that a compiled
function took has another name or place now, that fails, and with it every call of the function.
Engines that compile load this file.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from numba.core import caching


def _forgiving(load: Callable[[Any], dict]) -> Callable[[Any], dict]:
    @functools.wraps(load)
    def index(cache: Any) -> dict:
        try:
            return load(cache)
        except (AttributeError, ImportError):
            return {}

    return index


_FILE: Any = caching.IndexDataCacheFile
_FILE._load_index = _forgiving(_FILE._load_index)
