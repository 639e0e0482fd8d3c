"""Oscillators that learn digits by equilibrium propagation: errors, time, and what coarse hardware costs.

    python benchmarks/oscillator_learning/run.py digits [--seeds 0 1 2]
    python benchmarks/oscillator_learning/run.py hardware
    TELLEGEN_DATA=DIR python benchmarks/oscillator_learning/run.py mnist [--seeds 0] [--epochs 30]

Every row is an experiment of `circuits/` with the `settings` it names put over it, run to its end. `results.csv` keeps
a row for every such set-up, seed and number of epochs; those that are there are not run again.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from tellegen.solvers.dynamics import DynamicalSystem, integrate
from tellegen.training import Run, train
from tellegen.training.dynamics.engine import grid_of
from tellegen.training.dynamics.simulation import Wiring

ROOT = Path(__file__).parents[2]
TABLE = Path(__file__).parent / "results.csv"
COLUMNS: tuple[str, ...] = (
    "experiment", "settings", "seed", "epochs", "train_error", "test_error", "test_error_in_time",
    "test_error_of_4_bit_phases", "unsettled", "cpu_seconds_an_epoch", "cpu_seconds", "memory_gb", "load",
)  # fmt: skip
KEY = ("experiment", "settings", "seed", "epochs")
LEVELS = {"hardware.conductance_levels": "1024"}
STOCHASTIC = {**LEVELS, "hardware.level_rounding": '"stochastic"'}
PHASES = {
    "hardware.measurement_bits": "4",
    "hardware.measurement_range": "1.0",
    "hardware.measurement_wraps": "true",
}
HARDWARE: tuple[Mapping[str, str], ...] = (LEVELS, STOCHASTIC, PHASES, {**STOCHASTIC, **PHASES})
CODE = 2.0 / 16
"""A code of a phase in four bits, in half turns: a whole turn has sixteen."""
PIECE = 250


def main() -> None:
    """Run what is missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("digits", "hardware", "mnist"))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--epochs", type=int, default=0)
    arguments = parser.parse_args()
    name = "oscillator_mnist" if arguments.what == "mnist" else "oscillator_digits"
    for settings in HARDWARE if arguments.what == "hardware" else ({},):
        for seed in arguments.seeds:
            measure(name, dict(settings), seed, arguments.epochs)


def measure(name: str, settings: Mapping[str, str], seed: int, epochs: int) -> None:
    """One row, unless it is there."""
    chosen = {**settings, "seed": str(seed), **({"training.epochs": str(epochs)} if epochs else {})}
    key = (name, " ".join(f"{word}={value}" for word, value in settings.items()), str(seed))
    there = [int(row["epochs"]) for row in rows() if tuple(row[word] for word in KEY[:3]) == key]
    if there and (not epochs or epochs in there):
        return
    with tempfile.TemporaryDirectory() as folder:
        begin = time.process_time()
        marks = [begin]

        def progress(event: Any) -> None:
            if event.row:
                marks.append(time.process_time())

        run = train(ROOT / "circuits" / f"{name}.toml", folder, chosen, progress=progress)
        row = {**dict(zip(KEY, (*key, len(run.metrics)), strict=True)), **figures(run), **times(begin, marks)}
    write([*rows(), row])
    print(row, flush=True)


def figures(run: Run) -> dict[str, Any]:
    """Errors of the learned circuit: at rest by descent, in time, and as phases of four bits tell."""
    answers = run.predictions()
    followed = in_time(run)
    coarse = CODE * np.round(answers.outputs / CODE)
    best = coarse == coarse.max(axis=1, keepdims=True)
    ties = 1.0 - best[np.arange(len(best)), answers.labels] / best.sum(axis=1)
    last = run.metrics[-1]
    return {
        "train_error": round(last["train_error"], 5),
        "test_error": round(float(np.mean(answers.predicted != answers.labels)), 5),
        "test_error_in_time": round(float(np.mean(followed.argmax(axis=1) != answers.labels)), 5),
        "test_error_of_4_bit_phases": round(float(ties.mean()), 5),
        "unsettled": round(last["unsettled"], 5),
    }


def in_time(run: Run) -> np.ndarray:
    """The outputs (samples, outputs) at the end of the card, by the classical method in its largest step."""
    system, wiring = DynamicalSystem.of(run.circuit), Wiring.of(run.circuit)
    inputs = run.encoder.voltages(run.dataset.test_inputs).astype(np.float32)
    grid = grid_of(run.circuit, 0)
    fine = grid_of(run.circuit, grid.steps * 5)

    @jax.jit
    def outputs(inputs: jax.Array) -> jax.Array:
        values = system.values(None, wiring.split(inputs)[1], dtype=jnp.float32)
        y = integrate(system, values, fine, method="rk4")
        return system.read(fine.stop, y, values, wiring.outputs)

    padded = np.concatenate([inputs, np.repeat(inputs[-1:], -len(inputs) % PIECE, axis=0)])
    parts = [outputs(jnp.asarray(padded[first : first + PIECE].T)) for first in range(0, len(padded), PIECE)]
    return np.concatenate(parts, axis=1).T[: len(inputs)]


def times(begin: float, marks: list[float]) -> dict[str, Any]:
    """Processor time: an epoch (median, the first apart, which has the compiling before it), and in all."""
    epochs = np.diff(marks)[1:] if len(marks) > 2 else np.diff(marks)
    return {
        "cpu_seconds_an_epoch": round(float(np.median(epochs)), 2),
        "cpu_seconds": round(marks[-1] - begin, 1),
        "memory_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2),
        "load": round(os.getloadavg()[0], 1),
    }


def rows() -> list[dict[str, Any]]:
    """What the table holds."""
    if not TABLE.exists():
        return []
    with TABLE.open(newline="") as file:
        return list(csv.DictReader(file))


def write(found: list[dict[str, Any]]) -> None:
    """The table, in order."""
    found.sort(key=lambda row: (row["experiment"], row["settings"], int(row["seed"]), int(row["epochs"])))
    with TABLE.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(found)


if __name__ == "__main__":
    main()
