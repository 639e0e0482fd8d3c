"""Learning: an experiment and its circuit go in, a circuit with learned values and a run's folder come out.

Reading: `schema` strict TOML tables · `experiment` what may be said · `experiment_file` files and `--set` · `datasets`
samples · `encoding` samples to volts · `readout` volts to classes · `wiring` sources and outputs of the circuit ·
`settings` what a trainer is told.
Learning: `parameters` trainables as coordinates, `bundles` of one kind · `netlist_values` and `initialisation` where
they start · `optimiser` the step · `rules` gradients · `learner` what they ask of a circuit, `resistive` networks,
`nodal` of any devices · `straight_through` levels · `hardware` what devices cannot do · `trainer` what the loop asks of
an engine · `engines` which one it is · `generic` any circuit,
`layered` deep resistive networks, `dynamics` circuits in time · `nudging` the variants of a nudged phase · `sharding` a
batch over several devices.
Running: `loop` epochs · `checkpoint` and `metrics` what is kept · `session` the whole of `train` · `resumption` whether
it may go on · `run` its folder again · `record` what was run · `progress` who watches · `files` whole or not at all.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .experiment import Experiment
    from .experiment_file import load_experiment
    from .parameters import Parameters
    from .progress import Event
    from .run import Run, load_run
    from .session import train

_HOME = {
    "Event": "progress",
    "Experiment": "experiment",
    "Parameters": "parameters",
    "Run": "run",
    "load_experiment": "experiment_file",
    "load_run": "run",
    "train": "session",
}

__all__ = ["Event", "Experiment", "Parameters", "Run", "load_experiment", "load_run", "train"]


def __getattr__(name: str) -> object:
    """Import a public name on its first use, so that reading experiments does not load JAX (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value
