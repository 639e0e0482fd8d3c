"""What gradients of real devices cost beside the runs they belong to, for 10 to 10,000 parameters.

    python benchmarks/gradients/run.py

Writes `results.csv` beside itself. Times are processor seconds of this process, the least of several; compiled code and
circuits are made before.
"""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import tellegen
from tellegen.netlist.circuit import Circuit
from tellegen.solvers.nodal import Network, Solver
from tellegen.solvers.nodal.gradients import DifferentiablePoints, DifferentiableTransient
from tellegen.solvers.nodal.transient.settings import settings_of
from tellegen.solvers.nodal.transient.waveform import simulate
from tellegen.solvers.transient_card import Transient

HERE = Path(__file__).parent
COLUMNS = ("analysis", "cells", "unknowns", "parameters", "points", "run", "gradient", "ratio", "load")
PARAMETERS = (10, 100, 1_000, 10_000)
REPEATS = 5


def ladder(cells: int) -> tuple[Circuit, list[str]]:
    """A line of cells, each a resistor, a capacitor and a diode with its area, driven by a sine wave, and the names of
    its 3·cells numbers."""
    lines = ["a ladder", "v1 n0 0 dc 3 sin(1 2 1meg)"]
    names = []
    for k in range(1, cells + 1):
        lines += [f"r{k} n{k - 1} n{k} 100", f"c{k} n{k} 0 1p", f"d{k} n{k} 0 dm area={1 + k % 7}"]
        names += [f"r{k}", f"c{k}", f"d{k}:area"]
    model = ".model dm d is=1e-15 n=1.2 rs=10 cjo=0.5p tt=1n"
    return tellegen.parse("\n".join([*lines, model, ".tran 20n 2u"])), names


def seconds(work: Callable[[], object]) -> float:
    """The least processor seconds."""
    found = []
    for _ in range(REPEATS):
        begin = time.process_time()
        work()
        found.append(time.process_time() - begin)
    return min(found)


def operating_point(circuit: Circuit, names: list[str]) -> tuple[int, int, float, float]:
    """Unknowns, points, and seconds of the run from nothing and of the gradient."""
    network = Network.of(circuit)

    def run() -> object:
        return Solver.of(network).solve(network.sources.direct)

    points = DifferentiablePoints.of(circuit, names)
    solved = points.solve()
    weights = np.ones_like(solved.signals)
    points.pull(solved, weights)
    return network.size, 1, seconds(run), seconds(lambda: points.pull(solved, weights))


def transient(circuit: Circuit, names: list[str]) -> tuple[int, int, float, float]:
    """The same of the card's `.tran`."""
    network, asked = Network.of(circuit), Transient.of(circuit)
    settings = settings_of(network.flat, asked)

    def run() -> object:
        return simulate(network, Solver.of(network), asked, settings)

    found = DifferentiableTransient.of(circuit, names)
    trajectory = found.solve()
    weights = np.ones_like(trajectory.signals)
    found.pull(trajectory, weights)
    return network.size, len(trajectory.times), seconds(run), seconds(lambda: found.pull(trajectory, weights))


def main() -> None:
    """All rows: circuits as large as their parameters, and the largest with fewer of them."""
    rows = []
    analyses = {"op": operating_point, "tran": transient}
    largest = -(-PARAMETERS[-1] // 3)
    cases = [(count, -(-count // 3)) for count in PARAMETERS] + [(count, largest) for count in PARAMETERS[:-1]]
    for analysis, measure in analyses.items():
        for count, cells in cases:
            circuit, names = ladder(cells)
            unknowns, points, run, gradient = measure(circuit, names[:count])
            load = os.getloadavg()[0]
            rows.append((analysis, cells, unknowns, count, points, run, gradient, gradient / run, load))
            print(*rows[-1], flush=True)
    with (HERE / "results.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows([[f"{each:.4g}" if isinstance(each, float) else each for each in row] for row in rows])


if __name__ == "__main__":
    main()
