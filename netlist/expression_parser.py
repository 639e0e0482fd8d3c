"""Text to expression: a tokenizer and a Pratt parser (Pratt 1973) for the expressions of ngspice 39.

Operators, loosest first: `?:`, `||`, `&&`, `== != <> < > <= >=`, `+ -`, `* / % \\`, prefix `- + !`, `^ **`.
`{…}` inside an expression is a pair of parentheses. Nothing is ever evaluated as Python.
"""

from __future__ import annotations

import re
from typing import NoReturn

from .errors import Location, NetlistError
from .expression import (
    COMPARISONS,
    MAX_DEPTH,
    MAX_NESTING,
    PRECEDENCE,
    PREFIX_PRECEDENCE,
    Binary,
    Call,
    Conditional,
    Current,
    Expression,
    Name,
    Number,
    Unary,
    Voltage,
    depth,
)
from .node_names import canonical_node
from .numbers import number

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?[^\W_]*)
    |(?P<name>[a-z_][\w.\#$@]*)
    |(?P<operator>\*\*|&&|\|\||==|!=|<>|<=|>=|[-+*/^%\\<>!?:(),{}]))""",
    re.VERBOSE,
)
_SIGNAL = re.compile(r"\s*\(\s*((?:[^\s,()\[\]{}=]|\[[^\]]*\])+)\s*(?:,\s*((?:[^\s,()\[\]{}=]|\[[^\]]*\])+)\s*)?\)")
_SPELLINGS = {"**": "^", "<>": "!="}
_CLOSING = {"(": ")", "{": "}"}


def parse_expression(text: str, location: Location | None = None) -> Expression:
    """The tree of a whole text, with or without its `{…}` or quotes. Raises NetlistError for what is no expression."""
    if len(text) > 1 and text[0] in "'\"" and text[-1] == text[0]:
        text = text[1:-1]
    parser = _Parser(text, location)
    expression = parser.parse()
    if parser.kind:
        parser.fail(f"{parser.token!r} where an operator was expected", "join the two with an operator or remove it")
    return expression


def parse_expression_prefix(text: str, location: Location | None, start: int = 0) -> tuple[Expression, int]:
    """The longest expression at `start` of a text, and the position where it ends (a B source's card goes on there)."""
    parser = _Parser(text, location, start)
    return parser.parse(), parser.token_start


class _Parser:
    """One token of look-ahead over the lower-case text."""

    def __init__(self, text: str, location: Location | None, start: int = 0):
        self.text = text.lower()
        self.location = location
        self.start = self.position = start
        self.nesting = 0
        self.kind: str | None = None
        self.token = ""
        self.token_start = start
        self.advance()

    def fail(self, found: str, cure: str) -> NoReturn:
        shown = self.text[self.start :].strip()
        shown = shown if len(shown) <= 60 else shown[:57] + "…"
        raise NetlistError(f"the expression {shown!r} has {found}; {cure}", self.location)

    def advance(self) -> None:
        match = _TOKEN.match(self.text, self.position)
        if match is None:
            rest = self.text[self.position :]
            self.kind, self.token = None, rest.lstrip()[:1]
            self.token_start = len(self.text) - len(rest.lstrip())
            if self.token and self.token not in "'\"=;":
                cure = (
                    f"write {2 * self.token}" if self.token in "&|" else "use + - * / ^ ? : < > and ngspice's functions"
                )
                self.fail(f"the character {self.token!r}", cure)
            return
        self.kind = match.lastgroup
        self.token = match[match.lastgroup or 0]
        self.token_start = match.start(match.lastgroup or 0)
        self.position = match.end()

    def expect(self, token: str) -> None:
        if self.kind != "operator" or self.token != token:
            self.fail(f"{self.token!r} instead of {token!r}" if self.token else f"no {token!r}", f"add the {token!r}")
        self.advance()

    def parse(self) -> Expression:
        if not self.token:
            raise NetlistError("the expression is empty; write a number or a formula in it", self.location)
        expression = self.expression(0)
        if depth(expression) > MAX_DEPTH:
            self.fail(f"more than {MAX_DEPTH} nested operations", "split it over several parameters or sources")
        return expression

    def expression(self, binding: int) -> Expression:
        """Everything that binds more tightly than `binding`."""
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            self.fail(f"more than {MAX_NESTING} nested operations", "split it over several parameters or sources")
        left = self.prefix()
        while self.kind == "operator":
            operator = _SPELLINGS.get(self.token, self.token)
            if operator == "?" and binding < 1:
                left = self.conditional(left)
                continue
            precedence = PRECEDENCE.get(operator, 0)
            if precedence <= binding:
                break
            self.advance()
            left = Binary(operator, left, self.expression(precedence))
            if operator in COMPARISONS and _SPELLINGS.get(self.token, self.token) in COMPARISONS:
                self.fail("two comparisons in a row", "put parentheses around one of them")
        self.nesting -= 1
        return left

    def conditional(self, test: Expression) -> Expression:
        self.advance()
        then = self.expression(1)
        if self.token == "?":
            self.fail("a ?: between ? and :, which ngspice groups wrongly", "put parentheses around the inner one")
        self.expect(":")
        return Conditional(test, then, self.expression(0))

    def prefix(self) -> Expression:
        kind, token = self.kind, self.token
        if kind == "number":
            self.advance()
            return Number(number(token, self.location))
        if kind == "name":
            return self.name(token)
        if token in _CLOSING:
            self.advance()
            inside = self.expression(0)
            self.expect(_CLOSING[token])
            return inside
        if kind == "operator" and token in "+-!":
            self.advance()
            operand = self.expression(PREFIX_PRECEDENCE - 1)
            return operand if token == "+" else Unary(token, operand)
        self.fail(
            f"{token!r} where a value was expected" if token else "no value at its end", "put a number or name there"
        )

    def name(self, name: str) -> Expression:
        if name in ("v", "i"):
            signal = _SIGNAL.match(self.text, self.position)
            if signal:
                self.position = signal.end()
                self.advance()
                return self.signal(name, signal[1], signal[2])
            if self.text[self.position :].lstrip().startswith("("):
                self.fail(
                    f"{name}(…) without a plain name in it",
                    f"name one {'node' if name == 'v' else 'element'}, as in {name}(x)",
                )
        self.advance()
        if self.kind == "operator" and self.token == "(":
            return Call(name, self.arguments())
        return Name(name)

    def signal(self, quantity: str, first: str, second: str | None) -> Expression:
        if quantity == "v":
            return Voltage(canonical_node(first), None if second is None else canonical_node(second))
        if second is not None:
            self.fail(f"i({first},{second})", f"name one element, as in i({first})")
        return Current(first)

    def arguments(self) -> tuple[Expression, ...]:
        self.advance()
        found: list[Expression] = []
        if self.token == ")":
            self.advance()
            return ()
        while True:
            found.append(self.expression(0))
            if self.token != ",":
                break
            self.advance()
        self.expect(")")
        return tuple(found)
