"""The fingerprint's answers by admittances against all of its states in time.

    python benchmarks/dynamics/star.py [--dies 2] [--challenges 2]

The circuit is `circuits/puf_star.cir`; both answers are of the same dies and challenges with all one-bit flips, the
one in time by Tsitouras's method with 2000 steps. Writes `star.csv`.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from tellegen.netlist import Mismatch, load
from tellegen.solvers.dynamics import DynamicalSystem, Grid
from tellegen.training.dynamics.circumstances import Circumstances
from tellegen.training.dynamics.simulation import Flipped, Transient, Wiring
from tellegen.training.dynamics.stars import Stars

DECK = Path(__file__).parents[2] / "circuits" / "puf_star.cir"
TABLE = Path(__file__).parent / "star.csv"
STOP = 10e-9


def main() -> None:
    """Ask both and write the largest difference of the two hosts' voltage difference."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dies", type=int, default=2)
    parser.add_argument("--challenges", type=int, default=2)
    arguments = parser.parse_args()
    circuit = load(DECK)
    mismatch, wiring = Mismatch.of(circuit), Wiring.of(circuit)
    system = DynamicalSystem.of(circuit, wiring.parameters, dict.fromkeys(mismatch.targets, "relative"))
    bits = np.random.default_rng(0).integers(0, 2, (wiring.width, arguments.dies * arguments.challenges))
    with jax.enable_x64(True):
        inputs = jnp.asarray(bits, float)
        around = Circumstances(jnp.asarray(mismatch.array(0, range(arguments.dies))), jax.random.PRNGKey(0))
        full = Flipped(Transient(system, wiring, Grid(STOP, 2000), "tsit5"), arguments.challenges)
        ports = {steps: Stars.of(system, wiring, Grid(STOP, steps), arguments.challenges) for steps in (300, 640)}
        expected = np.asarray(jax.jit(full.__call__)({}, inputs, around))
        found = {steps: np.asarray(jax.jit(each.__call__)({}, inputs, around)) for steps, each in ports.items()}
    rows = [
        {
            "states": len(system.states),
            "steps": steps,
            "responses": answer.size,
            "largest_difference_volt": f"{np.max(np.abs(answer - expected)):.2e}",
            "largest_response_volt": f"{np.max(np.abs(expected)):.3f}",
            "bits_that_differ": int(np.sum((answer > 0) != (expected > 0))),
        }
        for steps, answer in found.items()
    ]
    print(*rows, sep="\n")
    with TABLE.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
