"""The case studies of training in time: seconds a step, memory, and the task's number before and after.

    python benchmarks/dynamics/cases.py ["cnn 10 %"] ["cnn 4 %"] [star] ["star, seed 1"] ["star as published"] …

The settings are those of `circuits/cnn_edge.toml` and `circuits/puf_star.toml`, but for the star `as published` and
with its centre fixed, which are the paper's. A row of `cases.csv` is one case; it is replaced when the case runs again.
The paper's numbers (a Quadro RTX 6000) stand beside. The oscillators have a table in `benchmarks/oscillators/`.
"""

from __future__ import annotations

import csv
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tellegen.netlist import Circuit, load
from tellegen.netlist.builders import cellular_network
from tellegen.training import load_experiment
from tellegen.training.datasets import load_dataset
from tellegen.training.encoding import Encoder
from tellegen.training.engines import engine_for
from tellegen.training.initialisation import initial_values
from tellegen.training.optimiser import rates
from tellegen.training.parameters import Parameters
from tellegen.training.settings import settings_of

CIRCUITS = Path(__file__).parents[2] / "circuits"
TABLE = Path(__file__).parent / "cases.csv"


@dataclass(frozen=True)
class Case:
    """An experiment with settings over it, its mismatch where it is another, and what the paper reports."""

    experiment: str
    settings: dict[str, str]
    paper: str
    paper_seconds: float
    sigma: float | None = None

    def circuit(self) -> Circuit:
        """The circuit of the case."""
        return cellular_network(16, 16, sigma=self.sigma) if self.sigma else load(CIRCUITS / f"{self.experiment}.cir")


STAR = "0.1242 -> 0.0875 (notebook), 0.130 -> 0.089 (paper)"
PUBLISHED = {
    "loss.watched": "0.0",
    "optimiser.rate": "0.005",
    "optimiser.decay": "1.0",
    "optimiser.momentum": "0.9",
    "optimiser.rates": "{}",
}
"""How the paper trains the star, where `circuits/puf_star.toml` does otherwise."""
CASES = {
    "cnn 10 %": Case("cnn_edge", {}, "0.4229 -> 0.0297 (notebook), 0.130 -> 0.027 (paper)", 31.0, 0.1),
    "cnn 4 %": Case("cnn_edge", {}, "start near 0.10", 31.0, 0.04),
    **{
        f"{name}{f', seed {seed}' if seed else ''}": Case("puf_star", {**settings, "seed": str(seed)}, STAR, 210.0)
        for name, settings in {"star": {}, "star as published": PUBLISHED}.items()
        for seed in range(3)
    },
    "star, centre fixed": Case(
        "puf_star", {**PUBLISHED, "optimiser.rates": "{ c0 = 0.0, l1 = 0.0 }"}, "-> 0.119", 210.0
    ),
}


def main() -> None:
    """Each case in a process of its own, so that its memory is its own."""
    names = sys.argv[1:] or list(CASES)
    if len(names) > 1:
        for name in names:
            subprocess.run([sys.executable, __file__, name], check=True)
        return
    row = {"case": names[0], **measured(CASES[names[0]])}
    print(row, flush=True)
    rows = []
    if TABLE.exists():
        with TABLE.open(newline="") as file:
            rows = [each for each in csv.DictReader(file) if each["case"] != names[0]]
    with TABLE.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(row), lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted([*rows, row], key=lambda each: list(CASES).index(str(each["case"]))))


def measured(case: Case) -> dict[str, object]:
    """Train from the netlist's values, one batch after the other, and measure."""
    experiment = load_experiment(CIRCUITS / f"{case.experiment}.toml", case.settings)
    circuit = case.circuit()
    dataset = load_dataset(experiment.data, folder=experiment.folder, seed=experiment.seed)
    encoder, parameters = Encoder.of(experiment.encoding, dataset), Parameters.of(circuit)
    settings = settings_of(experiment, encoder, dataset)
    engine = engine_for(experiment, circuit, parameters, settings)
    trainer = engine.trainer
    state = engine.start(initial_values(experiment.initial, parameters, circuit, experiment.seed))
    train, test = dataset.train_inputs, dataset.test_inputs
    begin = time.perf_counter()
    trainer.compile(train.dtype)
    wanted, test_wanted = engine.wanted(train, dataset.train_targets), engine.wanted(test, dataset.test_targets)
    before = trainer.evaluate(state, test, test_wanted).loss
    prepared = time.perf_counter() - begin
    order = np.random.default_rng([experiment.seed, 3, 0]).permutation(len(train))  # as `tellegen train` draws them
    seconds = []
    for epoch in range(experiment.training.epochs):
        begin = time.perf_counter()
        batch = order[epoch * settings.batch : (epoch + 1) * settings.batch]
        rate = rates(experiment.optimiser, parameters.targets, epoch)
        state, _, _ = trainer.epoch(state, train, wanted, batch, rate)
        seconds.append(time.perf_counter() - begin)
    begin = time.perf_counter()
    after = trainer.evaluate(state, test, test_wanted).loss
    return {
        "data": dataset.name,
        "start": round(before, 4),
        "end": round(after, 4),
        "steps": len(seconds),
        "seconds_a_step": round(float(np.median(seconds)), 3),
        "fastest_step": round(min(seconds), 3),
        "seconds_in_all": round(sum(seconds) + time.perf_counter() - begin, 1),
        "compile_and_prepare": round(prepared, 1),
        "memory_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
        "load": round(os.getloadavg()[0], 1),
        "paper": case.paper,
        "paper_seconds_a_step": case.paper_seconds,
        "learned": " ".join(f"{name}={float(value):.4g}" for name, value in engine.values(state).items()),
    }


if __name__ == "__main__":
    main()
