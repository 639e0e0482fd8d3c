"""What the local rules have in common: two things read at every element, through a meter, and one number from them.

Rules of two states compare what each element reads in both (½u² at a resistor). Rules of a state and a small signal
upon it take the product (u·w at a resistor), which is the derivative of the reading along the signal.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import Array

from ..hardware.meter import Meter
from ..resistive.model import Model
from ..resistive.physical import Phase, Physical


def compare(
    model: Model,
    meter: Meter,
    physical: Physical,
    first: Phase,
    second: Phase,
    distance: float | Array,
    key: Array | None,
) -> Physical:
    """(reading in the first − reading in the second) / distance, by element."""
    both = jax.tree.map(lambda *parts: jnp.stack(parts), first, second)
    found = jax.vmap(lambda phase: model.read(physical, phase))(metered(meter, both, key))
    return jax.tree.map(lambda each: (each[0] - each[1]) / distance, found)


def cross(model: Model, physical: Physical, mean: Phase, signal: Phase, size: float | Array) -> Physical:
    """The derivative of the readings at `mean` along `signal`, over the signal's size; both as the meter tells them."""
    _, found = jax.jvp(lambda phase: model.read(physical, phase), (mean,), (signal,))
    return jax.tree.map(lambda each: each / size, found)


def metered(meter: Meter, phase: Phase, key: Array | None) -> Phase:
    """The phase with its potentials as the meter tells them; each is a reading of its own."""
    return phase._replace(potentials=meter(phase.potentials, key))


def keys(key: Array | None, count: int) -> list[Array | None]:
    """That many keys of one; none where there is none."""
    return [None] * count if key is None else list(jax.random.split(key, count))
