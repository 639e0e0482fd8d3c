"""The parameters of a system by name, as rows of arrays: free parameters, draws, DC sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import Array

from ...netlist.circuit import Circuit
from ...netlist.errors import CircuitError
from ...netlist.expression import Expression
from ...netlist.parameters import NOMINAL_TEMPERATURE, resolve
from ...netlist.suggestion import nearest
from ..formula import Formulas
from .laws import RELATIVE, Laws, draw_name, source_name

FREE, DRAWS, SOURCES = "free", "draws", "sources"


@dataclass(frozen=True, eq=False)
class Names:
    """`free` have their nominal numbers, `draws` their kinds, `sources` their DC values over the free parameters."""

    free: Mapping[str, float]
    draws: Mapping[str, str]
    sources: Mapping[str, Expression]
    places: Mapping[str, tuple[str, int]]

    @classmethod
    def of(cls, circuit: Circuit, free: Sequence[str], laws: Laws) -> Names:
        """Collect the names."""
        known: Any = resolve(circuit.parameters, circuit.functions, {"temper": NOMINAL_TEMPERATURE}, {}) if free else {}
        places = {name: (FREE, row) for row, name in enumerate(free)}
        places |= {draw_name(name): (DRAWS, row) for row, name in enumerate(laws.draws)}
        places |= {source_name(name): (SOURCES, row) for row, name in enumerate(laws.sources)}
        return cls({name: known[name] for name in free}, laws.draws, laws.sources, places)

    def rows(self, parameters: Any, sources: Mapping[str, Any] | None, draws: Any, dtype: np.dtype) -> dict[str, Array]:
        """The arrays by name, (rows, batch) or (rows, 1). See `DynamicalSystem.values`."""
        _check(sources or {}, self.sources, "DC source")
        free = self._free(parameters, dtype)
        formulas = Formulas({name: free[row] for row, name in enumerate(self.free)})
        dc = {name: (sources or {}).get(name, formulas.value(value)) for name, value in self.sources.items()}
        return {FREE: free, SOURCES: _stacked(dc.values(), dtype), DRAWS: self._draws(draws, dtype)}

    def _free(self, parameters: Any, dtype: np.dtype) -> Array:
        if parameters is None or isinstance(parameters, Mapping):
            _check(parameters or {}, self.free, "free parameter")
            return _stacked({**self.free, **(parameters or {})}.values(), dtype)
        return _table(parameters, len(self.free), "parameters", "are free", dtype)

    def _draws(self, draws: Any, dtype: np.dtype) -> Array:
        neutral = {name: 1.0 if kind == RELATIVE else 0.0 for name, kind in self.draws.items()}
        if draws is None or isinstance(draws, Mapping):
            _check(draws or {}, self.draws, "drawn element")
            return _stacked({**neutral, **(draws or {})}.values(), dtype)
        return _table(draws, len(self.draws), "draws", "elements are drawn", dtype)


def _table(given: Any, count: int, what: str, owners: str, dtype: np.dtype) -> Array:
    """An array (count, batch)."""
    found = jnp.asarray(given, dtype)
    found = found[:, None] if found.ndim == 1 else found
    if found.ndim != 2 or len(found) != count:
        raise CircuitError(f"{what} have the shape {found.shape}, but {count} {owners}; give ({count}, batch)")
    return found


def _check(given: Mapping[str, Any], known: Mapping[str, Any], what: str) -> None:
    for name in given:
        if name not in known:
            raise CircuitError(f"{name} is no {what} of this system; {nearest(name, known)}")


def _stacked(values: Any, dtype: np.dtype) -> Array:
    """(rows, batch) of numbers and arrays (batch,)."""
    arrays = [jnp.atleast_1d(jnp.asarray(value, dtype)) for value in values]
    if not arrays:
        return jnp.zeros((0, 1), dtype)
    width = max(array.shape[0] for array in arrays)
    wrong = {array.shape for array in arrays if array.ndim != 1 or array.shape[0] not in (1, width)}
    if wrong:
        raise CircuitError(
            f"values of the shape {min(wrong)} stand beside a batch of {width}; give numbers or ({width},)"
        )
    return jnp.stack([jnp.broadcast_to(array, (width,)) for array in arrays])
