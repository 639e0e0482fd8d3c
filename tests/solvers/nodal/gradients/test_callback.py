"""Calls out of JAX keep every digit, whichever thread they are made from."""

from __future__ import annotations

import concurrent.futures

import jax
import jax.numpy as jnp
import numpy as np

from tellegen.solvers.nodal.gradients import call_out

FINE = 1.0 + 2.0**-50


def _half(x: np.ndarray, count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    with concurrent.futures.ThreadPoolExecutor(1) as pool:  # which does not know of enable_x64
        return pool.submit(lambda: x / 2.0).result(), count + 1


def test_doubles_come_through_whole() -> None:
    with jax.enable_x64(True):
        shapes = (jax.ShapeDtypeStruct((3,), np.float64), jax.ShapeDtypeStruct((), np.int32))
        run = jax.jit(lambda x, n: call_out(_half, shapes, x, n))
        for _ in range(20):
            found, count = run(jnp.full(3, FINE), jnp.int32(1))
            assert found.dtype == jnp.float64
            assert np.all(np.asarray(found) == FINE / 2.0)
            assert int(count) == 2
        each = jax.vmap(lambda x: call_out(_half, shapes, x, jnp.int32(1))[0])(jnp.full((2, 3), FINE))
        assert np.all(np.asarray(each) == FINE / 2.0)


def test_nothing_comes_through_as_nothing() -> None:
    with jax.enable_x64(True):
        shape = jax.ShapeDtypeStruct((2, 0), np.float64)
        assert jax.jit(lambda x: call_out(lambda y: y, shape, x))(jnp.zeros((2, 0))).shape == (2, 0)


def test_single_precision_stays_single() -> None:
    shape = jax.ShapeDtypeStruct((2,), np.float32)
    found = jax.jit(lambda x: call_out(lambda y: 2.0 * y, shape, x))(jnp.arange(2.0, dtype=jnp.float32))
    assert found.dtype == jnp.float32
    np.testing.assert_array_equal(found, [0.0, 2.0])
