"""What the local rules have in common: two things read at every element, through a meter, and one number from them.

Rules of a state and a small signal upon it take the virtual work of the signal, u·w at a resistor. Rules of two states
take that of their difference upon their mean: ½u₁² − ½u₂² at a resistor, and that up to the third order of the
difference for any other element that has a co-content.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import Array

from ..hardware.meter import Meter
from ..learner import Learner, Phase, Values


def compare(
    model: Learner,
    meter: Meter,
    physical: Values,
    first: Phase,
    second: Phase,
    distance: float | Array,
    key: Array | None,
) -> Values:
    """The work of first − second at the mean of both, over the distance, by value."""
    both = jax.tree.map(lambda *parts: jnp.stack(parts), first, second)
    seen = metered(meter, both, key)
    mean, difference = (jax.tree.map(combine, seen) for combine in (_mean, lambda each: each[0] - each[1]))
    return cross(model, physical, mean, difference, distance)


def cross(model: Learner, physical: Values, mean: Phase, signal: Phase, size: float | Array) -> Values:
    """The work of `signal` at `mean`, over the signal's size; both as the meter tells them."""
    return jax.tree.map(lambda each: each / size, model.work(physical, mean, signal))


def _mean(both: Array) -> Array:
    return 0.5 * (both[0] + both[1])


def metered(meter: Meter, phase: Phase, key: Array | None) -> Phase:
    """The phase with its potentials as the meter tells them; each is a reading of its own."""
    return phase._replace(potentials=meter(phase.potentials, key))


def keys(key: Array | None, count: int) -> list[Array | None]:
    """That many keys of one; none where there is none."""
    return [None] * count if key is None else list(jax.random.split(key, count))
