"""A scope of the netlist while it is read: the deck itself, or the body of a subcircuit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from .circuit import Function, Model, Note
from .errors import Location, NetlistError
from .expression import SIGNALS, TEMPERATURE, Expression, Name, calls, names
from .functions import CONSTANTS, FUNCTIONS
from .lines import LogicalLine
from .suggestion import nearest

_ALWAYS_KNOWN = SIGNALS | CONSTANTS.keys() | {TEMPERATURE}


@dataclass
class Scope:
    """What a first pass over the lines collects. Names are looked up here, then outwards.

    `cards` are element lines; `later` are the dot cards whose values need every parameter's name first.
    """

    location: Location
    parent: Scope | None = None
    name: str = ""
    ports: tuple[str, ...] = ()
    defaults: dict[str, float | Expression] = field(default_factory=dict)
    parameters: dict[str, float | Expression] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    model_lines: dict[str, LogicalLine] = field(default_factory=dict)
    models: dict[str, Model] = field(default_factory=dict)
    inner: dict[str, Scope] = field(default_factory=dict)
    cards: list[LogicalLine] = field(default_factory=list)
    later: list[LogicalLine] = field(default_factory=list)
    directive_lines: list[LogicalLine] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    defined: dict[tuple[str, str], Location] = field(default_factory=dict)
    instances: list[Scope] = field(default_factory=list)
    title: str = ""

    def chain(self) -> Iterator[Scope]:
        """This scope and those around it, innermost first."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    @property
    def root(self) -> Scope:
        """The deck's scope."""
        return list(self.chain())[-1]

    def define(self, what: str, name: str, location: Location) -> None:
        """Note where a name is defined. Raises NetlistError, naming both lines, when it is already."""
        earlier = self.defined.get((what, name))
        self.defined[what, name] = location
        if earlier is not None:
            cause = f"the {what} {name} is defined twice, first at {earlier}"
            raise NetlistError(f"{cause}; rename or remove one of them", location)

    def model(self, name: str) -> Model | None:
        """The model of that name, or one of its bins (`name.1`); None if there is none."""
        for scope in self.chain():
            found = scope.models.get(name) or scope.models.get(f"{name}.1") or scope.models.get(f"{name}.0")
            if found:
                return found
        return None

    def model_names(self) -> list[str]:
        """The models one can name here."""
        return [name for scope in self.chain() for name in scope.models]

    def subcircuit(self, name: str) -> Scope | None:
        """The subcircuit definition of that name, or None."""
        return next((scope.inner[name] for scope in self.chain() if name in scope.inner), None)

    def parameter_names(self) -> list[str]:
        """The parameters one can name here."""
        return [name for scope in self.chain() for name in (*scope.parameters, *scope.defaults)]

    def has_parameter(self, name: str) -> bool:
        """Whether a parameter of that name is defined here or further out."""
        return any(name in scope.parameters or name in scope.defaults for scope in self.chain())

    def check(self, expression: Expression, location: Location, arguments: tuple[str, ...] = ()) -> None:
        """Every name and function of an expression must be known. In a subcircuit, a name may also come from where it
        is used, so there names are checked when it is.
        """
        if isinstance(expression, Name) and self.has_parameter(expression.name):
            return
        for name in calls(expression):
            if name not in FUNCTIONS and not any(name in scope.functions for scope in self.chain()):
                known = [*(key for scope in self.chain() for key in scope.functions), *FUNCTIONS]
                raise NetlistError(f"unknown function {name}(…) in an expression; {nearest(name, known)}", location)
        if self.parent is not None:
            return
        for name in names(expression):
            if name not in arguments and name not in _ALWAYS_KNOWN and not self.has_parameter(name):
                cure = nearest(
                    name, self.parameter_names(), "write {}, or define it by .param", f"define it by .param {name}=1"
                )
                raise NetlistError(f"unknown parameter {name} in an expression; {cure}", location)
