"""The circuit: immutable, what is parsed, reduced, trained and exported."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING

from . import directives
from .directives import Trainable
from .element import Element, empty, same_values
from .errors import CircuitError, Location

if TYPE_CHECKING:
    import networkx as nx

    from .checks import Finding
    from .expression import Expression


@dataclass(frozen=True, slots=True)
class Model:
    """A `.model` card: lower-case name and type (`d`, `nmos`, …) and its parameters in SI units, in order."""

    name: str
    type: str
    parameters: Mapping[str, object] = field(default_factory=empty)
    location: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Function:
    """A `.func` card: `name(arguments) = body`."""

    name: str
    arguments: tuple[str, ...]
    body: Expression
    location: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Card:
    """A control card kept as data: its keyword without the dot and its fields, lower case; braces are one field."""

    keyword: str
    fields: tuple[str, ...]
    location: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Directive:
    """A `*@` line: keyword, the names or globs it speaks of, its `key=value` options (numbers as floats)."""

    keyword: str
    selectors: tuple[str, ...]
    options: Mapping[str, object] = field(default_factory=empty)
    location: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Note:
    """What the reader of a netlist left out or doubts, in one sentence with its cure; `checks` reports it."""

    message: str
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Subcircuit:
    """A `.subckt` definition: ports, parameters with defaults, and its own circuit (models and nested definitions)."""

    name: str
    ports: tuple[str, ...]
    parameters: Mapping[str, object]
    body: Circuit
    location: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, eq=False)
class Circuit:
    """A netlist as values. Equality is exact and ignores where lines stood.

    `elements` keeps the deck's order; `parameters` are the `.param` values (floats or expressions) in order.
    """

    title: str = ""
    elements: tuple[Element, ...] = ()
    models: Mapping[str, Model] = field(default_factory=empty)
    parameters: Mapping[str, object] = field(default_factory=empty)
    functions: Mapping[str, Function] = field(default_factory=empty)
    subcircuits: Mapping[str, Subcircuit] = field(default_factory=empty)
    global_nodes: tuple[str, ...] = ()
    initial_conditions: Mapping[str, object] = field(default_factory=empty)
    options: Mapping[str, object] = field(default_factory=empty)
    temperature: object = None
    analyses: tuple[Card, ...] = ()
    directives: tuple[Directive, ...] = ()
    source: str | None = None
    nodesets: Mapping[str, object] = field(default_factory=empty)
    notes: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", " ".join(self.title.split()))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Circuit):
            return NotImplemented
        return (
            self.title == other.title
            and self.elements == other.elements
            and dict(self.models) == dict(other.models)
            and same_values(self.parameters, other.parameters)
            and dict(self.functions) == dict(other.functions)
            and dict(self.subcircuits) == dict(other.subcircuits)
            and self.global_nodes == other.global_nodes
            and same_values(self.initial_conditions, other.initial_conditions)
            and same_values(self.nodesets, other.nodesets)
            and same_values(self.options, other.options)
            and self.temperature == other.temperature
            and self.analyses == other.analyses
            and self.directives == other.directives
        )

    def __hash__(self) -> int:
        return hash((self.title, len(self.elements)))

    def __len__(self) -> int:
        return len(self.elements)

    @functools.cached_property
    def _by_name(self) -> dict[str, Element]:
        return {element.name: element for element in self.elements}

    def __getitem__(self, name: str) -> Element:
        """The element of that name, in any case."""
        try:
            return self._by_name[name.lower()]
        except KeyError:
            raise CircuitError(f"the circuit has no element {name}") from None

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._by_name

    @functools.cached_property
    def _places(self) -> dict[str, list[int]]:
        """Where the elements of each kind stand in the deck."""
        places: dict[str, list[int]] = {}
        for place, element in enumerate(self.elements):
            places.setdefault(element.kind, []).append(place)
        return places

    @property
    def kinds(self) -> Set[str]:
        """The SPICE letters of the elements that there are."""
        return self._places.keys()

    def of_kind(self, *kinds: str) -> tuple[Element, ...]:
        """The elements whose SPICE letter is one of `kinds`, in the deck's order. Linear in their number."""
        places = sorted(chain.from_iterable(self._places.get(kind, ()) for kind in set(kinds)))
        return tuple(self.elements[place] for place in places)

    def replace(self, **fields: object) -> Circuit:
        """A copy with other fields."""
        return replace(self, **fields)  # type: ignore[arg-type]

    def with_elements(self, elements: Iterable[Element]) -> Circuit:
        """A copy with more elements at the end."""
        return replace(self, elements=(*self.elements, *elements))

    def flatten(self) -> Circuit:
        """The circuit with subcircuits, parameters and expressions resolved to numbers; itself when it is flat."""
        return self._flat

    @functools.cached_property
    def _flat(self) -> Circuit:
        from .flatten import flatten

        return flatten(self)

    def expand(self) -> Circuit:
        """The flat circuit with every array written out, `rw[3,7]` between `in[3]` and `h[7]`."""
        from .expansion import expand

        return expand(self)

    def with_values(self, values: Mapping[str, object]) -> Circuit:
        """A copy with other values of parameters or elements, by name; `g` of resistors that are written by it."""
        from .new_values import with_values

        return with_values(self, values)

    def checks(self) -> list[Finding]:
        """What is wrong or doubtful: floating nodes, loops of sources, cuts of current sources, notes of the reader."""
        from .checks import checks

        return checks(self)

    @functools.cached_property
    def inputs(self) -> tuple[str, ...]:
        """The sources that `*@ input` selects."""
        return directives.inputs(self)

    @functools.cached_property
    def input_parameters(self) -> tuple[str, ...]:
        """The parameters that `*@ input` selects."""
        return directives.input_parameters(self)

    @functools.cached_property
    def outputs(self) -> tuple[str, ...]:
        """What `*@ output` names: nodes such as `out[0:9]`, or signals such as `i(r1)`."""
        return directives.outputs(self)

    @functools.cached_property
    def trainables(self) -> tuple[Trainable, ...]:
        """The parameters and elements that `*@ trainable` selects, with their ranges."""
        return directives.trainables(self)

    @functools.cached_property
    def ideal_models(self) -> frozenset[str]:
        """The diode models that `*@ ideal` names."""
        return directives.ideal_models(self)

    @functools.cached_property
    def graph(self) -> nx.MultiDiGraph:
        """The circuit as a frozen NetworkX multigraph: one node a net or bus (`width`), one edge a branch or array."""
        from .graph import graph_of

        return graph_of(self)
