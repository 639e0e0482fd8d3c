"""Which of the two layered engines trains an experiment."""

from __future__ import annotations

from ..trainer import Settings, Trainer
from . import fused
from .amplified import AmplifiedTrainer
from .gradients import RULES
from .scan import ScanTrainer
from .shape import LayeredShape


def refusal(settings: Settings) -> str | None:
    """Why no layered engine trains this, or None."""
    if settings.rule not in RULES:
        return f"its rules are {', '.join(RULES)}, not {settings.rule}"
    if settings.rule == "backpropagation" and settings.sweeps <= 0:
        return "backpropagation differentiates a number of sweeps; set [rule] sweeps to 1 or more"
    return None


def layered_trainer(shape: LayeredShape, settings: Settings) -> Trainer:
    """The fused kernels where they take the settings and one processor trains, else the scan in JAX."""
    if shape.plain is not shape:
        return AmplifiedTrainer(shape, layered_trainer(shape.plain, settings))
    if settings.devices > 1 or fused.refusal(settings):
        return ScanTrainer(shape, settings)
    return fused.FusedTrainer(shape, settings)
