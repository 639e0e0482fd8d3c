"""Every route to the gradient beside central differences, in float64, on the three case studies.

    python benchmarks/dynamics/gradients.py [cnn] [oscillators] [star]

The circuits are those of `circuits/`, with their dies, levels and noise; a few samples each. A row of `gradients.csv`
is a route: the largest difference of a slope from the central difference quotient of the same simulation, as a share of
the largest quotient. Backpropagation and forward mode differentiate the steps as they are; the adjoint solves an
equation of its own and is off by the method's error, so it takes shorter steps.
"""

from __future__ import annotations

import csv
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import jax.flatten_util
import jax.numpy as jnp
import numpy as np

from tellegen.netlist import Circuit, Mismatch, load
from tellegen.solvers.dynamics import DynamicalSystem
from tellegen.solvers.dynamics.patterns import plain_gathers
from tellegen.training.dynamics.bank import Bank
from tellegen.training.dynamics.circumstances import Circumstances
from tellegen.training.dynamics.engine import grid_of
from tellegen.training.dynamics.losses import flip_bias_of, periodic, squared
from tellegen.training.dynamics.responses import soft_bit
from tellegen.training.dynamics.simulation import Flipped, Transient, Wiring
from tellegen.training.dynamics.stars import Stars
from tellegen.training.dynamics.transforms import Draw, transform_of

CIRCUITS = Path(__file__).parents[2] / "circuits"
TABLE = Path(__file__).parent / "gradients.csv"
STEP = 1e-6
DIRECTIONS = 12
"""Slopes are taken along every coordinate where there are at most 32, else along so many random directions."""


@dataclass(frozen=True)
class Case:
    """An experiment's circuit on a few samples, and the routes: (gradient, method, steps)."""

    experiment: str
    samples: int
    routes: tuple[tuple[str, str, int], ...]
    levels: str = "round"


CASES = {
    "cnn": Case(
        "cnn_edge",
        4,
        (("backpropagation", "heun", 100), ("forward", "heun", 100), ("adjoint", "tsit5", 4000)),
    ),
    "oscillators": Case(
        "oscillator_recogniser",
        4,
        (
            ("backpropagation", "stochastic_heun", 50),
            ("forward", "stochastic_heun", 50),
            ("adjoint", "stochastic_heun", 4000),
        ),
        "gumbel",
    ),
    "star": Case(
        "puf_star",
        1,
        (
            ("backpropagation", "ports", 640),
            ("forward", "ports", 640),
            ("backpropagation", "tsit5", 400),
            ("forward", "tsit5", 400),
            ("adjoint", "tsit5", 400),
        ),
    ),
}


@dataclass(frozen=True, eq=False)
class Study:
    """A case put together: its coordinates at the start, and the loss of them on a route."""

    case: Case
    circuit: Circuit
    system: DynamicalSystem
    wiring: Wiring
    bank: Bank
    start: dict[str, jax.Array]
    inputs: jax.Array
    targets: jax.Array
    draws: jax.Array | None

    @classmethod
    def of(cls, case: Case) -> Study:
        """Load the circuit and draw samples and dies."""
        circuit = load(CIRCUITS / f"{case.experiment}.cir")
        mismatch, wiring = Mismatch.of(circuit), Wiring.of(circuit)
        names = [each.target for each in circuit.trainables]
        system = DynamicalSystem.of(circuit, [*names, *wiring.parameters], mismatch.kinds)
        bank = Bank.of({each.target: transform_of(each, case.levels, False) for each in circuit.trainables})
        rng = np.random.default_rng(0)
        inputs, targets = _samples(case, wiring, rng)
        nominal: list[Any] = [circuit.parameters[name] for name in names]
        factors = 1.0 + 0.02 * rng.standard_normal(len(names))
        given = {name: float(value) * factor for name, value, factor in zip(names, nominal, factors, strict=True)}
        start = {name: jnp.asarray(u) for name, u in bank.start(given).items()}
        dies = 1 if case.experiment == "puf_star" else case.samples
        draws = jnp.asarray(mismatch.array(0, range(dies))) if mismatch.spreads else None
        return cls(case, circuit, system, wiring, bank, start, jnp.asarray(inputs), jnp.asarray(targets), draws)

    def loss(self, gradient: str, method: str, steps: int) -> Callable[[dict[str, jax.Array]], jax.Array]:
        """The case's loss as a function of the coordinates."""
        grid, challenges = grid_of(self.circuit, steps), self.case.samples
        route = "adjoint" if gradient == "adjoint" else "backpropagation"
        around = Circumstances(self.draws, jax.random.PRNGKey(1))
        measure: Callable[[jax.Array, jax.Array], jax.Array] = periodic if self.case.levels == "gumbel" else squared
        if method == "ports":
            simulator: Any = Stars.of(self.system, self.wiring, grid, challenges)
        else:
            simulator = Transient(self.system, self.wiring, grid, method, route)
        if self.case.experiment == "puf_star":
            simulator = simulator if method == "ports" else Flipped(simulator, challenges)
            measure = flip_bias_of(soft_bit, challenges)

        def loss(coordinates: dict[str, jax.Array]) -> jax.Array:
            values = self.bank.values(coordinates, Draw(jax.random.PRNGKey(0), self.case.samples, 2.0))
            return measure(simulator(values, self.inputs, around), self.targets)

        return loss


def _samples(case: Case, wiring: Wiring, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and targets (…, samples) of the right kind; what they show does not matter here."""
    size = (wiring.width, case.samples)
    if case.experiment == "puf_star":
        return rng.integers(0, 2, size).astype(float), np.zeros((0, case.samples))
    pattern = rng.integers(0, 2, size).astype(float)
    if case.experiment == "cnn_edge":
        return 2 * pattern - 1, np.sign(rng.standard_normal((len(wiring.outputs), case.samples)))
    return pattern + rng.uniform(-0.5, 0.5, size), pattern


def directions(start: dict[str, jax.Array]) -> list[dict[str, jax.Array]]:
    """What slopes are taken along."""
    flat, shape = jax.flatten_util.ravel_pytree(start)  # type: ignore[attr-defined]
    if flat.size <= 32:
        return [shape(row) for row in jnp.eye(flat.size)]
    return [shape(jnp.asarray(row)) for row in np.random.default_rng(2).standard_normal((DIRECTIONS, flat.size))]


def measured(name: str) -> list[dict[str, object]]:
    """All routes of a case."""
    study = Study.of(CASES[name])
    ways = directions(study.start)
    rows = []
    for gradient, method, steps in study.case.routes:
        begin = time.process_time()
        loss = study.loss(gradient, method, steps)
        plain = jax.jit(study.loss("backpropagation", method, steps))
        if gradient == "forward":
            with plain_gathers():
                slope = jax.jit(lambda u, v, loss=loss: jax.jvp(loss, (u,), (v,))[1])
                slopes = np.array([float(slope(study.start, way)) for way in ways])
        else:
            found = jax.jit(jax.grad(loss))(study.start)
            slopes = np.array([_along(found, way) for way in ways])
        quotients = np.array([_quotient(plain, study.start, way) for way in ways])
        rows.append(
            {
                "case": name,
                "route": gradient,
                "method": method,
                "steps": steps,
                "slopes": len(ways),
                "largest_slope": f"{np.max(np.abs(quotients)):.4g}",
                "largest_difference": f"{np.max(np.abs(slopes - quotients)) / np.max(np.abs(quotients)):.1e}",
                "processor_seconds": round(time.process_time() - begin, 1),
                "memory_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
            }
        )
        print(rows[-1], flush=True)
    return rows


def _along(gradient: dict[str, jax.Array], way: dict[str, jax.Array]) -> float:
    return float(sum(jnp.sum(gradient[name] * way[name]) for name in way))


def _quotient(loss: Callable[[Any], jax.Array], start: dict[str, jax.Array], way: dict[str, jax.Array]) -> float:
    up, down = (loss({name: u + sign * STEP * way[name] for name, u in start.items()}) for sign in (1.0, -1.0))
    return float(up - down) / (2 * STEP)


def main() -> None:
    """Each case in a process of its own, so that its memory is its own; its rows replace what stood there."""
    names = sys.argv[1:] or list(CASES)
    if len(names) > 1:
        for name in names:
            subprocess.run([sys.executable, __file__, name], check=True)
        return
    with jax.enable_x64(True):
        rows = measured(names[0])
    kept: list[dict[str, object]] = []
    if TABLE.exists():
        with TABLE.open(newline="") as file:
            kept = [dict(each) for each in csv.DictReader(file) if each["case"] != names[0]]
    with TABLE.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted([*kept, *rows], key=lambda each: list(CASES).index(str(each["case"]))))


if __name__ == "__main__":
    main()
