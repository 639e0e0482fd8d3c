"""Many dies of one circuit: compiled once, the numbers of each as its mismatch draws them.

A die is a number under a seed (`netlist.mismatch`), the same that an exported deck carries.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ...netlist.circuit import Circuit
from ...netlist.errors import CircuitError
from ...netlist.gathering import gathered
from ...netlist.mismatch import Mismatch
from ...netlist.traces import Traces
from .instances import instances_of
from .network import Network, group_of
from .operating import Solver
from .signals import Signals
from .tables import Numbers

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Dies:
    """The network of the first die, and the numbers of all `count` of them."""

    network: Network
    mismatch: Mismatch
    seed: int
    numbers: tuple[int, ...]

    @classmethod
    def of(cls, circuit: Circuit, dies: Sequence[int], seed: int = 0) -> Dies:
        """Compile the circuit of the first die.

        Raises:
            CircuitError: no `*@ mismatch` line, or no die.
        """
        mismatch = Mismatch.of(circuit)
        if not mismatch.spreads:
            raise CircuitError("the circuit does not spread, so all dies are alike; write *@ mismatch NAMES sigma=…")
        if not len(dies):
            raise CircuitError("no die is asked for; ask for one or more")
        return cls(Network.of(mismatch.with_die(seed, dies[0])), mismatch, seed, tuple(int(die) for die in dies))

    def values(self) -> Iterator[Numbers]:
        """What the loops need of each die's numbers. Linear in the circuit's size, a die.

        Raises:
            CircuitError: a die whose values make another circuit of it, such as a series resistance of exactly 0.
        """
        network = self.network
        order = {instance.element.name: place for place, instance in enumerate(network.instances)}
        for die in self.numbers:
            flat = self.mismatch.with_die(self.seed, die)
            raw: list[np.ndarray] = [np.zeros(0)] * len(order)
            for instance in instances_of(flat, network.surroundings):
                place = order[instance.element.name]
                group = network.groups[place]
                if group_of(instance) is not group:
                    raise CircuitError(
                        f"{instance.element.name} of die {die} is another kind of device than that of die "
                        f"{self.numbers[0]}; simulate it alone",
                        instance.element.location,
                    )
                raw[place] = np.array([instance.raw[name] for name in group.raw])
            yield network.values(raw)


def operating_points_of_dies(
    circuit: Circuit, dies: Sequence[int], seed: int = 0, progress: Progress | None = None
) -> Traces:
    """All signals at rest over the axis `die`, each die from where the last one settled.

    Raises:
        CircuitError: a circuit that does not spread; an element or parameter without a device.
        NumericalError: a die without an operating point; names the worst node.
    """
    begin = time.perf_counter()
    found = Dies.of(circuit, dies, seed)
    solver, signals = Solver.of(found.network), Signals.of(found.network)
    sources, rows, steps, residual = found.network.sources.direct, [], 0, 0.0
    point = None
    for numbers in found.values():
        solver.numbers = numbers
        point = solver.solve(sources, point and point.x, point and point.closed)
        steps, residual = steps + point.steps, max(residual, point.residual)
        rows.append(signals.at(solver, point.x, sources))
        if progress is not None:
            progress(len(rows), len(found.numbers))
    stacked = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
    about = {
        "engine": "nodal",
        "dies": len(rows),
        "seed": seed,
        "iterations": steps,
        "residual": residual,
        "gmin": found.network.surroundings.gmin,
        "seconds": time.perf_counter() - begin,
    }
    return Traces(gathered(stacked, circuit), {"die": np.asarray(found.numbers)}, about)
