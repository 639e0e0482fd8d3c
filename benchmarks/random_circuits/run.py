"""Random circuits of every kind by every method that takes them, against CVXPY.

    python benchmarks/random_circuits/run.py [--circuits 200] [--kind "chains of diodes"]

Writes `results.csv` beside itself, a row a kind and method. What is compared is what a circuit determines: the voltage
across every resistor, and the potential of every supernode that resistors and conducting diodes tie to ground. The
differences are in units of the circuit's largest voltage, or of what a source's current makes at its own node; the KKT
residuals are those of solvers/kkt.py.
"""

from __future__ import annotations

import argparse
import csv
import os
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from decks import KINDS, deck
from polish import GOOD, polished, size_of

from tellegen.netlist import parse
from tellegen.netlist.errors import CircuitError, TellegenError
from tellegen.solvers.feasibility import Infeasible, Unbounded
from tellegen.solvers.qp import QP, Solution
from tellegen.solvers.reduced import Reduced
from tellegen.solvers.reference import reference_solution
from tellegen.solvers.registry import METHODS

TABLE = Path(__file__).parent / "results.csv"
ACCURACY, RESIDUAL = 1e-7, 1e-10


@dataclass
class Row:
    """One kind of circuits by one method.

    Of its `circuits` CVXPY's answer is compared `as_it_came` where its own KKT residual is within 1e-12, `polished`
    (polish.py) where it is not; `without_state` are those that CVXPY and the method both call infeasible or unbounded.
    `reference_residual` is the largest of what is compared with. `failed` raised an error, `beyond` missed 1e-7 or
    1e-10.
    """

    kind: str
    method: str
    circuits: int = 0
    as_it_came: int = 0
    polished: int = 0
    without_state: int = 0
    largest_difference: float = 0.0
    largest_residual: float = 0.0
    reference_residual: float = 0.0
    failed: int = 0
    beyond: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Reference:
    """CVXPY's answer: `x` (n), None where it says that there is no steady state."""

    x: np.ndarray | None
    residual: float = 0.0
    polished: bool = False

    @classmethod
    def of(cls, problem: QP) -> Reference:
        try:
            found = reference_solution(problem)
        except CircuitError:
            return cls(None)
        if found.residual <= GOOD:
            return cls(found.v, found.residual)
        x, residual = polished(problem, found.v, found.diode_currents)
        return cls(x, residual, True)


def difference(problem: QP, found: Solution, x: np.ndarray) -> float:
    """The largest difference in what is unique, over the largest voltage."""
    away = found.v - x
    conducting = problem.conductance != 0
    across = problem.topology.resistors.across(away)[conducting]
    tied = np.delete(away, found.undetermined)
    return float(max(np.max(np.abs(each), initial=0.0) for each in (across, tied))) / size_of(problem, x)


def compare(row: Row, problem: QP, reference: Reference) -> str | None:
    """Solve by the row's method and add what comes of it; what is wrong, if anything."""
    row.circuits += 1
    begin = time.perf_counter()
    try:
        found = METHODS[row.method].solve(problem)
    except (Infeasible, Unbounded) as error:
        row.without_state += reference.x is None
        row.failed += reference.x is not None
        return str(error) if reference.x is not None else None
    except TellegenError as error:
        row.failed += 1
        return str(error)
    row.seconds += time.perf_counter() - begin
    if reference.x is None:
        row.failed += 1
        return "solved, where CVXPY says that there is no steady state"
    row.polished += reference.polished
    row.as_it_came += not reference.polished
    away = difference(problem, found, reference.x)
    row.largest_difference = max(row.largest_difference, away)
    row.largest_residual = max(row.largest_residual, found.residual)
    row.reference_residual = max(row.reference_residual, reference.residual)
    if away <= ACCURACY and found.residual <= RESIDUAL:
        return None
    row.beyond += 1
    return f"{away:.1e} away at residuals of {found.residual:.1e} and {reference.residual:.1e}"


def rows_of(kind: str, circuits: int) -> list[Row]:
    """A row a method that takes circuits of this kind."""
    rows = {name: Row(kind, name) for name in METHODS}
    for seed in range(circuits):
        problem = Reduced.of(parse(deck(kind, seed))).network.problem()
        reference = Reference.of(problem)
        for name, method in METHODS.items():
            if method.accepts(problem) is None and (wrong := compare(rows[name], problem, reference)):
                print(f"{kind}, seed {seed}, {name}: {wrong}", flush=True)
    return [row for row in rows.values() if row.circuits]


def main() -> None:
    """Run the kinds asked for and write the table; rows of other kinds stay."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--circuits", type=int, default=200, help="how many of each kind")
    parser.add_argument("--kind", choices=list(KINDS), action="append", help="only this kind (may be repeated)")
    asked = parser.parse_args()
    kinds = asked.kind or list(KINDS)
    names = list(Row.__dataclass_fields__)
    for kind in kinds:
        kept = list(csv.DictReader(TABLE.read_text().splitlines())) if TABLE.exists() else []
        rows = [each for each in kept if each["kind"] != kind]
        for row in rows_of(kind, asked.circuits):
            row.seconds /= max(1, row.circuits)
            rows.append({name: str(getattr(row, name)) for name in names} | {"load": f"{os.getloadavg()[0]:.2f}"})
            print(row, flush=True)
        rows.sort(key=lambda each: list(KINDS).index(each["kind"]))
        with TABLE.open("w", newline="") as out:
            writer = csv.DictWriter(out, [*names, "load"])
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main()
