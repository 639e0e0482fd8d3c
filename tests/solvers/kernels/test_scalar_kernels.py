"""Machine code made from JAX functions of scalars: the same numbers as NumPy, the same derivatives as differences."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

from tellegen.solvers.kernels import call_kernel, compile_kernel, constant_outputs
from tellegen.solvers.kernels.primitives import TRANSLATE

ONE_ARGUMENT: dict[str, tuple[Callable, Callable]] = {
    "exp": (jnp.exp, math.exp),
    "log": (lambda x: jnp.log(jnp.abs(x) + 1.0), lambda x: math.log(abs(x) + 1.0)),
    "sqrt": (lambda x: jnp.sqrt(jnp.abs(x)), lambda x: math.sqrt(abs(x))),
    "sin": (jnp.sin, math.sin),
    "cos": (jnp.cos, math.cos),
    "tan": (jnp.tan, math.tan),
    "tanh": (jnp.tanh, math.tanh),
    "sinh": (jnp.sinh, math.sinh),
    "cosh": (jnp.cosh, math.cosh),
    "asinh": (jnp.arcsinh, math.asinh),
    "acosh": (lambda x: jnp.arccosh(1.0 + x * x), lambda x: math.acosh(1.0 + x * x)),
    "atanh": (lambda x: jnp.arctanh(x / 10.0), lambda x: math.atanh(x / 10.0)),
    "asin": (lambda x: jnp.arcsin(x / 10.0), lambda x: math.asin(x / 10.0)),
    "acos": (lambda x: jnp.arccos(x / 10.0), lambda x: math.acos(x / 10.0)),
    "atan": (jnp.arctan, math.atan),
    "expm1": (jnp.expm1, math.expm1),
    "log1p": (lambda x: jnp.log1p(x * x), lambda x: math.log1p(x * x)),
    "exp2": (jnp.exp2, lambda x: 2.0**x),
    "floor": (jnp.floor, math.floor),
    "ceil": (jnp.ceil, math.ceil),
    "round": (jnp.round, round),
    "sign": (jnp.sign, lambda x: float((x > 0) - (x < 0))),
    "abs": (jnp.abs, abs),
    "neg": (lambda x: -x, lambda x: -x),
    "cube": (lambda x: x**3, lambda x: x**3),
    "inverse square": (lambda x: (1.0 + x * x) ** -2, lambda x: 1.0 / (1.0 + x * x) ** 2),
    "square": (jnp.square, lambda x: x * x),
    "rsqrt": (lambda x: jax.lax.rsqrt(1.0 + x * x), lambda x: 1.0 / math.sqrt(1.0 + x * x)),
    "sigmoid": (jax.nn.sigmoid, lambda x: 1.0 / (1.0 + math.exp(-x))),
    "clip": (lambda x: jnp.clip(x, -1.0, 2.0), lambda x: min(max(x, -1.0), 2.0)),
    "clamp": (lambda x: jax.lax.clamp(-1.0, x, 2.0), lambda x: min(max(x, -1.0), 2.0)),
    "where": (lambda x: jnp.where(x > 0.5, 2.0 * x, -x), lambda x: 2.0 * x if x > 0.5 else -x),
    "logic": (
        lambda x: jnp.where((x > 0.0) & ~(x >= 1.0) | (x == -1.0) | (x != x), 1.0, 0.0),
        lambda x: float((x > 0.0 and not x >= 1.0) or x == -1.0),
    ),
    "truth as a number": (lambda x: (x < 1.0) * x + (x <= -1.0), lambda x: (x < 1.0) * x + (x <= -1.0)),
}
TWO_ARGUMENTS: dict[str, tuple[Callable, Callable]] = {
    "add": (lambda a, b: a + b, lambda a, b: a + b),
    "sub": (lambda a, b: a - b, lambda a, b: a - b),
    "mul": (lambda a, b: a * b, lambda a, b: a * b),
    "div": (lambda a, b: a / b, lambda a, b: a / b),
    "pow": (lambda a, b: jnp.abs(a) ** b, lambda a, b: abs(a) ** b),
    "atan2": (jnp.arctan2, math.atan2),
    "max": (jnp.maximum, max),
    "min": (jnp.minimum, min),
    "fmod": (jnp.fmod, math.fmod),
}
POINTS = (-3.25, -1.0, -0.3, 0.0, 0.4, 0.5, 1.0, 2.5)


def test_every_function_of_one_number_is_the_library_s() -> None:
    names = list(ONE_ARGUMENT)
    kernel = compile_kernel(lambda a, b: [ONE_ARGUMENT[name][0](a[0]) for name in names], (1, 0))
    for x in POINTS:
        expected = [ONE_ARGUMENT[name][1](x) for name in names]
        np.testing.assert_allclose(kernel(np.array([x]), np.zeros(1)), expected, rtol=4e-16, atol=1e-16)


def test_every_function_of_two_numbers_is_the_library_s() -> None:
    names = list(TWO_ARGUMENTS)
    kernel = compile_kernel(lambda a, b: [TWO_ARGUMENTS[name][0](a[0], b[0]) for name in names], (1, 1))
    for x in POINTS:
        for y in (-2.0, 0.7, 3.0):
            if x == 0.0 and y < 0.0:
                continue
            expected = [TWO_ARGUMENTS[name][1](x, y) for name in names]
            np.testing.assert_allclose(kernel(np.array([x]), np.array([y])), expected, rtol=4e-16)


@settings(max_examples=30, deadline=None)
@given(st.floats(-2.0, 2.0), st.floats(0.1, 3.0))
def test_derivatives_are_those_of_central_differences(x: float, scale: float) -> None:
    values = _DERIVED(np.array([x, scale]), np.zeros(1))
    step = 1e-6
    for place in range(2):
        moved = [np.array([x, scale]) for _ in range(2)]
        moved[0][place] += step
        moved[1][place] -= step
        difference = (_DERIVED(moved[0], np.zeros(1))[0] - _DERIVED(moved[1], np.zeros(1))[0]) / (2.0 * step)
        assert values[1 + place] == pytest.approx(difference, rel=1e-7, abs=1e-7)


def _smooth(a: Sequence[Any], b: Sequence[Any]) -> list[Any]:
    def value(x: jax.Array, scale: jax.Array) -> jax.Array:
        return jnp.exp(jnp.sin(x) * scale) / (1.0 + x**2) + jnp.tanh(x * scale) * jnp.log(scale)

    return [value(*a), *jax.grad(value, (0, 1))(*a)]


_DERIVED = compile_kernel(_smooth, (2, 0))


def test_what_is_zero_whatever_the_inputs_is_known_and_left_out() -> None:
    def outputs(a: Sequence[Any], b: Sequence[Any]) -> list[Any]:
        tangent = jax.jvp(lambda x: x * a[1], (a[0],), (jnp.zeros_like(a[0]),))[1]
        return [a[0], tangent, 0.0 * jnp.exp(a[1]), a[0] - a[0] * 1.0, a[1]]

    assert compile_kernel(outputs, (2, 0), drop=range(5)).outputs == (0, 3, 4)
    assert constant_outputs(outputs, (2, 0)) == [None, 0.0, 0.0, None, None]


def test_the_first_input_is_not_taken_for_the_number_zero() -> None:
    kernel = compile_kernel(lambda a, b: [a[0] + 0.5, a[0] * 0.5, a[1] + 1.0, a[1] * 1.0 + a[0]], (2, 0))
    np.testing.assert_array_equal(kernel(np.array([3.0, 7.0]), np.zeros(1)), [3.5, 1.5, 8.0, 10.0])


def test_constants_are_double_precision() -> None:
    kernel = compile_kernel(lambda a, b: [a[0] * 0.1 + 1e-12], (1, 0))
    assert kernel(np.array([3.0]), np.zeros(1))[0] == 3.0 * 0.1 + 1e-12


def test_what_is_not_a_number_is_passed_on() -> None:
    kernel = compile_kernel(lambda a, b: [jnp.maximum(a[0], 1.0), jnp.minimum(a[0], 1.0), a[0] + 1.0], (1, 0))
    assert np.isnan(kernel(np.array([np.nan]), np.zeros(1))).all()


def test_compiled_loops_call_a_kernel_where_its_data_begin() -> None:
    kernel = compile_kernel(lambda a, b: [a[0] + 10.0 * b[0], a[1]], (2, 1))

    @njit
    def run(address: int, a: np.ndarray, b: np.ndarray, out: np.ndarray) -> None:
        call_kernel(address, a, 1, b, 2, out, 3)

    out = np.zeros(6)
    run(kernel.address, np.arange(5.0), np.arange(4.0), out)
    np.testing.assert_array_equal(out, [0.0, 0.0, 0.0, 21.0, 2.0, 0.0])


def test_more_than_scalar_arithmetic_is_refused_by_name() -> None:
    with pytest.raises(NotImplementedError, match="no scalar operation"):
        compile_kernel(lambda a, b: [jnp.cumsum(jnp.stack([a[0], a[0]]))[0]], (1, 0))


def test_every_translated_primitive_is_tried_here() -> None:
    used = set()
    functions = [lambda a, b, f=f: [f(a[0])] for f, _ in ONE_ARGUMENT.values()]
    functions += [lambda a, b, f=f: [f(a[0], b[0])] for f, _ in TWO_ARGUMENTS.values()]
    for function in functions:
        with jax.enable_x64(True):
            closed = jax.make_jaxpr(lambda x, y, f=function: f([x], [y]))(1.0, 2.0)
        used |= _primitives(closed.jaxpr)
    aside = {"add_any", "copy", "copy_p", "stop_gradient", "broadcast_in_dim", "reshape", "squeeze", "rem"}
    assert set(TRANSLATE) - used <= aside


def _primitives(jaxpr: object) -> set[str]:
    found = set()
    for equation in jaxpr.eqns:  # type: ignore[attr-defined]
        found.add(equation.primitive.name)
        for value in equation.params.values():
            inner = getattr(value, "jaxpr", value)
            found |= _primitives(inner) if getattr(inner, "eqns", ()) else set()
    return found
