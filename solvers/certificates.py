"""Why a circuit has no steady state, in the user's names: loops of sources and diodes, cuts of current sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..netlist.element import kind_letter
from ..netlist.errors import CircuitError, NumericalError, TellegenError
from ..netlist.piecewise import device_of, is_inner
from .branches import Branches
from .feasibility import Infeasible, Unbounded
from .methods.convexity import Indefinite
from .methods.method import NotConverged

if TYPE_CHECKING:
    from .resistive import ResistiveNetwork

SHOWN = 12


def contradictory_loop(network: ResistiveNetwork, loop: list[tuple[int, bool]], voltages: np.ndarray) -> CircuitError:
    """Voltage sources (index, passed from − to +) that do not sum to zero around a loop."""
    total = sum(float(voltages[source]) * (1 if upward else -1) for source, upward in loop)
    sources = _listed([_source_text(network, source, float(voltages[source])) for source, _ in loop])
    location = network.circuit[network.sources.owner(loop[0][0])].location
    one = len(loop) == 1
    return CircuitError(
        f"the voltage {'source' if one else 'sources'} {sources} {'is' if one else 'form'} a loop that sums to "
        f"{abs(total):g} V instead of 0; change a value, take one out, or put a resistor in series",
        location,
    )


def blocked_loop(network: ResistiveNetwork, diode: int, drop: float) -> CircuitError:
    """A diode that voltage sources alone force forward."""
    ends = [network.table.name(int(each[diode])) for each in (network.diodes.first, network.diodes.second)]
    where = "" if any(map(is_inner, ends)) else f" (from {ends[0]} to {ends[1]})"
    device = device_of(network.diodes.name(diode))
    if kind_letter(device) == "R":
        cause = f"voltage sources hold {device} {-drop:g} V beyond a vertical segment of its curve"
        return CircuitError(f"{cause}; put a resistor in series", network.circuit[network.diodes.owner(diode)].location)
    return CircuitError(
        f"voltage sources hold diode {device} forward by {-drop:g} V{where}; turn it round or put a resistor in series",
        network.circuit[network.diodes.owner(diode)].location,
    )


def explained(network: ResistiveNetwork, error: TellegenError) -> TellegenError:
    """The error with supernodes and diodes replaced by the circuit's names."""
    if isinstance(error, Infeasible):
        rows = network.diode_rows[error.diodes]
        names = _listed([device_of(network.diodes.name(int(row))) for row in rows])
        return CircuitError(
            f"no voltages satisfy the {'diode' if len(rows) == 1 else 'diodes'} {names}: voltage sources push "
            f"{-error.excess:g} V forward around their loop; turn one round or put a resistor in series",
            network.circuit[network.diodes.owner(int(rows[0]))].location,
        )
    if isinstance(error, Unbounded):
        return _cut(network, error)
    if isinstance(error, Indefinite):
        nodes = node_names(network, np.asarray([error.supernode]))
        return Indefinite(error.supernode, error.siemens, f"node {_listed(nodes)}")
    if isinstance(error, NotConverged):
        where = _listed(node_names(network, np.asarray([error.solution.worst])))
        return NumericalError(f"{error}, node {where or '0'}")
    return error


def node_names(network: ResistiveNetwork, supernodes: np.ndarray) -> list[str]:
    """The nodes of some free supernodes."""
    return [network.table.name(int(node)) for node in np.flatnonzero(np.isin(network.supernodes.group, supernodes))]


def _cut(network: ResistiveNetwork, error: Unbounded) -> CircuitError:
    inside = np.isin(network.supernodes.group, error.nodes)
    crossing = np.flatnonzero(inside[network.currents.first] != inside[network.currents.second])
    sources = _listed([device_of(network.currents.name(int(source))) for source in crossing])
    location = network.circuit[network.currents.owner(int(crossing[0]))].location if len(crossing) else None
    nodes = [node for node in node_names(network, error.nodes) if not is_inner(node)]
    verb, way = ("into", "leave") if error.current > 0 else ("out of", "come in")
    return CircuitError(
        f"{sources or 'the load'} {'push' if len(crossing) > 1 else 'pushes'} {abs(error.current):g} A {verb} "
        f"{'nodes' if len(nodes) > 1 else 'node'} {_listed(nodes)} and no branch lets it {way}; "
        f"give a resistor to ground, or turn a diode round",
        location,
    )


def _source_text(network: ResistiveNetwork, source: int, voltage: float) -> str:
    branches: Branches = network.sources
    plus, minus = (network.table.name(int(ends[source])) for ends in (branches.first, branches.second))
    return f"{branches.name(source)} ({voltage:g} V from {plus} to {minus})"


def _listed(texts: list[str]) -> str:
    """`a, b and c`, or the first of a long list."""
    if len(texts) > SHOWN:
        return f"{', '.join(texts[:SHOWN])} and {len(texts) - SHOWN} more"
    return " and ".join(filter(None, (", ".join(texts[:-1]), *texts[-1:])))
