"""Unknowns back to the user's signals: `v(node)` of every node of the deck, `i(element)` in SPICE's sign."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from ..kernels import call_kernel
from .evaluate import control
from .groups import Compiled
from .instance import Instance
from .network import Network
from .switches import Switches, set_switches
from .tables import Numbers, Tables, local_unknowns

if TYPE_CHECKING:
    from .operating import Solver

BRANCHES = "VELH"


@dataclass(frozen=True, eq=False)
class Signals:
    """Where each signal comes from.

    `voltages` are (signal, unknown); `branches` are (signal, unknown) for currents that are unknowns; `terminals` are
    (signal, instance) for those that a device computes: the current into its first terminal.
    """

    network: Network
    voltages: tuple[tuple[str, int], ...]
    branches: tuple[tuple[str, int], ...]
    sources: tuple[tuple[str, int], ...]
    linear: Terminals
    nonlinear: Terminals

    @classmethod
    def of(cls, network: Network) -> Signals:
        """Linear in the circuit's size."""
        numbers = network.numbers
        instances, groups = network.instances, network.groups
        split = len(network.linear.kernels)
        branches = [
            (f"i({instance.element.name})", numbers[instance.current])
            for instance in instances
            if "current" in instance.device.branch_currents
        ]
        branches += [(f"i({each.name})", numbers[f"i({each.name})"]) for each in network.lines.elements]
        sources = [
            (f"i({name})", place) for place, name in enumerate(network.source_names) if network.flat[name].kind == "I"
        ]
        return cls(
            network,
            tuple((f"v({name})", numbers[name]) for name in network.unknowns[: network.nodes]),
            tuple(branches),
            tuple(sources),
            Terminals.of(instances[:split], groups[:split]),
            Terminals.of(instances[split:], groups[split:]),
        )

    def at(self, solver: Solver, x: np.ndarray, sources: np.ndarray, time: float = 0.0) -> dict[str, np.ndarray]:
        """All signals at rest, or the resistive part of currents at a time."""
        found = {name: np.asarray(x[place]) for name, place in self.voltages}
        numbers = solver.numbers
        currents = self.linear.read(self.network.linear, numbers.linear, x, time)
        currents |= self.nonlinear.read(self.network.tables, numbers.effective, x, time)
        currents |= {name: x[place] for name, place in self.branches}
        many = self.network.shape.source_signs[:, 0]
        currents |= {name: many[place] * sources[place] for name, place in self.sources}
        order = [f"i({element.name})" for element in self.network.flat.elements if element.kind != "K"]
        return found | {name: np.asarray(currents[name]) for name in order if name in currents}

    def over(
        self, solver: Solver, x: np.ndarray, sources: np.ndarray, closed: np.ndarray, time: float = 0.0
    ) -> dict[str, np.ndarray]:
        """All signals (points,) at rows of unknowns x (points, n), of sources' values (points, sources), and of states
        of switches (points, switches)."""
        network, numbers = self.network, solver.numbers
        unswitched = network.switches._replace(controls=np.zeros(0, np.int64))
        currents: dict[str, np.ndarray] = {}
        for terminals, tables, given, switches in (
            (self.linear, network.linear, numbers._replace(effective=numbers.linear), unswitched),
            (self.nonlinear, network.tables, numbers, network.switches),
        ):
            found = terminal_currents_of_rows(tables, given, terminals.weights, switches, closed, x, time)
            currents |= zip(terminals.names, found.T, strict=True)
        currents |= {name: x[:, place] for name, place in self.branches}
        many = network.shape.source_signs[:, 0]
        currents |= {name: many[place] * sources[:, place] for name, place in self.sources}
        order = [f"i({element.name})" for element in network.flat.elements if element.kind != "K"]
        return {name: x[:, place] for name, place in self.voltages} | {name: currents[name] for name in order}


@dataclass(frozen=True, eq=False)
class Terminals:
    """The current into the first terminal of every instance of some tables: which of its outputs add up to it."""

    names: tuple[str, ...]
    weights: np.ndarray

    @classmethod
    def of(cls, instances: tuple[Instance, ...], groups: tuple[Compiled, ...]) -> Terminals:
        """Weights (outputs,) of all currents of all instances, in order."""
        weights: list[float] = []
        for instance, group in zip(instances, groups, strict=True):
            chosen = into_first(instance, group)
            weights += [float(row in chosen) for row in group.current_rows]
        return cls(tuple(f"i({each.element.name})" for each in instances), np.array(weights))

    def read(self, tables: Tables, effective: np.ndarray, x: np.ndarray, time: float) -> dict[str, float]:
        """The currents at x by signal."""
        controls = np.zeros(len(tables.plus))
        found = terminal_currents(tables, effective, self.weights, x, time, controls)
        return dict(zip(self.names, found, strict=True))


def into_first(instance: Instance, group: Compiled) -> frozenset[str]:
    """The local rows whose currents and charges enter by the first terminal: its own, and inner nodes one with it."""
    known = local_unknowns(instance, group)
    internal = group.device.internal
    return frozenset(
        row
        for first in group.device.terminals[:1]
        for row in known
        if row == first or (row in internal and internal[row][0] == first and known[row] == known[first])
    )


@njit(cache=True)
def terminal_currents(
    tables: Tables, effective: np.ndarray, weights: np.ndarray, x: np.ndarray, time: float, controls: np.ndarray
) -> np.ndarray:
    """Weighted sums of every instance's currents (instances,), in A."""
    out, found = np.zeros(512), np.zeros(len(tables.kernels))
    for k in range(len(tables.kernels)):
        begin, end = tables.control_starts[k], tables.control_starts[k + 1]
        for place in range(begin, end):
            controls[place] = control(tables, x, place)
        controls[end - 1] = time
        call_kernel(tables.kernels[k], controls, begin, effective, tables.number_starts[k], out, 0)
        for place in range(tables.current_starts[k], tables.current_starts[k + 1]):
            found[k] += weights[place] * out[place - tables.current_starts[k]]
    return found


@njit(cache=True)
def terminal_currents_of_rows(
    tables: Tables,
    numbers: Numbers,
    weights: np.ndarray,
    switches: Switches,
    closed: np.ndarray,
    x: np.ndarray,
    time: float,
) -> np.ndarray:
    """The same at rows x (points, n), with the states of switches (points, switches): (points, instances)."""
    found, controls = np.zeros((len(x), len(tables.kernels))), np.zeros(len(tables.plus))
    for point in range(len(x)):
        set_switches(switches, numbers, closed[point])
        found[point] = terminal_currents(tables, numbers.effective, weights, x[point], time, controls)
    return found
