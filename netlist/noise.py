"""Noise as the netlist states it: Wiener processes on nodes, and the thermal noise of resistors."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from .buses import node_fields
from .circuit import Circuit, Directive
from .directives import of_keyword
from .errors import CircuitError
from .parameters import NOMINAL_TEMPERATURE
from .selectors import select
from .suggestion import nearest

THERMAL = "thermal"


@dataclass(frozen=True, slots=True)
class Wiener:
    """A Wiener process on a node: dv = … + amplitude·dW, `amplitude` in V/√s. Nodes of one `group` share one dW.

    A node may have one of its own and one of each group: what moves nodes together is a group's, what moves them apart
    their own, or a group's with amplitudes of both signs.
    """

    node: str
    amplitude: float
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Noise:
    """The noise of a circuit: processes in the order of the flat circuit's nodes; `thermal` is the temperature in °C of
    the resistors whose current noise has the density 4kT/R, None where `*@ noise thermal` is not written."""

    processes: tuple[Wiener, ...] = ()
    thermal: float | None = None

    @classmethod
    def of(cls, circuit: Circuit) -> Noise:
        """What `*@ noise` says; a later line overrides an earlier one of its sort: the node's own, or the same group's.

        Linear in nodes × lines.

        Raises:
            CircuitError: a selector without a node, a node without an amplitude, an amplitude for `thermal`.
        """
        if not any(of_keyword(circuit.flatten(), "noise")):
            return cls()
        flat = circuit.expand()
        nodes = dict.fromkeys(node for element in flat.elements for node in node_fields(element) if node != "0")
        found: defaultdict[str, dict[str | None, Wiener]] = defaultdict(dict)
        thermal = None
        for directive in of_keyword(flat, "noise"):
            for selector in directive.selectors:
                if selector == THERMAL:
                    thermal = _temperature(directive, flat)
                else:
                    for each in _processes(directive, selector, nodes):
                        found[each.node][each.group] = each
        return cls(tuple(each for node in nodes if node in found for each in found[node].values()), thermal)


def _processes(directive: Directive, selector: str, nodes: dict[str, None]) -> list[Wiener]:
    amplitude, group = directive.options.get("amplitude"), directive.options.get("group")
    if not isinstance(amplitude, float) or "temperature" in directive.options:
        cause = f"*@ noise {selector} needs an amplitude and has no temperature"
        raise CircuitError(f"{cause}; write *@ noise {selector} amplitude=1m", directive.location)
    chosen = select([selector], nodes)
    if not chosen:
        raise CircuitError(f"*@ noise {selector} selects no node; {nearest(selector, nodes)}", directive.location)
    return [Wiener(node, amplitude, None if group is None else str(group)) for node in chosen]


def _temperature(directive: Directive, flat: Circuit) -> float:
    if directive.options.keys() - {"temperature"}:
        cause = "*@ noise thermal follows from the resistors and takes a temperature only"
        raise CircuitError(f"{cause}; write *@ noise thermal temperature=27", directive.location)
    given = directive.options.get("temperature", flat.temperature)
    return given if isinstance(given, float) else NOMINAL_TEMPERATURE
