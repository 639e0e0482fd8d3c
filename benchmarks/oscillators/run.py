"""The oscillator pattern recogniser in twelve set-ups: bits, start, and what is trained.

    python benchmarks/oscillators/run.py [--bits 1 2 3] [--test 8192] [--steps 64]

Everything else is `circuits/oscillator_recogniser.toml`. A row of `results.csv` is one set-up; those that are there are
not run again. The set-ups of one number of bits share their compiled step.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from tellegen.netlist.builders import grid_edges, oscillator_network
from tellegen.training import load_experiment
from tellegen.training.datasets import load_dataset
from tellegen.training.datasets.phase_digits import COLUMNS, ROWS, hebbian_weights
from tellegen.training.encoding import Encoder
from tellegen.training.engines import Engine, engine_for
from tellegen.training.experiment import Experiment
from tellegen.training.parameters import Parameters
from tellegen.training.settings import settings_of

ROOT = Path(__file__).parents[2]
TABLE = Path(__file__).parent / "results.csv"
EDGES = grid_edges(ROWS, COLUMNS)
STARTS, TRAINED = ("random", "hebbian"), ("couplings", "couplings and locking")
KEYS = ("bits", "start", "trained")
COLUMNS_OF_TABLE: tuple[str, ...] = (
    *KEYS, "mse_start", "mse_trained", "coupling", "locking", "steps", "seconds_a_step", "fastest_step",
    "compile_seconds", "memory_gb", "load",
)  # fmt: skip


def main() -> None:
    """Run what is missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bits", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--test", type=int, default=8192)
    parser.add_argument("--steps", type=int, default=64)
    arguments = parser.parse_args()
    for bits in arguments.bits:
        missing = [
            case for case in product(STARTS, TRAINED) if key(bits, *case) not in {key(*map_key(r)) for r in rows()}
        ]
        if missing:
            for row in measured(bits, missing, arguments.test, arguments.steps):
                write([*rows(), row])
                print(row, flush=True)


def key(bits: object, start: object, trained: object) -> tuple[str, ...]:
    """A set-up as the table names it."""
    return (str(bits), str(start), str(trained))


def map_key(row: dict[str, object]) -> tuple[object, object, object]:
    """A row's set-up."""
    bits, start, trained = (row[name] for name in KEYS)
    return bits, start, trained


def rows() -> list[dict[str, Any]]:
    """What the table holds."""
    if not TABLE.exists():
        return []
    with TABLE.open(newline="") as file:
        return list(csv.DictReader(file))


def write(found: list[dict[str, Any]]) -> None:
    """The table, in the order of the set-ups."""
    found.sort(key=lambda row: key(*map_key(row)))
    with TABLE.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS_OF_TABLE, lineterminator="\n")
        writer.writeheader()
        writer.writerows(found)


def measured(bits: int, cases: list[tuple[str, str]], test: int, steps: int) -> Iterator[dict[str, object]]:
    """A row for every set-up of one number of bits."""
    given = load_experiment(ROOT / "circuits" / "oscillator_recogniser.toml")
    training = replace(given.training, epochs=steps)
    data = replace(given.data, train=steps * given.training.batch, test=test)
    experiment = replace(given, data=data, training=training)
    dataset = load_dataset(experiment.data, folder=experiment.folder, seed=experiment.seed)
    engine, targets = prepared(experiment, bits, dataset)
    begin = time.perf_counter()
    engine.trainer.compile(dataset.train_inputs.dtype)
    engine.trainer.evaluate(engine.start(starts("hebbian", targets)), dataset.test_inputs, dataset.test_targets)
    compile_seconds = time.perf_counter() - begin
    for start, trained in cases:
        row = one(engine, experiment, dataset, starts(start, targets), trained == TRAINED[1])
        yield {"bits": bits, "start": start, "trained": trained, "compile_seconds": round(compile_seconds, 1), **row}


def prepared(experiment: Experiment, bits: int, dataset) -> tuple[Engine, tuple[str, ...]]:
    """The engine of a network with that many bits, and what it may learn."""
    circuit = oscillator_network(ROWS * COLUMNS, EDGES, bits=bits)
    parameters = Parameters.of(circuit)
    settings = settings_of(experiment, Encoder.of(experiment.encoding, dataset), dataset)
    return engine_for(experiment, circuit, parameters, settings), parameters.targets


def starts(start: str, targets: tuple[str, ...]) -> dict[str, np.ndarray]:
    """The values before training; couplings then take their nearest level."""
    random = np.random.default_rng(7).uniform(-1, 1, len(EDGES))
    weights = hebbian_weights(EDGES) if start == "hebbian" else random
    couplings = {f"k{i}_{j}": np.asarray(weight) for (i, j), weight in zip(EDGES, weights, strict=True)}
    return {target: couplings.get(target, np.ones(())) for target in targets}


def one(
    engine: Engine, experiment: Experiment, dataset, values: dict[str, np.ndarray], locking: bool
) -> dict[str, object]:
    """Train a set-up and measure it."""
    trainer, state, batch = engine.trainer, engine.start(values), experiment.training.batch
    rate = experiment.optimiser.rate
    rates = {target: rate if locking or target.startswith("k") else 0.0 for target in values}
    before = trainer.evaluate(state, dataset.test_inputs, dataset.test_targets).loss
    seconds = []
    for first in range(0, experiment.training.epochs * batch, batch):
        begin = time.perf_counter()
        order = np.arange(first, first + batch)
        state, _, _ = trainer.epoch(state, dataset.train_inputs, dataset.train_targets, order, rates)
        seconds.append(time.perf_counter() - begin)
    after = trainer.evaluate(state, dataset.test_inputs, dataset.test_targets).loss
    learned = engine.values(state)
    return {
        "mse_start": round(before, 4),
        "mse_trained": round(after, 4),
        "coupling": round(float(learned["coupling"]), 3),
        "locking": round(float(learned["locking"]), 3),
        "steps": len(seconds),
        "seconds_a_step": round(float(np.median(seconds)), 3),
        "fastest_step": round(min(seconds), 3),
        "memory_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
        "load": round(os.getloadavg()[0], 1),
    }


if __name__ == "__main__":
    main()
