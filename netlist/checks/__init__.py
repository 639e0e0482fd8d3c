"""Checks: what is wrong with a circuit before anyone solves it.

`checks(circuit)` looks at the flat circuit and returns `Finding`s, errors first.

    names         duplicate names, buses of wrong width, controls that name nothing
    notes         what the reader of the netlist left out or doubts
    values        numbers out of the range that the element table declares
    ground        no ground at all
    islands       nodes without a path for direct current to ground; cuts made of current sources alone
    dangling      nodes that one branch touches
    source_loops  loops of voltage sources: contradictory ones, and redundant ones whose currents are not unique
    diodes        ideal diodes that sources force forward, or that currents drive without bound
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..circuit import Circuit
from .dangling import dangling_nodes
from .diodes import forced_diodes, unbounded_diodes
from .finding import Finding as Finding
from .ground import missing_ground
from .islands import floating_nodes
from .names import naming
from .source_loops import source_loops
from .survey import Survey
from .values import values_out_of_range

STRUCTURAL: tuple[Callable[[Survey], Iterator[Finding]], ...] = (
    missing_ground,
    floating_nodes,
    dangling_nodes,
    source_loops,
    forced_diodes,
    unbounded_diodes,
)
"""Checks of the topology, which only make sense where names and widths are right."""


def checks(circuit: Circuit) -> list[Finding]:
    """Everything found, errors before warnings. Linear in the number of branches but for loops and cuts it prints.

    Raises:
        NetlistError: a circuit that cannot be flattened.
    """
    flat = circuit.flatten()
    found = [Finding("warning", note.message, (), (note.location,) if note.location else ()) for note in circuit.notes]
    found.extend(naming(flat))
    broken = any(each.severity == "error" for each in found)
    found.extend(values_out_of_range(flat))
    if not broken:
        survey = Survey.of(flat)
        for look in STRUCTURAL:
            found.extend(look(survey))
    return sorted(found, key=lambda each: each.severity != "error")
