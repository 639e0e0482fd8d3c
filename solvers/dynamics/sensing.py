"""The current through an element that defines a voltage: what leaves the nodes on one side of it.

Elements that define voltages tie nodes together as trees. Without one of them its tree falls into two sides, and by
Kirchhoff's current law i(v1) is minus the sum of all other currents that leave the side of its first node, or the sum
of those that leave the side of its second. A side with ground or with a capacitor to elsewhere does not tell it: there
flow currents that only the solution knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import networkx as nx

from ...netlist.errors import CircuitError
from ...netlist.expression import Current, Expression, walk
from .algebra import ZERO, difference, total
from .laws import NODAL, Branch, Laws

GROUND = "0"


@dataclass(frozen=True, eq=False)
class Sensing:
    """`read` are the elements, but for inductors, whose currents the laws read; `tied` those that define voltages."""

    read: tuple[str, ...] = ()
    tied: Mapping[str, Branch] = field(default_factory=dict)
    currents: tuple[Branch, ...] = ()
    capacitors: tuple[Branch, ...] = ()

    @classmethod
    def of(cls, laws: Laws) -> Sensing:
        """Which currents the laws read. Linear in their size."""
        values = [each.value for each in (*laws.currents, *laws.voltages)]
        found = {node.element for value in values for node in walk(value) if isinstance(node, Current)}
        read = found - {each.element.name for each in laws.inductors}
        tied = {each.element.name: each for each in laws.voltages}
        return cls(tuple(sorted(read)), tied, tuple(laws.currents), tuple(laws.capacitors))

    def current(self, element: str) -> Expression:
        """i(element), of the voltages of nodes and of other currents. Linear in the number of elements.

        Raises:
            CircuitError: an element without such a current, or one that neither side tells.
        """
        if element not in self.tied:
            raise CircuitError(
                f"i({element}) is read, but in circuits in time only the currents of inductors and of what defines a "
                "voltage are signals; read the voltage across a resistor instead"
            )
        nodes = self._side(element)
        leaving: Expression = ZERO
        for branch in self.currents:
            if (branch.first in nodes) != (branch.second in nodes):
                leaving = (total if branch.first in nodes else difference)(leaving, branch.value)
        return difference(ZERO, leaving) if self.tied[element].first in nodes else leaving

    def _side(self, element: str) -> frozenset[str]:
        """The nodes that other elements tie to one end of it, with no current but known ones out of them."""
        here = self.tied[element]
        others = nx.Graph((each.first, each.second) for name, each in self.tied.items() if name != element)
        others.add_nodes_from((here.first, here.second))
        for end in (here.first, here.second):
            side = frozenset(nx.node_connected_component(others, end))
            if GROUND not in side and not any(
                (each.first in side) != (each.second in side) for each in self.capacitors
            ):
                return side
        raise CircuitError(
            f"i({element}) is read, and ground or a capacitor on either side of {element} keeps it from being told by "
            f"the other currents; put a resistor behind {element}, or {NODAL}",
            here.element.location,
        )
