"""What the deck's parameters do to the numbers of its flat circuit: expressions, compiled with their derivatives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ....netlist.errors import CircuitError
from ....netlist.expression import TEMPERATURE, Expression
from ...formula import Formulas
from ...kernels import Kernel, compile_kernel
from ..groups import Compiled
from ..instance import Instance
from .free_parameters import DIRECT, Trees, argument
from .layout import Layout


@dataclass(frozen=True, eq=False)
class Dependence:
    """Parameters `names` with their `values`; the number at `places[k]` of the layout is expression `which[k]`.

    `formulas` are (parameters) -> expressions, `back` (parameters, weights of expressions) -> derivatives by
    parameters, `along` (parameters, their direction) -> that of the expressions.
    """

    names: tuple[str, ...]
    values: np.ndarray
    places: np.ndarray
    which: np.ndarray
    formulas: Kernel
    back: Kernel
    along: Kernel

    @classmethod
    def of(cls, layout: Layout, trees: Trees) -> Dependence:
        """Find where the expressions stand, equal ones once."""
        numbers: dict[Expression, int] = {}
        places, which = [], []
        for place, tree in _placed(layout, trees):
            places.append(place)
            which.append(numbers.setdefault(tree, len(numbers)))
        names = tuple(trees.values)
        kernels = _kernels(names, list(numbers), layout.network.surroundings.temperature)
        values = np.array([trees.values[name] for name in names])
        return cls(names, values, np.array(places, np.int64), np.array(which, np.int64), *kernels)

    def numbers(self, values: np.ndarray) -> np.ndarray:
        """The numbers at the places."""
        return self.formulas(values, np.zeros(0))[self.which]

    def pull(self, values: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Derivatives by the parameters, from those by the numbers at the places."""
        return self.back(values, np.bincount(self.which, weights, len(self.formulas.outputs)))

    def push(self, values: np.ndarray, direction: np.ndarray) -> np.ndarray:
        """The direction of the numbers at the places, from that of the parameters."""
        return self.along(values, direction)[self.which]


def _placed(layout: Layout, trees: Trees) -> list[tuple[int, Expression]]:
    network = layout.network
    found: list[tuple[int, Expression]] = []
    for instance, group, first in zip(network.instances, network.groups, layout.raw_starts, strict=False):
        own = _own(instance, group, trees)
        found += [(int(first) + group.raw.index(name), tree) for name, tree in own.items() if name in group.raw]
    for place, name in enumerate(network.source_names):
        tree = _of_element(name, trees).get(DIRECT)
        if tree is not None:
            found.append((layout.raws + place, tree))
    return found + _extra(layout, trees)


def _extra(layout: Layout, trees: Trees) -> list[tuple[int, Expression]]:
    """The expressions of waveforms' numbers and of initial conditions."""
    first, found = layout.sources.stop, []
    for (name, number), place in layout.extras.arguments.items():
        tree = _of_element(name, trees).get(argument(number))
        if tree is not None and place is None:
            raise CircuitError(
                f"{name} has a time of its waveform by a free parameter; times move the corners between which steps "
                "are taken, and have no derivative here"
            )
        if tree is not None:
            found.append((first + place, tree))
    conditions = layout.extras.conditions
    return found + [(first + conditions[node], tree) for node, tree in trees.conditions.items() if node in conditions]


def _own(instance: Instance, group: Compiled, trees: Trees) -> dict[str, Expression]:
    """The expressions of an instance's raw numbers."""
    element = instance.element
    found = dict(trees.models.get(element.model or "", {}))
    for keyword in element.parameters:
        found.pop("multiplicity" if keyword == "m" else keyword, None)
    found |= _of_element(element.name, trees)
    if element.kind == "K":
        for local, coil in zip(("first", "second"), element.controls, strict=True):
            tree = _of_element(coil, trees).get("value")
            found |= {} if tree is None else {local: tree}
    return found


def _of_element(name: str, trees: Trees) -> dict[str, Expression]:
    """Those of an element, or of the array it is a line of."""
    if name in trees.elements or not name.endswith("]"):
        return trees.elements.get(name, {})
    return trees.elements.get(name[: name.rindex("[")], {})


def _kernels(names: Sequence[str], trees: Sequence[Expression], temperature: float) -> tuple[Kernel, Kernel, Kernel]:
    def formulas(*values: Any) -> tuple[Any, ...]:
        known = Formulas({**dict(zip(names, values, strict=True)), TEMPERATURE: temperature})
        return tuple(jnp.asarray(known.value(tree), jnp.float64) for tree in trees)

    def back(values: Sequence[Any], weights: Sequence[Any]) -> list[Any]:
        return list(jax.vjp(formulas, *values)[1](tuple(weights)))

    def along(values: Sequence[Any], direction: Sequence[Any]) -> list[Any]:
        return list(jax.jvp(formulas, tuple(values), tuple(direction))[1])

    count = len(names)
    return (
        compile_kernel(lambda values, _: formulas(*values), (count, 0)),
        compile_kernel(back, (count, len(trees))),
        compile_kernel(along, (count, count)),
    )
