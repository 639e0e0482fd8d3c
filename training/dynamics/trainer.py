"""Training a circuit in time: every step another batch, other dies, another noise path, one compiled gradient.

The simulator says what the circuit does; the transforms what hardware makes of its trainables; the loss what its
response is worth. All draws come from the seed and the number of the step, so a resumed run repeats none.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ...netlist.errors import NumericalError
from ..trainer import Evaluation, Settings, State
from .circumstances import Circumstances, Simulator, Values
from .lesson import Lesson
from .losses import Loss
from .settings import Dynamics

TEST_DIES = 1 << 30
"""The dies of the test follow this number: none of them is met while training."""


@dataclass(eq=False)
class DynamicTrainer:
    """Trains by a simulator, through it or by an estimator beside it; see `training.trainer.Trainer`.

    The `simulator` answers the test and the validation, the `lesson` has its own to learn through.
    `dies(first, count)` draws mismatch (drawn, count); `nominal` are the netlist's own values by target, `sizes`
    the numbers of features and of targets that the data have for a sample.
    """

    simulator: Simulator
    lesson: Lesson
    test_loss: Loss
    dynamics: Dynamics
    settings: Settings
    dies: Callable[[int, int], np.ndarray | None]
    total_steps: int
    nominal: Mapping[str, np.ndarray]
    sizes: tuple[int, int]
    seed: int = 0
    _compiled: dict[str, Any] = field(default_factory=dict)

    def state(self, values: Mapping[str, Any]) -> State:
        """A state with values by target."""
        with self._precision():
            cast = {name: jnp.asarray(u, self.dynamics.precision) for name, u in self.lesson.bank.start(values).items()}
            start = self.lesson.levelled(cast, None)
            coordinates = {name: np.asarray(u) for name, u in start.items()}
            memory = [np.asarray(leaf) for leaf in jax.tree.leaves(self.lesson.direction.init(_arrays(coordinates)))]
        best = {"loss": np.asarray(np.inf), **coordinates}
        told = {} if self.lesson.estimator is None else {"unsettled": np.asarray(np.nan)}
        return {"trainables": coordinates, "memory": memory, "best": best, "step": np.asarray(0), **told}

    def told(self, state: State) -> dict[str, float]:
        """What else an epoch tells: which share of its samples had not come to rest when it was learned from."""
        return {"unsettled": float(state["unsettled"])} if "unsettled" in state else {}

    def values(self, state: State) -> dict[str, np.ndarray]:
        """The learned values by target, settled on their levels: the best where there is a validation."""
        best = state["best"]
        validated = self.dynamics.validation and np.isfinite(best["loss"])
        return self._settled(
            {name: best[name] for name in self.lesson.bank.groups} if validated else state["trainables"]
        )

    def compile(self, features: np.dtype | str = "uint8") -> float:
        """Compile a step by taking one on nothing and forgetting it; the seconds that took."""
        begin = time.perf_counter()
        inputs, outputs = self.sizes
        batch, rates = self.settings.batch, dict.fromkeys(self.lesson.bank.targets, 0.0)
        self._step(self.state(self.nominal), np.zeros((batch, inputs), features), np.zeros((batch, outputs)), rates)
        return time.perf_counter() - begin

    def epoch(
        self, state: State, inputs: np.ndarray, targets: np.ndarray, order: np.ndarray, rates: Mapping[str, float]
    ) -> tuple[State, float, int]:
        """Steps over `inputs[order]`; the new state, the summed loss and the samples that were off.

        Raises:
            NumericalError: a loss that is not finite.
        """
        loss, wrong, unsettled = 0.0, 0, 0
        for batch in np.asarray(order).reshape(-1, self.settings.batch):
            state, told = self._step(state, inputs[batch], targets[batch], rates)
            loss, wrong, unsettled = loss + told[0], wrong + told[1], unsettled + told[2]
        if not np.isfinite(loss):
            raise NumericalError(
                f"the loss is {loss} after step {int(state['step'])}: the simulation left the range of numbers; take "
                f"more [dynamics] steps, or lower the learning rates"
            )
        if self.lesson.estimator is not None:
            state["unsettled"] = np.asarray(unsettled / len(order))
        return state, loss, wrong

    def evaluate(self, state: State, inputs: np.ndarray, targets: np.ndarray) -> Evaluation:
        """Answers on dies of the test, with nothing drawn among levels."""
        values = self.values(state)
        answers = self._answers(values, inputs, lambda first, count: self.dies(TEST_DIES + first, count))
        with self._precision():
            loss = float(self.test_loss(jnp.asarray(answers), jnp.asarray(targets.T, answers.dtype)))
        answers = self._at_the_end(answers)
        return Evaluation(loss, answers.argmax(axis=0), answers.T)

    def wanted(self, inputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """The targets (samples, outputs), or what the circuit answers at its nominal values without mismatch."""
        if self.dynamics.target == "data":
            return targets
        return self._at_the_end(self._answers(self.nominal, inputs, lambda first, count: None)).T

    def _at_the_end(self, answers: np.ndarray) -> np.ndarray:
        """What is read last, of outputs that may be watched for a while; they come first."""
        return answers[: self.sizes[1]] if self.sizes[1] else answers

    def _answers(
        self, values: Mapping[str, Any], inputs: np.ndarray, dies: Callable[[int, int], np.ndarray | None]
    ) -> np.ndarray:
        """Outputs (outputs, samples), a batch at a time; the last one is filled up with its last sample."""
        size = min(self.settings.batch, len(inputs))
        padded = np.concatenate([inputs, np.repeat(inputs[-1:], -len(inputs) % size, axis=0)])
        pieces = [
            self._answer(values, padded[first : first + size], dies(first, size), -1 - first // size)
            for first in range(0, len(padded), size)
        ]
        return np.concatenate(pieces, axis=1)[:, : len(inputs)]

    def _precision(self) -> Any:
        return jax.enable_x64(self.dynamics.precision == "float64")

    def _cast(self, array: Any) -> Array | None:
        return None if array is None else jnp.asarray(array, self.dynamics.precision)

    def _settled(self, coordinates: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        with self._precision():
            found = self._run("settle", self.lesson.bank.settled)(_arrays(coordinates))
            return {target: np.asarray(value, float) for target, value in found.items()}

    def _answer(
        self, values: Mapping[str, Any], inputs: np.ndarray, draws: np.ndarray | None, noise: int
    ) -> np.ndarray:
        with self._precision():
            parameters = {target: self._cast(value) for target, value in values.items()}
            around = Circumstances(self._cast(draws), self._key(noise))
            return np.asarray(self._run("answer", self._simulate)(parameters, self._inputs(inputs), around))

    def _simulate(self, parameters: Values, inputs: Array, around: Circumstances) -> Array:
        return self.simulator(parameters, inputs, around)

    def _step(
        self, state: State, inputs: np.ndarray, targets: np.ndarray, rates: Mapping[str, float]
    ) -> tuple[State, tuple[float, int, int]]:
        number, learning = int(state["step"]), self.settings.batch - self.dynamics.validation
        with self._precision():
            coordinates = _arrays(state["trainables"])
            structure = jax.tree.structure(self.lesson.direction.init(coordinates))
            memory = jax.tree.unflatten(structure, [jnp.asarray(leaf) for leaf in state["memory"]])
            draws = self.dies(number * self.settings.batch, learning)
            around = Circumstances(self._cast(draws), self._key(2 * number))
            moved, memory, loss, off, unsettled = self._run("learn", self.lesson)(
                coordinates, memory, self._inputs(inputs[:learning]), self._cast(targets[:learning].T), around,
                self._temperature(number),
                self.lesson.bank.spread(rates, coordinates),
            )  # fmt: skip
            after: State = {
                "trainables": {name: np.asarray(u) for name, u in moved.items()},
                "memory": [np.asarray(leaf) for leaf in jax.tree.leaves(memory)],
                "best": state["best"],
                "step": np.asarray(number + 1),
            }
        if self.dynamics.validation:
            after["best"] = self._better(after, inputs[learning:], targets[learning:])
        return after, (self.settings.batch * float(loss), int(off), int(unsettled))

    def _better(self, state: State, inputs: np.ndarray, targets: np.ndarray) -> dict[str, np.ndarray]:
        """The best coordinates so far, after the validation of these."""
        number, kept = int(state["step"]), self.settings.batch - len(inputs)
        with self._precision():
            values = self._settled(state["trainables"])
            draws = self.dies((number - 1) * self.settings.batch + kept, len(inputs))
            outputs = self._answer(values, inputs, draws, 2 * number - 1)
            loss = float(self.test_loss(jnp.asarray(outputs), jnp.asarray(targets.T, outputs.dtype)))
        if not loss < state["best"]["loss"]:
            return state["best"]
        return {"loss": np.asarray(loss), **state["trainables"]}

    def _inputs(self, inputs: np.ndarray) -> Array:
        volts = self.settings.scale * jnp.asarray(inputs.T, self.dynamics.precision)
        return jnp.concatenate([volts, -volts]) if self.settings.signed else volts

    def _temperature(self, number: int) -> Array:
        """Falls exponentially over the whole run, and stays where a longer one goes on."""
        start, end = self.dynamics.temperature_start, self.dynamics.temperature_end
        part = min(number / max(self.total_steps - 1, 1), 1.0)
        return jnp.asarray(start * (end / start) ** part, self.dynamics.precision)

    def _key(self, number: int) -> Array:
        return jax.random.fold_in(jax.random.PRNGKey(self.seed), number & 0xFFFFFFFF)

    def _run(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        if name not in self._compiled:
            self._compiled[name] = jax.jit(function)
        return self._compiled[name]


def _arrays(coordinates: Mapping[str, np.ndarray]) -> Values:
    return {name: jnp.asarray(u) for name, u in coordinates.items()}
