"""∫ i(u) du in closed form, of what is a sum of powers, sines and cosines of c·u: the co-content of one element."""

from __future__ import annotations

from ...netlist.expression import Binary, Call, Expression, Name, Unary, Voltage, children, constant, rebuild
from .algebra import ONE, ZERO, difference, negative, product, reciprocal, total
from .polynomial import Term, expand

_SIGNAL = Voltage("integrated")


def integral(value: Expression, variable: Name) -> Expression | None:
    """The integral of an expression over one name from 0, as an expression of it; None where it is none of these forms.

    The expression reads no voltages. Linear in its size, but for products of sums.
    """
    found = _of(replaced(value, variable, _SIGNAL))
    return None if found is None else replaced(found, _SIGNAL, variable)


def _of(value: Expression) -> Expression | None:
    if isinstance(value, Unary) and value.operator == "-":
        inner = _of(value.operand)
        return None if inner is None else negative(inner)
    if isinstance(value, Binary) and value.operator in "+-":
        left, right = _of(value.left), _of(value.right)
        if left is None or right is None:
            return None
        return total(left, right) if value.operator == "+" else difference(left, right)
    parts = [(term.coefficient, _of_term(term)) for term in expand(value)]
    found: Expression = ZERO
    for coefficient, part in parts:
        if part is None:
            return None
        found = total(found, product(coefficient, part))
    return found


def _of_term(term: Term) -> Expression | None:
    if all(factor == _SIGNAL for factor in term.factors):
        power = len(term.factors) + 1
        whole: Expression = _SIGNAL
        for _ in term.factors:
            whole = product(whole, _SIGNAL)
        return product(constant(1.0 / power), whole)
    factor = term.factors[0]
    if len(term.factors) != 1 or not isinstance(factor, Call):
        return None
    slope = _slope(factor.arguments[0]) if factor.function in ("sin", "cos") else None
    if slope is None:
        return None
    if factor.function == "cos":
        return product(reciprocal(slope), Call("sin", factor.arguments))
    return product(reciprocal(slope), difference(ONE, Call("cos", factor.arguments)))


def _slope(angle: Expression) -> Expression | None:
    """c of c·u."""
    if angle == _SIGNAL:
        return ONE
    if isinstance(angle, Binary) and angle.operator == "*" and angle.right == _SIGNAL:
        return angle.left if _SIGNAL not in _leaves(angle.left) else None
    return None


def _leaves(node: Expression) -> list[Expression]:
    found = children(node)
    return [leaf for child in found for leaf in _leaves(child)] if found else [node]


def replaced(node: Expression, old: Expression, new: Expression) -> Expression:
    """The expression with another one wherever `old` stands."""
    if node == old:
        return new
    return rebuild(node, tuple(replaced(child, old, new) for child in children(node)))
