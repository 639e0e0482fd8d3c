"""Which of two compiled functions is meant, the one for a circuit or the one for eight dies: numba knows by a type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import types
from numba.extending import overload

from ..compiling import CHOSEN


def either(one: Callable[..., Any], eight: Callable[..., Any]) -> Callable[..., Any]:
    """A function for compiled code whose first argument is `Problem.eight`: with None it is `one` of the others."""

    def chosen(*arguments: Any) -> Any:
        raise NotImplementedError

    @overload(chosen, jit_options=CHOSEN, strict=False)
    def choose(mark: Any, *arguments: Any) -> Any:  # pyright: ignore[reportUnusedFunction]
        function = one if isinstance(mark, types.NoneType) else eight
        return lambda mark, *arguments: function(*arguments)

    return chosen
