"""The co-content of a circuit: what its settling goes down, and what equilibrium propagation compares.

    E(v) = Σ over two-terminal elements of ∫₀^v i(v′) dv′   (W. Millar, 1951)

A circuit of capacitors and elements whose current depends on their own voltage alone follows C·dv/dt = −∂E/∂v. Besides,
a current may depend on what no state moves: inputs, and what is computed from inputs alone. Integrals of powers, sines
and cosines are taken in closed form, those of any other expression by Gauss and Legendre's rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import Array

from ...netlist.errors import CircuitError
from ...netlist.expression import Binary, Expression, Name, Voltage, children, rebuild
from .algebra import difference, negative
from .integral import integral, replaced
from .laws import Branch
from .polynomial import signals
from .shapes import Expressions
from .system import DynamicalSystem
from .unknowns import GROUND, Unknowns

ACROSS = "across"
POINTS = 16
"""Of the quadrature: exact to round-off for polynomials up to degree 31, and for sines over some turns."""


@dataclass(frozen=True, eq=False)
class CoContent:
    """The co-content of a system's elements, compiled: closed forms and, over `across`, integrals by quadrature."""

    system: DynamicalSystem
    closed: Expressions
    across: Expressions
    currents: Expressions

    @classmethod
    def of(cls, system: DynamicalSystem) -> CoContent:
        """Take every current law as that of a two-terminal element; those that no state moves are left out.

        Linear in their number.

        Raises:
            CircuitError: an inductor, a current that depends on other voltages than its element's own, or a crossbar
                without a closed form.
        """
        laws, unknowns = system.equations.laws, system.equations.unknowns
        if laws.inductors:
            inductor = laws.inductors[0].element
            raise CircuitError(
                f"{inductor.name} is an inductor: a circuit with it has no co-content", inductor.location
            )
        place = system.network.place

        def placed(name: str) -> tuple[str, int]:
            return (ACROSS, int(name.removeprefix(f"{ACROSS} "))) if name.startswith(f"{ACROSS} ") else place(name)

        moved = _Moved.of(unknowns)
        closed: list[Expression] = []
        across: list[Expression] = []
        currents: list[Expression] = []
        for branch in filter(moved.touches, laws.currents):
            variable = Name(f"{ACROSS} {len(currents)}")
            current = unknowns.write(moved.own(branch, variable))
            voltage = unknowns.write(difference(Voltage(branch.first), Voltage(branch.second)))
            found = integral(current, variable)
            if found is None:
                across.append(voltage)
                currents.append(current)
            else:
                closed.append(replaced(found, variable, voltage))
        for each in system.network.crossbars:
            each.check_content()
        quadrature = Expressions.of(across, place), Expressions.of(currents, placed)
        return cls(system, Expressions.of(closed, place), *quadrature)

    def __call__(self, t: Any, y: Array, values: Mapping[str, Any]) -> Array:
        """E (batch,) in joule a second at a time and states (states, batch); differentiable in all of them."""
        network = self.system.network
        arrays = network.signals(self.system.drives(t, values), y, values)
        total = jnp.sum(self.closed(arrays, y.dtype), axis=0)
        for each, prepared in zip(network.crossbars, values["crossbars"], strict=True):
            total = total + each.content(arrays, prepared)
        across = self.across(arrays, y.dtype)
        places, weights = np.polynomial.legendre.leggauss(POINTS)
        for place, weight in zip((places + 1) / 2, weights / 2, strict=True):
            current = self.currents({**arrays, ACROSS: jnp.asarray(place, y.dtype) * across}, y.dtype)
            total = total + jnp.asarray(weight, y.dtype) * jnp.sum(across * current, axis=0)
        return jnp.broadcast_to(total, (max(total.shape[-1], y.shape[1]),))


@dataclass(frozen=True)
class _Moved:
    """Which signals the states move: these themselves, and what is computed from them."""

    unknowns: Unknowns
    signals: frozenset[str]

    @classmethod
    def of(cls, unknowns: Unknowns) -> _Moved:
        reads: dict[str, set[str]] = {node: set(signals(value)) for node, value in unknowns.derived.items()}
        for node, branches in unknowns.sums().items():
            if node in unknowns.algebraic:
                voltages = (unknowns.write(Voltage(end)) for each in branches for end in (each.first, each.second))
                found = (signals(each) for each in (*voltages, *(branch.value for branch in branches)))
                reads[node] = set().union(*found)
        moved = set(unknowns.states)
        while grown := {node for node, read in reads.items() if node not in moved and read & moved}:
            moved |= grown
        return cls(unknowns, frozenset(moved))

    def moves(self, node: str) -> bool:
        """Whether a state moves that node's voltage."""
        return bool(signals(self.unknowns.write(Voltage(node))) & self.signals)

    def touches(self, branch: Branch) -> bool:
        """Whether an end of it moves."""
        return self.moves(branch.first) or self.moves(branch.second)

    def own(self, branch: Branch, across: Name) -> Expression:
        """The branch's current with its own voltage as one name.

        Raises:
            CircuitError: an end that a controlled source moves, or a current that depends on another moving voltage.
        """
        for node in (branch.first, branch.second):
            if (signals(self.unknowns.write(Voltage(node))) & self.signals) - {node}:
                raise CircuitError(
                    f"{branch.element.name} ends at v({node}), which a controlled source moves: the circuit has no "
                    f"co-content",
                    branch.element.location,
                )
        ends = {branch.first: branch.second, branch.second: branch.first}

        def walk(node: Expression) -> Expression:
            pair = _pair(node)
            if pair is not None and ends.get(pair[0]) == pair[1]:
                return across if pair[0] == branch.first else negative(across)
            if isinstance(node, Voltage) and pair is not None and any(map(self.moves, pair)):
                shown = pair[0] if pair[1] == GROUND else ",".join(pair)
                raise CircuitError(
                    f"the current of {branch.element.name} depends on v({shown}), not on its own voltage alone: "
                    f"the circuit has no co-content",
                    branch.element.location,
                )
            return rebuild(node, tuple(walk(child) for child in children(node)))

        return walk(branch.value)


def _pair(node: Expression) -> tuple[str, str] | None:
    """The two nodes of v(a,b), v(a), or v(a)-v(b)."""
    if isinstance(node, Voltage):
        return node.positive, node.negative or GROUND
    if isinstance(node, Binary) and node.operator == "-":
        left, right = node.left, node.right
        if isinstance(left, Voltage) and isinstance(right, Voltage) and not (left.negative or right.negative):
            return left.positive, right.positive
    return None
