"""The parameters of a system by name, as rows of arrays: free parameters, draws, DC sources; crossbars as matrices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import Array

from ...netlist.errors import CircuitError
from ...netlist.expansion import line_names
from ...netlist.expression import Expression
from ...netlist.parameters import NOMINAL_TEMPERATURE, resolve
from ...netlist.suggestion import nearest
from ..formula import Formulas
from .crossbars.opening import Opened
from .laws import RELATIVE, Laws, draw_name, source_name

FREE, DRAWS, SOURCES = "free", "draws", "sources"


def weights_name(crossbar: str) -> str:
    """The array with the values of a crossbar's crosspoints (rows, columns, 1)."""
    return f"weights {crossbar}"


@dataclass(frozen=True, eq=False)
class Names:
    """`free` have their nominal numbers, `draws` their kinds, `sources` their DC values over the free parameters.

    `groups` are the scalar names of what the deck has as one array: learning elements, buses of sources. `weights` are
    the crossbars' values as the deck has them.
    """

    free: Mapping[str, float]
    draws: Mapping[str, str]
    sources: Mapping[str, Expression]
    places: Mapping[str, tuple[str, int]]
    groups: Mapping[str, tuple[str, ...]]
    weights: Mapping[str, np.ndarray]

    @classmethod
    def of(cls, opened: Opened, laws: Laws, weights: Mapping[str, np.ndarray | None]) -> Names:
        """Collect the names."""
        deck, free = opened.rest, opened.free
        known: Any = resolve(deck.parameters, deck.functions, {"temper": NOMINAL_TEMPERATURE}, {}) if free else {}
        places = {name: (FREE, row) for row, name in enumerate(free)}
        places |= {draw_name(name): (DRAWS, row) for row, name in enumerate(laws.draws)}
        places |= {source_name(name): (SOURCES, row) for row, name in enumerate(laws.sources)}
        buses = {
            element.name: tuple(line_names(element))
            for element in deck.elements
            if element.ranges and element.kind in "VI"
        }
        return cls(
            {name: known[name] for name in free},
            laws.draws,
            laws.sources,
            places,
            {**buses, **{name: lines for name, lines in opened.lines.items() if lines != (name,)}},
            {name: values for name, values in weights.items() if values is not None},
        )

    def rows(self, parameters: Any, sources: Mapping[str, Any] | None, draws: Any, dtype: np.dtype) -> dict[str, Array]:
        """The arrays by name, (rows, batch) or (rows, 1). See `DynamicalSystem.values`."""
        given = self._by_line(sources or {}, self.sources, "DC source", dtype)
        matrices = {}
        if parameters is None or isinstance(parameters, Mapping):
            matrices = {name: value for name, value in (parameters or {}).items() if name in self.weights}
            parameters = {name: value for name, value in (parameters or {}).items() if name not in matrices}
        free = self._free(parameters, dtype)
        formulas = Formulas({name: free[row] for row, name in enumerate(self.free)})
        dc = _stacked(self.sources, given, lambda name: formulas.value(self.sources[name]), dtype)
        found = {FREE: free, SOURCES: dc, DRAWS: self._draws(draws, dtype)}
        return found | {weights_name(name): self._matrix(name, matrices.get(name), dtype) for name in self.weights}

    def _matrix(self, name: str, given: Any, dtype: np.dtype) -> Array:
        nominal = self.weights[name]
        found = jnp.asarray(nominal if given is None else given, dtype)
        found = found[:, :, None] if found.ndim == 2 else found
        if found.shape != (*nominal.shape, 1):
            raise CircuitError(
                f"the values of the crossbar {name} have the shape {found.shape[:2]}; give {nominal.shape}, the same "
                f"for every sample"
            )
        return found

    def _free(self, parameters: Any, dtype: np.dtype) -> Array:
        if parameters is None or isinstance(parameters, Mapping):
            given = self._by_line(parameters or {}, self.free, "free parameter", dtype)
            return _stacked(self.free, given, self.free.__getitem__, dtype)
        return _table(parameters, len(self.free), "parameters", "are free", dtype)

    def _by_line(
        self, given: Mapping[str, Any], known: Mapping[str, Any], what: str, dtype: np.dtype
    ) -> dict[str, Array]:
        """What is given, as blocks (lines, batch) by the first of their lines."""
        found = {}
        for name, value in given.items():
            lines = self.groups.get(name, (name,))
            if lines[0] not in known:
                raise CircuitError(f"{name} is no {what} of this system; {nearest(name, [*known, *self.groups])}")
            found[lines[0]] = _block(name, value, len(lines) if name in self.groups else None, dtype)
        return found

    def _draws(self, draws: Any, dtype: np.dtype) -> Array:
        neutral = {name: 1.0 if kind == RELATIVE else 0.0 for name, kind in self.draws.items()}
        if draws is None or isinstance(draws, Mapping):
            given = self._by_line(draws or {}, self.draws, "drawn element", dtype)
            return _stacked(neutral, given, neutral.__getitem__, dtype)
        return _table(draws, len(self.draws), "draws", "elements are drawn", dtype)


def _table(given: Any, count: int, what: str, owners: str, dtype: np.dtype) -> Array:
    """An array (count, batch)."""
    found = jnp.asarray(given, dtype)
    found = found[:, None] if found.ndim == 1 else found
    if found.ndim != 2 or len(found) != count:
        raise CircuitError(f"{what} have the shape {found.shape}, but {count} {owners}; give ({count}, batch)")
    return found


def _block(name: str, value: Any, lines: int | None, dtype: np.dtype) -> Array:
    """(1, batch) of a number or an array (batch,); of an array of the deck (lines, batch)."""
    found = jnp.asarray(value, dtype)
    if lines is None:
        if found.ndim > 1:
            raise CircuitError(f"{name} is one number, or one a sample; its values have the shape {found.shape}")
        return jnp.atleast_1d(found)[None]
    if found.ndim == 0:
        return jnp.broadcast_to(found, (lines, 1))
    found = found[:, None] if found.ndim == 1 else found
    if found.ndim != 2 or len(found) != lines:
        raise CircuitError(f"{name} has {lines} lines; its values have the shape {found.shape}, give ({lines}, batch)")
    return found


def _stacked(
    names: Mapping[str, Any], given: Mapping[str, Array], other: Callable[[str], Any], dtype: np.dtype
) -> Array:
    """(rows, batch) of the blocks that are given, and of what stands in the deck where none is."""
    blocks: list[Array] = []
    order = list(names)
    row = 0
    while row < len(order):
        name = order[row]
        block = given[name] if name in given else jnp.atleast_1d(jnp.asarray(other(name), dtype))[None]
        blocks.append(block)
        row += len(block)
    if not blocks:
        return jnp.zeros((0, 1), dtype)
    width = max(block.shape[1] for block in blocks)
    wrong = {block.shape[1:] for block in blocks if block.shape[1] not in (1, width)}
    if wrong:
        raise CircuitError(
            f"values of the shape {min(wrong)} stand beside a batch of {width}; give numbers or ({width},)"
        )
    return jnp.concatenate([jnp.broadcast_to(block, (len(block), width)) for block in blocks])
