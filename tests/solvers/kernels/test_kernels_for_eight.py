"""Kernels for eight instances: what every lane computes, against numpy."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tellegen.solvers.kernels import compile_kernel

LANES = 8
FUNCTIONS = {
    "exp": (jnp.exp, np.exp),
    "log": (jnp.log, np.log),
    "tanh": (jnp.tanh, np.tanh),
    "sqrt": (jnp.sqrt, np.sqrt),
    "sign": (jnp.sign, np.sign),
    "choice": (lambda x: jnp.where(x > 0.5, x, -x), lambda x: np.where(x > 0.5, x, -x)),
    "cube": (lambda x: x**3, lambda x: x**3),
}
KERNEL = compile_kernel(lambda a, b: [ours(a[0]) for ours, _ in FUNCTIONS.values()], (1, 0), lanes=LANES)


def evaluated(values: np.ndarray) -> dict[str, np.ndarray]:
    return dict(zip(FUNCTIONS, KERNEL(values, np.zeros(1)).reshape(-1, LANES), strict=True))


@given(st.lists(st.floats(-700.0, 700.0), min_size=LANES, max_size=LANES))
def test_every_lane_has_its_own_argument(values: list[float]) -> None:
    x = np.array(values)
    with np.errstate(all="ignore"):
        for name, found in evaluated(x).items():
            np.testing.assert_allclose(
                found, FUNCTIONS[name][1](x), rtol=4e-16 if name != "cube" else 1e-15, err_msg=name
            )


@given(st.lists(st.floats(1e-307, 1e307), min_size=LANES, max_size=LANES))
def test_logarithms_over_all_magnitudes(values: list[float]) -> None:
    np.testing.assert_allclose(evaluated(np.array(values))["log"], np.log(values), rtol=4e-16)


def test_ends_of_the_number_line() -> None:
    x = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 5e-324, -800.0, 710.0])
    found = evaluated(x)
    np.testing.assert_array_equal(found["exp"], [1.0, 1.0, np.inf, 0.0, np.nan, 1.0, 0.0, np.inf])
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(found["log"], np.log(x), rtol=4e-16)


def test_numbers_of_two_arrays_stand_in_rows() -> None:
    kernel = compile_kernel(lambda a, b: [a[0] * b[1], a[1] - b[0], 2.0], (2, 2), lanes=LANES)
    a, b = np.arange(16.0), np.arange(16.0) + 100.0
    out = kernel(a, b).reshape(3, LANES)
    np.testing.assert_array_equal(out, [a[:8] * b[8:], a[8:] - b[:8], np.full(8, 2.0)])
