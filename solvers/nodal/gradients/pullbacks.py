"""Derivatives of physics and of preparation by parameters, as machine code made from JAX when they are first asked for.

With currents i(u, p) and charges q(u, p) of one instance, u its controls and p its effective numbers:

    physics_pull       weights a of currents and charges        ->  aᵀ ∂(i, q)/∂p
    physics_push       a direction ṗ                            ->  ∂(i, q)/∂p ṗ
    jacobian_pull      weights w of ∂i/∂u and ∂q/∂u             ->  ∂/∂u and ∂/∂p of Σ w ∂(i, q)/∂u
    preparation_pull   weights of effective numbers             ->  their sum's derivative by the netlist's numbers
    preparation_push   a direction of the netlist's numbers     ->  that of the effective ones
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from ...devices import Parameters
from ...kernels import Kernel, compile_kernel
from ..groups import Compiled, physics_outputs

Outputs = Callable[..., tuple[Any, ...]]


@functools.lru_cache(maxsize=4096)
def physics_pull(group: Compiled) -> Kernel:
    """(controls, time, weights of current rows, of charge rows), effective numbers -> derivatives by the latter."""
    controls, rows = _sizes(group)

    def pull(given: Sequence[Any], effective: Sequence[Any]) -> list[Any]:
        u, time, weights = given[:controls], given[controls], given[controls + 1 :]
        _, back = jax.vjp(lambda *moved: _outputs(group, u, time, moved), *effective)
        return list(back(tuple(weights)))

    return compile_kernel(pull, (controls + 1 + rows, len(group.effective)))


@functools.lru_cache(maxsize=4096)
def physics_push(group: Compiled) -> Kernel:
    """(controls, time), (effective numbers, their direction) -> directions of current rows and charge rows."""
    controls, _ = _sizes(group)
    count = len(group.effective)

    def push(given: Sequence[Any], effective: Sequence[Any]) -> list[Any]:
        u, time = given[:controls], given[controls]
        known, direction = tuple(effective[:count]), tuple(effective[count:])
        return list(jax.jvp(lambda *moved: _outputs(group, u, time, moved), known, direction)[1])

    return compile_kernel(push, (controls + 1, 2 * count))


@functools.lru_cache(maxsize=4096)
def jacobian_pull(group: Compiled) -> Kernel:
    """(controls, time, weights of conductances, of capacitances), effective numbers -> derivatives by both."""
    controls, _ = _sizes(group)
    currents = len(group.current_rows)
    pairs = [*group.conductances, *((currents + row, control) for row, control in group.capacitances)]

    def pull(given: Sequence[Any], effective: Sequence[Any]) -> list[Any]:
        time, weights = given[controls], given[controls + 1 :]

        def weighted(u: tuple[Any, ...], p: tuple[Any, ...]) -> Any:
            total: Any = jnp.zeros(())
            for direction in range(controls):
                tangent = tuple(jnp.ones(()) if k == direction else jnp.zeros(()) for k in range(controls))
                slopes = jax.jvp(lambda *moved: _outputs(group, moved, time, p), u, tangent)[1]
                for (row, control), weight in zip(pairs, weights, strict=True):
                    if control == direction:
                        total = total + weight * slopes[row]
            return total

        by_controls, by_numbers = jax.grad(weighted, argnums=(0, 1))(tuple(given[:controls]), tuple(effective))
        return [*by_controls, *by_numbers]

    return compile_kernel(pull, (controls + 1 + len(pairs), len(group.effective)))


@functools.lru_cache(maxsize=4096)
def preparation_pull(group: Compiled) -> Kernel:
    """The netlist's numbers, weights of effective ones -> derivatives by the former."""

    def pull(raw: Sequence[Any], weights: Sequence[Any]) -> list[Any]:
        _, back = jax.vjp(lambda *moved: _prepared(group, moved), *raw)
        return list(back(tuple(weights)))

    return compile_kernel(pull, (len(group.raw), len(group.effective)))


@functools.lru_cache(maxsize=4096)
def preparation_push(group: Compiled) -> Kernel:
    """The netlist's numbers, their direction -> direction of the effective ones."""

    def push(raw: Sequence[Any], direction: Sequence[Any]) -> list[Any]:
        return list(jax.jvp(lambda *moved: _prepared(group, moved), tuple(raw), tuple(direction))[1])

    return compile_kernel(push, (len(group.raw), len(group.raw)))


def _sizes(group: Compiled) -> tuple[int, int]:
    return len(group.device.controls), len(group.current_rows) + len(group.charge_rows)


def _outputs(group: Compiled, u: Sequence[Any], time: Any, effective: Sequence[Any]) -> tuple[Any, ...]:
    known = Parameters({**group.constants, **dict(zip(group.effective, effective, strict=True))})
    return physics_outputs(group.device, u, known, time, (group.current_rows, group.charge_rows))


def _prepared(group: Compiled, raw: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(jnp.asarray(each, jnp.float64) for each in group.preparation(raw, ()))
