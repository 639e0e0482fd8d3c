"""A current as a polynomial in features of the signals, so that what couplings share is computed once.

    i = Σ_t c_t · Π_k f_tk(signals)

c has no signal in it; f is a signal itself or a function that cannot be taken apart, most often of one signal: a
cell's saturation, the sine of a phase. sin(a − b) becomes sin a·cos b − cos a·sin b, one sine and one cosine a phase
instead of one a coupling.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ...netlist.expression import Binary, Call, Expression, Name, Unary, Voltage, constant, reads_signals, walk
from .algebra import ONE, TWO, negative, number_of, product, reciprocal, total

MOST_PRODUCTS = 16
"""Products of sums are multiplied out up to so many terms; larger ones stay one function."""


@dataclass(frozen=True)
class Term:
    """coefficient · Π factors; no factor is a product or free of signals."""

    coefficient: Expression
    factors: tuple[Expression, ...] = ()

    def scaled(self, by: Expression) -> Term:
        """by · self."""
        return Term(product(by, self.coefficient), self.factors)


def signals(expression: Expression) -> frozenset[str]:
    """The signals it reads; every voltage in it is that of one signal."""
    return frozenset(node.positive for node in walk(expression) if isinstance(node, Voltage))


def expand(expression: Expression) -> list[Term]:
    """The terms of an expression whose voltages are signals. At most linear in its size, but for products of sums."""
    if not reads_signals(expression):
        return [] if number_of(expression) == 0.0 else [Term(expression)]
    if isinstance(expression, Unary) and expression.operator == "-":
        return [term.scaled(negative(ONE)) for term in expand(expression.operand)]
    if isinstance(expression, Binary) and expression.operator in _OPERATORS:
        return _OPERATORS[expression.operator](expression)
    if isinstance(expression, Call) and expression.function in ("sin", "cos"):
        return _circular(expression)
    return [Term(ONE, (expression,))]


def gathered(terms: Iterable[Term]) -> list[Term]:
    """Terms of the same factors made one."""
    found: dict[tuple[Expression, ...], Expression] = {}
    for term in terms:
        found[term.factors] = (
            total(found[term.factors], term.coefficient) if term.factors in found else term.coefficient
        )
    return [Term(coefficient, factors) for factors, coefficient in found.items() if number_of(coefficient) != 0.0]


def _is_function_of_one(expression: Expression) -> bool:
    """Whether it reads one signal and numbers only."""
    return len(signals(expression)) == 1 and not any(isinstance(node, Name) for node in walk(expression))


def _sum(node: Binary) -> list[Term]:
    left, right = expand(node.left), expand(node.right)
    if node.operator == "-":
        right = [term.scaled(negative(ONE)) for term in right]
    found = gathered([*left, *right])
    if len({term.factors for term in found if term.factors}) > 1 and _is_function_of_one(node):
        return [Term(ONE, (node,))]
    return found


def _product(node: Binary) -> list[Term]:
    left, right = expand(node.left), expand(node.right)
    many = _is_function_of_one(node) or len(left) * len(right) > MOST_PRODUCTS
    if many and reads_signals(node.left) and reads_signals(node.right):
        return [Term(ONE, (node,))]
    return gathered(
        Term(product(a.coefficient, b.coefficient), tuple(sorted((*a.factors, *b.factors), key=repr)))
        for a in left
        for b in right
    )


def _quotient(node: Binary) -> list[Term]:
    if reads_signals(node.right):
        return (
            _product(Binary("*", node.left, Binary("/", ONE, node.right))) if node.left != ONE else [Term(ONE, (node,))]
        )
    return [term.scaled(reciprocal(node.right)) for term in expand(node.left)]


_OPERATORS = {"+": _sum, "-": _sum, "*": _product, "/": _quotient}


def _circular(node: Call) -> list[Term]:
    """sin and cos of a·x + b·y + c by the addition theorems; of anything else as they stand."""
    parts = gathered(expand(node.arguments[0]))
    linear = all(len(part.factors) <= 1 and all(isinstance(each, Voltage) for each in part.factors) for part in parts)
    varying = [part for part in parts if part.factors]
    if not linear or len(varying) > 2 or len(parts) == 0:
        return [Term(ONE, (node,))]
    sine, cosine = _angle(parts[0])
    for part in parts[1:]:
        s, c = _angle(part)
        sine, cosine = (
            [*_times(sine, c), *_times(cosine, s)],
            [*_times(cosine, c), *(term.scaled(negative(ONE)) for term in _times(sine, s))],
        )
    return gathered(sine if node.function == "sin" else cosine)


def _times(left: list[Term], right: list[Term]) -> list[Term]:
    return [
        Term(product(a.coefficient, b.coefficient), tuple(sorted((*a.factors, *b.factors), key=repr)))
        for a in left
        for b in right
    ]


def _angle(part: Term) -> tuple[list[Term], list[Term]]:
    """Sine and cosine of one part of an angle; the sign of a number in front is taken out, so that both ends share."""
    coefficient, value = part.coefficient, number_of(part.coefficient)
    if not part.factors:
        return [Term(Call("sin", (coefficient,)))], [Term(Call("cos", (coefficient,)))]
    flipped = value is not None and value < 0.0
    if isinstance(coefficient, Unary) and coefficient.operator == "-" and not flipped:
        coefficient, flipped = coefficient.operand, True
    elif flipped:
        coefficient = negative(coefficient)
    angle = product(coefficient, part.factors[0])
    sine, cosine = Call("sin", (angle,)), Call("cos", (angle,))
    return [Term(negative(ONE) if flipped else ONE, (sine,))], [Term(ONE, (cosine,))]


def doubled_angles(terms: list[Term]) -> list[Term]:
    """sin 2a as 2·sin a·cos a wherever sin a and cos a are among the factors anyway."""
    known = {factor for term in terms for factor in term.factors}
    replacements: dict[Expression, tuple[Expression, Expression]] = {}
    for factor in known:
        if not (isinstance(factor, Call) and factor.function == "sin"):
            continue
        if (half := _half(factor.arguments[0])) is not None:
            pair = Call("sin", (half,)), Call("cos", (half,))
            if known.issuperset(pair):
                replacements[factor] = pair
    return [_replaced(term, replacements) for term in terms]


def _half(angle: Expression) -> Expression | None:
    """Half of a number times a signal."""
    if not isinstance(angle, Binary) or angle.operator != "*":
        return None
    value = number_of(angle.left)
    return None if value is None else product(constant(value / 2.0), angle.right)


def _replaced(term: Term, replacements: dict[Expression, tuple[Expression, Expression]]) -> Term:
    factors: list[Expression] = []
    coefficient = term.coefficient
    for factor in term.factors:
        if factor in replacements:
            coefficient = product(TWO, coefficient)
            factors += replacements[factor]
        else:
            factors.append(factor)
    return Term(coefficient, tuple(sorted(factors, key=repr)))
