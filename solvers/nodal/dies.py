"""Many dies of one circuit: compiled once, with the numbers of each (`netlist.mismatch` draws them)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ...netlist.circuit import Circuit
from ...netlist.errors import CircuitError
from ...netlist.traces import Traces
from .instances import instances_of
from .network import Network, group_of
from .operating import Solver
from .signals import Signals
from .tables import Numbers

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Dies:
    """The network of the first of some dies, and the flat circuits of all of them."""

    network: Network
    circuits: Sequence[Circuit]

    @classmethod
    def of(cls, circuits: Sequence[Circuit]) -> Dies:
        """Compile the first; the others must be the same but for their numbers.

        Raises:
            CircuitError: no circuit, or an element or parameter without a device here.
        """
        if not circuits:
            raise CircuitError("no die is asked for; ask for one or more")
        return cls(Network.of(circuits[0]), circuits)

    def values(self) -> Iterator[Numbers]:
        """What the loops need of each die's numbers. Linear in the circuit's size, a die.

        Raises:
            CircuitError: a die whose values make another circuit of it, such as a series resistance of exactly 0.
        """
        network = self.network
        order = {instance.element.name: place for place, instance in enumerate(network.instances)}
        for die, circuit in enumerate(self.circuits):
            raw: list[np.ndarray] = [np.zeros(0)] * len(order)
            for instance in instances_of(circuit.expand(), network.surroundings):
                place = order[instance.element.name]
                group = network.groups[place]
                if group_of(instance) is not group:
                    raise CircuitError(
                        f"{instance.element.name} of die {die} is another kind of device than that of the first die; "
                        "simulate it alone",
                        instance.element.location,
                    )
                raw[place] = np.array([instance.raw[name] for name in group.raw])
            yield network.values(raw)


def operating_points_of_dies(circuits: Sequence[Circuit], progress: Progress | None = None) -> Traces:
    """All signals at rest over the axis `die`, each die from where the last one settled: of circuits that differ in
    their numbers alone, such as `Mismatch.with_die` makes.

    Raises:
        CircuitError: a die that is another circuit; an element or parameter without a device.
        NumericalError: a die without an operating point; names the worst node.
    """
    begin = time.perf_counter()
    found = Dies.of(circuits)
    solver, signals = Solver.of(found.network), Signals.of(found.network)
    sources, rows, steps, residual = found.network.sources.direct, [], 0, 0.0
    point = None
    for numbers in found.values():
        solver.numbers = numbers
        point = solver.solve(sources, point and point.x, point and point.closed)
        steps, residual = steps + point.steps, max(residual, point.residual)
        rows.append(signals.at(solver, point.x, sources))
        if progress is not None:
            progress(len(rows), len(circuits))
    stacked = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
    made = {
        "engine": "nodal",
        "dies": len(rows),
        "iterations": steps,
        "residual": residual,
        "gmin": found.network.surroundings.gmin,
        "seconds": time.perf_counter() - begin,
    }
    return Traces(stacked, {"die": np.arange(len(rows))}, made)
