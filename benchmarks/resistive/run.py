"""How long deep resistive networks take: an epoch, one steady state, reading the netlist; each beside something else.

    python benchmarks/resistive/run.py [epochs] [steady] [parsing]

Writes `results.csv` beside itself, a row a figure. MNIST is read from the folder TELLEGEN_DATA or the user's cache.
"""

from __future__ import annotations

import contextlib
import csv
import os
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy import sparse

import tellegen
from tellegen.netlist.builders import deep_resistive_network
from tellegen.netlist.errors import TellegenError
from tellegen.solvers.layered import LayeredNetwork, steady_state
from tellegen.solvers.qp import QP
from tellegen.solvers.reference import reference_solution
from tellegen.solvers.resistive import ResistiveNetwork
from tellegen.spice_export import operating_points

FOLDER = Path(__file__).parent
ROOT = FOLDER.parent.parent
SEED = 0


class Row(NamedTuple):
    """One figure. `ratio` is this figure over the one it is set beside, `against`; `status` says what is missing."""

    question: str
    case: str
    figure: str
    value: float
    unit: str
    against: str = ""
    ratio: float = float("nan")
    status: str = "ok"
    load: float = 0.0


def timed(call: Callable[[], object], repeat: int = 5) -> float:
    """Median of the wall seconds of `repeat` calls, after one that is not counted."""
    call()
    seconds = []
    for _ in range(repeat):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds))


def passing_bytes(weights: int) -> float:
    """Seconds to read and rewrite that many single-precision weights once: the least a training step must do."""
    array = np.zeros(weights, np.float32)
    return timed(lambda: np.add(array, np.float32(1.0), out=array), 200)


def epochs() -> Iterator[Row]:
    """An epoch of equilibrium propagation on MNIST, beside the bytes that must move."""
    for name, count in (("xs", 3), ("1h", 2), ("2h", 1), ("3h", 1)):
        with tempfile.TemporaryDirectory() as folder:
            try:
                tellegen.train(
                    ROOT / "circuits" / f"drn_{name}.toml", Path(folder) / "run", {"training.epochs": str(count)}
                )
            except TellegenError as error:
                yield Row("epochs", name, "epoch", float("nan"), "s", status=str(error))
                continue
            with (Path(folder) / "run" / "metrics.csv").open() as lines:
                rows = list(csv.DictReader(lines))
        network = tellegen.load(ROOT / "circuits" / f"drn_{name}.cir")
        weights = sum(int(np.prod(element.shape)) for element in network.of_kind("R"))
        least = 15_000 * passing_bytes(weights)
        train = float(np.median([float(row["train_seconds"]) for row in rows]))
        yield Row("epochs", name, "compile", float(rows[0]["compile_seconds"]), "s")
        yield Row(
            "epochs", name, "epoch, training", train, "s", "one read and write of the weights a step", train / least
        )
        yield Row("epochs", name, "epoch, all", float(np.median([float(row["seconds"]) for row in rows])), "s")
        yield Row("epochs", name, f"test error after {count}", float(rows[-1]["test_error"]), "fraction")


def steady() -> Iterator[Row]:
    """One steady state of DRN-XS: block descent, the other methods, CVXPY and OSQP on the same program, ngspice."""
    circuit = deep_resistive_network([1568, 100, 10], seed=SEED)
    rng = np.random.default_rng(SEED)
    inputs = rng.uniform(-100, 100, (2000, 1568))
    one = circuit.with_values({"vin": inputs[0]})
    network = LayeredNetwork.of(circuit)
    exact = np.asarray(steady_state(network, inputs[:1]).voltages[-1])[0]
    batch = timed(lambda: steady_state(network, inputs)) / len(inputs)
    yield Row("steady", "block descent", "one of a batch of 2000, to 1e-12", batch, "s")
    yield Row(
        "steady", "block descent", "alone, to 1e-12", timed(lambda: steady_state(network, inputs[:1])), "s", "batch"
    )
    for method in ("coordinate_descent", "active_set", "interior_point"):
        seconds = timed(lambda m=method: tellegen.operating_point(one, method=m), 3)
        yield Row("steady", f"{method}, from the circuit", "alone", seconds, "s", "batch", seconds / batch)
        error = np.max(np.abs(tellegen.operating_point(one, method=method)["v(out)"] - exact))
        yield Row("steady", f"{method}, from the circuit", "largest difference of an output", float(error), "V")
    problem = ResistiveNetwork.of(one).problem()
    seconds = timed(lambda: reference_solution(problem), 3)
    yield Row("steady", "cvxpy, from the program", "alone", seconds, "s", "batch", seconds / batch)
    yield from _osqp(problem, batch)
    yield from _ngspice(circuit, {"vin": inputs[:4]}, batch, exact)


def _ngspice(circuit: tellegen.Circuit, inputs: dict, base: float, exact: np.ndarray) -> Iterator[Row]:
    for folded, count in ((True, 4), (False, 1)):
        label = "ngspice, input layer folded" if folded else "ngspice, flat"
        start = time.perf_counter()
        answer = operating_points(circuit, {"vin": inputs["vin"][:count]}, jobs=1, folded=folded)
        seconds = (time.perf_counter() - start) / count
        error = float(np.max(np.abs(answer["v(out)"][0] - exact)))
        yield Row("steady", label, "one sample", seconds, "s", "batch", seconds / base)
        yield Row("steady", label, "largest difference of an output", error, "V")


def _osqp(problem: QP, base: float) -> Iterator[Row]:
    """OSQP on the same program with its factor kept, as a user who updates the linear term would run it."""
    try:
        import osqp
    except ImportError:
        yield Row("steady", "osqp", "alone, factor kept", float("nan"), "s", status="not installed: pip install osqp")
        return
    solver = osqp.OSQP()
    constraint = sparse.csc_matrix(problem.topology.diodes.matrix)
    diodes = len(problem.drop)
    solver.setup(
        sparse.triu(sparse.csc_matrix(problem.laplacian), format="csc"),
        -problem.source,
        constraint,
        np.full(diodes, -np.inf),
        problem.drop,
        verbose=False,
        eps_abs=1e-8,
        eps_rel=1e-8,
        max_iter=100_000,
    )

    def again() -> None:
        solver.update(q=-problem.source)
        solver.warm_start(x=np.zeros(len(problem.source)))
        solver.solve()

    seconds = timed(again)
    yield Row("steady", "osqp", "alone, factor kept, to 1e-8", seconds, "s", "batch", seconds / base)


def parsing() -> Iterator[Row]:
    """Reading the same network as 157,578 resistors and more cards, and as seven arrays."""
    circuit = deep_resistive_network([1568, 100, 10], seed=SEED)
    flat, arrays = tellegen.write(circuit.expand()), tellegen.write(circuit)
    one = timed(lambda: tellegen.parse(flat.text), 3)
    other = timed(lambda: tellegen.parse(arrays.text, arrays=arrays.arrays))
    yield Row("parsing", f"flat, {len(circuit.expand()):,} elements", "parse", one, "s", "arrays", one / other)
    yield Row("parsing", f"arrays, {len(circuit)} elements", "parse", other, "s")
    lines = timed(lambda: [line.split() for line in flat.text.splitlines()], 3)
    yield Row("parsing", "flat", "splitting its lines into words, nothing else", lines, "s", "", one / lines)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    yield Row("parsing", "both", "peak memory of the process", peak, "GB")


QUESTIONS = {"parsing": parsing, "steady": steady, "epochs": epochs}


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
    main(sys.argv[1:])
