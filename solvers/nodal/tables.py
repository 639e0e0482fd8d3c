"""A circuit as flat arrays for numba: unknowns, instances, and where in the matrices each derivative goes.

The matrices G = di/dx and C = dq/dx share one pattern, compressed by columns: `starts` (n + 1), `rows` (entries).
Linear devices are stamped into `Numbers.g0`, `Numbers.c0` once; the others are evaluated anew at every step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np

from .groups import Compiled
from .instance import Instance

NOWHERE = -1
"""The number of ground among the unknowns."""


class Tables(NamedTuple):
    """Everything about some instances that does not change with their numbers. Offsets are (instances + 1,)."""

    kernels: np.ndarray
    """Addresses (instances,)."""
    control_starts: np.ndarray
    """Where an instance's controls begin; the last of them is the time's place."""
    plus: np.ndarray
    minus: np.ndarray
    """Unknowns of each control, NOWHERE for ground."""
    number_starts: np.ndarray
    """Where an instance's effective numbers begin."""
    current_starts: np.ndarray
    current_rows: np.ndarray
    charge_starts: np.ndarray
    charge_rows: np.ndarray
    """Unknowns whose laws the outputs belong to."""
    conductance_starts: np.ndarray
    conductance_rows: np.ndarray
    conductance_controls: np.ndarray
    conductance_plus: np.ndarray
    conductance_minus: np.ndarray
    """Row and control (within its instance) of every derivative of a current, and its places in the matrix."""
    capacitance_starts: np.ndarray
    capacitance_rows: np.ndarray
    capacitance_controls: np.ndarray
    capacitance_plus: np.ndarray
    capacitance_minus: np.ndarray
    limit_controls: np.ndarray
    limit_kinds: np.ndarray
    limit_numbers: np.ndarray
    """(limits, 4): places of the limit's effective numbers and of its polarity, NOWHERE where it has none."""


class Numbers(NamedTuple):
    """What the netlist's values make: effective numbers of the instances that are evaluated anew, the matrices of the
    linear ones (entries,), and the linear ones' own effective numbers."""

    effective: np.ndarray
    g0: np.ndarray
    c0: np.ndarray
    linear: np.ndarray


LIMIT_KINDS = {"junction": 0, "gate": 1, "drain": 2}


@dataclass
class Pattern:
    """The places of the matrix, collected and then put into columns."""

    size: int
    keys: list[np.ndarray] = field(default_factory=list)

    def add(self, rows: np.ndarray, columns: np.ndarray) -> None:
        """Ask for places; those of ground are left out."""
        fine = (rows >= 0) & (columns >= 0)
        self.keys.append(columns[fine] * self.size + rows[fine])

    def finish(self) -> np.ndarray:
        """All places as sorted keys column·n + row, the diagonal among them."""
        diagonal = np.arange(self.size, dtype=np.int64) * (self.size + 1)
        return np.unique(np.concatenate([diagonal, *self.keys]))


def places(keys: np.ndarray, size: int, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """The entry of each (row, column), NOWHERE where either is ground."""
    wanted = np.where((rows >= 0) & (columns >= 0), columns * size + rows, keys[0])
    return np.where((rows >= 0) & (columns >= 0), np.searchsorted(keys, wanted), NOWHERE)


@dataclass(frozen=True, eq=False)
class Placed:
    """Some instances with their groups, and the numbers of everything local: what `Tables` are made from."""

    instances: Sequence[Instance]
    groups: Sequence[Compiled]
    controls: tuple[np.ndarray, np.ndarray]
    currents: np.ndarray
    charges: np.ndarray
    conductances: tuple[np.ndarray, ...]
    capacitances: tuple[np.ndarray, ...]

    @classmethod
    def of(cls, instances: Sequence[Instance], groups: Sequence[Compiled], numbers: Mapping[str, int]) -> Placed:
        """Look up every unknown; instances of a group must stand together. Linear in the number of local names."""
        runs = [
            _run(group, [instances[place] for place in places], numbers)
            for group, places in groupby(range(len(groups)), groups.__getitem__)
        ]
        joined = [np.concatenate([np.zeros(0, np.int64), *column]) for column in zip(*runs, strict=True)]
        plus, minus, currents, charges, *entries = joined or [np.zeros(0, np.int64)] * 12
        first, second = entries[:4], entries[4:]
        return cls(instances, groups, (plus, minus), currents, charges, tuple(first), tuple(second))

    def ask(self, pattern: Pattern) -> None:
        """Every place of the matrix that these instances write."""
        for rows, _, plus, minus in (self.conductances, self.capacitances):
            pattern.add(rows, plus)
            pattern.add(rows, minus)

    def tables(self, keys: np.ndarray, size: int) -> Tables:
        """The arrays, with places among the finished keys."""
        groups = self.groups
        controls = _starts(len(group.device.controls) + 1 for group in groups)
        numbers = _starts(len(group.effective) for group in groups)

        def derivative(of: tuple[np.ndarray, ...]) -> Any:
            rows, control, plus, minus = of
            return rows, control, places(keys, size, rows, plus), places(keys, size, rows, minus)

        arrays: list[Any] = [
            np.array([group.kernel.address for group in groups], np.int64),
            controls,
            *self.controls,
            numbers,
            _starts(len(group.current_rows) for group in groups),
            self.currents,
            _starts(len(group.charge_rows) for group in groups),
            self.charges,
            _starts(len(group.conductances) for group in groups),
            *derivative(self.conductances),
            _starts(len(group.capacitances) for group in groups),
            *derivative(self.capacitances),
            *_limits(groups, controls, numbers),
        ]
        return Tables(*arrays)


def _run(group: Compiled, instances: Sequence[Instance], numbers: Mapping[str, int]) -> list[np.ndarray]:
    """The unknowns of controls, rows and entries of instances of one group, instance by instance."""
    known = [local_unknowns(instance, group) for instance in instances]

    def unknowns(names: Sequence[str | None]) -> np.ndarray:
        """(instances, names), NOWHERE for ground and for the missing end of a current."""
        columns = [[NOWHERE] * len(known) if name is None else [numbers[own[name]] for own in known] for name in names]
        return np.array(columns, np.int64).reshape(len(names), len(known)).T

    ends = group.device.controls
    found = [unknowns([*(end[side] for end in ends), None]) for side in (0, 1)]
    found += [unknowns(rows) for rows in (group.current_rows, group.charge_rows)]
    for names, pairs in ((group.current_rows, group.conductances), (group.charge_rows, group.capacitances)):
        controls = np.tile(np.array([control for _, control in pairs], np.int64), (len(known), 1))
        found += [unknowns([names[row] for row, _ in pairs]), controls]
        found += [unknowns([ends[control][side] for _, control in pairs]) for side in (0, 1)]
    return [np.ascontiguousarray(each).reshape(-1) for each in found]


def local_unknowns(instance: Instance, group: Compiled) -> dict[str, str]:
    """The circuit's name of each of the instance's local names: nodes, branch currents, inner nodes."""
    found = dict(instance.nodes)
    if group.device.branch_currents:
        found |= instance.branch_currents()
    if group.device.internal:
        found |= {inner: found[terminal] for inner, terminal in group.together.items()}
        found |= {inner: f"{instance.element.name}:{inner}" for inner in group.inner}
    return found


def _starts(lengths: Iterable[int]) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(np.fromiter(lengths, np.int64))]).astype(np.int64)


def _limits(groups: Sequence[Compiled], controls: np.ndarray, numbers: np.ndarray) -> tuple[np.ndarray, ...]:
    found, kinds, where = [], [], []
    for group, control, first in zip(groups, controls, numbers, strict=False):
        for limit in group.device.limits:
            found.append(control + limit.control)
            kinds.append(LIMIT_KINDS[limit.kind])
            named = [first + group.effective.index(name) for name in limit.parameters]
            sign = NOWHERE if limit.polarity is None else first + group.effective.index(limit.polarity)
            where.append([*named, *[NOWHERE] * (3 - len(named)), sign])
    return np.array(found, np.int64), np.array(kinds, np.int64), np.array(where, np.int64).reshape(-1, 4)
