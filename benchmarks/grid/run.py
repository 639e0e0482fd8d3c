"""The engine for large circuits on grids: beside other solvers, with size, its gradients, ngspice.

    python benchmarks/grid/run.py [compile] [target] [growth] [gradient] [inputs] [ngspice]

Writes `results.csv` beside itself, a row a figure. Every solve of a target is a process of its own, so that peak memory
is its own; wall seconds are those of one solve after a small one has loaded the compiled code, CPU seconds those of all
threads of the process.
"""

from __future__ import annotations

import contextlib
import csv
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from problems import square_grid
from rivals import RIVALS

import tellegen
from tellegen.netlist import parse, write
from tellegen.netlist.builders import grid
from tellegen.solvers.kkt import kkt_residual
from tellegen.solvers.laplacian import GraphLaplacian
from tellegen.solvers.laplacian.gradient import gradient
from tellegen.solvers.laplacian.sequence import Inputs, solve_all
from tellegen.solvers.qp import QP
from tellegen.solvers.resistive import ResistiveNetwork

FOLDER = Path(__file__).parent
OURS = "tellegen"
TARGET = 316
SIDES = (32, 100, 316, 1000)
RIVALS_TO = 316
LONGEST = 600.0


class Row(NamedTuple):
    """One solve or figure. `residual` is the scaled KKT residual (solvers/kkt.py), `steps` factorisations or iterations
    done, `memory` the peak of the process in GB, `load` the machine's load average; `status` says what is missing.
    """

    question: str
    case: str
    method: str
    seconds: float = float("nan")
    cpu_seconds: float = float("nan")
    residual: float = float("nan")
    steps: int = 0
    memory: float = float("nan")
    note: str = ""
    status: str = "ok"
    load: float = 0.0


def solved(method: str, side: int, seed: int) -> dict[str, float]:
    """One solve, measured; meant for a process of its own."""
    if method == OURS:
        GraphLaplacian().solve(square_grid(12))
    problem = square_grid(side, seed)
    begin, cpu = time.perf_counter(), time.process_time()
    if method == OURS:
        found = GraphLaplacian().solve(problem)
        seconds, x, current, steps = time.perf_counter() - begin, found.v, found.diode_currents, found.iterations
    else:
        x, current, seconds, steps = RIVALS[method](problem)
    cpu = time.process_time() - cpu
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    residual = kkt_residual(problem, x, current).scaled
    return {"seconds": seconds, "cpu_seconds": cpu, "residual": residual, "steps": steps, "memory": memory}


def apart(question: str, method: str, side: int, seed: int = 0) -> Row:
    """`solved` in a process of its own, as a row."""
    case = f"{side * side:,} nodes, seed {seed}"
    command = [sys.executable, str(FOLDER / "run.py"), "--one", method, str(side), str(seed)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        return Row(question, case, method, status=f"stopped after {LONGEST:g} s")
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:] or [f"exit {done.returncode}"]
        return Row(question, case, method, status=reason[0][:200])
    return Row(question, case, method, **json.loads(done.stdout.splitlines()[-1]))


def compiling() -> Iterator[Row]:
    """A first solve with an empty cache of compiled code, and with a full one."""
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "NUMBA_CACHE_DIR": cache}
        code = "import sys; sys.path.insert(0, sys.argv[1])\nfrom run import first_use; first_use()"
        for note in ("cache empty", "cache full"):
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", code, str(FOLDER)], env=environment, check=True)
            yield Row("compile", "144 nodes", OURS, time.perf_counter() - start, note=f"whole process, {note}")


def first_use() -> None:
    """All that a first solve and gradient compile."""
    problem = square_grid(12)
    found = GraphLaplacian().solve(problem)
    gradient(problem, found, np.ones(problem.topology.nodes))


def target() -> Iterator[Row]:
    """The grid of 99,856 nodes by everybody, three draws of it by us."""
    for seed in (0, 1, 2):
        yield apart("target", OURS, TARGET, seed)
    for method in RIVALS:
        yield apart("target", method, TARGET)
    yield apart("target", OURS, TARGET)


def growth() -> Iterator[Row]:
    """Time and memory from 10³ to 10⁶ nodes; of the others to 10⁵."""
    for side in SIDES:
        for method in (OURS, *(RIVALS if side <= RIVALS_TO else ())):
            yield apart("growth", method, side)


def gradients() -> Iterator[Row]:
    """All 2·10⁵ derivatives of one loss, and central differences on those of a sample."""
    problem = square_grid(TARGET)
    problem = replace(problem, drop=problem.drop + 0.01)
    method, random = GraphLaplacian(), np.random.default_rng(0)
    weight = random.normal(size=problem.topology.nodes) * (random.random(problem.topology.nodes) < 0.01)
    found = method.solve(problem)
    gradient(problem, found, weight)
    begin = time.perf_counter()
    found = method.solve(problem)
    between = time.perf_counter()
    result = gradient(problem, found, weight)
    end = time.perf_counter()
    yield Row("gradient", f"{len(result.conductance):,} conductances", "one solve", between - begin)
    note = f"{(end - between) / (between - begin):.2f} of a solve"
    yield Row("gradient", f"{len(result.conductance):,} conductances", "all derivatives", end - between, note=note)
    errors, kinks = [], 0
    for name in ("conductance", "offset", "injection", "drop"):
        slopes = getattr(result, name)
        for pick in random.choice(np.argsort(-np.abs(slopes))[: len(slopes) // 10], 5, replace=False):
            slope, smooth = difference(problem, name, pick, weight, found.v)
            kinks += not smooth
            errors += [abs(slope - slopes[pick]) / abs(slopes[pick])] * smooth
    note = f"largest relative error against central differences; {kinks} more had a diode switch between the two ends"
    yield Row("gradient", f"{len(errors)} samples", "central differences", residual=max(errors), note=note)


def difference(problem: QP, name: str, place: int, weight: np.ndarray, start: np.ndarray) -> tuple[float, bool]:
    """The central difference of the loss weight·x with respect to one value; and whether the same diodes conduct."""
    values = getattr(problem, name)
    step = 1e-4 * max(abs(values[place]), 0.1)
    ends = []
    for sign in (1.0, -1.0):
        changed = values.copy()
        changed[place] += sign * step
        moved = replace(problem, **{name: changed})
        ends.append(GraphLaplacian().solve(moved, start=start, tolerance=1e-12))
    smooth = np.array_equal(ends[0].diode_currents > 0, ends[1].diode_currents > 0)
    return float(weight @ (ends[0].v - ends[1].v)) / (2 * step), smooth


def inputs() -> Iterator[Row]:
    """Sequences of inputs whose current sources wander by a step of a given size; linear circuits share a factor."""
    random = np.random.default_rng(0)
    for steps in (0.0, 1e-3, 1e-2, 1e-1):
        problem = square_grid(TARGET)
        yield _sequence(problem, steps, 16, random)
    problem = square_grid(TARGET)
    topology = replace(problem.topology, diode_a=problem.topology.diode_a[:0], diode_b=problem.topology.diode_b[:0])
    yield _sequence(replace(problem, topology=topology, drop=problem.drop[:0]), 0.1, 64, random)


def _sequence(problem: QP, step: float, count: int, random: np.random.Generator) -> Row:
    wander = 1.0 + step * np.cumsum(random.normal(size=(count, len(problem.injection))), axis=0)
    many = Inputs(injection=problem.injection * wander)
    solve_all(problem, Inputs(injection=many.injection[:1] if many.injection is not None else None))
    begin, cpu = time.perf_counter(), time.process_time()
    found = solve_all(problem, many)
    seconds, cpu = (time.perf_counter() - begin) / count, (time.process_time() - cpu) / count
    kind = "linear" if not len(problem.drop) else "with diodes"
    case = f"{count} inputs, sources wander by {step:g}, {kind}"
    factors = sum(each.iterations for each in found)
    worst = max(each.residual for each in found)
    return Row("inputs", case, OURS, seconds, cpu, worst, factors, note="seconds an input; all factorisations")


def ngspice() -> Iterator[Row]:
    """A netlist of 10⁴ nodes: our operating point and ngspice's with near-ideal diodes."""
    circuit = grid(100, 100, conductances=(1e-3, 1e-1), diodes=5000, sources=100, seed=1)
    tellegen.operating_point(grid(12, 12, diodes=30, sources=5), method="laplacian")
    text, case = write(circuit), "10,000 nodes, from the netlist"
    _, read, read_cpu = measured(lambda: tellegen.operating_point(parse(text), method="laplacian"))
    yield Row("ngspice", "10,000 nodes, from the text", OURS, read, read_cpu)
    ours, seconds, cpu = measured(lambda: tellegen.operating_point(circuit, method="laplacian"))
    yield Row("ngspice", case, OURS, seconds, cpu, residual=float(str(ours.about["residual"])))
    problem = ResistiveNetwork.of(circuit).problem()
    alone, solving, solving_cpu = measured(lambda: GraphLaplacian().solve(problem))
    steps = alone.iterations
    yield Row("ngspice", "10,000 nodes, the solve alone", OURS, solving, solving_cpu, alone.residual, steps)
    nodes = [name for name in ours.signals if name.startswith("v(")]
    for form in ("diode", "bsource"):
        theirs, other, other_cpu = measured(
            lambda form=form: tellegen.spice_export.operating_point(circuit, diodes=form, currents=False)
        )
        away = max(abs(float(theirs[name]) - float(ours[name])) for name in nodes)
        times = ", ".join(f"{other_cpu / each:.0f}" for each in (read_cpu, cpu, solving_cpu))
        note = f"{times} times the CPU seconds of ours (text, netlist, solve); {away:.1e} V apart at most"
        yield Row("ngspice", case, f"ngspice, {form}", other, other_cpu, note=note)


def measured(call: Callable[[], Any]) -> tuple[Any, float, float]:
    """What the call returns, its wall seconds and its CPU seconds, those of programs it starts included."""
    begin, cpu = time.perf_counter(), _cpu_seconds()
    result = call()
    return result, time.perf_counter() - begin, _cpu_seconds() - cpu


def _cpu_seconds() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


QUESTIONS = {
    "compile": compiling,
    "target": target,
    "growth": growth,
    "gradient": gradients,
    "inputs": inputs,
    "ngspice": ngspice,
}


def main(names: list[str]) -> None:
    """Answer the questions named, or all, and write the table; rows of questions not asked stay."""
    asked = names or list(QUESTIONS)
    table = FOLDER / "results.csv"
    kept: list[list[str]] = []
    with contextlib.suppress(FileNotFoundError), table.open() as lines:
        kept = [row for row in list(csv.reader(lines))[1:] if row and row[0] not in asked]
    rows = []
    for name in asked:
        for row in QUESTIONS[name]():
            rows.append(row._replace(load=round(os.getloadavg()[0], 2)))
            print(*rows[-1], sep=" | ", flush=True)
    with tempfile.NamedTemporaryFile("w", dir=FOLDER, delete=False, newline="") as out:
        writer = csv.writer(out)
        writer.writerow(Row._fields)
        writer.writerows([*kept, *rows])
    Path(out.name).replace(table)
    print(f"{platform.machine()}, {os.cpu_count()} cores; written to {table}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(solved(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))))
    else:
        main(sys.argv[1:])
