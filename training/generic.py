"""Training any circuit at rest: an epoch is one compiled scan over its batches, in double precision."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ..netlist import Circuit
from ..netlist.errors import NumericalError
from ..solvers.batched.exact import ATTEMPTS
from .bundles import Bundles
from .experiment import Experiment
from .hardware.devices import Devices
from .hardware.meter import meter_of
from .learner import Learner
from .learner import State as Free
from .optimiser import Stepper
from .parameters import Parameters, Values
from .resistive.model import Model
from .rules import Batch, Estimator, estimator_for
from .sharding import Sharding
from .trainer import Evaluation, Settings, State

PIECE = 256
"""The largest number of samples that are evaluated at once."""


class Carry(NamedTuple):
    """What a step hands to the next: coordinates by bundle, the optimiser's memory, the free state, the random key."""

    coordinates: dict[str, Array]
    memory: list[Array]
    free: Free
    key: Array


class Told(NamedTuple):
    """What a step reports: summed loss, samples misread, the largest KKT residual."""

    loss: Array
    errors: Array
    residual: Array


@dataclass(eq=False)
class GenericTrainer:
    """Trains a model by an estimator and an optimiser; see `trainer.Trainer`.

    The state has `coordinates` by target, the optimiser's `memory` by bundle, the circuit's state in the last `free`
    phase, and the random `key` of the hardware. `thorough` makes the trainer that finishes what active sets
    alone did not; it is compiled only then.
    """

    model: Learner
    parameters: Parameters
    bundles: Bundles
    estimator: Estimator
    devices: Devices
    settings: Settings
    seed: int = 0
    sharding: Sharding = field(default_factory=Sharding)
    thorough: Callable[[], GenericTrainer] | None = None
    _compiled: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        experiment: Experiment,
        circuit: Circuit,
        parameters: Parameters,
        settings: Settings,
        attempts: int = 1,
    ) -> GenericTrainer:
        """The trainer of an experiment on a network of resistors, diodes and sources.

        Raises:
            CircuitError: the circuit has something else, or a trainable cannot be reached.
            ExperimentError: the rule does not suit the circuit, or the devices do not suit the batch.
        """
        further = functools.partial(cls.of, experiment, circuit, parameters, settings, ATTEMPTS)
        thorough = further if attempts < ATTEMPTS else None
        return cls.around(Model.of(circuit, parameters, attempts), experiment, parameters, settings, thorough)

    @classmethod
    def around(
        cls,
        model: Learner,
        experiment: Experiment,
        parameters: Parameters,
        settings: Settings,
        thorough: Callable[[], GenericTrainer] | None = None,
    ) -> GenericTrainer:
        """The trainer of an experiment on a circuit that is compiled already. Raises as `of`."""
        bundles = Bundles.of(parameters)
        stepper = Stepper.of(experiment.optimiser, bundles.parameters)
        devices = Devices.of(stepper, experiment.hardware, experiment.seed, experiment.source)
        estimator = estimator_for(settings, model, meter_of(experiment.hardware, experiment.source))
        sharding = Sharding.of(settings.devices, settings.batch)
        return cls(model, parameters, bundles, estimator, devices, settings, experiment.seed, sharding, thorough)

    def state(self, values: Values) -> State:
        """A state at rest with values by target."""
        coordinates = self.devices.place(self.bundles.join(self.parameters.coordinates_of(values), np))
        with jax.enable_x64(True):
            memory = [np.asarray(leaf) for leaf in self.devices.stepper.start(_arrays(coordinates))]
            free = [np.asarray(leaf) for leaf in self.model.rest(self.settings.batch)]
            key = np.asarray(jax.random.PRNGKey(self.seed))
        return {"coordinates": self.bundles.split(coordinates, np), "memory": memory, "free": free, "key": key}

    def values(self, state: State) -> dict[str, np.ndarray]:
        """The state's values by target."""
        return self.parameters.values_of(state["coordinates"])

    def compile(self, features: np.dtype | str = "uint8") -> float:
        """Compile an epoch, unless that is done; the seconds it took. An evaluation is compiled by its first call."""
        if "features" in self._compiled and self._compiled["features"] == np.dtype(features):
            return 0.0
        begin = time.perf_counter()
        settings, outputs = self.settings, len(self.model.loads)
        width = self.model.width // (2 if settings.signed else 1)
        with jax.enable_x64(True):
            state, cut = self.state(self._start()), self.sharding.cut(1)
            data = jax.ShapeDtypeStruct((settings.steps, settings.batch, width), np.dtype(features), sharding=cut)
            goals = jax.ShapeDtypeStruct((settings.steps, settings.batch, outputs), np.float64, sharding=cut)
            rates = self.bundles.join(dict.fromkeys(self.parameters.targets, jnp.zeros(())), jnp)
            self._compiled["epoch"] = jax.jit(self._scan).lower(self._carry(state), data, goals, rates).compile()
        self._compiled["features"] = np.dtype(features)
        return time.perf_counter() - begin

    def epoch(
        self, state: State, inputs: np.ndarray, targets: np.ndarray, order: np.ndarray, rates: Mapping[str, float]
    ) -> tuple[State, float, int]:
        """One pass over `inputs[order]`; the new state, the summed free-phase loss and the samples misread.

        Raises:
            NumericalError: a steady state was not reached, or a voltage became infinite.
        """
        settings = self.settings
        steps = np.asarray(order).reshape(settings.steps, settings.batch)
        with jax.enable_x64(True):
            rate = _arrays(self.bundles.join({target: float(rates[target]) for target in self.parameters.targets}, np))
            data = self.sharding.split((inputs[steps], targets[steps].astype(float)), axis=1)
            carry, told = self._run("epoch", self._carry(state), *data, rate)
            moved = jax.tree.map(np.asarray, carry)
            loss, errors, residual = (np.asarray(part) for part in told)
        self._check(residual, "training")
        coordinates = self.bundles.split(moved.coordinates, np)
        after: State = {
            "coordinates": coordinates, "memory": list(moved.memory), "free": list(moved.free), "key": moved.key
        }  # fmt: skip
        return after, float(loss.sum()), int(errors.sum())

    def evaluate(self, state: State, inputs: np.ndarray, targets: np.ndarray) -> Evaluation:
        """Exact steady states of all samples, from rest. Raises `NumericalError` where one was not reached."""
        pieces, count = [], len(inputs)
        piece = min(PIECE, 1 << max(count - 1, 0).bit_length())
        padded = np.concatenate([inputs, np.repeat(inputs[-1:], -count % piece, axis=0)])
        with jax.enable_x64(True):
            coordinates = _arrays(self.bundles.join(state["coordinates"], np))
            for first in range(0, count, piece):
                outputs, told = self._run("evaluate", coordinates, padded[first : first + piece])
                self._check(np.asarray(told.residual), "evaluation")
                pieces.append(np.asarray(outputs))
        answers = np.concatenate(pieces)[:count]
        loss = 0.5 * float(np.mean(np.sum((answers - targets) ** 2, axis=1)))
        return Evaluation(loss, answers.argmax(axis=1), answers)

    def _run(self, name: str, *arguments: Any) -> tuple[Any, Told]:
        """What the function of that name makes of its arguments; by the thorough trainer where it did not settle."""
        if name not in self._compiled:
            self._compiled[name] = jax.jit({"epoch": self._scan, "evaluate": self._answer}[name])
        try:
            found, told = jax.block_until_ready(self._compiled[name](*arguments))
        except jax.errors.JaxRuntimeError:
            if (reason := self.model.failure()) is None:
                raise
            raise reason from None
        if np.max(told.residual, initial=0.0) <= self.settings.tolerance or self._thorough is None:
            return found, told
        return self._thorough._run(name, *arguments)

    @functools.cached_property
    def _thorough(self) -> GenericTrainer | None:
        return self.thorough() if self.thorough else None

    def _start(self) -> Values:
        """Any values of the right shapes."""
        return {each.target: np.ones(each.shape) for each in self.parameters.coordinates}

    def _carry(self, state: State) -> Carry:
        memory = [jnp.asarray(leaf) for leaf in state.get("memory", [])]
        free, to = self.model.restored([jnp.asarray(leaf) for leaf in state["free"]]), self.sharding
        joined = _arrays(self.bundles.join(state["coordinates"], np))
        coordinates, memory, key = to.copied((joined, memory, jnp.asarray(state["key"])))
        return Carry(coordinates, memory, to.split(free, axis=0), key)

    def _volts(self, inputs: Array) -> Array:
        positive = self.settings.scale * inputs.astype(float)
        return jnp.concatenate([positive, -positive], axis=1) if self.settings.signed else positive

    def _scan(self, carry: Carry, inputs: Array, targets: Array, rates: dict[str, Array]) -> tuple[Carry, Told]:
        rest = self.model.rest(self.settings.batch)

        def step(now: Carry, samples: tuple[Array, Array]) -> tuple[Carry, Told]:
            features, target = samples
            start = now.free if self.settings.carry else rest
            key, reading, moving = jax.random.split(now.key, 3)
            by_target = self.bundles.split(now.coordinates, jnp)
            found = self.estimator(by_target, Batch(self._volts(features), target, start, reading))
            gradients = self.bundles.join(found.gradients, jnp)
            coordinates, memory = self.devices.step(now.coordinates, gradients, now.memory, rates, moving)
            errors = jnp.sum(self._wrong(found.outputs, target))
            return Carry(coordinates, memory, found.state, key), Told(found.loss, errors, found.residual)

        return jax.lax.scan(step, carry, (inputs, targets))

    def _answer(self, coordinates: dict[str, Array], inputs: Array) -> tuple[Array, Told]:
        values = self.model.values(self.bundles.split(coordinates, jnp))
        physical = self.model.driven(values, self._volts(inputs))
        aims = jnp.zeros((len(inputs), len(self.model.loads)))
        settled = self.model.settle(self.model.problem(physical, 0.0, aims), self.model.rest(len(inputs)), 0)
        nothing = jnp.zeros(())
        return self.model.outputs(physical, settled.state), Told(nothing, nothing, settled.residual)

    def _wrong(self, outputs: Array, targets: Array) -> Array:
        if self.settings.accuracy:
            return jnp.any(jnp.abs(outputs - targets) > self.settings.accuracy, axis=1)
        return outputs.argmax(axis=1) != targets.argmax(axis=1)

    def _check(self, residual: np.ndarray, what: str) -> None:
        worst = float(np.max(residual, initial=0.0)) if np.isfinite(residual).all() else float("nan")
        if not worst <= self.settings.tolerance:
            raise NumericalError(
                f"{what}: a steady state was not reached (KKT residual {worst:.1e} of the scale, tolerance "
                f"{self.settings.tolerance:.0e}); lower the learning rate, lower beta where it is subtracted, or look "
                f"for nodes without a resistor"
            )


def _arrays(coordinates: Mapping[str, np.ndarray]) -> dict[str, Array]:
    return {target: jnp.asarray(u, float) for target, u in coordinates.items()}
