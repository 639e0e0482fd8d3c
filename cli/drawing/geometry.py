"""Where everything in a schematic is: rails by x, links by y, what hangs below at a common height."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...netlist import Circuit
from ...netlist.graph import Hub
from .columns import ordered_places
from .hanging import group_width, hang_positions
from .labels import label_width, value_text
from .plan import Hang, Link, Place, Plan
from .rows import link_rows

ROW = 1.3
GAP = 1.7
BOX = 0.75


@dataclass(frozen=True)
class Geometry:
    """Positions in units: `x` of every rail, `row` of every link, `hang_x` of everything that hangs."""

    plan: Plan
    x: dict[Place, float]
    rows: dict[Link, float]
    hang_x: dict[Hang, float]

    @classmethod
    def of(cls, circuit: Circuit, net_text: Callable[[str], str]) -> Geometry:
        """Lay out a circuit; `net_text` is the longest line that will stand above a net."""
        plan = Plan.of(circuit)
        order = ordered_places(plan, {name for name in circuit.outputs if isinstance(name, str)})
        column = {place: number for number, place in enumerate(order)}
        rows = link_rows(plan.links, column, plan.boxes)
        heights = {link: ROW * row for link, row in zip(plan.links, rows, strict=True)}
        groups = {place: [hang for hang in plan.hangs if hang.rail == place] for place in order}
        above = {place: 0.0 if isinstance(place, Hub) else label_width(net_text(place)) for place in order}
        x = _rail_positions(order, plan, groups, above)
        return cls(plan, x, heights, hang_positions(groups, x))

    def reach(self, place: Place) -> tuple[float, float] | None:
        """Lowest and highest link at a rail, or None."""
        heights = [height for link, height in self.rows.items() if place in (link.first, link.second)]
        return (min(heights), max(heights)) if heights else None


def _link_width(link: Link) -> float:
    if link.port is not None:
        return 0.5
    return 0.15 + label_width(f"{link.element.name}  {value_text(link.element)}")


def _rail_positions(
    order: list[Place], plan: Plan, groups: dict[Place, list[Hang]], above: dict[Place, float]
) -> dict[Place, float]:
    """Left to right, far enough apart for the labels of direct links and for what hangs."""
    x: dict[Place, float] = {}
    at = 0.0
    for number, place in enumerate(order):
        if number:
            before = order[number - 1]
            direct = [link for link in plan.links if {link.first, link.second} == {before, place}]
            names = (above[before] + above[place]) / 2
            between = max([0.9, names + 0.2, *(max(GAP, names + _link_width(link)) for link in direct)])
            sides = sum(BOX for each in (before, place) if each in plan.boxes)
            hanging = max(0.0, group_width(groups[before]) - 0.35) + 0.35
            at += max(between + sides, hanging)
        x[place] = at
    return x
