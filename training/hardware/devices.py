"""Trainables as devices: they move by what the optimiser asks as far as their hardware can."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ...netlist.errors import ExperimentError
from ..optimiser import Stepper
from ..parameters import Coordinate, Parameters, Values
from .limits import Hardware

_STREAM = 5


@dataclass(frozen=True, eq=False)
class Devices:
    """A stepper's moves through the hardware; `stuck` says by target which devices never move."""

    stepper: Stepper
    hardware: Hardware
    stuck: Mapping[str, np.ndarray]

    @classmethod
    def of(cls, stepper: Stepper, hardware: Hardware, seed: int, source: str = "experiment") -> Devices:
        """The devices of an experiment; the seed decides which are stuck.

        Raises `ExperimentError` where a limit is counted in parts of a range that is not finite.
        """
        for each in stepper.parameters.coordinates:
            if hardware.limits_ranges and not np.isfinite([each.low, each.high]).all():
                raise ExperimentError(
                    f"{source}: [hardware] counts in parts of a range, and {each.target} has none; write "
                    f"`*@ trainable {each.target} min= max=`"
                )
        if hardware.conductance_levels == 1:
            raise ExperimentError(f"{source}: [hardware] conductance_levels must be 0 (any value), or 2 or more")
        return cls(stepper, hardware, _stuck(stepper.parameters, hardware.stuck_fraction, seed))

    def place(self, coordinates: Values) -> Values:
        """Start coordinates as the devices can have them: on a level, the stuck ones where they are stuck."""
        return {
            each.target: self._placed(each, coordinates[each.target]) for each in self.stepper.parameters.coordinates
        }

    def step(
        self,
        coordinates: dict[str, Array],
        gradients: dict[str, Array],
        memory: list[Array],
        rates: Mapping[str, Array],
        key: Array,
    ) -> tuple[dict[str, Array], list[Array]]:
        """Coordinates after one step, and the optimiser's memory after it."""
        asked, after = self.stepper.step(coordinates, gradients, memory, rates)
        if not self.hardware.limits_updates:
            return asked, after
        keys = jax.random.split(key, len(self.stepper.parameters.coordinates))
        moved = {
            each.target: self._moved(each, coordinates[each.target], asked[each.target], keys[index])
            for index, each in enumerate(self.stepper.parameters.coordinates)
        }
        return moved, after

    def _moved(self, coordinate: Coordinate, u: Array, asked: Array, key: Array) -> Array:
        hardware, (slip, rounding) = self.hardware, jax.random.split(key)
        move = asked - u
        if hardware.limits_ranges:
            span = coordinate.high - coordinate.low
            place = (u - coordinate.low) / span
            move = jnp.where(jnp.abs(move) < hardware.update_threshold * span, 0.0, move)
            move *= 1.0 - hardware.update_saturation * jnp.where(move > 0, place, 1.0 - place)
        move *= 1.0 + hardware.update_asymmetry * jnp.sign(move)
        if hardware.update_noise:
            move *= 1.0 + hardware.update_noise * jax.random.normal(slip, u.shape, u.dtype)
        after = coordinate.project(u + move, jnp)
        if hardware.conductance_levels:
            shift = jax.random.uniform(rounding, u.shape, u.dtype) if hardware.level_rounding == "stochastic" else 0.5
            after = self._level(coordinate, after, shift, jnp)
        return jnp.where(self.stuck[coordinate.target], u, after)

    def _level(self, coordinate: Coordinate, u: Any, shift: Any, xp: Any) -> Any:
        """The level at or below u plus `shift` of the distance between levels."""
        step = (coordinate.high - coordinate.low) / (self.hardware.conductance_levels - 1)
        return coordinate.project(coordinate.low + step * xp.floor((u - coordinate.low) / step + shift), xp)

    def _placed(self, coordinate: Coordinate, u: np.ndarray) -> np.ndarray:
        if self.hardware.conductance_levels:
            u = self._level(coordinate, u, 0.5, np)
        if self.hardware.stuck_at == "start":
            return u
        end = coordinate.low if self.hardware.stuck_at == "minimum" else coordinate.high
        return np.where(self.stuck[coordinate.target], end, u)


def _stuck(parameters: Parameters, fraction: float, seed: int) -> dict[str, np.ndarray]:
    """A random choice of that fraction of all devices, to the nearest whole number of them."""
    sizes = [int(np.prod(each.shape)) for each in parameters.coordinates]
    total = sum(sizes)
    chosen = np.zeros(total, bool)
    chosen[np.random.default_rng([seed, _STREAM]).permutation(total)[: round(fraction * total)]] = True
    pieces = np.split(chosen, np.cumsum(sizes)[:-1])
    return {each.target: piece.reshape(each.shape) for each, piece in zip(parameters.coordinates, pieces, strict=True)}
