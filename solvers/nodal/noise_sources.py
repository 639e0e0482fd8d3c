"""All noise currents of a circuit at a point: between which unknowns, how dense, of which element."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ..devices import Parameters
from ..kernels import Kernel, compile_kernel
from .evaluate import control
from .groups import Compiled
from .instance import Instance
from .linearised import Linearised
from .network import Network
from .tables import Tables, local_unknowns

NAMES = {"flicker": "1overf"}
"""What ngspice calls a part, where it has another name for it."""


class NoiseCurrents(NamedTuple):
    """Independent currents from unknowns `plus` to `minus` (currents,), −1 for ground, of `elements` by `names`.

    `white` and `flicker` (currents,) are one-sided densities in A²/Hz, the latter at 1 Hz, falling as 1/f.
    """

    elements: tuple[str, ...]
    names: tuple[str, ...]
    plus: np.ndarray
    minus: np.ndarray
    white: np.ndarray
    flicker: np.ndarray


@dataclass(frozen=True, eq=False)
class CompiledNoise:
    """The noise of a device for one set of given numbers: `ends` and `names` of its currents, and a kernel that takes
    (controls and the temperature in K, effective numbers) and writes white densities, then flicker densities."""

    ends: tuple[tuple[str, str], ...]
    names: tuple[str, ...]
    kernel: Kernel


def noise_currents(linearised: Linearised) -> NoiseCurrents:
    """Those of all devices at the point, but of resistors with `noisy=0`."""
    network, numbers = linearised.network, linearised.solver.numbers
    split = len(network.linear.kernels)
    rows: list[tuple[Any, ...]] = []
    for begin, tables, effective in ((0, network.linear, numbers.linear), (split, network.tables, numbers.effective)):
        for k in range(len(tables.kernels)):
            instance, group = network.instances[begin + k], network.groups[begin + k]
            if instance.element.parameters.get("noisy", 1.0) != 0.0 and group.device.noise is not None:
                densities = _densities(tables, effective, k, group, instance, linearised.point.x)
                rows += _rows(network, instance, group, densities)
    elements, names, *columns = zip(*rows, strict=True) if rows else ((),) * 6
    plus, minus = (np.array(column, np.int64) for column in columns[:2])
    return NoiseCurrents(elements, names, plus, minus, *(np.array(column, float) for column in columns[2:]))


def _densities(
    tables: Tables, effective: np.ndarray, k: int, group: Compiled, instance: Instance, x: np.ndarray
) -> np.ndarray:
    """White, then flicker densities of one instance."""
    places = range(tables.control_starts[k], tables.control_starts[k + 1] - 1)
    controls = [*(control(tables, x, place) for place in places), instance.raw["temperature"]]
    numbers = effective[tables.number_starts[k] : tables.number_starts[k + 1]]
    return compiled_noise(group).kernel(np.array(controls), numbers)


def _rows(network: Network, instance: Instance, group: Compiled, densities: np.ndarray) -> Iterator[tuple[Any, ...]]:
    noise = compiled_noise(group)
    at = {local: network.numbers.get(name, -1) for local, name in local_unknowns(instance, group).items()}
    count = len(noise.names)
    for place, (name, (plus, minus)) in enumerate(zip(noise.names, noise.ends, strict=True)):
        yield instance.element.name, name, at[plus], at[minus], densities[place], densities[count + place]


@functools.lru_cache(maxsize=4096)
def compiled_noise(group: Compiled) -> CompiledNoise:
    """The noise of a group's device as machine code."""
    known: dict[str, Any] = {}
    controls = len(group.device.controls)

    def densities(inputs: Sequence[Any], values: Sequence[Any]) -> list[Any]:
        *u, temperature = inputs
        numbers = {**group.constants, **dict(zip(group.effective, values, strict=True)), "temperature": temperature}
        found = group.device.noise(u, Parameters(numbers)) if group.device.noise else []
        known["ends"] = tuple((each.plus, each.minus) for each in found)
        known["names"] = tuple(NAMES.get(each.name, each.name) for each in found)
        return [*(each.white for each in found), *(0.0 if each.flicker is None else each.flicker for each in found)]

    kernel = compile_kernel(densities, (controls + 1, len(group.effective)))
    return CompiledNoise(known["ends"], known["names"], kernel)
