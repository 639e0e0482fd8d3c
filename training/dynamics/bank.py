"""All trainables of a circuit between the optimiser and the equations: those of one transform are one array."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from .transforms import Draw, Transform

Coordinates = dict[str, Array]
"""What the optimiser moves, by group: (members,) or, of levels, (members, levels)."""


@dataclass(frozen=True, eq=False)
class Bank:
    """Trainables in the order of `targets`; `groups` are a transform and the rows of those that share it, by name."""

    targets: tuple[str, ...]
    groups: Mapping[str, tuple[Transform, np.ndarray]]

    @classmethod
    def of(cls, transforms: Mapping[str, Transform]) -> Bank:
        """Group equal transforms, in the order of their first target."""
        rows: dict[Transform, list[int]] = {}
        for row, transform in enumerate(transforms.values()):
            rows.setdefault(transform, []).append(row)
        groups = {f"group {n}": (each, np.array(found)) for n, (each, found) in enumerate(rows.items())}
        return cls(tuple(transforms), groups)

    def start(self, values: np.ndarray) -> dict[str, np.ndarray]:
        """The coordinates of values (targets,)."""
        return {name: each.start(values[rows]) for name, (each, rows) in self.groups.items()}

    def project(self, coordinates: Coordinates) -> Coordinates:
        """The coordinates after a step, inside their ranges."""
        return {name: each.project(coordinates[name]) for name, (each, _) in self.groups.items()}

    def values(self, coordinates: Coordinates, draw: Draw) -> dict[str, Array]:
        """The values while training by target, (batch,), or (1,) where nothing is drawn."""
        keys = jax.random.split(draw.key, len(self.groups))
        found = [
            each.value(coordinates[name], draw._replace(key=key)).reshape(len(rows), -1)
            for (name, (each, rows)), key in zip(self.groups.items(), keys, strict=True)
        ]
        return self._named(found)

    def settled(self, coordinates: Coordinates) -> dict[str, Array]:
        """The values when nothing is drawn any more, by target."""
        return self._named([each.settled(coordinates[name]) for name, (each, _) in self.groups.items()])

    def spread(self, numbers: Mapping[str, float], coordinates: Coordinates) -> Coordinates:
        """Numbers by target as arrays that multiply coordinates."""
        ordered = np.array([numbers[target] for target in self.targets])
        return {
            name: jnp.asarray(ordered[rows].reshape(-1, *[1] * (u.ndim - 1)), u.dtype)
            for (name, u), (_, rows) in zip(coordinates.items(), self.groups.values(), strict=True)
        }

    def _named(self, parts: Iterable[Array]) -> dict[str, Array]:
        """One array a target; by `split`, whose transpose is a single concatenation."""
        members = [row for _, rows in self.groups.values() for row in rows]
        single = (each.reshape(each.shape[1:]) for part in parts for each in jax.lax.split(part, [1] * len(part)))
        found = dict(zip(members, single, strict=True))
        return {target: found[row] for row, target in enumerate(self.targets)}
