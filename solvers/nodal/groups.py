"""Instances of one device with the same given numbers, compiled together.

`prepare` and `physics` become machine code; what is zero whatever the inputs is known from the code, and takes no place
in the matrix. Compiled groups are kept for the process's life.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numba import njit

from ..devices import Device, Parameters
from ..kernels import Kernel, call_kernel, compile_kernel, constant_outputs
from .lanes import LANES

SURROUNDINGS = ("temperature", "nominal", "gmin")


@dataclass(frozen=True, eq=False)
class Compiled:
    """A device for one set of given numbers.

    `raw` and `effective` are the names of the netlist's and the device's numbers in order; effective ones that are
    `constants` are in the code, and stand among the numbers only where limits or states need them. `kernel` takes
    (controls and time, effective numbers) and writes currents of `current_rows`, charges of `charge_rows` (local
    names), then the derivatives: `conductances` and `capacitances` are (row, control) pairs of positions in these.
    `preparation` is what `prepare` was compiled from, for its derivatives, and `laws` what `kernel` was.
    """

    device: Device
    raw: tuple[str, ...]
    effective: tuple[str, ...]
    constants: Mapping[str, float]
    prepare: Kernel
    kernel: Kernel
    current_rows: tuple[str, ...]
    charge_rows: tuple[str, ...]
    conductances: tuple[tuple[int, int], ...]
    capacitances: tuple[tuple[int, int], ...]
    preparation: Callable[[Sequence[Any], Sequence[Any]], list[Any]]
    together: Mapping[str, str]
    laws: Callable[[Sequence[Any], Sequence[Any]], list[Any]]

    @functools.cached_property
    def eight(self) -> Kernel:
        """The kernel for eight instances at once; the same outputs."""
        size, outputs = len(self.device.controls), len(self.current_rows) + len(self.charge_rows)
        return compile_kernel(self.laws, (size + 1, len(self.effective)), _slopes(size, outputs), LANES)

    @property
    def inner(self) -> tuple[str, ...]:
        """Inner nodes that are unknowns of their own; `together` has the terminal that each of the others is."""
        return tuple(name for name in self.device.internal if name not in self.together)

    def numbers(self, raw: np.ndarray) -> np.ndarray:
        """Effective numbers (instances, effective) of the netlist's (instances, raw)."""
        out = np.zeros((len(raw), max(1, len(self.effective))))
        _prepare_all(self.prepare.address, np.ascontiguousarray(raw, dtype=float), out, np.zeros(1))
        return out[:, : len(self.effective)]


@functools.lru_cache(maxsize=4096)
def compiled(device: Device, given: tuple[str, ...], zero: frozenset[str]) -> Compiled:
    """The device compiled for the given numbers, in that order; those in `zero` are zero and stay so."""
    names = (*given, *SURROUNDINGS)
    named = frozenset(given)

    def read(values: Sequence[Any]) -> Parameters:
        found: dict[str, Any] = {name: each.default for name, each in device.parameters.items()}
        found |= dict(zip(names, values, strict=True)) | dict.fromkeys(zero, 0.0)
        return Parameters(found)

    with jax.enable_x64(True):
        order = tuple(_shapes(device, read, named, len(names)))

    def prepare(values: Sequence[Any], unused: Sequence[Any]) -> list[Any]:
        found = device.prepare(read(values), named)
        return [found[name] for name in order]

    fixed = constant_outputs(prepare, (len(names), 0))
    constants = {name: value for name, value in zip(order, fixed, strict=True) if value is not None}
    needed = {name for limit in device.limits for name in (*limit.parameters, limit.polarity or "")} | STATES
    effective = tuple(name for name in order if name not in constants or name in needed)

    def short(values: Sequence[Any], unused: Sequence[Any]) -> list[Any]:
        found = device.prepare(read(values), named)
        return [found[name] for name in effective]

    there = {name: 0.0 if name in zero else 1.0 for name in given}
    together = device.falls_together({**dict.fromkeys(device.parameters), **there})
    return _with_physics(device, names, effective, constants, short, together)


STATES = {"conductance", "closed", "opened", "threshold", "hysteresis"}
"""Effective numbers of switches, which the solver reads and writes."""


def _shapes(device: Device, read: Any, named: frozenset[str], count: int) -> list[str]:
    """The names of effective numbers, from a trace that computes nothing."""
    found: list[str] = []

    def look(*values: Any) -> int:
        found.extend(device.prepare(read(values), named))
        return 0

    jax.eval_shape(look, *[jax.ShapeDtypeStruct((), jnp.float64)] * count)
    return found


def _with_physics(
    device: Device,
    names: tuple[str, ...],
    effective: tuple[str, ...],
    constants: Mapping[str, float],
    preparation: Callable[[Sequence[Any], Sequence[Any]], list[Any]],
    together: Mapping[str, str],
) -> Compiled:
    size = len(device.controls)
    rows = _rows(device, effective, constants)
    outputs = len(rows[0]) + len(rows[1])

    def everything(controls: Sequence[Any], values: Sequence[Any]) -> list[Any]:
        *u, time = controls

        parameters = Parameters({**constants, **dict(zip(effective, values, strict=True))})

        def at(*moved: Any) -> tuple[Any, ...]:
            return physics_outputs(device, moved, parameters, time, rows)

        found = list(at(*u))
        tangents = []
        for place in range(size):
            tangent = [jnp.ones_like(each) if k == place else jnp.zeros_like(each) for k, each in enumerate(u)]
            tangents.append(jax.jvp(at, tuple(u), tuple(tangent))[1])
        return [*found, *(tangents[k][row] for row in range(outputs) for k in range(size))]

    kernel = compile_kernel(everything, (size + 1, len(effective)), _slopes(size, outputs))
    places = [divmod(place - outputs, size) for place in kernel.outputs[outputs:]]
    split = len(rows[0])
    return Compiled(
        device,
        names,
        effective,
        constants,
        compile_kernel(preparation, (len(names), 0)),
        kernel,
        *rows,
        tuple(each for each in places if each[0] < split),
        tuple((row - split, control) for row, control in places if row >= split),
        preparation,
        together,
        everything,
    )


def _slopes(controls: int, outputs: int) -> range:
    """Where the derivatives stand behind the outputs, those left out that are zero."""
    return range(outputs, outputs * (1 + controls))


def physics_outputs(
    device: Device, u: Sequence[Any], parameters: Parameters, time: Any, rows: tuple[tuple[str, ...], tuple[str, ...]]
) -> tuple[Any, ...]:
    """Currents and charges in the order of the rows, as traced scalars."""
    currents, charges = device.physics(u, parameters, time)
    found = [*(currents[row] for row in rows[0]), *(charges[row] for row in rows[1])]
    return tuple(jnp.asarray(each, jnp.float64) for each in found)


def _rows(
    device: Device, effective: tuple[str, ...], constants: Mapping[str, float]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Which rows have a current, and which a charge, that is not zero whatever the inputs."""
    size = len(device.controls)
    names: list[tuple[str, ...]] = []

    def physics(controls: Sequence[Any], values: Sequence[Any]) -> list[Any]:
        known = Parameters({**constants, **dict(zip(effective, values, strict=True))})
        currents, charges = device.physics(controls[:-1], known, controls[-1])
        names[:] = [tuple(currents), tuple(charges)]
        return [*currents.values(), *charges.values()]

    fixed = constant_outputs(physics, (size + 1, len(effective)))
    currents = tuple(n for n, value in zip(names[0], fixed[: len(names[0])], strict=True) if value != 0.0)
    charges = tuple(n for n, value in zip(names[1], fixed[len(names[0]) :], strict=True) if value != 0.0)
    return currents, charges


@njit(cache=True)
def _prepare_all(address: int, raw: np.ndarray, out: np.ndarray, unused: np.ndarray) -> None:
    width, height = raw.shape[1], out.shape[1]
    flat_in, flat_out = raw.reshape(-1), out.reshape(-1)
    for k in range(raw.shape[0]):
        call_kernel(address, flat_in, k * width, unused, 0, flat_out, k * height)
