"""How long a training step's simulations take: a cellular network and a grid of oscillators, float32, compile apart.

    python benchmarks/dynamics/run.py

Writes results.csv beside itself: compile seconds, least wall seconds and least processor seconds of seven runs, load.
"""

from __future__ import annotations

import csv
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from tellegen.netlist import parse
from tellegen.solvers.dynamics import DynamicalSystem, Grid, integrate

sys.path.insert(0, str(Path(__file__).parent))
from decks import COLUMNS, ROWS, cellular, oscillators


def timed(name: str, function: Callable[..., Any], *arguments: Any) -> dict[str, object]:
    """One row of results."""
    begin = time.perf_counter()
    jax.block_until_ready(function(*arguments))
    compiled = time.perf_counter() - begin
    wall, processor = [], []
    for _ in range(7):
        begin, used = time.perf_counter(), time.process_time()
        jax.block_until_ready(function(*arguments))
        wall.append(time.perf_counter() - begin)
        processor.append(time.process_time() - used)
    return {
        "what": name,
        "first call, s": round(compiled, 2),
        "wall, s": round(min(wall), 4),
        "processor, s": round(min(processor), 4),
        "load": round(os.getloadavg()[0], 1),
    }


def cells(rng: np.random.Generator) -> list[dict[str, object]]:
    """16×16 cells, 18 couplings a cell each with its own draw, batch 128, 100 Heun steps."""
    text, drawn = cellular()
    system = DynamicalSystem.of(parse(text), ["ac", "ae", "am", "bc", "be", "bm", "z"], drawn)
    draws = (1 + 0.1 * rng.standard_normal((len(drawn), 128))).astype(np.float32)
    images = rng.choice([-1.0, 1.0], (ROWS * COLUMNS, 128)).astype(np.float32)
    sources = [f"vu{i}_{j}" for i in range(ROWS) for j in range(COLUMNS)]

    def loss(parameters: jax.Array, draws: jax.Array, images: jax.Array) -> jax.Array:
        values = system.values(parameters, dict(zip(sources, images, strict=True)), draws)
        return jnp.mean(jnp.clip(integrate(system, values, Grid(1.5, 100)), -1.0, 1.0) ** 2)

    start = jnp.array([0, 0, 2, -1, -1, 8, -0.5], jnp.float32)
    return [
        timed("cells forward", jax.jit(loss), start, draws, images),
        timed("cells forward and backward", jax.jit(jax.value_and_grad(loss)), start, draws, images),
    ]


def phases(rng: np.random.Generator) -> list[dict[str, object]]:
    """10×6 oscillators, 104 couplings with weights a sample, batch 512, 50 Heun steps."""
    text, weights, starts = oscillators()
    system = DynamicalSystem.of(parse(text), ["c1", "c2", *weights, *starts])
    chosen = rng.choice([-1.0, 1.0], (len(weights), 512)).astype(np.float32)
    begin = rng.uniform(-0.5, 1.5, (len(starts), 512)).astype(np.float32)

    def loss(strengths: jax.Array, chosen: jax.Array, begin: jax.Array) -> jax.Array:
        wide = jnp.broadcast_to(strengths[:, None], (2, 512))
        last = integrate(system, system.values(jnp.concatenate([wide, chosen, begin])), Grid(1.0, 50))
        return jnp.mean((last - last[:1]) ** 2)

    strengths = jnp.ones(2, jnp.float32)
    return [
        timed("oscillators forward", jax.jit(loss), strengths, chosen, begin),
        timed("oscillators forward and backward", jax.jit(jax.value_and_grad(loss, (0, 1))), strengths, chosen, begin),
    ]


def main() -> None:
    """Measure and write."""
    rng = np.random.default_rng(0)
    rows = [*cells(rng), *phases(rng)]
    with open(Path(__file__).with_name("results.csv"), "w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    for row in rows:
        print(*row.values(), sep="  ")


if __name__ == "__main__":
    main()
