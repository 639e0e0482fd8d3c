"""One element card being read: its fields from left to right, and what every kind's reader needs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

from .bus import bus_slice
from .declaration import ElementKind, Parameter
from .element import Element, empty, kind_letter
from .elements import KINDS
from .errors import Location, NetlistError
from .expression import Expression
from .fields import fields, is_expression
from .node_names import canonical_node
from .numbers import looks_numeric
from .ranges import check_value
from .scope import Scope
from .sidecar import Sidecars
from .suggestion import nearest
from .values import read_value

_RANGES = re.compile(r"([^\[\]]+)\[(\d+):(\d+)(?:,(\d+):(\d+))?\]")
_FIRST = re.compile(r"(?:[^\s\[\],]|\[[^\]]*\])+")
_NAME = re.compile(r"(?:[^\s\[\]=(){},'\"@]|\[\d+(?:,\d+)?\])+")


@dataclass
class ElementCard:
    """The fields of a card after its name, in the deck's case, and a position among them."""

    text: str
    location: Location
    scope: Scope
    sidecars: Sidecars
    kind: ElementKind
    name: str
    ranges: tuple[tuple[int, int], ...]
    fields: list[str]
    position: int = 0
    parameters: dict[str, object] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str, location: Location, scope: Scope, sidecars: Sidecars) -> ElementCard:
        """The card of a line. Raises NetlistError for a letter that is no element's, and for broken index ranges."""
        word = _word(text)
        name, ranges = _name_and_ranges(word.lower(), location)
        kind = KINDS.get(kind_letter(name))
        if kind is None:
            letters = " ".join(KINDS)
            raise NetlistError(
                f"{word!r} begins with no element's letter; start the name with one of {letters}", location
            )
        if len(ranges) > kind.ranges:
            what = ("an elementwise array", "a crossbar")[len(ranges) - 1]
            cure = "write the elements out" if not kind.ranges else f"write {name}[0:9]"
            raise NetlistError(f"{name}: a {kind.title} cannot be {what}; {cure}", location)
        return cls(text, location, scope, sidecars, kind, name, ranges, fields(text[len(word) :], location))

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(stop - start + 1 for start, stop in self.ranges)

    def fail(self, found: str, cure: str | None = None) -> NetlistError:
        """The error for this card: what was found, and how such a card is written."""
        return NetlistError(f"{self.name}: {found}; {cure or f'write {self.kind.card}'}", self.location)

    def peek(self, ahead: int = 0) -> str:
        """The field at the position, or an empty text at the end."""
        index = self.position + ahead
        return self.fields[index] if index < len(self.fields) else ""

    def take(self) -> str:
        """The field at the position; move on."""
        found = self.peek()
        self.position += 1
        return found

    def skip_separators(self) -> None:
        """Move past parentheses and commas, which group fields for the eye only."""
        while self.peek() in ("(", ")", ","):
            self.position += 1

    def at_keyword(self) -> bool:
        """Whether `key =` stands here."""
        return self.peek(1) == "=" and self.peek() != "="

    def plain_field(self, what: str) -> str:
        """The next field, which must be a plain word (a node, a name)."""
        self.skip_separators()
        found = self.peek()
        if not found or self.at_keyword():
            raise self.fail(f"its {what} is missing")
        if found[0] in "={'\"@":
            raise self.fail(f"{found!r} stands where its {what} should")
        self.position += 1
        return found

    def node(self, what: str, axis: int | None = None) -> str:
        """The next field as a node; a bus must have the width of the array's range `axis` (None: of the only one)."""
        node = canonical_node(self.plain_field(f"{what} node"))
        part = bus_slice(node)
        if part is None:
            if "[" in node and ":" in node:
                raise self.fail(
                    f"{node!r} is no bus", f"write {node.partition('[')[0]}[0:9], from the lower index to the higher"
                )
            return node
        if part.stop < part.start:
            raise self.fail(f"the bus {node} counts down", f"write {part.name}[{part.stop}:{part.start}]")
        if not self.ranges:
            cause = f"{node} is a bus of {part.width} nodes, but {self.name} is a single {self.kind.title}"
            raise NetlistError(f"{cause}; write {self.name}[0:{part.width - 1}], or one node", self.location)
        width = self.shape[axis or 0]
        if part.width != width:
            cause = f"{node} has {part.width} nodes, but the range of {self.name} has {width}"
            raise NetlistError(f"{cause}; write {part.name}[{part.start}:{part.start + width - 1}]", self.location)
        return node

    def nodes(self) -> tuple[str, ...]:
        """The nodes of the declared ports; in a crossbar the first is along the rows, the second along the columns."""
        crossbar = len(self.ranges) == 2
        return tuple(self.node(port, axis if crossbar else 0) for axis, port in enumerate(self.kind.ports))

    def value(self, text: str, declaration: Parameter | None, what: str) -> float | Expression | np.ndarray:
        """A field as a number, expression or array, checked against its declared range."""
        if text.startswith("@"):
            found = self.array(text, what)
        else:
            found = read_value(text, self.scope, self.location, f"the {what} of {self.name}")
        if declaration is not None:
            check_value(found, declaration, self.name, self.location)
        return found

    def array(self, reference: str, what: str) -> np.ndarray:
        """The array of a reference, of this element's shape."""
        if not self.ranges:
            raise self.fail(f"its {what} is the array {reference}, but it is a single element", "write one number")
        found = self.sidecars.array(reference, self.location)
        if found.shape != self.shape:
            cure = f"save an array of shape {self.shape}, or change the ranges"
            raise self.fail(f"the array {reference} has shape {found.shape} where {self.shape} is needed", cure)
        return found

    def read_keywords(self) -> None:
        """The rest of the card: `key=value` and flags, as the kind declares them."""
        while True:
            self.skip_separators()
            if not self.peek():
                return
            if self.at_keyword():
                self.read_keyword()
            else:
                self.read_flag()

    def read_keyword(self) -> None:
        """One `key=value`; a vector's values are joined by commas or stand side by side."""
        key = self.take().lower()
        self.position += 1
        key = self.kind.aliases.get(key, key)
        if key == "tc" and self.kind.parameter("tc1"):
            self._read_coefficients()
            return
        declaration = self.kind.parameter(key)
        if declaration is None:
            cure = nearest(key, self.kind.parameters or {}, "write {}=")
            raise self.fail(f"a {self.kind.title} has no parameter {key}=", cure)
        if key in self.parameters:
            raise self.fail(f"{key}= stands twice", "keep one of the two")
        if declaration.form == "vector":
            self.parameters[key] = self._vector(declaration)
        elif declaration.form == "flag":
            word = self.take()
            if word not in ("0", "1"):
                raise self.fail(f"{key}={word} is neither 0 nor 1", f"write {key} alone, or leave it out")
            if word == "1":
                self.parameters[key] = True
        else:
            self.parameters[key] = self.value(self._value_field(key), declaration, key)

    def _read_coefficients(self) -> None:
        """`tc=a,b`, which ngspice wants as `tc1=a tc2=b`."""
        first = self.kind.parameter("tc1")
        values = self._vector(first) if first else ()
        for key, value in zip(("tc1", "tc2"), values, strict=False):
            if key in self.parameters:
                raise self.fail(f"{key}= stands twice", "keep one of the two")
            self.parameters[key] = value
        if len(values) > 2:
            raise self.fail(f"tc= has {len(values)} values", "write tc1=… tc2=…")

    def read_flag(self) -> None:
        """One bare word that the kind declares as a flag."""
        word = self.peek().lower()
        declaration = self.kind.parameter(word)
        if declaration is None or declaration.form != "flag":
            raise self.fail(f"{self.peek()!r} is one field too many")
        self.position += 1
        self.parameters[word] = True

    def _value_field(self, key: str) -> str:
        found = self.take()
        if not found or found in "=(),":
            raise self.fail(f"{key}= has no value", f"write {key}=1, say")
        return found

    def _vector(self, declaration: Parameter) -> tuple[object, ...]:
        found = [self.value(self._value_field(declaration.name), declaration, declaration.name)]
        while True:
            if self.peek() == "," and self.peek(2) != "=":
                self.position += 1
            elif not (self.peek() and (looks_numeric(self.peek()) or is_expression(self.peek()))):
                return tuple(found)
            found.append(self.value(self._value_field(declaration.name), declaration, declaration.name))

    def element(self, nodes: tuple[str, ...], value=None, model: str | None = None, controls=()) -> Element:
        """The finished element."""
        parameters = self.parameters or empty()
        return Element(self.name, nodes, value, model, parameters, tuple(controls), self.ranges, self.location)


def _word(text: str) -> str:
    """The name that a card begins with; a comma may stand behind it, as it may inside its brackets."""
    match = _FIRST.match(text)
    return match[0] if match else text.split(None, 1)[0]


def _name_and_ranges(word: str, location: Location) -> tuple[str, tuple[tuple[int, int], ...]]:
    if ":" not in word:
        if not _NAME.fullmatch(word):
            raise NetlistError(f"{word!r} is no name for an element; write letters, digits and _ . [3]", location)
        return word, ()
    match = _RANGES.fullmatch(word)
    if match is None:
        raise NetlistError(f"{word!r} has no readable range; write name[0:9] or name[0:9,0:4]", location)
    bounds = [int(bound) for bound in match.groups()[1:] if bound is not None]
    ranges = tuple(zip(bounds[::2], bounds[1::2], strict=True))
    for start, stop in ranges:
        if stop < start:
            raise NetlistError(f"the range {start}:{stop} of {match[1]} counts down; write {stop}:{start}", location)
        if start != 0:
            cause = f"the range {start}:{stop} of {match[1]} does not count from 0"
            raise NetlistError(f"{cause}; write 0:{stop - start}", location)
    return match[1], ranges
