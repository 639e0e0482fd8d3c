"""How fast and how surely circuits of real devices are solved, beside ngspice.

python benchmarks/real_devices/run.py [convergence] [grid] [transient] [dies]
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

import tellegen
from tellegen import spice_export
from tellegen.netlist.mismatch import Mismatch
from tellegen.solvers.nodal import Network, Solver, operating_point
from tellegen.solvers.nodal.transient import transient, transients_of_dies

sys.path.insert(0, str(Path(__file__).parent))
from decks import BRIDGE, MULTIPLIER, grid, random_circuit

FOLDER = Path(__file__).parent
CIRCUITS = 500


class Row(NamedTuple):
    """One figure."""

    question: str
    case: str
    what: str
    value: float
    unit: str
    load: float


def row(question: str, case: str, what: str, value: float, unit: str) -> Row:
    """A figure with the machine's load now."""
    return Row(question, case, what, float(f"{value:.4g}"), unit, round(os.getloadavg()[0], 2))


def convergence() -> Iterator[Row]:
    """Random smooth resistive circuits: steps of Newton's method, and who needed more than it."""
    steps, downhill, methods, residuals = [], [], [], []
    for seed in range(CIRCUITS):
        network = Network.of(tellegen.parse(random_circuit(seed)))
        solver = Solver.of(network)
        point = solver.solve(network.sources.direct)
        steps.append(point.steps)
        methods.append(point.method)
        residuals.append(point.residual)
        x = np.zeros(network.size)
        downhill.append(solver.downhill(x, np.zeros(0), network.sources.direct, True).steps)
    case = f"{CIRCUITS} random circuits"
    yield row("convergence", case, "converged", len(steps), "circuits")
    yield row("convergence", case, "by a homotopy", sum("stepping" in method for method in methods), "circuits")
    yield row("convergence", case, "steps, median", float(np.median(steps)), "")
    yield row("convergence", case, "steps, most", max(steps), "")
    yield row("convergence", case, "largest residual", max(residuals), "of a law's terms")
    yield row("convergence", case, "steps on the co-content alone, median", float(np.median(downhill)), "")
    yield row("convergence", case, "steps on the co-content alone, most", max(downhill), "")


def solved(side: int) -> dict[str, float]:
    """One grid by us, from its text; meant for a process of its own."""
    operating_point(tellegen.parse(grid(8)))
    begin, cpu = time.perf_counter(), time.process_time()
    circuit = tellegen.parse(grid(side))
    parsed = time.process_time()
    network = Network.of(circuit)
    solver = Solver.of(network)
    compiled = time.process_time()
    point = solver.solve(network.sources.direct)
    end = time.process_time()
    return {
        "whole, wall s": time.perf_counter() - begin,
        "whole, CPU s": end - cpu,
        "parsing, CPU s": parsed - cpu,
        "compiling the network, CPU s": compiled - parsed,
        "solving, CPU s": end - compiled,
        "steps": point.steps,
        "residual": point.residual,
        "peak memory, GB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
    }


def grids() -> Iterator[Row]:
    """Operating points of square grids by us, 10⁴ nodes by ngspice too."""
    for side in (100, 316):
        command = [sys.executable, str(FOLDER / "run.py"), "--one", str(side)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        for what, value in json.loads(done.stdout.splitlines()[-1]).items():
            yield row("grid", f"{side * side:,} nodes", what, value, "")
    circuit = tellegen.parse(grid(100))
    begin = time.perf_counter()
    theirs = spice_export.operating_point(circuit, currents=False, options={"reltol": 1e-9, "vntol": 1e-12})
    yield row("grid", "10,000 nodes", "ngspice, wall s", time.perf_counter() - begin, "")
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    yield row("grid", "10,000 nodes", "ngspice and the grids before, CPU s of children", children.ru_utime, "")
    ours = operating_point(circuit)
    apart = max(abs(float(ours[name]) - float(theirs[name])) for name in theirs.signals if name.startswith("v("))
    yield row("grid", "10,000 nodes", "largest difference from ngspice", apart, "V")


def transients() -> Iterator[Row]:
    """A bridge and a multiplier over 10⁵ points: seconds of CPU a point, ours and ngspice's, and how far apart."""
    for name, (deck, card) in {
        "bridge": (BRIDGE, ".tran 10u 100m 0 1u"),
        "multiplier": (MULTIPLIER, ".tran 1u 10m 0 100n"),
    }.items():
        circuit = tellegen.parse(f"{deck}{card}\n")
        transient(tellegen.parse(f"{deck}{card.replace('m 0', 'u 0')}\n"))  # compiles
        begin = time.process_time()
        ours = transient(circuit)
        seconds, points = time.process_time() - begin, int(str(ours.about["points"]))
        yield row("transient", name, "points", points, "")
        yield row("transient", name, "ours, CPU a point", 1e6 * seconds / points, "µs")
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        theirs = spice_export.run(spice_export.deck(circuit, options=MATCHED), currents=False)
        spent = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
        yield row("transient", name, "ngspice, points", len(theirs.axes["time"]), "")
        yield row("transient", name, "ngspice, CPU a point", 1e6 * spent / len(theirs.axes["time"]), "µs")
        times = ours.axes["time"]
        there = spice_export.on_grid(spice_export.since(theirs, times), times)
        out = "v(p)" if name == "bridge" else "v(n4)"
        apart = float(np.abs(ours[out] - there[out]).max() / np.ptp(there[out]))
        yield row("transient", name, "largest difference", apart, "of the swing")


def dies() -> Iterator[Row]:
    """A thousand dies of the same two circuits over 10⁵ points in one call, and some of them by ngspice one by one."""
    for name, (deck, card, out) in {
        "bridge": (BRIDGE, ".tran 10u 100m 0 1u", "v(p)"),
        "multiplier": (MULTIPLIER, ".tran 1u 10m 0 100n", "v(n4)"),
    }.items():
        spread = ".param saturation=2.52n\n*@ mismatch saturation sigma=0.2\n*@ mismatch r* c* sigma=0.05\n"
        circuit = tellegen.parse(f"{deck.replace('2.52n', '{saturation}')}{card}\n.save {out}\n{spread}")
        mismatch = Mismatch.of(circuit)
        many = [mismatch.with_die(0, die) for die in range(DIES)]
        transients_of_dies([tellegen.parse(f"{deck}{card.replace('m 0', 'u 0')}\n")] * 8, signals=[out])  # compiles
        begin, cpu = time.perf_counter(), time.process_time()
        ours = transients_of_dies(many, signals=[out])
        wall, spent = time.perf_counter() - begin, time.process_time() - cpu
        yield row("dies", name, "dies", DIES, "")
        yield row("dies", name, "ours, wall a die", 1e3 * wall / DIES, "ms")
        yield row("dies", name, "ours, CPU a die", 1e3 * spent / DIES, "ms")
        yield row("dies", name, "ours, points a die", int(str(ours.about["points"])) / DIES, "")
        times, apart, walls = ours.axes["time"], 0.0, []
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        for die in range(BY_NGSPICE):
            begin = time.perf_counter()
            theirs = spice_export.run(spice_export.deck(many[die], options=MATCHED), currents=False)
            walls.append(time.perf_counter() - begin)
            there = spice_export.on_grid(spice_export.since(theirs, times), times)
            apart = max(apart, float(np.abs(ours[out][die] - there[out]).max() / np.ptp(there[out])))
        theirs_cpu = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
        yield row("dies", name, "ngspice, dies", BY_NGSPICE, "")
        yield row("dies", name, "ngspice, wall a die", 1e3 * float(np.median(walls)), "ms")
        yield row("dies", name, "ngspice, CPU a die", 1e3 * theirs_cpu / BY_NGSPICE, "ms")
        yield row("dies", name, "largest difference", apart, "of the swing")
        yield row("dies", name, "times less wall a die", float(np.median(walls)) * DIES / wall, "")
        yield row("dies", name, "times less CPU a die", theirs_cpu / BY_NGSPICE * DIES / spent, "")


DIES, BY_NGSPICE = 1000, 12
MATCHED = {"reltol": 1e-4, "abstol": 1e-12, "vntol": 1e-8}
QUESTIONS = {"convergence": convergence, "grid": grids, "transient": transients, "dies": dies}


def main() -> None:
    """Answer the questions asked for; rows of others stay as they are."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", nargs="*", default=list(QUESTIONS))
    parser.add_argument("--one", type=int)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(solved(asked.one)))
        return
    table = FOLDER / "results.csv"
    kept = list(csv.reader(table.open(newline="")))[1:] if table.exists() else []
    for question in asked.questions:
        rows = list(QUESTIONS[question]())
        kept = [each for each in kept if each[0] != question] + [[str(value) for value in each] for each in rows]
        for each in rows:
            print(*each, sep=", ", flush=True)
        with tempfile.NamedTemporaryFile("w", dir=FOLDER, delete=False, newline="") as out:
            csv.writer(out).writerows([Row._fields, *kept])
        Path(out.name).replace(table)


if __name__ == "__main__":
    main()
