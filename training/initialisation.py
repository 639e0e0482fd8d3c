"""Where learning starts: values drawn for each trainable by the `[initial]` section and the seed.

`fan_in` is U(−a, a) with a = gain/√n_in, clipped into the range, n_in the lines of a crossbar's first bus: about half
of the conductances start open (B. Scellier, 2024).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from ..netlist import Circuit
from ..netlist.errors import ExperimentError
from ..netlist.selectors import matches, select
from .experiment import Initial
from .netlist_values import netlist_value
from .parameters import Coordinate, Parameters, Values
from .schema import nearest

Draw = Callable[[Initial, Coordinate, Circuit, np.random.Generator], "np.ndarray | float"]


def initial_values(
    initial: Mapping[str, Initial], parameters: Parameters, circuit: Circuit, seed: int, source: str = "experiment"
) -> Values:
    """Start values by target, inside their ranges. The last selector that names a target decides.

    Every target has its own stream of numbers, so that adding one does not change the others.
    """
    for selector in initial:
        if not select((selector,), parameters.targets):
            known = nearest(selector, parameters.targets)
            raise ExperimentError(f"{source}: [initial] {selector} names nothing that is trainable{known}")
    values: Values = {}
    for coordinate in parameters.coordinates:
        chosen = [rule for selector, rule in initial.items() if matches(selector, coordinate.target)]
        rule = chosen[-1] if chosen else Initial()
        random = np.random.default_rng([seed, 2, *coordinate.target.encode()])
        drawn = _check(_DRAWS[rule.kind](rule, coordinate, circuit, random), coordinate, rule, source)
        values[coordinate.target] = np.clip(drawn, coordinate.minimum, coordinate.maximum)
    return values


def _check(drawn: np.ndarray | float, coordinate: Coordinate, rule: Initial, source: str) -> np.ndarray:
    values = np.broadcast_to(np.asarray(drawn, float), coordinate.shape)
    outside = (values < coordinate.minimum) | (values > coordinate.maximum)
    if rule.kind == "constant" and outside.any():
        raise ExperimentError(
            f"{source}: [initial] {coordinate.target} starts at {rule.value:g}, outside its range "
            f"{coordinate.minimum:g} to {coordinate.maximum:g}"
        )
    return values


def _netlist(rule: Initial, coordinate: Coordinate, circuit: Circuit, random: np.random.Generator) -> np.ndarray:
    return netlist_value(circuit, coordinate.target)


def _constant(rule: Initial, coordinate: Coordinate, circuit: Circuit, random: np.random.Generator) -> float:
    return rule.value


def _uniform(rule: Initial, coordinate: Coordinate, circuit: Circuit, random: np.random.Generator) -> np.ndarray:
    return np.asarray(random.uniform(rule.low, rule.high, coordinate.shape))


def _log_uniform(rule: Initial, coordinate: Coordinate, circuit: Circuit, random: np.random.Generator) -> np.ndarray:
    if not 0 < rule.low <= rule.high:
        raise ExperimentError(f"[initial] {coordinate.target}: log_uniform needs 0 < low ≤ high")
    return np.exp(random.uniform(np.log(rule.low), np.log(rule.high), coordinate.shape))


def _fan_in(rule: Initial, coordinate: Coordinate, circuit: Circuit, random: np.random.Generator) -> np.ndarray:
    if len(coordinate.shape) != 2:
        raise ExperimentError(f"[initial] {coordinate.target}: fan_in needs a crossbar; use uniform with low and high")
    bound = rule.gain / np.sqrt(coordinate.shape[0])
    return random.uniform(-bound, bound, coordinate.shape)


_DRAWS: dict[str, Draw] = {
    "netlist": _netlist,
    "constant": _constant,
    "uniform": _uniform,
    "log_uniform": _log_uniform,
    "fan_in": _fan_in,
}
