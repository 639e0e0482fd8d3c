"""The equations as arrays: where every signal stands, and the functions that evaluate them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ...netlist.errors import CircuitError
from .charges import slope_name
from .crossbars.crossbar import Compiled
from .equations import Equations
from .features import Features
from .laws import drive_name
from .levels import Level
from .matrix import Matrix
from .noise import Noise
from .patterns import materialised
from .shapes import TOKEN, Expressions, Place
from .stimuli import wave
from .sums import Sum
from .unknowns import TIME

STATES, DRIVES = "states", "drives"


@dataclass(frozen=True, eq=False)
class Network:
    """The compiled equations. `depths` are by array; a level of depth d reads arrays of less."""

    equations: Equations
    place: Place
    drive_names: tuple[str, ...]
    features: Features
    levels: tuple[tuple[str, Sum, Matrix], ...]
    sum: Sum
    inertia: Matrix
    initial: Expressions
    noise: Noise | None
    crossbars: tuple[Compiled, ...]

    @classmethod
    def of(cls, equations: Equations) -> Network:
        """Lay out the signals and compile every sum."""
        drives = tuple(drive_name(name) for name in equations.laws.stimuli)
        places: dict[str, tuple[str, int]] = dict(equations.names.places)
        places |= {state: (STATES, row) for row, state in enumerate(equations.states)}
        places |= {name: (DRIVES, row) for row, name in enumerate((*drives, *map(slope_name, drives), TIME))}
        depth = {STATES: 0, DRIVES: 0}
        for at, level in enumerate(equations.levels, 1):
            depth[_level_name(at)] = at
            places |= {node: (_level_name(at), row) for row, node in enumerate(level.nodes)}
        terms = [term for level in equations.levels for _, term in level.rest]
        terms += [term for _, term in equations.terms]
        factors = [factor for term in terms for factor in term.factors]
        factors += [factor for each in equations.crossbars for factor in each.factors()]
        features = Features.of(factors, depth, places.__getitem__)
        sizes = {STATES: len(equations.states), DRIVES: 2 * len(drives) + 1, **features.sizes}
        sizes |= {_level_name(at): len(level.nodes) for at, level in enumerate(equations.levels, 1)}
        return cls(
            equations,
            places.__getitem__,
            drives,
            features,
            tuple(
                (
                    _level_name(at),
                    Sum.of(level.nodes, level.rest, features.where, sizes, places.__getitem__),
                    _own(level, places.__getitem__),
                )
                for at, level in enumerate(equations.levels, 1)
            ),
            Sum.of(equations.states, equations.terms, features.where, sizes, places.__getitem__),
            Matrix.of(equations.inertia, len(equations.states), places.__getitem__),
            Expressions.of(equations.start, places.__getitem__),
            Noise.of(equations.noise, equations.unknowns, places.__getitem__),
            tuple(Compiled.of(each, features.where, places.__getitem__) for each in equations.crossbars),
        )

    def prepare(self, rows: Mapping[str, Array], dtype: np.dtype) -> dict[str, Any]:
        """All that is constant in time."""
        token = next((array.ravel()[0] for array in rows.values() if array.size), jnp.zeros((), dtype))
        rows = {name: materialised(array, token) if array.size else array for name, array in rows.items()}
        rows[TOKEN] = jax.lax.stop_gradient(token)
        return {
            "parameters": rows,
            "levels": tuple(
                {"sum": each.prepare(rows, dtype), "inverse": own.inverse(rows, dtype)} for _, each, own in self.levels
            ),
            "sum": self.sum.prepare(rows, dtype),
            "inverse": self.inertia.inverse(rows, dtype),
            "crossbars": tuple(each.prepare(rows, dtype) for each in self.crossbars),
            "noise": None if self.noise is None else self.noise.prepare(rows, dtype),
        }

    def start(self, values: Mapping[str, Any]) -> Array:
        """The initial states (states, batch)."""
        parameters = values["parameters"]
        dtype = parameters["free"].dtype
        found = self.initial(parameters, dtype)
        width = max(leaf.shape[-1] for leaf in jax.tree.leaves(values) if leaf.ndim)
        return jnp.broadcast_to(found, (len(self.equations.states), width))

    def drives(self, t: Any, values: Mapping[str, Any]) -> Array:
        """The waveforms, their slopes, and time (rows, batch) at one time, or at one an entry of the batch."""
        parameters = values["parameters"]
        dtype = parameters["free"].dtype
        named = {
            name: parameters[array][row]
            for name, (array, row) in self.equations.names.places.items()
            if array == "free"
        }
        t = jnp.asarray(t, dtype)
        stimuli = self.equations.laws.stimuli

        def at(time: Array) -> Array:
            waves = [jnp.atleast_1d(wave(each, named, time, name)).astype(dtype) for name, each in stimuli.items()]
            return _stack(waves, dtype)

        found, slopes = jax.jvp(at, (t,), (jnp.ones_like(t),))
        rows = (found, slopes, jnp.atleast_1d(t)[None])
        width = max(row.shape[1] for row in rows)
        return jnp.concatenate([jnp.broadcast_to(row, (len(row), width)) for row in rows])

    def signals(self, drives: Array, y: Array, values: Mapping[str, Any]) -> dict[str, Array]:
        """Every array of signals and features at one time."""
        arrays = {STATES: y, DRIVES: drives, **values["parameters"]}
        self.features.evaluate(0, arrays, y.dtype)
        for depth, ((name, each, own), prepared) in enumerate(zip(self.levels, values["levels"], strict=True), 1):
            found = -own.apply(prepared["inverse"], each(arrays, prepared["sum"]))
            arrays[name] = materialised(found, arrays[TOKEN])
            self.features.evaluate(depth, arrays, y.dtype)
        return arrays

    def rate(self, drives: Array, y: Array, values: Mapping[str, Any]) -> Array:
        """dy/dt."""
        arrays = self.signals(drives, y, values)
        total = self.sum(arrays, values["sum"])
        for each, prepared in zip(self.crossbars, values["crossbars"], strict=True):
            total = total + each(arrays, prepared, len(self.equations.states))
        return self.inertia.apply(values["inverse"], total)

    def disturbance(self, values: Mapping[str, Any], increments: Array) -> Array:
        """How far increments of the noise's paths (paths, batch) move the states (states, batch)."""
        if self.noise is None:
            raise CircuitError("the circuit has no noise; write *@ noise NODE amplitude=… or *@ noise thermal")
        return self.noise(values["noise"], self.inertia, values["inverse"], increments)


def _level_name(depth: int) -> str:
    return f"level {depth}"


def _own(level: Level, place: Place) -> Matrix:
    return Matrix.of(level.own, len(level.nodes), place)


def _stack(rows: list[Array], dtype: np.dtype) -> Array:
    if not rows:
        return jnp.zeros((0, 1), dtype)
    width = max(row.shape[0] for row in rows)
    return jnp.stack([jnp.broadcast_to(row, (width,)) for row in rows])
