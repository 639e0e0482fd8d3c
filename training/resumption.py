"""Whether a run may go on: a folder's experiment and netlist against those that are asked for."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from ..netlist import Circuit, load
from ..netlist.errors import ExperimentError
from .checkpoint import Checkpoint, load_checkpoint
from .experiment import Experiment
from .experiment_file import load_experiment
from .run import CHECKPOINT, EXPERIMENT

FREE = {"epochs": 0, "evaluate_every": 1, "checkpoint_every": 1, "devices": 1}
"""The settings of `[training]` that a resumed run may change."""


def resumed(folder: Path, experiment: Experiment, circuit: Circuit) -> Checkpoint:
    """The last checkpoint of a run's folder.

    Raises `ExperimentError` when the run had other settings or another netlist, or has trained for longer than asked.
    """
    stored = load_experiment(folder / EXPERIMENT)
    different = differences(stored, experiment)
    if different:
        raise ExperimentError(f"{folder} was trained with other settings ({different}); train into another folder")
    if load(folder / stored.netlist) != circuit:
        raise ExperimentError(f"{folder} was trained from another {experiment.netlist}; use another folder")
    checkpoint = load_checkpoint(folder / CHECKPOINT)
    if checkpoint.epoch > experiment.training.epochs:
        raise ExperimentError(
            f"{folder} has trained for {checkpoint.epoch} epochs already; "
            f"set training.epochs to {checkpoint.epoch} or more"
        )
    return checkpoint


def differences(stored: Experiment, wanted: Experiment) -> str:
    """The sections in which two experiments differ, apart from what a resumed run may change; empty when none."""

    def comparable(experiment: Experiment) -> dict[str, object]:
        training = dataclasses.replace(experiment.training, **FREE)
        data = dataclasses.replace(experiment.data, file=Path(experiment.data.file).name)
        plain = dataclasses.replace(experiment, netlist="", training=training, data=data)
        return {each.name: getattr(plain, each.name) for each in dataclasses.fields(plain) if each.compare}

    before, after = comparable(stored), comparable(wanted)
    return ", ".join(key for key in before if before[key] != after[key])
