"""From an experiment on a circuit with a `.tran` card to the trainer that runs it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...netlist import Circuit, Mismatch
from ...netlist.errors import CircuitError, ExperimentError
from ...netlist.numbers import number
from ...solvers.dynamics import DynamicalSystem, Grid
from ..experiment import Experiment
from ..netlist_values import netlist_value
from ..optimiser import Stepper
from ..parameters import Parameters
from ..trainer import Settings
from .bank import Bank
from .losses import LOSSES, Loss, flip_bias_of
from .responses import hard_bit, soft_bit
from .simulation import Flipped, Stars, Transient, Wiring
from .trainer import DynamicTrainer, Simulator
from .transforms import transform_of

FLIP_BIAS = "flip_bias"
Dies = Callable[[int, int], np.ndarray | None]


def flips(experiment: Experiment) -> bool:
    """Whether challenges are answered together with their one-bit flips."""
    return experiment.loss.name == FLIP_BIAS


def is_dynamic(circuit: Circuit) -> bool:
    """Whether the circuit asks to be followed in time."""
    return any(card.keyword == "tran" for card in circuit.analyses)


def dynamic_trainer(
    experiment: Experiment, circuit: Circuit, parameters: Parameters, settings: Settings
) -> DynamicTrainer:
    """The trainer of an experiment in time.

    Raises:
        CircuitError: the circuit has no explicit equations, or a trainable no usable range.
        ExperimentError: a batch that does not divide into dies, or a validation that leaves nothing to learn from.
    """
    dynamics, mismatch = experiment.dynamics, Mismatch.of(circuit)
    _check_batch(experiment, settings)
    shared = [each.target for each in mismatch.spreads if each.kind == "parameter"]
    if shared and dynamics.mismatch != "none":
        raise CircuitError(
            f"the mismatch of the parameter {shared[0]} cannot be trained under; let the elements that read it have it"
        )
    drawn = {each.target: "relative" if each.relative else "absolute" for each in mismatch.spreads}
    elements = drawn if dynamics.mismatch != "none" else {}
    wiring = Wiring.of(circuit)
    system = DynamicalSystem.of(circuit, [*parameters.targets, *wiring.parameters], elements)
    simulator = _simulator(experiment, system, wiring, grid_of(circuit, dynamics.steps))
    return DynamicTrainer(
        simulator,
        Bank.of({each.target: transform_of(each, dynamics.levels, dynamics.smooth) for each in circuit.trainables}),
        *_losses(experiment),
        Stepper.of(experiment.optimiser, parameters).direction,
        dynamics,
        settings,
        _dies(experiment, mismatch) if elements else lambda first, count: None,
        experiment.training.epochs * settings.steps,
        {target: float(netlist_value(circuit, target)) for target in parameters.targets},
        (wiring.width // (2 if settings.signed else 1), 0 if flips(experiment) else len(wiring.outputs)),
        experiment.seed,
    )


def grid_of(circuit: Circuit, steps: int) -> Grid:
    """The time steps of the circuit's `.tran` card, or that many to its end."""
    card = next(card for card in circuit.flatten().analyses if card.keyword == "tran")
    step, stop = (number(field) for field in card.fields[:2])
    if not 0 < step <= stop:
        raise CircuitError(f".tran {' '.join(card.fields)} needs a step above 0 and an end behind it", card.location)
    return Grid(stop=stop, steps=steps or max(1, round(stop / step)))


def _simulator(experiment: Experiment, system: DynamicalSystem, wiring: Wiring, grid: Grid) -> Simulator:
    dynamics = experiment.dynamics
    if dynamics.method == "ports":
        if not flips(experiment):
            raise ExperimentError(f'{experiment.source}: [dynamics] method "ports" is for [loss] name "{FLIP_BIAS}"')
        return Stars.of(system, wiring, grid, dynamics.challenges)
    way_back = "adjoint" if dynamics.gradient == "adjoint" else "backpropagation"  # forward mode needs none
    transient = Transient(system, wiring, grid, dynamics.method, way_back)
    return Flipped(transient, dynamics.challenges) if flips(experiment) else transient


def _losses(experiment: Experiment) -> tuple[Loss, Loss]:
    """What is lowered, and what the test reports."""
    if flips(experiment):
        soft, hard = (flip_bias_of(bit, experiment.dynamics.challenges) for bit in (soft_bit, hard_bit))
        return soft, hard
    return LOSSES[experiment.loss.name], LOSSES[experiment.loss.name]


def _dies(experiment: Experiment, mismatch: Mismatch) -> Dies:
    """The draws (drawn, dies) of the dies that a run of samples meets: one each, or one for all its challenges."""
    share = experiment.dynamics.challenges if flips(experiment) else 1

    def dies(first: int, count: int) -> np.ndarray:
        return mismatch.array(experiment.seed, range(first // share, (first + count) // share))

    return dies


def _check_batch(experiment: Experiment, settings: Settings) -> None:
    dynamics = experiment.dynamics
    if dynamics.validation >= settings.batch:
        raise ExperimentError(
            f"{experiment.source}: [dynamics] validation = {dynamics.validation} leaves nothing of a batch of "
            f"{settings.batch} to learn from"
        )
    if flips(experiment) and settings.batch % dynamics.challenges:
        raise ExperimentError(
            f"{experiment.source}: a batch of {settings.batch} cannot be {dynamics.challenges} challenges for every "
            f"die; take a multiple of [dynamics] challenges"
        )
