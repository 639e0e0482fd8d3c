"""Selectors: the names and globs by which directives speak of elements, parameters and nodes.

Only `*` (any characters, none too) and `?` (one character) are special. Brackets are not: `rw[3,7]` is a name, and
`vin[*` is every line of the array `vin`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable


def is_glob(selector: str) -> bool:
    """Whether the selector has a wildcard."""
    return "*" in selector or "?" in selector


@functools.lru_cache(maxsize=4096)
def matcher(selector: str) -> Callable[[str], object]:
    """A test for lower-case names; the selector itself may be in any case."""
    selector = selector.lower()
    if not is_glob(selector):
        return selector.__eq__
    pattern = "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in selector)
    return re.compile(pattern, re.DOTALL).fullmatch


def matches(selector: str, name: str) -> bool:
    """Whether the selector means that name."""
    return bool(matcher(selector)(name.lower()))


def select(selectors: Iterable[str], names: Iterable[str]) -> tuple[str, ...]:
    """The names that any of the selectors means, each once, in the order of `names`. Linear in names × selectors."""
    tests = [matcher(selector) for selector in selectors]
    return tuple(name for name in names if any(test(name) for test in tests))
