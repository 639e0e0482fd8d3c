"""All trainables of a circuit between the optimiser and the equations: those of one transform are one array."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ...netlist.errors import CircuitError
from .transforms import Draw, Transform

Coordinates = dict[str, Array]
"""What the optimiser moves, by group: (members,) or, of levels, (members, levels)."""
Shape = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Group:
    """The targets that share a transform, one behind the other in C order."""

    transform: Transform
    targets: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Bank:
    """Trainables in the order of `targets`, each a number or an array of a shape; `groups` by name."""

    targets: tuple[str, ...]
    shapes: Mapping[str, Shape]
    groups: Mapping[str, Group]

    @classmethod
    def of(cls, transforms: Mapping[str, Transform], shapes: Mapping[str, Shape] | None = None) -> Bank:
        """Group equal transforms, in the order of their first target; a target without a shape is one number."""
        members: dict[Transform, list[str]] = {}
        for target, transform in transforms.items():
            members.setdefault(transform, []).append(target)
        groups = {f"group {n}": Group(each, tuple(found)) for n, (each, found) in enumerate(members.items())}
        return cls(tuple(transforms), {target: (shapes or {}).get(target, ()) for target in transforms}, groups)

    def start(self, values: Mapping[str, np.ndarray | float]) -> dict[str, np.ndarray]:
        """The coordinates of values by target."""
        return {
            name: group.transform.start(self._joined({target: values[target] for target in group.targets}))
            for name, group in self.groups.items()
        }

    def project(self, coordinates: Coordinates) -> Coordinates:
        """The coordinates after a step, inside their ranges."""
        return {name: group.transform.project(coordinates[name]) for name, group in self.groups.items()}

    def levelled(self, coordinates: Coordinates, levels: int, shift: Mapping[str, Array] | float) -> Coordinates:
        """The coordinates on the level at or below them plus `shift` of the distance between levels.

        Raises:
            CircuitError: a target whose range is not finite.
        """
        found = {}
        for name, u in coordinates.items():
            low, high = self.groups[name].transform.ends
            if not (math.isfinite(low) and math.isfinite(high)):
                target = self.groups[name].targets[0]
                raise CircuitError(
                    f"[hardware] conductance_levels are parts of a range, and {target} has none; write "
                    f"`*@ trainable {target} min= max=`, without levels= and not smooth"
                )
            step = (high - low) / (levels - 1)
            by = shift[name] if isinstance(shift, Mapping) else shift
            found[name] = jnp.clip(low + step * jnp.floor((u - low) / step + by), low, high)
        return found

    def values(self, coordinates: Coordinates, draw: Draw) -> dict[str, Array]:
        """The values while training by target, (*shape, batch), or (*shape, 1) where nothing is drawn."""
        keys = jax.random.split(draw.key, len(self.groups))
        found = {
            name: group.transform.value(coordinates[name], draw._replace(key=key))
            for (name, group), key in zip(self.groups.items(), keys, strict=True)
        }
        return self._named({name: each.reshape(self.size(name), -1) for name, each in found.items()})

    def settled(self, coordinates: Coordinates) -> dict[str, Array]:
        """The values when nothing is drawn any more, by target."""
        return self._named({name: each.transform.settled(coordinates[name]) for name, each in self.groups.items()})

    def spread(self, numbers: Mapping[str, float], coordinates: Coordinates) -> Coordinates:
        """Numbers by target as arrays that multiply coordinates."""
        found = {}
        for name, u in coordinates.items():
            wide = {target: np.full(self.shapes[target], numbers[target]) for target in self.groups[name].targets}
            found[name] = jnp.asarray(self._joined(wide).reshape(-1, *[1] * (u.ndim - 1)), u.dtype)
        return found

    def size(self, group: str) -> int:
        """How many numbers a group holds."""
        return sum(math.prod(self.shapes[target]) for target in self.groups[group].targets)

    def _joined(self, values: Mapping[str, np.ndarray | float]) -> np.ndarray:
        parts = (np.broadcast_to(np.asarray(value, float), self.shapes[target]) for target, value in values.items())
        return np.concatenate([part.ravel() for part in parts])

    def _named(self, parts: Mapping[str, Array]) -> dict[str, Array]:
        """One array a target; by `split`, whose transpose is a single concatenation."""
        found: dict[str, Array] = {}
        for name, part in parts.items():
            targets = self.groups[name].targets
            pieces: Iterable[Array] = jax.lax.split(part, [math.prod(self.shapes[target]) for target in targets])
            for target, piece in zip(targets, pieces, strict=True):
                found[target] = piece.reshape(*self.shapes[target], *part.shape[1:])
        return {target: found[target] for target in self.targets}
