"""An ideal resistive circuit as a quadratic program (Scellier 2024, Theorem 1), and its answer under the user's names.

`ResistiveNetwork.of(circuit)` compiles the structure once: who is tied to whom by sources, which branches are left
between supernodes. Values come afterwards: `problem(...)` is array arithmetic, and every problem of one network shares
one `Topology`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..netlist import Circuit, Traces
from ..netlist.buses import bus_widths
from ..netlist.diode_connected import between_ends, is_diode
from ..netlist.piecewise import Reduction, with_ideal_parts
from .branches import Branches
from .certificates import blocked_loop, contradictory_loop
from .feasibility import TOLERANCE
from .nodes import NodeTable
from .qp import QP, Solution, Topology, with_ground
from .resistive_elements import conductance_of, current_of, nothing_of, refused, voltage_of
from .scatter import scatter
from .supernodes import Supernodes
from .values import Load, Values, one_per_node


@dataclass(frozen=True, eq=False)
class ResistiveNetwork:
    """A compiled circuit of R, V, I and ideal D in any placement; C is open and L a short, as at an operating point.

    Flat branches: `resistors`, `diodes`, `currents` (I), `sources` (V, then L at 0 V), `opens` (C). `loads` are the
    nodes a load may be attached to. `rows` are the places in (resistors, loads) that the QP keeps, `diode_rows` those
    of its diodes: branches inside one supernode are left out. `circuit` is made of ideal parts: `reduction` says what
    stands for a piecewise-linear diode, and `traces` has the user's elements and nodes alone.
    """

    circuit: Circuit
    reduction: Reduction
    table: NodeTable
    resistors: Branches
    diodes: Branches
    currents: Branches
    sources: Branches
    opens: Branches
    loads: np.ndarray
    supernodes: Supernodes
    topology: Topology
    rows: np.ndarray
    diode_rows: np.ndarray

    @classmethod
    def of(cls, circuit: Circuit, loads: Iterable[str] | None = None, smooth: bool = False) -> ResistiveNetwork:
        """Compile a circuit. Linear in its branches; arrays are never written out.

        `loads` are the nodes that loads may be attached to, by default the circuit's `*@ output` nodes. With `smooth`
        the diodes are real ones, MOSFETs tied to be diodes among them: the network then says how they are joined, and
        `batched.characteristics` what they do.

        Raises:
            CircuitError: an element that is not ideal and resistive, by name, line and cure.
        """
        reduction = with_ideal_parts(circuit)
        flat = reduction.circuit
        if (reason := refused(flat, smooth)) is not None:
            raise reason
        table = NodeTable.of(flat.elements, bus_widths(flat))
        resistors = Branches.of(flat.of_kind("R"), table, conductance_of)
        conducting = [between_ends(element, flat.models) for element in flat.of_kind("D", "M") if is_diode(element)]
        diodes = Branches.of(conducting, table, nothing_of)
        sources = Branches.of((*flat.of_kind("V"), *flat.of_kind("L")), table, voltage_of)
        named = [node for node in flat.outputs if "(" not in node] if loads is None else list(loads)
        at = np.asarray([node for name in named for node in np.ravel(table.index(name))], dtype=np.int64)
        groups = Supernodes.of(table.ground + 1, table.ground, sources.first, sources.second)
        group = groups.group
        a = group[np.concatenate([resistors.first, at])]
        b = group[np.concatenate([resistors.second, np.full(len(at), table.ground)])]
        rows = np.flatnonzero(a != b)
        diode_rows = np.flatnonzero(group[diodes.first] != group[diodes.second])
        anode, cathode = group[diodes.first[diode_rows]], group[diodes.second[diode_rows]]
        topology = Topology(groups.count, a[rows], b[rows], anode, cathode)
        currents = Branches.of(flat.of_kind("I"), table, current_of)
        opens = Branches.of(flat.of_kind("C"), table, nothing_of)
        gathered = (resistors, diodes, currents, sources, opens)
        return cls(flat, reduction, table, *gathered, at, groups, topology, rows, diode_rows)

    def values(
        self,
        conductances: Mapping[str, Any] | np.ndarray | None = None,
        voltages: Mapping[str, Any] | np.ndarray | None = None,
        currents: Mapping[str, Any] | np.ndarray | None = None,
        load: Load | None = None,
    ) -> Values:
        """The circuit's values with some replaced: by element name, or all of a kind as one flat array.

        Conductances in siemens (whatever the card is written in), voltages in volts, currents in amperes.
        """
        nudge = load or Load()
        return Values(
            self.resistors.updated(conductances, "resistor"),
            self.sources.updated(voltages, "voltage source"),
            self.currents.updated(currents, "current source"),
            one_per_node(nudge.conductance, len(self.loads), "conductance"),
            one_per_node(nudge.current, len(self.loads), "current"),
        )

    def problem(
        self,
        conductances: Mapping[str, Any] | np.ndarray | None = None,
        voltages: Mapping[str, Any] | np.ndarray | None = None,
        currents: Mapping[str, Any] | np.ndarray | None = None,
        load: Load | None = None,
    ) -> QP:
        """The QP of these values (see `values`).

        Raises:
            CircuitError: voltage sources that contradict each other around a loop, alone or with a diode across them.
        """
        return self.reduce(self.values(conductances, voltages, currents, load))

    def reduce(self, values: Values) -> QP:
        """The QP of flat values."""
        if (loop := self.supernodes.contradiction(values.voltage)) is not None:
            raise contradictory_loop(self, loop, values.voltage)
        offsets = self.supernodes.offsets(values.voltage)
        drops = offsets[self.diodes.second] - offsets[self.diodes.first]
        inside = np.setdiff1d(np.arange(self.diodes.count), self.diode_rows)
        if len(inside) and np.min(drops[inside]) < -TOLERANCE * np.max(np.abs(offsets)):
            raise blocked_loop(self, int(inside[np.argmin(drops[inside])]), float(np.min(drops[inside])))
        first = np.concatenate([self.resistors.first, self.loads])[self.rows]
        second = np.concatenate([self.resistors.second, np.full(len(self.loads), self.table.ground)])[self.rows]
        conductance = np.concatenate([values.conductance, values.load_conductance])[self.rows]
        offset = offsets[first] - offsets[second]
        return QP(self.topology, conductance, offset, self._injection(values), drops[self.diode_rows])

    def _injection(self, values: Values) -> np.ndarray:
        """The current (n) that sources and loads push into each free supernode."""
        group, size = self.supernodes.group, self.supernodes.count + 1
        into = scatter(values.current, group[self.currents.second], size)
        out = scatter(values.current, group[self.currents.first], size)
        return (into - out + scatter(values.load_current, group[self.loads], size))[:-1]

    def potentials(self, x: np.ndarray, values: Values) -> np.ndarray:
        """The potential (nodes + 1, ground last) of every node, volts."""
        return with_ground(x)[self.supernodes.group] + self.supernodes.offsets(values.voltage)

    def traces(
        self, solution: Solution, values: Values | None = None, about: Mapping[str, object] | None = None
    ) -> Traces:
        """Every node voltage and every branch current, SPICE's names and signs; `values` are those of the problem.

        The current of a voltage source that only closes a loop with others is given as 0: it is not unique.
        """
        values = values or self.values()
        every = self.branch_currents(solution, values)
        currents = {name: each for branches, current in every for name, each in branches.shaped(current).items()}
        named = self.table.signals(self.potentials(solution.v, values)[:-1])
        for element in self.circuit.elements:
            if element.name in currents:
                named[f"i({element.name})"] = currents[element.name]
        return Traces(self.reduction.restored(named), about=dict(about or {}))

    def branch_currents(self, solution: Solution, values: Values) -> list[tuple[Branches, np.ndarray]]:
        """The current of every branch from its first node through it to its second, amperes, kind by kind."""
        group, x = self.supernodes.group, with_ground(solution.v)
        offsets = self.supernodes.offsets(values.voltage)
        a, b = self.resistors.first, self.resistors.second
        through = values.conductance * (x[group[a]] - x[group[b]] + (offsets[a] - offsets[b]))
        diode = np.zeros(self.diodes.count)
        diode[self.diode_rows] = solution.diode_currents
        passive = [(self.resistors, through), (self.diodes, diode), (self.currents, values.current)]
        potential = (x[group] + offsets)[self.loads]
        size = self.table.ground + 1
        leaving = scatter(values.load_conductance * potential - values.load_current, self.loads, size)
        for branches, current in passive:
            leaving += scatter(current, branches.first, size)
            leaving -= scatter(current, branches.second, size)
        source = self.supernodes.currents(leaving)
        return [*passive, (self.sources, source), (self.opens, np.zeros(self.opens.count))]
