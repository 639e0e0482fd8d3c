"""Calling compiled loops from JAX without losing digits.

JAX calls back from threads of its own, in which `jax.enable_x64` of the caller does not hold, and rounds what it hands
over there to single precision. So doubles travel as pairs of 32-bit words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array


def call_out(run: Callable[..., Any], shapes: Any, *arguments: Any) -> Any:
    """`run` of NumPy arrays, as `jax.pure_callback`: `shapes` and what it returns are trees of the same leaves, whose
    types are those of `shapes`. Where it is mapped over it runs once a member."""
    flat, tree = jax.tree.flatten(arguments)
    wanted, returned = jax.tree.flatten(shapes)
    wide = [each.dtype == jnp.float64 for each in flat]

    def within(*words: Any) -> list[np.ndarray]:
        given = [_number(each) if is_wide else np.asarray(each) for each, is_wide in zip(words, wide, strict=True)]
        return _words(jax.tree.leaves(run(*jax.tree.unflatten(tree, given))), wanted)

    sent = [_sent(each) for each in flat]
    found = jax.pure_callback(within, [_shape(each) for each in wanted], *sent, vmap_method="sequential")
    return jax.tree.unflatten(returned, [_joined(each, of) for each, of in zip(found, wanted, strict=True)])


def _sent(array: Array) -> Array:
    return jax.lax.bitcast_convert_type(array, jnp.uint32) if array.dtype == jnp.float64 else array


def _number(words: Any) -> np.ndarray:
    pairs = np.asarray(words, order="C")
    return np.frombuffer(pairs.tobytes(), np.float64).reshape(pairs.shape[:-1]).copy()


def _words(arrays: Sequence[Any], wanted: Sequence[Any]) -> list[np.ndarray]:
    found = []
    for array, of in zip(arrays, wanted, strict=True):
        typed = np.asarray(array, dtype=of.dtype, order="C")
        double = of.dtype == np.float64
        found.append(np.frombuffer(typed.tobytes(), np.uint32).reshape((*typed.shape, 2)) if double else typed)
    return found


def _shape(of: Any) -> jax.ShapeDtypeStruct:
    return jax.ShapeDtypeStruct((*of.shape, 2), np.uint32) if of.dtype == np.float64 else of


def _joined(words: Array, of: Any) -> Array:
    return jax.lax.bitcast_convert_type(words, jnp.float64) if of.dtype == np.float64 else words
