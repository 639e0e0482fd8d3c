"""Sine, cosine and arctangent in float32 without a call a number: a quarter turn by polynomials, the rest by symmetry.

    x = π(n/2 + f),  |f| ≤ 1/4;   sin πf = f·P(f²),  cos πf = Q(f²)

P and Q are the Taylor sums, cut where the next term is below float32's last digit (π¹¹/11!·4⁻¹¹ = 2e-9). XLA's own sine
on a CPU asks the C library for every number, which takes six times as long. In float64 it is XLA's own.
"""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

SINE = tuple((-1) ** k * math.pi ** (2 * k + 1) / math.factorial(2 * k + 1) for k in range(5))
COSINE = tuple((-1) ** k * math.pi ** (2 * k) / math.factorial(2 * k) for k in range(6))


def _polynomial(coefficients: tuple[float, ...], square: Array) -> Array:
    found = jnp.full_like(square, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        found = found * square + coefficient
    return found


def _quarters(x: Array, shift: int) -> Array:
    """sin(x + shift·π/2) in float32."""
    turns = x * np.float32(1.0 / math.pi)
    nearest = jnp.round(2.0 * turns)
    rest = turns - 0.5 * nearest
    square = rest * rest
    quarter = nearest - 4.0 * jnp.floor(0.25 * nearest)
    odd = (quarter == 1.0) | (quarter == 3.0)
    sine, cosine = rest * _polynomial(SINE, square), _polynomial(COSINE, square)
    if shift:
        return jnp.where((quarter == 1.0) | (quarter == 2.0), -1.0, 1.0) * jnp.where(odd, sine, cosine)
    return jnp.where(quarter >= 2.0, -1.0, 1.0) * jnp.where(odd, cosine, sine)


@jax.custom_jvp
def sine(x: Array) -> Array:
    """sin x, to 5e-7 + |x|·1e-7 in float32."""
    return _quarters(x, 0) if jnp.result_type(x) == jnp.float32 else jnp.sin(x)


@jax.custom_jvp
def cosine(x: Array) -> Array:
    """cos x, to 5e-7 + |x|·1e-7 in float32."""
    return _quarters(x, 1) if jnp.result_type(x) == jnp.float32 else jnp.cos(x)


@sine.defjvp
def _sine_tangent(primals: tuple[Array], tangents: tuple[Array]) -> tuple[Array, Array]:
    return sine(primals[0]), cosine(primals[0]) * tangents[0]


@cosine.defjvp
def _cosine_tangent(primals: tuple[Array], tangents: tuple[Array]) -> tuple[Array, Array]:
    return cosine(primals[0]), -sine(primals[0]) * tangents[0]


ARCTANGENT = (
    1.0,
    -0.3333314528,
    0.1999355085,
    -0.1420889944,
    0.1065626393,
    -0.0752896400,
    0.0429096138,
    -0.0161657367,
    0.0028662257,
)
"""arctan(x)/x in powers of x² for |x| ≤ 1, to 2e-8 (Abramowitz and Stegun 1964, 4.4.49)."""


def direction(y: Array, x: Array) -> Array:
    """The angle of (x, y), −π to π: XLA's own in float64, which asks the C library too; in float32 to 5e-7."""
    if jnp.result_type(x) != jnp.float32:
        return jnp.arctan2(y, x)
    up, along = jnp.abs(y), jnp.abs(x)
    larger = jnp.maximum(up, along)
    slope = jnp.minimum(up, along) / jnp.where(larger == 0.0, 1.0, larger)
    angle = slope * _polynomial(ARCTANGENT, slope * slope)
    angle = jnp.where(up > along, np.float32(math.pi / 2) - angle, angle)
    angle = jnp.where(x < 0.0, np.float32(math.pi) - angle, angle)
    return jnp.where(y < 0.0, -angle, angle)
