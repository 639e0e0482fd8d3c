"""The step from gradients to coordinates: u ← project(u − rate·direction), one rate a target, decaying by epoch.

The direction is the gradient itself (sgd), its running sum (momentum; B. Polyak, 1964) or its running mean over the
root of its running square (adam; D. Kingma and J. Ba, 2015), computed by optax.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, cast

import jax
import optax

from ..netlist.errors import ExperimentError
from ..netlist.selectors import matches, select
from .experiment import Optimiser
from .parameters import Parameters
from .schema import nearest

_DIRECTIONS: dict[str, Callable[[Optimiser], optax.GradientTransformation]] = {
    "sgd": lambda settings: optax.identity(),
    "momentum": lambda settings: optax.trace(settings.momentum),
    "adam": lambda settings: optax.scale_by_adam(settings.momentum, settings.second, settings.epsilon),
}


class Stepper(NamedTuple):
    """The optimiser of one circuit's trainables, as pure functions of JAX arrays."""

    parameters: Parameters
    direction: optax.GradientTransformation

    @classmethod
    def of(cls, settings: Optimiser, parameters: Parameters) -> Stepper:
        """The optimiser that the experiment names."""
        return cls(parameters, _DIRECTIONS[settings.name](settings))

    def start(self, coordinates: Mapping[str, Any]) -> list[Any]:
        """The memory it starts with, as a flat list of arrays."""
        return jax.tree.leaves(self.direction.init(dict(coordinates)))

    def step(
        self, coordinates: dict[str, Any], gradients: dict[str, Any], memory: list[Any], rates: Mapping[str, Any]
    ) -> tuple[dict[str, Any], list[Any]]:
        """Coordinates after one step, inside their ranges, and the memory after it."""
        structure = jax.tree.structure(self.direction.init(coordinates))
        found, after = self.direction.update(gradients, jax.tree.unflatten(structure, memory))
        direction = cast(dict[str, Any], found)
        moved = {target: u - rates[target] * direction[target] for target, u in coordinates.items()}
        return self.parameters.project(moved, jax.numpy), jax.tree.leaves(after)


def rates(settings: Optimiser, targets: tuple[str, ...], epoch: int, source: str = "experiment") -> dict[str, float]:
    """The learning rate of every target in the epoch counted from 0. The last selector that names a target decides.

    Raises `ExperimentError` for a selector that names nothing trainable.
    """
    for selector in settings.rates:
        if not select((selector,), targets):
            known = nearest(selector, targets)
            raise ExperimentError(f"{source}: [optimiser] rates {selector} names nothing that is trainable{known}")
    chosen = dict.fromkeys(targets, settings.rate)
    for selector, rate in settings.rates.items():
        chosen |= {target: rate for target in targets if matches(selector, target)}
    return {target: rate * settings.decay**epoch for target, rate in chosen.items()}
