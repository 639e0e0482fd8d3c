"""Whether loads of negative conductance leave the energy of a batch a minimum; see methods/convexity.py.

The conductances are those of the whole batch, so one factor tells for all samples, outside of their loops, and it is
only taken where one of them is negative.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import Array

from .wires import Wires


def indefinite(wires: Wires, g: Array, tie: float) -> Array:
    """Whether the Laplacian of the conductances g (m), without diodes, has an eigenvalue below −tie · max Σ |g|.

    With its loads above that a circuit has one steady state. Below it, diodes may still hold a point that satisfies
    every equation, but it is one of several, or unstable. O(n³) where a conductance is negative, else O(m).
    """

    def factored() -> Array:
        floor = jnp.full(wires.nodes, tie * jnp.max(wires.strength(g), initial=0.0))
        matrix = wires.laplacian(g, jnp.zeros(len(wires.anode), g.dtype), floor)
        return ~jnp.all(jnp.isfinite(jnp.linalg.cholesky(matrix)))

    return jax.lax.cond(jnp.any(g < 0), factored, lambda: jnp.asarray(False))
