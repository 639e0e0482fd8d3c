"""The cards of B, and of E F G H: linear, polynomial, tabulated, or by an expression."""

from __future__ import annotations

import re
from itertools import pairwise

from .card import ElementCard
from .element import Element
from .expression_parser import parse_expression, parse_expression_prefix
from .fields import fields, is_expression
from .ordinary import read_controls
from .suggestion import counted
from .values import read_value

_B_CARD = re.compile(r"\S+\s+\S+\s+\S+\s+([iv])\s*=\s*", re.IGNORECASE)
_BY_EXPRESSION = {"E": ("vol", "value"), "G": ("cur", "value")}
_UNREAD = ("laplace", "freq", "chebyshev")


def read_behavioural(card: ElementCard) -> Element:
    """`B1 a b v=…` or `i=…`: the expression may stand bare; parameters may follow it."""
    nodes = card.nodes()
    match = _B_CARD.match(card.text)
    if match is None:
        raise card.fail(f"{' '.join(card.fields[2:4]) or 'nothing'!r} stands where v= or i= should")
    opening = card.text[match.end() : match.end() + 1]
    if opening and opening in "'\"":
        close = card.text.find(opening, match.end() + 1)
        tree = parse_expression(card.text[match.end() + 1 : max(close, 0)], card.location)
        end = close + 1
    else:
        tree, end = parse_expression_prefix(card.text, card.location, match.end())
    card.scope.check(tree, card.location)
    card.parameters[match[1].lower()] = tree
    card.fields, card.position = fields(card.text[end:], card.location), 0
    card.read_keywords()
    return card.element(nodes)


def read_controlled(card: ElementCard) -> Element:
    """Two nodes, then `poly(n) …`, `table {…} = …`, an expression, or controls and a gain."""
    nodes = card.nodes()
    card.skip_separators()
    word = card.peek().lower()
    letter = card.kind.letter
    if word == "poly":
        return _read_poly(card, nodes)
    if word == "table" and card.kind.control_type == "node":
        return _read_table(card, nodes)
    if word in _UNREAD:
        raise card.fail(f"{word} sources are not read", "write the transfer function with R, L and C elements")
    if word in _BY_EXPRESSION.get(letter, ()) and is_expression(card.peek(2 if card.peek(1) == "=" else 1) or "x"):
        card.take()
        if card.peek() == "=":
            card.take()
        tree = card.value(card.take(), None, "expression")
        card.read_keywords()
        return card.element(nodes, tree)
    controls = read_controls(card)
    card.skip_separators()
    if not card.peek() or (card.at_keyword() and card.peek().lower() != "gain"):
        raise card.fail(f"its {card.kind.value.name if card.kind.value else 'gain'} is missing")
    if card.at_keyword():
        card.position += 2
    gain = card.value(card.take(), card.kind.value, "gain")
    card.read_keywords()
    return card.element(nodes, gain, None, controls)


def _read_poly(card: ElementCard, nodes: tuple[str, ...]) -> Element:
    """`poly(n)`, the controls of n dimensions, then coefficients p0 p1 …: parameters["poly"]."""
    card.take()
    card.skip_separators()
    word = card.take()
    if not word.isdigit() or not 1 <= int(word) <= 100:
        raise card.fail(f"poly({word}) names no number of dimensions", "write poly(1), poly(2), …")
    if card.kind.control_type == "node":
        controls = tuple(card.node("controlling") for _ in range(2 * int(word)))
    else:
        controls = tuple(card.plain_field("controlling element").lower() for _ in range(int(word)))
    found = []
    while True:
        card.skip_separators()
        word = card.peek()
        if not word or card.at_keyword():
            break
        found.append(read_value(card.take(), card.scope, card.location, f"a coefficient of {card.name}"))
    if not found:
        raise card.fail("poly has no coefficients", f"write {card.name} n+ n- poly(1) nc+ nc- p0 p1")
    card.parameters["poly"] = tuple(found)
    card.read_keywords()
    return card.element(nodes, None, None, controls)


def _read_table(card: ElementCard, nodes: tuple[str, ...]) -> Element:
    """`table {expression} = (x1,y1) (x2,y2) …`, clamped at its ends: parameters["table"] = (expression, x1, y1, …)."""
    card.take()
    if card.peek() == "=":
        card.take()
    if not is_expression(card.peek() or "x"):
        raise card.fail("table has no expression in braces", f"write {card.name} n+ n- table {{v(a)}} = (0,0) (1,2)")
    found: list[object] = [card.value(card.take(), None, "expression")]
    if card.peek() == "=":
        card.take()
    while True:
        card.skip_separators()
        word = card.peek()
        if not word or card.at_keyword():
            break
        found.append(card.value(card.take(), None, "table entry"))
    if len(found) < 5 or len(found) % 2 == 0:
        raise card.fail(f"table has {counted(len(found) - 1, 'number')}", "write two points (x,y) or more")
    xs = [x for x in found[1::2] if isinstance(x, float)]
    if any(later <= earlier for earlier, later in pairwise(xs)):
        raise card.fail("the points of its table do not increase", "put them in order of x")
    card.parameters["table"] = tuple(found)
    card.read_keywords()
    return card.element(nodes)
