"""The values of parameters that are defined through each other, in any order."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from .circuit import Function
from .errors import Location, NetlistError
from .evaluation import Evaluator
from .expression import Expression, names
from .substitution import inline

NOMINAL_TEMPERATURE = 27.0
"""°C, where a deck has no `.temp`; ngspice's default."""


def resolve(
    parameters: Mapping[str, object],
    functions: Mapping[str, Function],
    outer: Mapping[str, float],
    locations: Mapping[str, Location | None],
) -> dict[str, float]:
    """The value of every parameter; names that are not among them are looked up in `outer`.

    Linear in the total size of the expressions. `locations` says where a parameter is defined, for messages. Raises
    NetlistError for parameters that depend on themselves, unknown names, and expressions without a value.
    """
    values = {name: value for name, value in parameters.items() if isinstance(value, float)}
    trees = {
        name: inline(value, functions, locations.get(name))
        for name, value in parameters.items()
        if isinstance(value, Expression)
    }
    if not trees:
        return values
    order = TopologicalSorter({name: names(tree) & trees.keys() for name, tree in trees.items()})
    known = {**outer, **values}
    evaluate = Evaluator(known)
    try:
        for name in order.static_order():
            known[name] = evaluate(trees[name], locations.get(name))
    except CycleError as error:
        circle = error.args[1]
        shown = " → ".join(circle)
        raise NetlistError(
            f"parameters are defined by each other in a circle: {shown}; give one of them a number",
            locations.get(circle[0]),
        ) from None
    return {name: known[name] for name in parameters}
