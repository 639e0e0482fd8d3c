"""What the names inside an instance of a subcircuit become in the flat circuit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .bus import BusSlice, bus_slice, split_index
from .circuit import Directive, Subcircuit
from .directive_table import DIRECTIVES
from .expression import Expression
from .expression_parser import parse_expression
from .expression_text import write_expression
from .substitution import rename


@dataclass(frozen=True)
class InstanceNames:
    """The map of one instance: `prefix` for what is its own, its ports to the nodes outside, its models.

    `buses` maps a port that is a bus to the slice outside it is connected to.
    """

    prefix: str = ""
    global_nodes: frozenset[str] = frozenset({"0"})
    nodes: Mapping[str, str] = field(default_factory=dict)
    buses: Mapping[str, tuple[BusSlice, BusSlice]] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def top(cls, global_nodes: tuple[str, ...] = ()) -> InstanceNames:
        """The map of the deck itself, which changes nothing."""
        return cls(global_nodes=frozenset({"0", *global_nodes}))

    def inside(self, name: str, definition: Subcircuit, nodes: tuple[str, ...]) -> InstanceNames:
        """The map inside an instance; `nodes` are the fields of its card, in the names of this scope."""
        prefix = f"{self.prefix}{name}."
        outside = [self.node(node) for node in nodes]
        buses = {}
        for port, node in zip(definition.ports, outside, strict=True):
            inner, outer = bus_slice(port), bus_slice(node)
            if inner and outer:
                buses[inner.name] = (inner, outer)
        own = {model: prefix + model for model in definition.body.models}
        ports = dict(zip(definition.ports, outside, strict=True))
        return InstanceNames(
            prefix, self.global_nodes | set(definition.body.global_nodes), ports, buses, {**self.models, **own}
        )

    def node(self, node: str) -> str:
        """The flat name of a node or a bus."""
        if node in self.global_nodes:
            return node
        found = self.nodes.get(node)
        if found is not None:
            return found
        return (self._line(node) if self.buses else None) or self.prefix + node

    def _line(self, node: str) -> str | None:
        """The slice or line outside that a slice or line of a port that is a bus means."""
        part = bus_slice(node)
        name, index = (part.name, (part.start, part.stop)) if part else split_index(node)
        if name not in self.buses:
            return None
        inner, outer = self.buses[name]
        shift = outer.start - inner.start
        if part:
            return f"{outer.name}[{part.start + shift}:{part.stop + shift}]"
        return f"{outer.name}[{index[0] + shift}]" if index else None

    def element(self, name: str) -> str:
        """The flat name of an element."""
        return self.prefix + name

    def model(self, name: str) -> str:
        """The flat name of a model: changed where the instance has a model of that name of its own, or bins of it."""
        found = self.models.get(name)
        if found is None and self.prefix and (f"{name}.1" in self.models or f"{name}.0" in self.models):
            return self.models.get(f"{name}.1", self.models.get(f"{name}.0", ""))[:-2]
        return name if found is None else found

    def tree(self, expression: Expression) -> Expression:
        """The expression with the flat names of what it reads."""
        return rename(expression, self.node, self.element) if self.prefix else expression

    def selectors(self, directive: Directive, drops: Callable[[str], bool]) -> tuple[str, ...]:
        """The selectors of a directive in flat names, without those that mean a parameter."""
        meaning = DIRECTIVES[directive.keyword].selectors
        if meaning == "targets":
            return tuple(self.element(selector) for selector in directive.selectors if not drops(selector))
        if meaning == "elements":
            return tuple(self.element(selector) for selector in directive.selectors)
        if meaning == "nodes":
            return tuple(node if node == "thermal" else self.node(node) for node in directive.selectors)
        return tuple(write_expression(self.tree(parse_expression(signal))) for signal in directive.selectors)
