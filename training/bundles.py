"""Scalar trainables of one kind as one vector, so that a step on many resistors is compiled and done once.

Of one kind are trainables with the same range, scale and levels; those with a shape of their own stay alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from .parameters import Coordinate, Parameters


@dataclass(frozen=True, eq=False)
class Bundles:
    """`parameters` are the bundles as trainables of shape (members,), each by the name of its first member."""

    parameters: Parameters
    members: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, parameters: Parameters) -> Bundles:
        """Bundle what is of one kind, in the order of the first of each kind. O(trainables)."""
        kinds: dict[Coordinate, list[str]] = {}
        for each in parameters.coordinates:
            kinds.setdefault(each if each.shape else replace(each, target=""), []).append(each.target)
        bundles = [
            kind if kind.shape else replace(kind, target=names[0], shape=(len(names),)) for kind, names in kinds.items()
        ]
        named = {bundle.target: tuple(names) for bundle, names in zip(bundles, kinds.values(), strict=True)}
        alone = {kind.target for kind in kinds if kind.shape}
        return cls(Parameters(tuple(bundles)), {name: () if name in alone else each for name, each in named.items()})

    def join(self, by_target: Mapping[str, Any], xp: ModuleType) -> dict[str, Any]:
        """Arrays by bundle, of arrays by target."""
        return {
            name: xp.stack([by_target[each] for each in members]) if members else by_target[name]
            for name, members in self.members.items()
        }

    def split(self, by_bundle: Mapping[str, Any], xp: ModuleType) -> dict[str, Any]:
        """Arrays by target again: the inverse of `join`."""
        found = {}
        for name, members in self.members.items():
            if not members:
                found[name] = by_bundle[name]
                continue
            pieces = xp.split(by_bundle[name], len(members))
            found.update((each, piece.reshape(())) for each, piece in zip(members, pieces, strict=True))
        return found
