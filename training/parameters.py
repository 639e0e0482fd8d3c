"""Trainables as coordinates: what the optimiser moves, and the element values it means.

A coordinate u is the value θ itself (scale=linear) or its logarithm (scale=log). Ranges hold in u after every step.
A trainable with `levels=` keeps a continuous u that collects small steps, while the circuit only ever has the nearest
of the equally spaced levels: gradients are taken there and passed straight through.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

import numpy as np

from ..netlist import Circuit, Trainable
from ..netlist.errors import CircuitError
from ..netlist.instance_lines import own_parameter
from ..netlist.resistance import is_written_as_conductance

Values = dict[str, np.ndarray]


@dataclass(frozen=True)
class Coordinate:
    """One trainable: a parameter, or an element with one value a branch. Bounds and values are in the target's unit.

    `levels` are the allowed coordinates in rising order, none for a continuous trainable.
    """

    target: str
    is_parameter: bool
    shape: tuple[int, ...]
    minimum: float
    maximum: float
    logarithmic: bool
    levels: tuple[float, ...] = ()

    @property
    def low(self) -> float:
        """The smallest coordinate."""
        return float(np.log(self.minimum)) if self.logarithmic else self.minimum

    @property
    def high(self) -> float:
        """The largest coordinate."""
        return float(np.log(self.maximum)) if self.logarithmic else self.maximum

    def coordinate(self, value: Any) -> np.ndarray:
        """u of a value, clipped into the range."""
        inside = np.clip(np.asarray(value, float), self.minimum, self.maximum)
        return np.clip(np.log(inside) if self.logarithmic else inside, self.low, self.high)

    def project(self, u: Any, xp: ModuleType = np) -> Any:
        """u clipped into the range."""
        return xp.clip(u, self.low, self.high)

    def value(self, u: Any, xp: ModuleType = np) -> Any:
        """θ of a coordinate: on a level where there are levels, and never outside the range by rounding."""
        if self.levels:
            grid = np.array(self.levels)
            u = xp.asarray(grid)[xp.searchsorted(xp.asarray(grid[1:] + grid[:-1]) / 2, u)]
        return xp.clip(xp.exp(u), self.minimum, self.maximum) if self.logarithmic else self.project(u, xp)

    def slope(self, u: Any, xp: ModuleType = np) -> Any:
        """dθ/du, where levels are passed straight through."""
        return self.value(u, xp) if self.logarithmic else xp.ones_like(u)


@dataclass(frozen=True)
class Parameters:
    """All trainables of a circuit, in the directives' order."""

    coordinates: tuple[Coordinate, ...]

    @classmethod
    def of(cls, circuit: Circuit) -> Parameters:
        """Read the `trainable` directives. Raises `CircuitError` when there are none, or a range makes no sense."""
        trainables = circuit.trainables
        if not trainables:
            raise CircuitError(
                f"{circuit.source or 'the circuit'} has nothing to train; write `*@ trainable NAME min= max=`"
            )
        return cls(tuple(_coordinate(circuit, trainable) for trainable in trainables))

    @property
    def targets(self) -> tuple[str, ...]:
        return tuple(coordinate.target for coordinate in self.coordinates)

    def __getitem__(self, target: str) -> Coordinate:
        return next(coordinate for coordinate in self.coordinates if coordinate.target == target)

    def coordinates_of(self, values: Mapping[str, Any]) -> Values:
        """Values by target as coordinates."""
        return {
            each.target: np.broadcast_to(each.coordinate(values[each.target]), each.shape).copy()
            for each in self.coordinates
        }

    def values_of(self, coordinates: Mapping[str, Any], xp: ModuleType = np) -> dict[str, Any]:
        """Coordinates by target as values, on their levels."""
        return {each.target: each.value(coordinates[each.target], xp) for each in self.coordinates}

    def project(self, coordinates: Mapping[str, Any], xp: ModuleType = np) -> dict[str, Any]:
        """Every coordinate in its range."""
        return {each.target: each.project(coordinates[each.target], xp) for each in self.coordinates}

    def rounding(self, coordinates: Mapping[str, Any]) -> dict[str, float]:
        """For each target with levels, the largest distance in u between the coordinate and its level."""
        return {
            each.target: float(
                np.max(np.abs(coordinates[each.target] - each.coordinate(each.value(coordinates[each.target]))))
            )
            for each in self.coordinates
            if each.levels
        }


def apply(circuit: Circuit, values: Mapping[str, Any]) -> Circuit:
    """The circuit with those values by target; a value of shape () as a plain number."""
    return circuit.with_values({key: float(value) if np.ndim(value) == 0 else value for key, value in values.items()})


def _coordinate(circuit: Circuit, trainable: Trainable) -> Coordinate:
    is_parameter = trainable.kind == "parameter"
    minimum = -np.inf if trainable.minimum is None else float(trainable.minimum)
    maximum = np.inf if trainable.maximum is None else float(trainable.maximum)
    logarithmic = trainable.scale == "log"

    def refuse(reason: str) -> CircuitError:
        place = f"{trainable.location}: " if trainable.location else ""
        return CircuitError(f"{place}trainable {trainable.target} {reason}")

    if minimum > maximum:
        raise refuse(f"has min={minimum:g} above max={maximum:g}; swap them")
    if logarithmic and not minimum > 0:
        raise refuse("has scale=log, which needs a min= above 0")
    if not is_parameter:
        _check_resistor(circuit, trainable.target, minimum, refuse)
    shape = () if is_parameter else circuit[trainable.target].shape
    bare = Coordinate(trainable.target, is_parameter, shape, minimum, maximum, logarithmic)
    return replace(bare, levels=_levels(bare, trainable, refuse))


def _levels(bare: Coordinate, trainable: Trainable, refuse: Any) -> tuple[float, ...]:
    """Allowed coordinates: those of the values given, or that many at equal distances over the range."""
    if isinstance(trainable.levels, tuple):
        outside = [each for each in trainable.levels if not bare.minimum <= each <= bare.maximum]
        if outside or not trainable.levels:
            raise refuse(f"has the levels {trainable.levels}, which must lie in its range")
        return tuple(sorted({float(bare.coordinate(each)) for each in trainable.levels}))
    count = trainable.levels or (2**trainable.bits if trainable.bits else 0)
    if not count:
        return ()
    if not (np.isfinite(bare.low) and np.isfinite(bare.high) and count >= 2):
        raise refuse("has levels, which need a min=, a max= and at least two of them")
    return tuple(np.linspace(bare.low, bare.high, count).tolist())


def _check_resistor(circuit: Circuit, target: str, minimum: float, refuse: Any) -> None:
    element = circuit[target]
    if element.kind == "X":
        own_parameter(element)
        return
    if element.kind not in "RIV":
        raise refuse(f"is an element {element.kind}; only resistors, current and voltage sources and instances learn")
    if element.kind != "R":
        return
    if is_written_as_conductance(element):
        if minimum < 0 or np.isneginf(minimum):
            raise refuse("is a conductance, which cannot be negative; write min=0 or more")
    elif not minimum > 0:
        raise refuse("is a resistance, which must stay positive; write a min= above 0 ohm")
