"""A circuit compiled for modified nodal analysis: unknowns with names, arrays for the loops, and the way back.

x = (node voltages, inner nodes' voltages, branch currents),   d/dt q(x) + i(x, t) = 0
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...netlist.circuit import Circuit
from ...netlist.errors import CircuitError
from .evaluate import FREE, Shape, Work, evaluate, work
from .groups import Compiled, compiled
from .instance import GROUND, Instance
from .instances import instances_of
from .limiting import OFF
from .linear import Plan, analyse
from .lines import Lines, line_currents
from .stimuli import sources_of
from .surroundings import Surroundings
from .switches import Switches, switches_of
from .tables import NOWHERE, Numbers, Pattern, Placed, Tables
from .waveforms import Sources


@dataclass(frozen=True, eq=False)
class Network:
    """A flat, scalar circuit.

    `unknowns` are names: `nodes` nodes of the deck, then inner nodes `element:node`, together `voltages` of them, then
    branch currents `i(element)`. `instances` are all but lossless lines, linear ones first; `linear` are the tables of
    those, which are stamped once, `tables` those of the others, which are evaluated anew.
    """

    flat: Circuit
    surroundings: Surroundings
    unknowns: tuple[str, ...]
    voltages: int
    nodes: int
    instances: tuple[Instance, ...]
    groups: tuple[Compiled, ...]
    linear: Tables
    tables: Tables
    shape: Shape
    plan: Plan
    sources: Sources
    source_names: tuple[str, ...]
    lines: Lines
    switches: Switches

    @classmethod
    def of(cls, circuit: Circuit, surroundings: Surroundings | None = None) -> Network:
        """Compile a circuit. Linear in its flat size, plus the ordering of its matrix.

        Raises:
            CircuitError: an element, a model or a parameter without a device here.
        """
        flat = circuit.expand()
        around = surroundings or Surroundings.of_circuit(flat)
        found = instances_of(flat, around)
        found, groups = _together(found)
        lines = list(flat.of_kind("T"))
        nodes, inner, currents = _unknowns(found, groups, lines)
        names = (*nodes, *inner, *currents)
        numbers = {name: place for place, name in enumerate(names)} | {GROUND: NOWHERE}
        return cls._placed(flat, around, (nodes, inner, currents), found, groups, Lines.of(lines, numbers), numbers)

    @classmethod
    def _placed(
        cls,
        flat: Circuit,
        around: Surroundings,
        names: tuple[tuple[str, ...], ...],
        found: list[Instance],
        groups: list[Compiled],
        lines: Lines,
        numbers: dict[str, int],
    ) -> Network:
        size, split = sum(map(len, names)), sum(instance.device.linear for instance in found)
        parts = [
            Placed.of(found[:split], groups[:split], numbers),
            Placed.of(found[split:], groups[split:], numbers),
        ]
        pattern = Pattern(size)
        for part in (*parts, lines):
            part.ask(pattern)
        keys = pattern.finish()
        lines.placed(keys, size)
        linear, tables = (part.tables(keys, size) for part in parts)
        starts = np.searchsorted(keys, np.arange(size + 1, dtype=np.int64) * size)
        rows = keys % size
        driven = [instance for instance in found if instance.element.kind in "VI"]
        return cls(
            flat,
            around,
            tuple(name for kind in names for name in kind),
            len(names[0]) + len(names[1]),
            len(names[0]),
            tuple(found),
            tuple(groups),
            linear,
            tables,
            Shape(starts, rows, *_driven(driven, numbers)),
            analyse(size, starts, rows),
            sources_of([instance.element for instance in driven]),
            tuple(instance.element.name for instance in driven),
            lines,
            switches_of(found[split:], groups[split:], tables),
        )

    @property
    def size(self) -> int:
        """Number of unknowns."""
        return len(self.unknowns)

    @functools.cached_property
    def numbers(self) -> Mapping[str, int]:
        """Places of the unknowns by name."""
        return {name: place for place, name in enumerate(self.unknowns)}

    @functools.cached_property
    def tables_off(self) -> Tables | None:
        """The tables with limited controls of devices that are `off` kept at no voltage; None where there are none."""
        tables = self.tables
        off = np.array(["off" in each.element.parameters for each in self.instances[len(self.linear.kernels) :]], bool)
        owners = np.searchsorted(tables.control_starts, tables.limit_controls, side="right") - 1
        if not off[owners].any():
            return None
        return tables._replace(limit_kinds=np.where(off[owners], OFF, tables.limit_kinds))

    @functools.cached_property
    def absolute(self) -> np.ndarray:
        """What a step of each unknown (n,) may be at convergence: 1 nV of a voltage, 1 pA of a current."""
        return np.where(np.arange(self.size) < self.voltages, 1e-9, 1e-12)

    def raw(self) -> list[np.ndarray]:
        """The netlist's numbers of every instance, in the order of its group's names."""
        return [
            np.array([instance.raw[name] for name in group.raw])
            for instance, group in zip(self.instances, self.groups, strict=True)
        ]

    def values(self, raw: Sequence[np.ndarray] | None = None) -> Numbers:
        """What the loops need of the netlist's numbers; those of the circuit where none are given."""
        raw = self.raw() if raw is None else raw
        effective = self.effective(raw)
        split = len(self.linear.kernels)
        linear, rest = (np.concatenate([np.zeros(0), *part]) for part in (effective[:split], effective[split:]))
        return Numbers(rest, *self.stamped(linear), linear)

    def effective(self, raw: Sequence[np.ndarray]) -> list[np.ndarray]:
        """The devices' numbers of every instance; one call a group."""
        members: dict[Compiled, list[int]] = {}
        for place, group in enumerate(self.groups):
            members.setdefault(group, []).append(place)
        found: list[Any] = [None] * len(self.groups)
        for group, places in members.items():
            rows = group.numbers(np.stack([raw[place] for place in places]))
            for place, row in zip(places, rows, strict=True):
                found[place] = row
        return found

    def stamped(self, effective: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The matrices of the linear devices: they are the same at every x, so at zero too."""
        zero = np.zeros(len(self.shape.rows))
        nothing = Numbers(effective, zero, zero, effective)
        place = work(self.size, len(self.shape.rows), self.linear)
        evaluate(self.linear, self.shape, nothing, np.zeros(self.size), np.zeros(0), 0.0, FREE, place)
        self.lines.stamp(place.conductance)
        return place.conductance, place.capacitance

    def work(self) -> Work:
        """Fresh arrays for one thread."""
        return work(self.size, len(self.shape.rows), self.tables)


def _together(instances: Sequence[Instance]) -> tuple[list[Instance], list[Compiled]]:
    """The instances with those of one group side by side, linear ones first, and their groups."""
    members: dict[Compiled, list[Instance]] = {}
    for instance in instances:
        members.setdefault(group_of(instance), []).append(instance)
    order = sorted(members, key=lambda group: not group.device.linear)
    return [each for group in order for each in members[group]], [group for group in order for _ in members[group]]


def group_of(instance: Instance) -> Compiled:
    """The device compiled for the numbers that the instance gives."""
    given = tuple(name for name in instance.raw if name not in ("temperature", "nominal", "gmin"))
    watched = {name for _, *names in instance.device.internal.values() for name in names}
    return compiled(instance.device, given, frozenset(n for n in given if n in watched and instance.raw[n] == 0.0))


def _unknowns(
    instances: Sequence[Instance], groups: Sequence[Compiled], lines: Sequence[Any]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Nodes, inner nodes, branch currents."""
    nodes: dict[str, None] = {}
    inner: list[str] = []
    currents: list[str] = []
    for instance, group in zip(instances, groups, strict=True):
        nodes |= dict.fromkeys(instance.nodes.values())
        if group.inner:
            inner += [f"{instance.element.name}:{name}" for name in group.inner]
        if group.device.branch_currents:
            currents += instance.branch_currents().values()
    for line in lines:
        nodes |= dict.fromkeys(line.nodes)
        currents += line_currents(line)
    found = tuple(name for name in nodes if name != GROUND and not name.startswith("i("))
    if not found:
        raise CircuitError("the circuit has no node but ground; there is nothing to solve")
    return found, tuple(inner), tuple(currents)


def _driven(instances: Sequence[Instance], numbers: Mapping[str, int]) -> tuple[np.ndarray, np.ndarray]:
    """Rows and signs of what each V and I gives."""
    rows, signs = [], []
    for instance in instances:
        if instance.element.kind == "V":
            rows.append([numbers[instance.current], NOWHERE])
            signs.append([-1.0, 0.0])
        else:
            many: Any = instance.element.parameters.get("m", 1.0)
            rows.append([numbers[node] for node in instance.element.nodes])
            signs.append([float(many), -float(many)])
    return np.array(rows, np.int64).reshape(-1, 2), np.array(signs).reshape(-1, 2)
