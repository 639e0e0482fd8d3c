"""Who trains: the layered engine where the circuit is a deep resistive network and the rule suits it, else the generic;
the nodal engine where it has other devices; the dynamic engine where the circuit is to be followed in time.

The layered engine holds crossbars as matrices and updates two colours of layers at once, in single precision where the
experiment counts sweeps, in double where it asks for exact states. The generic engine takes any network of resistors,
diodes and sources, any rule and any optimiser, in double precision; the nodal engine is the same trainer on circuits of
any devices, with the rules that ask for nothing but voltages at rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from ..netlist import Circuit
from ..netlist.errors import CircuitError, ExperimentError
from ..solvers.resistive_elements import is_resistive
from .dynamics.engine import dynamic_trainer, is_dynamic
from .dynamics.losses import Loss
from .experiment import Experiment
from .generic import GenericTrainer
from .layered import LayeredShape, layered_trainer, refusal
from .nodal.model import NodalModel, ideal_part
from .parameters import Parameters, Values
from .trainer import Settings, State, Trainer


@dataclass(frozen=True)
class Engine:
    """A trainer with its way in and out: `start` makes a state of values by target, `values` reads them back."""

    name: str
    trainer: Trainer
    start: Callable[[Values], State]
    values: Callable[[State], Mapping[str, np.ndarray]]
    wanted: Callable[[np.ndarray, np.ndarray], np.ndarray] = field(default=lambda inputs, targets: targets)
    """What the outputs should be (samples, outputs), from prepared inputs and the targets of the data."""
    told: Callable[[State], Mapping[str, float]] = field(default=lambda state: {})
    """What else the trainer tells of the epoch that led to a state, by the names of `metrics.MORE`."""


def engine_for(
    experiment: Experiment, circuit: Circuit, parameters: Parameters, settings: Settings, loss: Loss | None = None
) -> Engine:
    """The engine that `[training] engine` names, or the fastest that takes the experiment. `loss` is one's own.

    Raises `ExperimentError` with the reason when the layered engine is named and cannot train this.
    """
    name = experiment.training.engine
    if name == "dynamic" or (name == "auto" and is_dynamic(circuit)):
        return _dynamic(experiment, circuit, parameters, settings, loss)
    elements = (circuit[each.target] for each in parameters.coordinates if not each.is_parameter)
    instances = [element.name for element in elements if element.kind == "X"]
    if instances:
        raise CircuitError(
            f"trainable {instances[0]} is an instance, which learns in circuits in time; name the resistors inside it, "
            f"or add a .tran card",
            circuit[instances[0]].location,
        )
    if experiment.loss.name != "squared":
        raise ExperimentError(
            f'{experiment.source}: [loss] name = "{experiment.loss.name}" is for circuits in time; add a .tran card '
            f'or take "squared"'
        )
    if name == "nodal":
        return _nodal(experiment, circuit, parameters, settings)
    if name == "generic":
        return _generic(experiment, circuit, parameters, settings)
    try:
        shape = LayeredShape.of(circuit)
        reason = _unsuited(experiment, settings)
    except CircuitError as error:
        shape, reason = None, str(error)
    if shape is not None and reason is None:
        return _layered(shape, settings)
    if name == "layered":
        raise ExperimentError(f"{experiment.source}: the layered engine cannot train this: {reason}")
    if not is_resistive(circuit) and ideal_part(circuit) is None:
        return _nodal(experiment, circuit, parameters, settings)
    return _generic(experiment, circuit, parameters, settings)


def _unsuited(experiment: Experiment, settings: Settings) -> str | None:
    if experiment.optimiser.name != "sgd":
        return f"it steps by plain sgd, not by {experiment.optimiser.name}"
    if experiment.hardware.limits_measurement or experiment.hardware.limits_updates:
        return "[hardware] has limits, which the generic engine has"
    if experiment.encoding.targets == "means":
        return "its targets stay, and these are the classes' means, which move"
    if settings.accuracy:
        return "it counts errors by classes, and these targets are values"
    return refusal(settings)


def _layered(shape: LayeredShape, settings: Settings) -> Engine:
    chosen = replace(settings, precision="float32" if settings.sweeps else "float64")
    return Engine(
        "layered",
        layered_trainer(shape, chosen),
        lambda values: shape.state(values, chosen.batch, chosen.precision),
        shape.values,
    )


def _dynamic(
    experiment: Experiment, circuit: Circuit, parameters: Parameters, settings: Settings, loss: Loss | None
) -> Engine:
    if not is_dynamic(circuit):
        raise ExperimentError(f"{experiment.source}: the dynamic engine follows a circuit in time; add a .tran card")
    trainer = dynamic_trainer(experiment, circuit, parameters, settings, loss)
    return Engine("dynamic", trainer, trainer.state, trainer.values, trainer.wanted, trainer.told)


def _nodal(experiment: Experiment, circuit: Circuit, parameters: Parameters, settings: Settings) -> Engine:
    if settings.devices > 1:
        raise ExperimentError(f"{experiment.source}: the nodal engine runs on one device; leave out [training] devices")
    trainer = GenericTrainer.around(NodalModel.of(circuit, parameters), experiment, parameters, settings)
    return Engine("nodal", trainer, trainer.state, trainer.values)


def _generic(experiment: Experiment, circuit: Circuit, parameters: Parameters, settings: Settings) -> Engine:
    trainer = GenericTrainer.of(experiment, circuit, parameters, settings)
    return Engine("generic", trainer, trainer.state, trainer.values)
