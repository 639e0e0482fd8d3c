"""A linear circuit as one node that carries one-ports: found in a circuit's equations, evaluated at every frequency.

The equations are M·dy/dt = A·y + drives. Without the host's row the states fall apart into groups that see each other
only through the host's voltage; each group is a one-port, and equal patterns are evaluated together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import networkx as nx
import numpy as np
from jax import Array

from ...netlist.errors import CircuitError
from ...netlist.expression import Binary, Expression, Unary, names
from ..dynamics.algebra import ZERO, negative, total
from ..dynamics.equations import Equations
from ..dynamics.shapes import Expressions
from ..dynamics.system import DynamicalSystem
from .circle import Circle
from .one_port import Entry, OnePort


class Admittances(NamedTuple):
    """What the host feels: `own` (batch, frequencies) and `ports` (ports, batch, frequencies) in siemens, and the
    transform of the current into it, `drive` (batch, frequencies), in amperes.
    """

    own: Array
    ports: Array
    drive: Array


class Found(NamedTuple):
    """The entries of a part of the equations: conductances and capacitances by (row, column), in the order read."""

    conductances: list[tuple[Entry, Expression]]
    capacitances: list[tuple[Entry, Expression]]

    def pattern(self, unknowns: Sequence[str]) -> OnePort:
        """Where the entries stand; `unknowns` are their names, the port's first."""
        return OnePort(
            len(unknowns),
            tuple(entry for entry, _ in self.conductances),
            tuple(entry for entry, _ in self.capacitances),
            tuple(unknowns),
        )


@dataclass(frozen=True, eq=False)
class Group:
    """One-ports of one pattern: their values port by port, each in the order of the pattern's entries."""

    pattern: OnePort
    conductances: Expressions
    capacitances: Expressions
    count: int

    def admittance(self, s: Array, arrays: Mapping[str, Array], dtype: np.dtype) -> Array:
        """(ports, batch, frequencies)."""
        g, c = (
            jnp.moveaxis(values(arrays, dtype).reshape(self.count, len(entries), -1), 0, 1)
            for values, entries in (
                (self.conductances, self.pattern.conductances),
                (self.capacitances, self.pattern.capacitances),
            )
        )
        return self.pattern.admittance(s, g, c)


@dataclass(frozen=True, eq=False)
class Star:
    """A host and its one-ports.

    `switches` names each port's own parameter: closed at 1, open at 0, nothing between. With `leaks` an open switch
    leaves something of its port at the host.
    """

    system: DynamicalSystem
    own: Expressions
    drives: tuple[tuple[int, Expressions], ...]
    groups: tuple[Group, ...]
    switches: tuple[str, ...]
    leaks: bool

    @classmethod
    def of(cls, system: DynamicalSystem, host: str, switches: Sequence[str]) -> Star:
        """Take the linear circuit around a host, a state such as `v(center)`, apart. Linear in the circuit's size.

        Raises:
            CircuitError: a nonlinear element, a drive that is not at the host, or a port without a switch of its own.
        """
        if host not in system.states:
            raise CircuitError(f"{host} is no state of the circuit; a host is a node with a capacitor")
        equations, centre = system.equations, system.states.index(host)
        matrix = _Matrix.of(equations)
        parts = matrix.parts(centre)
        driven = sorted({row for row in matrix.drives if any(row in part for part in parts)})
        if driven:
            raise CircuitError(f"{system.states[driven[0]]} is driven by a source; only the host {host} may be")
        found = [matrix.found([centre, *part]) for part in parts]
        wired = [_switch(each, switches, system.states[part[0]]) for part, each in zip(parts, found, strict=True)]
        own = matrix.own(centre, dict(zip(wired, found, strict=True)))
        grouped: dict[OnePort, list[int]] = {}
        for index, (part, each) in enumerate(zip(parts, found, strict=True)):
            grouped.setdefault(each.pattern([system.states[k] for k in (centre, *part)]), []).append(index)
        place = system.network.place
        at_host = [value for each in found for entry, value in (*each.conductances, *each.capacitances) if 0 in entry]
        return cls(
            system,
            Expressions.of(own, place),
            tuple((row, Expressions.of([value], place)) for row, value in matrix.drives.get(centre, {}).items()),
            tuple(_group(pattern, [found[k] for k in members], place) for pattern, members in grouped.items()),
            tuple(wired[k] for members in grouped.values() for k in members),
            _any(Expressions.of(at_host, place), system, dict.fromkeys(switches, 0.0)),
        )

    def admittances(self, circle: Circle, parameters: Mapping[str, Any], draws: Any, dtype: np.dtype) -> Admittances:
        """Everything the host feels with all switches closed, for values as in `DynamicalSystem.values`."""
        closed = self._rows(parameters, draws, 1.0, dtype)
        conductance, capacitance = self.own(closed, dtype)[..., None]
        own, ports = circle.s * capacitance + conductance, self._ports(circle, closed, dtype)
        if self.leaks:
            leaks = self._ports(circle, self._rows(parameters, draws, 0.0, dtype), dtype)
            own, ports = own + leaks.sum(0), ports - leaks
        waves = self._waves(circle, parameters, dtype)
        drive = sum((coefficient(closed, dtype).T * waves[row] for row, coefficient in self.drives), jnp.zeros(1))
        return Admittances(own, ports, jnp.broadcast_to(circle.drive(drive), own.shape))

    def _rows(self, parameters: Mapping[str, Any], draws: Any, switch: float, dtype: np.dtype) -> Mapping[str, Array]:
        set_switches = {**parameters, **dict.fromkeys(self.switches, switch)}
        return self.system.equations.names.rows(set_switches, None, draws, dtype)

    def _ports(self, circle: Circle, arrays: Mapping[str, Array], dtype: np.dtype) -> Array:
        return jnp.concatenate([group.admittance(jnp.asarray(circle.s), arrays, dtype) for group in self.groups])

    def _waves(self, circle: Circle, parameters: Mapping[str, Any], dtype: np.dtype) -> Array:
        """The waveforms (rows, steps + 1), and a last row of ones for what does not change."""
        values = self.system.values(parameters, dtype=dtype)
        times = jnp.arange(circle.steps + 1) * circle.step
        found = jax.vmap(lambda t: self.system.drives(t, values)[:, 0])(times).T
        return jnp.concatenate([found, jnp.ones((1, len(times)), dtype)])


def _any(expressions: Expressions, system: DynamicalSystem, parameters: Mapping[str, float]) -> bool:
    """Whether one of them is not 0 for those parameters, all others being the deck's."""
    dtype = jnp.dtype(jnp.result_type(float))

    @jax.jit  # in one piece: operation by operation it would take ten seconds to compile
    def values() -> Array:
        return expressions(system.equations.names.rows(parameters, None, None, dtype), dtype)

    return bool(np.any(np.asarray(values()) != 0.0))


def _switch(found: Found, switches: Sequence[str], inner: str) -> str:
    """The one switch that a one-port reads."""
    values = [value for _, value in (*found.conductances, *found.capacitances)]
    read = sorted(set().union(*map(names, values)) & set(switches))
    if len(read) != 1:
        what = f"reads {', '.join(read)}" if read else "reads none of the switches"
        raise CircuitError(f"the one-port with {inner} {what}; each must have one switch of its own")
    return read[0]


def _group(pattern: OnePort, members: Sequence[Found], place: Any) -> Group:
    return Group(
        pattern,
        Expressions.of([value for each in members for _, value in each.conductances], place),
        Expressions.of([value for each in members for _, value in each.capacitances], place),
        len(members),
    )


@dataclass(frozen=True, eq=False)
class _Matrix:
    """The equations as (−A, M) by (row, column), and each row's drives by the row of the waveform (−1: constant)."""

    size: int
    conductances: Mapping[Entry, Expression]
    capacitances: Mapping[Entry, Expression]
    drives: Mapping[int, Mapping[int, Expression]]

    @classmethod
    def of(cls, equations: Equations) -> _Matrix:
        rows = {state: row for row, state in enumerate(equations.states)}
        waves = {f"drive {name}": row for row, name in enumerate(equations.laws.stimuli)}
        conductances: dict[Entry, Expression] = {}
        drives: dict[int, dict[int, Expression]] = {}
        for row, term in equations.terms:
            signal = getattr(term.factors[0], "positive", None) if len(term.factors) == 1 else None
            if not term.factors:
                drives.setdefault(row, {})[-1] = term.coefficient
            elif signal in rows:
                conductances[row, rows[signal]] = negative(term.coefficient)
            elif signal in waves:
                drives.setdefault(row, {})[waves[signal]] = term.coefficient
            else:
                raise CircuitError(f"the current into {equations.states[row]} is not linear in the states: no one-port")
        return cls(len(rows), conductances, equations.inertia, drives)

    def parts(self, centre: int) -> list[list[int]]:
        """The groups of states that see each other without the host, of those that see it, in order."""
        graph = nx.Graph()
        graph.add_nodes_from(range(self.size))
        graph.add_edges_from(entry for entries in (self.conductances, self.capacitances) for entry in entries)
        near = nx.node_connected_component(graph, centre) - {centre}
        return sorted(sorted(part) for part in nx.connected_components(graph.subgraph(near)))

    def found(self, unknowns: Sequence[int]) -> Found:
        """The entries among the unknowns, all but the host's own."""
        local = {row: number for number, row in enumerate(unknowns)}

        def among(entries: Mapping[Entry, Expression]) -> list[tuple[Entry, Expression]]:
            inside = ((local[i], local[j], value) for (i, j), value in entries.items() if i in local and j in local)
            return sorted((((i, j), value) for i, j, value in inside if (i, j) != (0, 0)), key=lambda each: each[0])

        return Found(among(self.conductances), among(self.capacitances))

    def own(self, centre: int, ports: Mapping[str, Found]) -> list[Expression]:
        """The host's conductance and capacitance; what a switch changes of them goes to that switch's port."""
        kept = []
        for number, entries in enumerate((self.conductances, self.capacitances)):
            rest: Expression = ZERO
            for summand in _summands(entries.get((centre, centre), ZERO)):
                switch = next(iter(names(summand) & ports.keys()), None)
                if switch is None:
                    rest = total(rest, summand)
                else:
                    ports[switch][number].append(((0, 0), summand))
            kept.append(rest)
        return kept


def _summands(expression: Expression) -> list[Expression]:
    if isinstance(expression, Unary) and expression.operator == "-":
        return [negative(each) for each in _summands(expression.operand)]
    if isinstance(expression, Binary) and expression.operator in "+-":
        right = _summands(expression.right)
        return [*_summands(expression.left), *(map(negative, right) if expression.operator == "-" else right)]
    return [expression]
