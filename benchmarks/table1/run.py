"""Table 1 of Scellier (2024): test errors and times of deep resistive networks on MNIST, in pieces that resume.

python benchmarks/table1/run.py [xs 1h 2h 3h xl] [--rules equilibrium backpropagation] [--seeds 0 1 2] [--minutes M]

`1h-fashion` is the network 1H, with its settings, on Fashion-MNIST.
"""

from __future__ import annotations

import argparse
import csv
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

import tellegen
from tellegen.training import load_experiment

FOLDER = Path(__file__).parent
ROOT = FOLDER.parent.parent
RUNS = ROOT / "runs" / "table1"
PIECES = {"xl": 1}
PIECE = 5
"""Epochs between two looks at the clock, fewer of the slowest network."""

PAPER: dict[tuple[str, str], tuple[float, float, float]] = {
    ("xs", "equilibrium"): (3.46, 2.94, 30),
    ("xs", "backpropagation"): (3.30, 2.62, 32),
    ("1h", "equilibrium"): (1.57, 0.12, 156),
    ("1h", "backpropagation"): (1.54, 0.12, 168),
    ("2h", "equilibrium"): (1.48, 0.25, 269),
    ("2h", "backpropagation"): (1.45, 0.22, 293),
    ("3h", "equilibrium"): (1.66, 0.46, 417),
    ("3h", "backpropagation"): (1.50, 0.33, 475),
    ("xl", "equilibrium"): (1.33, 0.02, 627),
    ("xl", "backpropagation"): (1.30, 0.01, 499),
}
"""Test error and training error in percent, minutes on an A100."""


RULES = ("equilibrium", "backpropagation")
NETWORKS = ("xs", "1h", "2h", "3h", "xl", "1h-fashion")


def read(table: Path) -> list[dict[str, str]]:
    """The rows of a table; none if it is not there."""
    if not table.exists():
        return []
    with table.open(newline="") as lines:
        return list(csv.DictReader(lines))


def write(table: Path, rows: Sequence[Mapping[str, object]]) -> None:
    """The table in one piece."""
    with tempfile.NamedTemporaryFile("w", dir=FOLDER, delete=False, newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    Path(out.name).replace(table)


class Entry(NamedTuple):
    """One network, rule and seed."""

    network: str
    rule: str
    seed: int

    @property
    def folder(self) -> Path:
        return RUNS / f"{self.network}-{self.rule}-{self.seed}"

    @property
    def experiment(self) -> Path:
        """The network's experiment file."""
        return ROOT / "circuits" / f"drn_{self.network.removesuffix('-fashion')}.toml"

    @property
    def epochs(self) -> int:
        """Epochs the experiment asks for."""
        return load_experiment(self.experiment).training.epochs

    def rows(self) -> list[dict[str, str]]:
        """What `metrics.csv` has so far."""
        return read(self.folder / "metrics.csv")

    def go_on(self, epochs: int) -> None:
        """Train up to that many epochs from where the run stands."""
        settings = {"training.epochs": str(epochs), "rule.name": self.rule, "seed": str(self.seed)}
        if self.network.endswith("-fashion"):
            settings["data.name"] = "fashion_mnist"
        tellegen.train(self.experiment, self.folder, settings, resume=(self.folder / "checkpoint.npz").exists())


def place(row: Mapping[str, str]) -> tuple[int, int, int, int]:
    """Where a row stands: by network, rule, seed and, where it has one, epoch."""
    return NETWORKS.index(row["network"]), RULES.index(row["rule"]), int(row["seed"]), int(row.get("epoch", 0))


TABLE = FOLDER / "results.csv"
HEADER = [
    "network",
    "rule",
    "seed",
    "epochs",
    "of",
    "test_error_percent",
    "train_error_percent",
    "train_minutes",
    "test_minutes",
    "compile_minutes",
    "paper_test_percent",
    "paper_train_percent",
    "paper_minutes_on_an_a100",
    "load",
]


def measured(entry: Entry) -> dict[str, str]:
    """One row: what the entry's run has reached, beside the paper."""
    rows = entry.rows()
    timings = ("train_seconds", "test_seconds", "compile_seconds")
    minutes = [f"{sum(float(row[key]) for row in rows) / 60:.2f}" for key in timings]
    errors = [f"{100 * float(rows[-1][key]):.2f}" for key in ("test_error", "train_error")]
    paper = PAPER.get((entry.network, entry.rule), ("", "", ""))
    figures = [*entry, rows[-1]["epoch"], entry.epochs, *errors, *minutes, *paper, f"{os.getloadavg()[0]:.2f}"]
    return {name: str(each) for name, each in zip(HEADER, figures, strict=True)}


def write_table(trained: Entry) -> None:
    """The table with this entry's row made anew; all others as they were, also those whose runs are gone."""
    table = {place(row): row for row in (*read(TABLE), measured(trained))}
    write(TABLE, [table[key] for key in sorted(table)])


def main() -> None:
    """Go round the entries, a piece at a time, until all are done or the time is up."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", nargs="*", default=["xs", "1h", "2h", "3h"], choices=NETWORKS)
    parser.add_argument("--rules", nargs="+", default=list(RULES))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--minutes", type=float, default=60.0, help="no new piece starts after these")
    asked = parser.parse_args()
    end = time.monotonic() + 60 * asked.minutes
    for seed, network, rule in product(asked.seeds, asked.networks, asked.rules):
        entry = Entry(network, rule, seed)
        while (done := len(entry.rows())) < entry.epochs and time.monotonic() < end:
            entry.go_on(min(done + PIECES.get(network, PIECE), entry.epochs))
            write_table(entry)
            print(*entry, f"{len(entry.rows())} of {entry.epochs} epochs", flush=True)


if __name__ == "__main__":
    main()
