"""How good the star's learned values are on many fresh dies: I2O with its standard error, before and after.

    python benchmarks/dynamics/fingerprints.py [--dies 1536]

The values are those that `cases.py` left in `cases.csv`; all of them meet the same dies and challenges, which no
training has met. Writes `fingerprints.csv`.
"""

from __future__ import annotations

import argparse
import csv
import time
from pathlib import Path

import numpy as np

from tellegen.netlist import load
from tellegen.training import load_experiment
from tellegen.training.datasets import load_dataset
from tellegen.training.encoding import Encoder
from tellegen.training.engines import engine_for
from tellegen.training.initialisation import initial_values
from tellegen.training.parameters import Parameters
from tellegen.training.settings import settings_of

FOLDER, CIRCUITS = Path(__file__).parent, Path(__file__).parents[2] / "circuits"
TABLE = FOLDER / "fingerprints.csv"
SEED = 1000
"""Of dies and challenges."""


def main() -> None:
    """A row for the netlist's values, then one a case of the star."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dies", type=int, default=1536)
    dies = parser.parse_args().dies
    experiment = load_experiment(CIRCUITS / "puf_star.toml", {"seed": str(SEED), "data.test": str(32 * dies)})
    circuit = load(CIRCUITS / "puf_star.cir")
    dataset = load_dataset(experiment.data, folder=experiment.folder, seed=experiment.seed)
    encoder, parameters = Encoder.of(experiment.encoding, dataset), Parameters.of(circuit)
    engine = engine_for(experiment, circuit, parameters, settings_of(experiment, encoder, dataset))
    start = initial_values(experiment.initial, parameters, circuit, experiment.seed)
    rows = []
    for case, learned in {"as the netlist has it": {}, **cases()}.items():
        begin = time.process_time()
        state = engine.start({**start, **learned})
        outputs = engine.trainer.evaluate(state, dataset.test_inputs, np.zeros((32 * dies, 0))).outputs
        rows.append({"case": case, **figures(outputs), "processor_seconds": round(time.process_time() - begin, 1)})
        print(rows[-1], flush=True)
    with TABLE.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def cases() -> dict[str, dict[str, np.ndarray]]:
    """The learned values by case."""
    with (FOLDER / "cases.csv").open(newline="") as file:
        found = {row["case"]: row["learned"] for row in csv.DictReader(file) if row["case"].startswith("star")}
    pairs = {case: (pair.split("=") for pair in text.split()) for case, text in found.items()}
    return {case: {name: np.asarray(float(value)) for name, value in each} for case, each in pairs.items()}


def figures(outputs: np.ndarray) -> dict[str, object]:
    """I2O of voltages (dies·challenges, 1 + bits), its error over dies, and how often a bit turns the answer."""
    bits = outputs.reshape(-1, 32, outputs.shape[1]) > 0
    changes = np.mean(bits[..., 1:] != bits[..., :1], axis=1)
    biases = np.mean(np.abs(changes - 0.5), axis=1)
    return {
        "dies": len(biases),
        "i2o": round(float(biases.mean()), 5),
        "standard_error": round(float(biases.std(ddof=1) / np.sqrt(len(biases))), 5),
        "share_of_192_dies_up_to_0.09": round(float(np.mean(_samples(biases) <= 0.09)), 2),
        "changed": round(float(changes.mean()), 4),
        "spread_of_changed": round(float(changes.std()), 4),
    }


def _samples(biases: np.ndarray) -> np.ndarray:
    """Means over tests of 192 dies, drawn from all of them."""
    return np.random.default_rng(0).choice(biases, (4000, 192)).mean(axis=1)


if __name__ == "__main__":
    main()
