"""From an experiment on a circuit with a `.tran` card to the trainer that runs it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...netlist import Circuit, Mismatch, Noise
from ...netlist.errors import CircuitError, ExperimentError
from ...netlist.numbers import number
from ...solvers.dynamics import DynamicalSystem, Grid
from ...solvers.dynamics.content import CoContent
from ...solvers.dynamics.descent import Descent
from ...solvers.dynamics.integration.methods import METHODS, STOCHASTIC
from ..experiment import Experiment
from ..netlist_values import netlist_value
from ..nudging import NUDGES
from ..optimiser import Stepper
from ..parameters import Parameters
from ..trainer import Settings
from .bank import Bank
from .circumstances import Simulator
from .equilibrium import EquilibriumPropagation
from .lesson import Lesson
from .losses import AT_THE_END, LOSSES, Loss, flip_bias_of, watched_flip_bias_of
from .phases import Phase, Steps, Sweeps
from .readings import check_hardware, reader_of
from .responses import hard_bit, soft_bit
from .settings import DESCENT, FLIP_BIAS, OWN, SETTLING, Dynamics
from .simulation import Flipped, Settled, Transient, Wiring
from .stars import Stars
from .trainer import DynamicTrainer
from .transforms import Sampled, transform_of

RULES = ("backpropagation", "equilibrium")
"""What `[rule] name` may be: through time by `[dynamics] gradient`, or between phases."""
SWEEPS = 20
"""Sweeps of a phase where the experiment names none."""
Dies = Callable[[int, int], np.ndarray | None]


def flips(experiment: Experiment) -> bool:
    """Whether challenges are answered together with their one-bit flips."""
    return experiment.loss.name == FLIP_BIAS


def is_dynamic(circuit: Circuit) -> bool:
    """Whether the circuit asks to be followed in time."""
    return any(card.keyword == "tran" for card in circuit.analyses)


def dynamic_trainer(
    experiment: Experiment, circuit: Circuit, parameters: Parameters, settings: Settings, loss: Loss | None = None
) -> DynamicTrainer:
    """The trainer of an experiment in time; `loss` is what `[loss] name = "own"` means.

    Raises:
        CircuitError: the circuit has no explicit equations, or a trainable no usable range.
        ExperimentError: a batch that does not divide into dies, or a validation that leaves nothing to learn from.
    """
    dynamics, mismatch = experiment.dynamics, Mismatch.of(circuit)
    _check_batch(experiment, settings)
    _check_words(experiment, circuit, loss)
    check_hardware(experiment.hardware, experiment.rule.name, experiment.source)
    shared = [each.target for each in mismatch.spreads if each.kind == "parameter"]
    if shared and dynamics.mismatch != "none":
        raise CircuitError(
            f"the mismatch of the parameter {shared[0]} cannot be trained under; let the elements that read it have it"
        )
    elements = mismatch.kinds if dynamics.mismatch != "none" else {}
    wiring = Wiring.of(circuit)
    system = DynamicalSystem.of(circuit, [*parameters.targets, *wiring.parameters], elements)
    grid = grid_of(circuit, dynamics.steps)
    simulator = _simulator(experiment, system, wiring, grid)
    learned_through, lowered = _learned(experiment, simulator, loss)
    return DynamicTrainer(
        simulator,
        Lesson(
            learned_through,
            _bank(experiment, circuit, parameters),
            lowered,
            Stepper.of(experiment.optimiser, parameters).direction,
            settings.accuracy,
            dynamics.gradient == "forward",
            _estimator(experiment, system, wiring, grid) if experiment.rule.name == "equilibrium" else None,
            experiment.hardware,
        ),
        _test_loss(experiment, loss),
        dynamics,
        settings,
        _dies(experiment, mismatch) if elements else lambda first, count: None,
        experiment.training.epochs * settings.steps,
        {target: netlist_value(circuit, target) for target in parameters.targets},
        (wiring.width // (2 if settings.signed else 1), 0 if flips(experiment) else len(wiring.outputs)),
        experiment.seed,
    )


def _bank(experiment: Experiment, circuit: Circuit, parameters: Parameters) -> Bank:
    """The trainables with their transforms. Raises `CircuitError` for levels that are drawn at every crosspoint."""
    dynamics = experiment.dynamics
    transforms = {each.target: transform_of(each, dynamics.levels, dynamics.smooth) for each in circuit.trainables}
    shapes = {each.target: each.shape for each in parameters.coordinates}
    drawn = [target for target, shape in shapes.items() if len(shape) == 2 and isinstance(transforms[target], Sampled)]
    if drawn:
        raise CircuitError(
            f"trainable {drawn[0]} is a crossbar, whose levels cannot be drawn for every sample apart; take "
            f'[dynamics] levels = "round"'
        )
    return Bank.of(transforms, shapes)


def grid_of(circuit: Circuit, steps: int) -> Grid:
    """The time steps of the circuit's `.tran` card, or that many to its end."""
    card = next(card for card in circuit.replace(elements=()).flatten().analyses if card.keyword == "tran")
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
    if dynamics.method == DESCENT:
        return Settled(system, wiring, _phases(dynamics, system, grid)[0], grid.stop)
    way_back = "adjoint" if dynamics.gradient == "adjoint" else "backpropagation"  # forward mode needs none
    window = experiment.loss.window if experiment.loss.name == SETTLING else 0.0
    transient = Transient(system, wiring, grid, dynamics.method, way_back, window)
    return Flipped(transient, dynamics.challenges) if flips(experiment) else transient


def _estimator(experiment: Experiment, system: DynamicalSystem, wiring: Wiring, grid: Grid) -> EquilibriumPropagation:
    """Equilibrium propagation, whose phases are steps of the same size. Raises `CircuitError` without co-content."""
    rule, dynamics = experiment.rule, experiment.dynamics
    plus, minus = (unit * rule.beta for unit in NUDGES[rule.variant])
    free, nudged = _phases(dynamics, system, grid)
    return EquilibriumPropagation(
        CoContent.of(system),
        wiring,
        AT_THE_END[experiment.loss.name],
        free,
        nudged,
        (plus, minus),
        grid.stop,
        grid_of(system.circuit, 0).step,
        dynamics.settled,
        reader_of(experiment.hardware, experiment.source),
    )


def _phases(dynamics: Dynamics, system: DynamicalSystem, grid: Grid) -> tuple[Phase, Phase]:
    """The free phase and the nudged one."""
    if dynamics.method == DESCENT:
        descent, sweeps = Descent.of(system), dynamics.steps or SWEEPS
        return Sweeps(descent, sweeps, grid.stop), Sweeps(descent, dynamics.nudged_steps or sweeps, grid.stop)
    method, steps = METHODS[dynamics.method], dynamics.nudged_steps or grid.steps
    return Steps(method, grid), Steps(method, Grid(stop=grid.step * steps, steps=steps))


def _check_words(experiment: Experiment, circuit: Circuit, loss: Loss | None) -> None:
    """Raise `ExperimentError` for words that do not go with each other, or with the circuit."""
    rule, dynamics, source = experiment.rule.name, experiment.dynamics, experiment.source
    if rule not in RULES:
        raise ExperimentError(
            f'{source}: [rule] name = "{rule}" is not for circuits in time; take {" or ".join(RULES)}'
        )
    if (experiment.loss.name == OWN) != (loss is not None):
        raise ExperimentError(
            f'{source}: [loss] name = "{OWN}" and train(…, loss=…) go together; give both, or neither'
        )
    if experiment.loss.watched and dynamics.method != "ports":
        raise ExperimentError(
            f"{source}: [loss] watched is for [dynamics] method ports, not for {dynamics.method}; leave it out"
        )
    if dynamics.gradient == "adjoint" and (dynamics.method == "ports" or experiment.loss.name == SETTLING):
        what = "[dynamics] method ports follows no state" if dynamics.method == "ports" else "settling watches a while"
        raise ExperimentError(f"{source}: {what}, so there is no adjoint; take backpropagation or forward")
    if dynamics.method == DESCENT and rule != "equilibrium":
        raise ExperimentError(f'{source}: [dynamics] method "{DESCENT}" is for the rule equilibrium, not for {rule}')
    ways = (DESCENT, *METHODS)
    if rule == "equilibrium" and (dynamics.method not in ways or experiment.loss.name not in AT_THE_END):
        raise ExperimentError(
            f"{source}: equilibrium propagation takes [dynamics] method {', '.join(ways)} and [loss] name "
            f"{', '.join(AT_THE_END)}, not {dynamics.method} and {experiment.loss.name}"
        )
    noise = Noise.of(circuit)
    if (noise.processes or noise.thermal is not None) and dynamics.method not in STOCHASTIC:
        raise ExperimentError(
            f"{source}: the netlist has noise, which [dynamics] method {dynamics.method} leaves out; take "
            f"{' or '.join(STOCHASTIC)}, or take the noise out of the netlist"
        )


def _learned(experiment: Experiment, simulator: Simulator, own: Loss | None) -> tuple[Simulator, Loss]:
    """What is simulated while learning, and what is lowered."""
    name, challenges, watched = experiment.loss.name, experiment.dynamics.challenges, experiment.loss.watched
    if watched and isinstance(simulator, Stars):
        stars = simulator.watching(watched)
        return stars, watched_flip_bias_of(challenges, 2 * stars.watched + 1)
    lowered = own or (flip_bias_of(soft_bit, challenges) if flips(experiment) else LOSSES[name])
    return simulator, lowered


def _test_loss(experiment: Experiment, own: Loss | None) -> Loss:
    """What the test and the validation report."""
    if flips(experiment):
        return flip_bias_of(hard_bit, experiment.dynamics.challenges)
    return own or LOSSES[experiment.loss.name]


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
