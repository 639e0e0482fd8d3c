"""`run.json`: what a run was, for whoever reads it later."""

from __future__ import annotations

import importlib.metadata
import json
import platform
from collections.abc import Mapping, Sequence

import numpy as np

from .experiment import Experiment
from .metrics import TIMES, Row

_PACKAGES = ("tellegen", "numpy", "scipy", "jax", "jaxlib", "optax", "numba", "networkx")


def about(
    experiment: Experiment, engine: str, rows: Sequence[Row], seconds: float, rounding: Mapping[str, float]
) -> str:
    """The record as JSON. `rounding` is each target's largest distance to its level, in its own coordinate."""
    totals = {key: sum(row[key] for row in rows if np.isfinite(row[key])) for key in sorted(TIMES)}
    last = {key: value if np.isfinite(value) else None for key, value in (rows[-1] if rows else {}).items()}
    record = {
        "title": experiment.title,
        "seed": experiment.seed,
        "engine": engine,
        "rule": experiment.rule.name,
        "epochs": experiment.training.epochs,
        "seconds": {"all": seconds, **totals},
        "last": last,
        "rounding": dict(rounding),
        "versions": {name: importlib.metadata.version(name) for name in _PACKAGES},
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
    }
    return json.dumps(record, indent=2) + "\n"
