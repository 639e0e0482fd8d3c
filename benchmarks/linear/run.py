"""Sparse linear algebra of circuits: one factorisation after another of the same pattern, beside other programs.

    python benchmarks/linear/run.py [compile] [factor]

Writes `results.csv` beside itself, a row a figure. Times are CPU seconds of one factorisation with pivots and pattern
known, of one solution, and of the first analysis; others do not tell them apart as we do (see README.md).
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import numba
import numpy as np
from problems import CASES
from scipy.sparse.linalg import splu

from tellegen.solvers.nodal.linear import (
    LANES,
    aligned_rows,
    analyse,
    analyse_batch,
    batch_workspace,
    factor,
    factor_batch,
    solve,
    solve_batch,
    workspace,
)
from tellegen.solvers.nodal.linear.plan import COLUMNS, DENSE, FRONTS

FOLDER = Path(__file__).parent
NAMES = {DENSE: "dense", COLUMNS: "columns", FRONTS: "fronts"}
LEAST = 0.2
"""Seconds that are measured at least, five times; the least counts."""


class Row(NamedTuple):
    """`entries` of the factors; `residual`: ‖A x − b‖ / (‖A‖ ‖x‖ + ‖b‖); `status` says what is missing."""

    question: str
    case: str
    method: str
    unknowns: int = 0
    nonzeros: int = 0
    entries: int = 0
    analyse_seconds: float = float("nan")
    factor_seconds: float = float("nan")
    solve_seconds: float = float("nan")
    residual: float = float("nan")
    status: str = "ok"
    load: float = 0.0


@numba.njit(error_model="numpy")
def _factor_often(times, plan, values, work):
    failed = 0
    for _ in range(times):
        failed += factor(plan, values, work)
    return failed


@numba.njit(error_model="numpy")
def _solve_often(times, plan, work, b, x):
    for _ in range(times):
        x[:] = b
        solve(plan, work, x)


@numba.njit(error_model="numpy")
def _factor_batch_often(times, plan, values, work):
    good = True
    for _ in range(times):
        good &= factor_batch(plan, values, work)
    return good


@numba.njit(error_model="numpy")
def _solve_batch_often(times, plan, work, b, x):
    for _ in range(times):
        x[:] = b
        solve_batch(plan, work, x)


def seconds(often: Callable[[int], Any]) -> float:
    """CPU seconds of one call, by calls of growing number."""
    often(1)
    times = 1
    while True:
        begin = time.process_time()
        often(times)
        if time.process_time() - begin > LEAST:
            break
        times *= 2
    found = []
    for _ in range(5):
        begin = time.process_time()
        often(times)
        found.append((time.process_time() - begin) / times)
    return min(found)


def timed(call: Callable[[], Any]) -> tuple[Any, float]:
    """What a call returns, and its CPU seconds."""
    begin = time.process_time()
    found = call()
    return found, time.process_time() - begin


def residual(matrix: Any, x: np.ndarray, b: np.ndarray) -> float:
    """The backward error in the largest entry."""
    size = abs(matrix).sum(axis=1).max() * np.abs(x).max() + np.abs(b).max()
    return float(np.abs(matrix @ x - b).max() / size)


def ours(case: str, matrix: Any, b: np.ndarray) -> Row:
    n, values = matrix.shape[0], matrix.data
    analyse(n, matrix.indptr, matrix.indices, values)
    plan, analysis = timed(lambda: analyse(n, matrix.indptr, matrix.indices, values))
    work, x = workspace(plan, values), b.copy()
    factoring = seconds(lambda times: _factor_often(times, plan, values, work))
    solving = seconds(lambda times: _solve_often(times, plan, work, b, x))
    method = f"tellegen, {NAMES[plan.method]}"
    error = residual(matrix, x, b)
    return Row("factor", case, method, n, matrix.nnz, plan.factor_size, analysis, factoring, solving, error)


def ours_in_batches(case: str, matrix: Any, b: np.ndarray) -> Row:
    """Times are those of one of the systems."""
    n = matrix.shape[0]
    plan, analysis = timed(lambda: analyse_batch(n, matrix.indptr, matrix.indices, matrix.data))
    work, values, right, x = batch_workspace(plan), aligned_rows(matrix.nnz), aligned_rows(n), aligned_rows(n)
    values[:], right[:] = matrix.data[:, None], b[:, None]
    factoring = seconds(lambda times: _factor_batch_often(times, plan, values, work)) / LANES
    solving = seconds(lambda times: _solve_batch_often(times, plan, work, right, x)) / LANES
    method, error = f"tellegen, {LANES} at once", residual(matrix, x[:, 0], b)
    return Row("factor", case, method, n, matrix.nnz, plan.factor_size, analysis, factoring, solving, error)


def superlu(case: str, matrix: Any, b: np.ndarray, order: str) -> Row:
    factors, analysis = timed(lambda: splu(matrix, permc_spec=order))
    factoring = seconds(lambda times: [splu(matrix, permc_spec=order) for _ in range(times)])
    solving = seconds(lambda times: [factors.solve(b) for _ in range(times)])
    entries, error = factors.L.nnz + factors.U.nnz, residual(matrix, factors.solve(b), b)
    method = f"scipy splu, {order}"
    return Row("factor", case, method, matrix.shape[0], matrix.nnz, entries, analysis, factoring, solving, error)


def klu(case: str, matrix: Any, b: np.ndarray, together: int) -> Row:
    """KLU's refactorisation with a solution, `together` systems a call; one figure for both, as there is one call."""
    method = f"klujax, {together} a call, with a solution"
    try:
        klujax = import_module("klujax")
    except ImportError:
        return Row("factor", case, method, status="not installed: pip install klujax")
    whole = matrix.tocoo()
    rows, columns = whole.row.astype(np.int32), whole.col.astype(np.int32)
    values = np.tile(whole.data, (together, 1))
    right = np.tile(b, (together, 1))
    symbolic, analysis = timed(lambda: klujax.analyze(rows, columns, matrix.shape[0]))
    numeric = klujax.factor(rows, columns, values, symbolic)

    def often(times: int) -> Any:
        x = values
        for _ in range(times):
            x, _ = klujax.refactor_and_solve(rows, columns, values, right, numeric, symbolic)
            x.block_until_ready()
        return np.asarray(x)[0]

    error = residual(matrix, often(1), b)
    each = seconds(often) / together
    return Row("factor", case, method, matrix.shape[0], matrix.nnz, 0, analysis, each, float("nan"), error)


def factorisations() -> Iterator[Row]:
    """Every case by everybody."""
    for case, make in CASES.items():
        matrix: Any = make()
        b = np.random.default_rng(0).normal(size=matrix.shape[0])
        yield ours(case, matrix, b)
        if matrix.nnz < 10_000:
            yield ours_in_batches(case, matrix, b)
        for order in ("COLAMD", "MMD_AT_PLUS_A"):
            yield superlu(case, matrix, b, order)
        for together in (1, 64) if matrix.nnz < 10_000 else (1,):
            yield klu(case, matrix, b, together)


FIRST_USE = """
import sys, time
import numpy as np
sys.path.insert(0, sys.argv[1])
from problems import amplifier, grid
from tellegen.solvers.nodal.linear import analyse, choose_pivots, factor, solve, solve_transposed, workspace
import numba
numba.njit(lambda x: x)(1)
matrix = {"amplifier": lambda: amplifier(10), "grid": lambda: grid(60)}[sys.argv[2]]()
values = matrix.data.astype(sys.argv[3])
begin = time.process_time()
plan = analyse(matrix.shape[0], matrix.indptr, matrix.indices, values)
work, x = workspace(plan, values), np.ones(matrix.shape[0], sys.argv[3])
factor(plan, values, work), solve(plan, work, x), solve_transposed(plan, work, x)
print(time.process_time() - begin)
"""


def compiling() -> Iterator[Row]:
    """CPU seconds of the first analysis, factorisation and solutions with an empty cache of compiled code, and a full
    one; `factor_seconds` has them."""
    for case in ("amplifier", "grid"):
        for scalar in ("float", "complex"):
            with tempfile.TemporaryDirectory() as cache:
                environment = {**os.environ, "NUMBA_CACHE_DIR": cache}
                command = [sys.executable, "-c", FIRST_USE, str(FOLDER), case, scalar]
                for note in ("cache empty", "cache full"):
                    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
                    yield Row("compile", f"{case}, {scalar}, {note}", "tellegen", factor_seconds=float(done.stdout))


QUESTIONS = {"compile": compiling, "factor": factorisations}


def main(names: list[str]) -> None:
    """Answer the questions named, or all, and write the table; rows of questions not asked stay."""
    asked = names or list(QUESTIONS)
    table = FOLDER / "results.csv"
    kept: list[list[str]] = []
    if table.exists():
        with table.open(newline="") as lines:
            kept = [row for row in list(csv.reader(lines))[1:] if row and row[0] not in asked]
    rows = []
    for name in asked:
        for row in QUESTIONS[name]():
            rows.append(row._replace(load=round(os.getloadavg()[0], 2)))
            print(*rows[-1], sep=" | ", flush=True)
    with table.open("w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(Row._fields)
        for row in [*kept, *rows]:
            writer.writerow([f"{each:.4g}" if isinstance(each, float) else each for each in row])


if __name__ == "__main__":
    main(sys.argv[1:])
