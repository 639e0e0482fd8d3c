"""A traced JAX function as a graph of scalar operations: equal operations once, constants folded, zeros and ones gone.

Derivatives written by JAX repeat their primal and multiply by structural zeros; numbering values by what computes them
(Cocke 1970) removes both, so that a Jacobian's empty places are known before any code is made.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jax.extend.core import Literal

from .primitives import FOLD, INLINED, TRANSLATE

Node = float | int
"""A constant as a float, or the number of an operation as an int; truth values are the floats 0 and 1 or operations."""


@dataclass
class ScalarGraph:
    """Operations in an order in which each reads earlier ones: (name, operands)."""

    operations: list[tuple[str, tuple[Node, ...]]] = field(default_factory=list)
    _numbers: dict[tuple, int] = field(default_factory=dict)

    def add(self, name: str, *operands: Node) -> Node:
        """The value of an operation; an earlier equal one, or a constant, where there is one."""
        simple = _simplified(name, operands)
        if simple is not None:
            return simple
        key = (name, *((type(each), each, math.copysign(1.0, each)) for each in operands))
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = len(self.operations)
            self.operations.append((name, operands))
        return found

    def read(self, jaxpr: Any, constants: Sequence[Any], inputs: Sequence[Node]) -> list[Node]:
        """Add all of a jaxpr's equations; its outputs.

        Raises:
            NotImplementedError: a primitive that is not scalar arithmetic.
        """
        values: dict[Any, Node] = dict(zip(jaxpr.invars, inputs, strict=True))
        values |= zip(jaxpr.constvars, map(_constant, constants), strict=True)

        def value(atom: Any) -> Node:
            return _constant(atom.val) if isinstance(atom, Literal) else values[atom]

        for equation in jaxpr.eqns:
            operands = [value(atom) for atom in equation.invars]
            name = equation.primitive.name
            if name in INLINED:
                inner = equation.params[INLINED[name]]
                found = self.read(getattr(inner, "jaxpr", inner), getattr(inner, "consts", ()), operands)
            elif name in TRANSLATE:
                found = [TRANSLATE[name](self.add, operands, equation.params)]
            else:
                raise NotImplementedError(f"{name} is no scalar operation; write the physics with others")
            values |= zip(equation.outvars, found, strict=True)
        return [value(atom) for atom in jaxpr.outvars]


def _constant(value: Any) -> float:
    return float(np.asarray(value).reshape(()))


def _simplified(name: str, operands: tuple[Node, ...]) -> Node | None:
    """The operation's value where it needs no operation."""
    if name in FOLD and all(isinstance(each, float) for each in operands):
        return _folded(FOLD[name], operands)
    if name == "select":
        return _chosen(*operands)
    return _NEUTRAL[name](*operands) if name in _NEUTRAL else None


def _is(node: Node, constant: float) -> bool:
    """Whether a node is that constant, and not the operation of the same number."""
    return isinstance(node, float) and node == constant


def _sum(a: Node, b: Node) -> Node | None:
    return b if _is(a, 0.0) else a if _is(b, 0.0) else None


def _difference(a: Node, b: Node) -> Node | None:
    return a if _is(b, 0.0) else None


def _product(a: Node, b: Node) -> Node | None:
    if _is(a, 0.0) or _is(b, 0.0):
        return 0.0
    return b if _is(a, 1.0) else a if _is(b, 1.0) else None


def _quotient(a: Node, b: Node) -> Node | None:
    return 0.0 if _is(a, 0.0) else a if _is(b, 1.0) else None


def _chosen(test: Node, then: Node, otherwise: Node) -> Node | None:
    if isinstance(test, float):
        return then if test else otherwise
    return then if type(then) is type(otherwise) and then == otherwise else None


_NEUTRAL: Mapping[str, Callable[[Node, Node], Node | None]] = {
    "add": _sum,
    "sub": _difference,
    "mul": _product,
    "div": _quotient,
}


def _folded(function: Callable[..., float], operands: tuple[Node, ...]) -> float | None:
    try:
        return float(function(*operands))
    except (ArithmeticError, ValueError):
        return None
