"""Values of coordinates as JAX functions, where levels are passed straight through."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import Array

from .parameters import Coordinate


def straight_through(coordinate: Coordinate, u: Array) -> Array:
    """The value of a coordinate, on its level, with the derivative that it would have without levels."""
    smooth = jnp.exp(u) if coordinate.logarithmic else u
    return smooth + jax.lax.stop_gradient(coordinate.value(u, jnp) - smooth)
