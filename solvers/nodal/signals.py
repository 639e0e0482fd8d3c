"""Unknowns back to the user's signals: `v(node)` of every node of the deck, `i(element)` in SPICE's sign."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from ..kernels import call_kernel
from .evaluate import control
from .groups import Compiled
from .instances import Instance
from .network import Network
from .tables import Tables, local_unknowns

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
            if instance.device.branch_currents
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

    def at(self, solver: Solver, x: np.ndarray, sources: np.ndarray, time: float = -1.0) -> dict[str, np.ndarray]:
        """All signals at rest, or the resistive part of currents at a time."""
        found = {name: np.asarray(x[place]) for name, place in self.voltages}
        numbers = solver.numbers
        currents = self.linear.read(self.network.linear, numbers.linear, x, time)
        currents |= self.nonlinear.read(self.network.tables, numbers.effective, x, time)
        currents |= {name: x[place] for name, place in self.branches}
        currents |= {name: sources[place] for name, place in self.sources}
        order = [f"i({element.name})" for element in self.network.flat.elements]
        return found | {name: np.asarray(currents[name]) for name in order if name in currents}


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
            known = local_unknowns(instance, group)
            first = group.device.terminals[0] if group.device.terminals else None
            weights += [float(row == first or (first is not None and _falls_to(row, first, known, group)))
                        for row in group.current_rows]  # fmt: skip
        return cls(tuple(f"i({each.element.name})" for each in instances), np.array(weights))

    def read(self, tables: Tables, effective: np.ndarray, x: np.ndarray, time: float) -> dict[str, float]:
        """The currents at x by signal."""
        controls = np.zeros(len(tables.plus))
        found = terminal_currents(tables, effective, self.weights, x, time, controls)
        return dict(zip(self.names, found, strict=True))


def _falls_to(row: str, first: str, known: dict[str, str], group: Compiled) -> bool:
    """Whether an inner node is one with the first terminal."""
    return row in group.device.internal and known[row] == known[first] and group.device.internal[row][0] == first


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
