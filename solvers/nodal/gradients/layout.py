"""All numbers of a network's netlist in one flat array, and what they mean to the solver, a group at a time.

numbers = (raw numbers of every instance in order; DC values of the sources)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numba import njit

from ...kernels import Kernel, call_kernel
from ..compiling import LEAN
from ..groups import Compiled
from ..network import Network
from ..tables import Numbers
from .pullbacks import preparation_pull, preparation_push


@dataclass(frozen=True, eq=False)
class Extras:
    """Numbers (extras,) that only a transient has: those of waveforms, then initial conditions.

    `named` are the places of those that have a derivative, by name; `arguments` those of sources' waveforms by their
    number on the card, None where it has no derivative; `conditions` those of nodes.
    """

    values: np.ndarray
    named: Mapping[str, int]
    arguments: Mapping[tuple[str, int], int | None]
    conditions: Mapping[str, int]


NOTHING = Extras(np.zeros(0), {}, {}, {})


@dataclass(frozen=True, eq=False)
class Layout:
    """Where an instance's raw numbers stand (`raw_starts`, (instances + 1,)), where its effective ones do
    (`effective_starts`, (instances + 1,), linear instances first), and which instances are of which group."""

    network: Network
    raw_starts: np.ndarray
    effective_starts: np.ndarray
    members: tuple[tuple[Compiled, np.ndarray], ...]
    extras: Extras = field(default=NOTHING)

    @classmethod
    def of(cls, network: Network, extras: Extras = NOTHING) -> Layout:
        """Linear in the number of instances."""
        members: dict[Compiled, list[int]] = {}
        for place, group in enumerate(network.groups):
            members.setdefault(group, []).append(place)
        return cls(
            network,
            _starts([len(group.raw) for group in network.groups]),
            _starts([len(group.effective) for group in network.groups]),
            tuple((group, np.array(places, np.int64)) for group, places in members.items()),
            extras,
        )

    @property
    def raws(self) -> int:
        """How many raw numbers there are; the sources follow."""
        return int(self.raw_starts[-1])

    @property
    def sources(self) -> slice:
        """Where the sources' DC values stand."""
        return slice(self.raws, self.raws + len(self.network.source_names))

    def flat(self) -> np.ndarray:
        """The circuit's own numbers."""
        return np.concatenate([np.zeros(0), *self.network.raw(), self.network.sources.direct, self.extras.values])

    def effective(self, flat: np.ndarray) -> np.ndarray:
        """Effective numbers of all instances, linear ones first."""
        found = np.zeros(int(self.effective_starts[-1]))
        for group, places in self.members:
            rows = group.numbers(flat[self._raw(group, places)])
            found[self._effective(group, places)] = rows
        return found

    def values(self, flat: np.ndarray) -> Numbers:
        """What the solver needs."""
        effective, split = self.effective(flat), self.split
        linear = effective[:split]
        return Numbers(effective[split:].copy(), *self.network.stamped(linear), linear)

    @property
    def split(self) -> int:
        """How many effective numbers the linear devices have."""
        return int(self.effective_starts[len(self.network.linear.kernels)])

    def pull(
        self, flat: np.ndarray, by_effective: np.ndarray, by_sources: np.ndarray, by_extras: np.ndarray | float = 0.0
    ) -> np.ndarray:
        """Derivatives by all numbers, from those by the effective ones, by the sources' DC values and by the extras."""
        found = np.zeros(len(flat))
        found[self.sources] = by_sources
        found[self.sources.stop :] = by_extras
        for group, places in self.members:
            weights = by_effective[self._effective(group, places)]
            if weights.any():
                raw = self._raw(group, places)
                found[raw] = _through(preparation_pull(group), flat[raw], weights)
        return found

    def push(self, flat: np.ndarray, direction: np.ndarray) -> np.ndarray:
        """The direction of the effective numbers, from that of all numbers."""
        found = np.zeros(int(self.effective_starts[-1]))
        for group, places in self.members:
            raw = self._raw(group, places)
            if direction[raw].any():
                moved = _through(preparation_push(group), flat[raw], direction[raw])
                found[self._effective(group, places)] = moved
        return found

    def kernels(self, made: Callable[[Compiled], Kernel], wanted: np.ndarray) -> np.ndarray:
        """The address of a kernel of every instance (instances,); 0 where it is not `wanted` (instances,)."""
        found = np.zeros(len(self.network.groups), np.int64)
        for group, places in self.members:
            chosen = places[wanted[places]]
            if len(chosen):
                found[chosen] = made(group).address
        return found

    def compile_pulls(self, wanted: np.ndarray) -> None:
        """Make the code of `pull` now, so that it can run where JAX must not be called."""
        for group, places in self.members:
            if wanted[places].any():
                preparation_pull(group)

    def _raw(self, group: Compiled, places: np.ndarray) -> np.ndarray:
        return self.raw_starts[places][:, None] + np.arange(len(group.raw))

    def _effective(self, group: Compiled, places: np.ndarray) -> np.ndarray:
        return self.effective_starts[places][:, None] + np.arange(len(group.effective))


def _starts(lengths: list[int]) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(np.array(lengths, np.int64))]).astype(np.int64)


def _through(kernel: Kernel, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """A kernel's outputs (instances, outputs) for rows of its two inputs."""
    found = np.zeros((len(first), max(1, len(kernel.outputs))))
    _each(kernel.address, np.ascontiguousarray(first), np.ascontiguousarray(second), found)
    return found[:, : len(kernel.outputs)]


@njit(**LEAN)
def _each(address: int, first: np.ndarray, second: np.ndarray, found: np.ndarray) -> None:
    a, b, out = first.reshape(-1), second.reshape(-1), found.reshape(-1)
    for k in range(first.shape[0]):
        call_kernel(address, a, k * first.shape[1], b, k * second.shape[1], out, k * found.shape[1])
