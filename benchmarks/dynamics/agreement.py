"""ngspice beside Tellegen on what the three case studies learned: waveforms, and the number of the task.

    python benchmarks/dynamics/agreement.py [cnn_edge] [oscillator_recogniser] [puf_star] [--runs FOLDER]

Trains what has no run in the folder yet, by `tellegen train circuits/….toml`, and follows each on six held-out samples
of four dies (24 of one where nothing spreads) by `tellegen verify`. Writes a row a case into `agreement.csv`.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
from pathlib import Path

CIRCUITS = Path(__file__).parents[2] / "circuits"
TABLE = Path(__file__).parent / "agreement.csv"
CASES = {
    "cnn_edge": ["--samples", "6", "--dies", "4"],
    "oscillator_recogniser": ["--samples", "24"],
    "puf_star": ["--samples", "6", "--dies", "4"],
}


def main() -> None:
    """One case after the other; a case's row replaces what stood there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", default=list(CASES), metavar="CASE", help=", ".join(CASES))
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    arguments = parser.parse_args()
    for case in arguments.cases:
        folder = arguments.runs / case
        if not (folder / "learned.cir").exists():
            _tellegen("train", CIRCUITS / f"{case}.toml", "--out", folder)
        _tellegen("verify", folder, *CASES[case])
        write(row_of(case, json.loads((folder / "verification.json").read_text())))


def row_of(case: str, found: dict) -> dict[str, object]:
    """The figures of a verification."""
    changes = [
        f"{name} {pair['tellegen']:.5g}, in ngspice {pair['ngspice']:.5g}" for name, pair in found["losses"].items()
    ]
    row = {
        "case": case,
        "pairs": found["samples"],
        "failed": len(found["failed"]),
        "largest_difference_of_swing": f"{found['relative']:.2e}",
        "task": "; ".join(changes),
        "agrees": found["agrees"],
        "load": round(os.getloadavg()[0], 1),
    }
    print(row, flush=True)
    return row


def write(row: dict[str, object]) -> None:
    """Put the row into the table."""
    rows: list[dict[str, object]] = []
    if TABLE.exists():
        with TABLE.open(newline="") as file:
            rows = [dict(each) for each in csv.DictReader(file) if each["case"] != row["case"]]
    with TABLE.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(row), lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted([*rows, row], key=lambda each: list(CASES).index(str(each["case"]))))


def _tellegen(*words: object) -> None:
    subprocess.run([str(Path(sys.executable).with_name("tellegen")), *map(str, words)], check=True)


if __name__ == "__main__":
    main()
