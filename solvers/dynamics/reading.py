"""Signals by name out of a solution: voltages between nodes and currents of elements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
from jax import Array

from ...netlist.errors import CircuitError
from ...netlist.expression import Current, Expression, Voltage, children, rebuild
from ...netlist.expression_parser import parse_expression
from .equations import Equations
from .shapes import Expressions, Place


@dataclass(frozen=True, eq=False)
class Reading:
    """The expressions of some signals."""

    expressions: Expressions

    @classmethod
    def of(cls, names: Sequence[str], equations: Equations, place: Place) -> Reading:
        """Write each name as an expression of signals.

        Raises:
            CircuitError: a node or element that the circuit does not have, or a current that is none of its signals.
        """
        currents = {branch.element.name: branch.value for branch in equations.laws.currents}

        def written(node: Expression) -> Expression:
            if isinstance(node, Current) and node.element in currents:
                return equations.unknowns.write(currents[node.element])
            if isinstance(node, Current) and equations.crossbars and node.element in equations.unknowns.sensing.tied:
                raise CircuitError(
                    f"i({node.element}) cannot be read beside the crossbar {equations.crossbars[0].element.name}, "
                    f"whose single currents are not evaluated"
                )
            if isinstance(node, Voltage | Current):
                return equations.unknowns.write(node)
            return rebuild(node, tuple(written(child) for child in children(node)))

        found = [written(parse_expression(name if "(" in name else f"v({name})", None)) for name in names]
        return cls(Expressions.of(found, _known(place)))

    def __call__(self, arrays: Mapping[str, Array], values: Mapping[str, Any]) -> Array:
        """The signals (names, batch)."""
        found = self.expressions(arrays, arrays["states"].dtype)
        return jnp.broadcast_to(found, (found.shape[0], max(found.shape[1], arrays["states"].shape[1])))


def _known(place: Place) -> Place:
    def look_up(name: str) -> tuple[str, int]:
        try:
            return place(name)
        except KeyError:
            raise CircuitError(f"the circuit has no node {name} to read") from None

    return look_up
