"""The values of parameters that are defined through each other, in any order."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from .circuit import Function
from .errors import Location, NetlistError
from .evaluation import Evaluator
from .expression import Expression, constant, names
from .substitution import inline, substitute

NOMINAL_TEMPERATURE = 27.0
"""°C, where a deck has no `.temp`; ngspice's default."""


Quantity = float | Expression
"""A number, or an expression of the parameters that flattening was told to leave free."""


def resolve(
    parameters: Mapping[str, object],
    functions: Mapping[str, Function],
    outer: Mapping[str, Quantity],
    locations: Mapping[str, Location | None],
) -> dict[str, Quantity]:
    """The value of every parameter; names that are not among them are looked up in `outer`.

    What depends on a free parameter, which is an expression in `outer`, is an expression of free parameters alone.
    Linear in the total size of the expressions. `locations` says where a parameter is defined, for messages. Raises
    NetlistError for parameters that depend on themselves, unknown names, and expressions without a value.
    """
    values: dict[str, Quantity] = {name: value for name, value in parameters.items() if isinstance(value, float)}
    trees = {
        name: inline(value, functions, locations.get(name))
        for name, value in parameters.items()
        if isinstance(value, Expression)
    }
    if not trees:
        return values
    order = TopologicalSorter({name: names(tree) & trees.keys() for name, tree in trees.items()})
    known = {**outer, **values}
    try:
        for name in order.static_order():
            known[name] = quantity(trees[name], known, locations.get(name))
    except CycleError as error:
        circle = error.args[1]
        shown = " → ".join(circle)
        raise NetlistError(
            f"parameters are defined by each other in a circle: {shown}; give one of them a number",
            locations.get(circle[0]),
        ) from None
    return {name: known[name] for name in parameters}


def quantity(tree: Expression, known: Mapping[str, Quantity], location: Location | None) -> Quantity:
    """The number of an expression without `.func` calls, or its tree of free parameters where it depends on them."""
    if not any(isinstance(known.get(name), Expression) for name in names(tree)):
        return Evaluator(known)(tree, location)  # type: ignore[arg-type]
    return substitute(tree, {name: as_tree(known[name]) for name in names(tree) & known.keys()})


def as_tree(value: Quantity) -> Expression:
    """The quantity as an expression."""
    return value if isinstance(value, Expression) else constant(value)
