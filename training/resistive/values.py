"""From coordinates to element values, as one differentiable function; the rest stays as the netlist has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import Array

from ...netlist import Circuit, Element
from ...netlist.errors import CircuitError
from ...netlist.expression import Expression
from ...netlist.new_values import with_value
from ...netlist.resistance import is_written_as_conductance
from ...netlist.substitution import inline
from ...solvers.branches import Branches
from ...solvers.formula import Formulas
from ...solvers.resistive import ResistiveNetwork
from ...solvers.resistive_elements import conductance_of, current_of, voltage_of
from ..bundles import Bundles
from ..netlist_values import main_value
from ..parameters import Parameters, apply
from ..straight_through import straight_through
from .physical import Physical

Coordinates = Mapping[str, Array]


@dataclass(frozen=True, eq=False)
class Slot:
    """Where an element's values go: a field of `Physical`, a slice of it, its shape, whether it is written in ohm,
    and how many branches stand in parallel.
    """

    field: int
    place: slice
    shape: tuple[int, ...]
    in_ohm: bool
    factor: float | np.ndarray

    def put(self, fields: list[Array], value: Any) -> None:
        """Write the element's value into the flat fields."""
        flat = jnp.broadcast_to(value, self.shape).ravel()
        fields[self.field] = fields[self.field].at[self.place].set(self.factor * (1.0 / flat if self.in_ohm else flat))


@dataclass(frozen=True, eq=False)
class Scatter:
    """Where a bundle's members go whose elements are alike: which of them, and the slot that they make together."""

    bundle: str
    chosen: np.ndarray
    field: int
    places: np.ndarray
    in_ohm: bool
    factor: np.ndarray

    def put(self, fields: list[Array], values: Mapping[str, Array]) -> None:
        """Write the members' values into the flat fields."""
        flat = values[self.bundle][self.chosen]
        value = self.factor * (1.0 / flat if self.in_ohm else flat)
        fields[self.field] = fields[self.field].at[self.places].set(value)


@dataclass(frozen=True, eq=False)
class ValueMap:
    """Coordinates by target to `Physical` without inputs: voltages (q,)."""

    parameters: Parameters
    bundles: Bundles
    scatters: tuple[Scatter, ...]
    network: ResistiveNetwork
    slots: Mapping[str, Slot]
    formulas: Mapping[str, Expression]
    definitions: Mapping[str, Any]

    @classmethod
    def of(cls, circuit: Circuit, network: ResistiveNetwork, parameters: Parameters) -> ValueMap:
        """Find where every trainable goes.

        Raises:
            CircuitError: a trainable parameter that no element uses, or only one inside a subcircuit.
        """
        kinds = (network.resistors, network.sources, network.currents)
        slots = {
            name: _slot(network.circuit[name], position, branches)
            for position, branches in enumerate(kinds)
            for name in branches.places
        }
        names = {each.target for each in parameters.coordinates if each.is_parameter}
        formulas = _formulas(circuit) if names else {}
        _check_parameters(circuit, parameters, frozenset(formulas))
        definitions = {
            name: inline(value, circuit.functions, None) if isinstance(value, Expression) else value
            for name, value in circuit.parameters.items()
        }
        bundles = Bundles.of(parameters)
        return cls(parameters, bundles, tuple(_scatters(bundles, slots)), network, slots, formulas, definitions)

    def __call__(self, coordinates: Coordinates) -> Physical:
        """Element values; differentiable, with levels passed straight through."""
        joined = self.bundles.join(coordinates, jnp)
        values = {
            each.target: straight_through(each, joined[each.target]) for each in self.bundles.parameters.coordinates
        }
        branches = (self.network.resistors, self.network.sources, self.network.currents)
        fields = [jnp.asarray(each.values) for each in branches]
        for scatter in self.scatters:
            scatter.put(fields, values)
        for each in self.bundles.parameters.coordinates:
            if not self.bundles.members[each.target]:
                self.slots[each.target].put(fields, values[each.target])
        if self.formulas:
            formulas = Formulas({**self.definitions, **self.bundles.split(values, jnp)})
            for name, expression in self.formulas.items():
                self.slots[name].put(fields, formulas.value(expression))
        return Physical(*fields)


def _scatters(bundles: Bundles, slots: Mapping[str, Slot]) -> Iterator[Scatter]:
    """One for the members of a bundle in each field, in ohm or not; parameters go through formulas."""
    for bundle in bundles.parameters.coordinates:
        members = () if bundle.is_parameter else bundles.members[bundle.target]
        kinds = sorted({(slots[name].field, slots[name].in_ohm) for name in members})
        for field, in_ohm in kinds:
            chosen = [k for k, name in enumerate(members) if (slots[name].field, slots[name].in_ohm) == (field, in_ohm)]
            found = [slots[members[k]] for k in chosen]
            places = np.array([slot.place.start for slot in found])
            factor = np.array([float(slot.factor) for slot in found])
            yield Scatter(bundle.target, np.array(chosen), field, places, in_ohm, factor)


def _slot(element: Element, position: int, branches: Branches) -> Slot:
    in_ohm = element.kind == "R" and not is_written_as_conductance(element)
    factor = _CONTRIBUTIONS[element.kind](with_value(element, 1.0))
    return Slot(position, branches.places[element.name], branches.shapes[element.name], in_ohm, factor)


_CONTRIBUTIONS = {"R": conductance_of, "V": voltage_of, "I": current_of, "L": voltage_of}


def _formulas(circuit: Circuit) -> dict[str, Expression]:
    """Main values written as expressions, by element."""
    found = {}
    for element in circuit.elements:
        value = main_value(element)
        if isinstance(value, Expression):
            found[element.name] = inline(value, circuit.functions, element.location)
    return found


def _check_parameters(circuit: Circuit, parameters: Parameters, reached: frozenset[str]) -> None:
    """Move each parameter a little and see which elements follow: all must be reached by a formula of their own."""
    for each in parameters.coordinates:
        if not each.is_parameter:
            continue
        before, after = (
            {element.name: main_value(element) for element in apply(circuit, {each.target: value}).flatten().elements}
            for value in _probes(each)
        )
        moved = [name for name in before if not np.array_equal(before[name], after[name])]
        hidden = [name for name in moved if name not in reached]
        if hidden:
            raise CircuitError(
                f"trainable {each.target} sets {hidden[0]} inside a subcircuit; make that element itself trainable"
            )
        if not moved:
            raise CircuitError(
                f"trainable {each.target} sets no element's value; use it in a value, such as {{{each.target}}}, or "
                f'set [training] engine = "nodal" where it is a number of a model'
            )


def _probes(coordinate: Any) -> tuple[float, float]:
    low = coordinate.minimum if np.isfinite(coordinate.minimum) else min(0.5, coordinate.maximum - 1.0)
    high = coordinate.maximum if np.isfinite(coordinate.maximum) else max(2.0 * low, low + 1.0)
    return low + 0.3 * (high - low), low + 0.6 * (high - low)
