"""What an experiment means for a trainer."""

from __future__ import annotations

from ..netlist.errors import ExperimentError
from .datasets import Dataset
from .encoding import Encoder
from .experiment import Experiment
from .trainer import Settings


def settings_of(experiment: Experiment, encoder: Encoder, dataset: Dataset) -> Settings:
    """What a trainer must know. Raises `ExperimentError` for a batch larger than the training set, or a
    class that is not the largest output."""
    samples = len(dataset.train_targets)
    batch = experiment.training.batch or samples
    if batch > samples:
        raise ExperimentError(
            f"{experiment.source}: [training] batch is {batch}, but there are only {samples} training samples"
        )
    if dataset.classes and not encoder.low < encoder.high:
        raise ExperimentError(
            f"{experiment.source}: [encoding] low is {encoder.low:g} and high is {encoder.high:g}; the output of a "
            f"sample's own class must be the larger one"
        )
    rule = experiment.rule
    return Settings(
        batch=batch,
        steps=experiment.training.steps or samples // batch,
        rule=rule.name,
        variant=rule.variant,
        beta=rule.beta,
        sweeps=rule.sweeps,
        nudged_sweeps=rule.nudged_sweeps,
        tolerance=rule.tolerance,
        scale=encoder.scale,
        signed=encoder.signed,
        carry=experiment.training.carry,
        accuracy=0.0 if dataset.classes else experiment.loss.tolerance,
        eta=rule.eta,
        samples=rule.samples,
        compliance=rule.compliance,
        devices=experiment.training.devices,
    )
