"""Steps of the deep networks of Table 1 with samples swept apart, in their open parts, beside whole crossbars.

python benchmarks/table1/open_parts.py [--steps 1000]

Each starts from where its run in `runs/table1` stands, for how many units are open is learned, or else from its start.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import tempfile
import time
from itertools import product
from pathlib import Path

import numpy as np

from tellegen.training import load_experiment
from tellegen.training.checkpoint import load_checkpoint
from tellegen.training.initialisation import initial_values
from tellegen.training.layered import open_units
from tellegen.training.optimiser import rates
from tellegen.training.progress import silent
from tellegen.training.session import Session

FOLDER = Path(__file__).parent
ROOT = FOLDER.parent.parent
TABLE = FOLDER / "open_parts.csv"
HEADER = ["network", "rule", "epoch", "steps", "whole_ms", "apart_ms", "ratio", "left_open_parts", "load"]


def row(network: str, rule: str, steps: int) -> list[str]:
    """Milliseconds a step, whole and apart, and the steps that swept whole crossbars after all."""
    experiment = load_experiment(ROOT / "circuits" / f"drn_{network}.toml", {"rule.name": rule})
    session = Session.of(experiment, Path(tempfile.gettempdir()), silent)
    last = ROOT / "runs" / "table1" / f"{network}-{rule}-0" / "checkpoint.npz"
    if last.exists():
        reached = load_checkpoint(last)
        epoch, state = reached.epoch, reached.state
    else:
        values = initial_values(
            experiment.initial, session.parameters, session.circuit, experiment.seed, experiment.source
        )
        epoch, state = 0, session.engine.start(values)
    inputs = session.encoder.prepare(session.dataset.train_inputs)
    targets = session.engine.wanted(inputs, session.encoder.targets(session.dataset.train_targets))
    order = np.random.default_rng(0).permutation(len(inputs))[: steps * experiment.training.batch]
    rate = rates(experiment.optimiser, session.parameters.targets, epoch, experiment.source)
    trainer, milliseconds = session.engine.trainer, []
    for large in (sys.maxsize, open_units.LARGE):
        open_units.LARGE = large
        trainer.epoch(state, inputs, targets, order[: experiment.training.batch], rate)
        start = time.perf_counter()
        trainer.epoch(state, inputs, targets, order, rate)
        milliseconds.append(1e3 * (time.perf_counter() - start) / steps)
    whole, apart = milliseconds
    left = getattr(trainer, "whole_steps", 0)
    figures = [epoch, steps, f"{whole:.2f}", f"{apart:.2f}", f"{whole / apart:.2f}", left, f"{os.getloadavg()[0]:.1f}"]
    return [network, rule, *map(str, figures)]


def main() -> None:
    """Measure all four and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=1000)
    steps = parser.parse_args().steps
    rows = [row(network, rule, steps) for network, rule in product(("2h", "3h"), ("equilibrium", "backpropagation"))]
    with tempfile.NamedTemporaryFile("w", dir=FOLDER, delete=False, newline="") as out:
        csv.writer(out).writerows([HEADER, *rows])
    Path(out.name).replace(TABLE)
    print(TABLE.read_text())


if __name__ == "__main__":
    main()
