"""One branch of a circuit, or an array of equal branches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from .errors import Location

if TYPE_CHECKING:
    from .expression import Expression
    from .stimulus import Stimulus


class _Nothing(Mapping):
    """The mapping without entries; unlike a mapping proxy it can be sent to another process."""

    __slots__ = ()

    def __getitem__(self, key: object) -> object:
        raise KeyError(key)

    def __iter__(self) -> Iterator:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "{}"

    def __reduce__(self) -> tuple:
        return empty, ()


_EMPTY: Mapping = _Nothing()


def empty() -> Mapping:
    """The one empty, read-only mapping."""
    return _EMPTY


def kind_letter(name: str) -> str:
    """The letter that says what an element is, upper case; `x1.r2`, from inside a subcircuit, is a resistor."""
    if name[0] == "x":
        inner = name[name.rfind(".") + 1 :][:1]
        return inner.upper() if inner.isalpha() else "X"
    return name[0].upper()


def same_value(a: object, b: object) -> bool:
    """Exact equality of two values, arrays by shape and every number."""
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and a.dtype == b.dtype and np.array_equal(a, b)
    return type(a) is type(b) and a == b


def same_values(a: Mapping, b: Mapping) -> bool:
    """Exact equality of two ordered mappings of values."""
    return list(a) == list(b) and all(same_value(a[key], b[key]) for key in a)


@dataclass(frozen=True, slots=True, eq=False)
class Element:
    """A branch as its card declares it.

    `name` is lower case and without ranges (`rw`); its first letter is its kind. `nodes` are the card's node fields in
    the card's order, lower case, ground as `0`, buses with their range (`h[0:99]`). `ranges` are the inclusive index
    ranges of the name: none for a scalar branch, one for an elementwise array, two for a crossbar between two buses.
    `value` is the main value in SI units (ohm, farad, henry, volt, ampere, gain), a `Stimulus` for V and I, an
    `Expression` where the card has braces, an array of `shape` where the array element has a sidecar.
    `parameters` holds the card's keyword values in order; a resistor written by its conductance has `g` there and no
    value. `controls` names controlling nodes (E, G, S) or controlling elements (F, H, W, K).
    """

    name: str
    nodes: tuple[str, ...]
    value: float | str | Expression | Stimulus | np.ndarray | None = None
    model: str | None = None
    parameters: Mapping[str, object] = field(default_factory=empty)
    controls: tuple[str, ...] = ()
    ranges: tuple[tuple[int, int], ...] = ()
    location: Location | None = None

    @property
    def kind(self) -> str:
        """The SPICE letter, upper case. A name flattened out of a subcircuit (`x1.r2`) keeps its own letter."""
        name = self.name
        return kind_letter(name) if name[0] == "x" else name[0].upper()

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of branches along each range; `()` for a scalar branch."""
        return tuple(stop - start + 1 for start, stop in self.ranges)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Element):
            return NotImplemented
        return (
            self.name == other.name
            and self.nodes == other.nodes
            and self.model == other.model
            and self.controls == other.controls
            and self.ranges == other.ranges
            and same_value(self.value, other.value)
            and same_values(self.parameters, other.parameters)
        )

    def __hash__(self) -> int:
        return hash((self.name, self.nodes))
