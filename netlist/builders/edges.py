"""Which nodes of a network are joined: pairs of numbers, each once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from ..errors import CircuitError
from .cards import at_least

Edge = tuple[int, int]


def grid_edges(rows: int, columns: int) -> list[Edge]:
    """The pairs of neighbours of a grid whose nodes are numbered row by row, 2·rows·columns − rows − columns."""
    at_least("the number of rows", rows, 1)
    at_least("the number of columns", columns, 1)
    across = [(r * columns + c, r * columns + c + 1) for r in range(rows) for c in range(columns - 1)]
    down = [(r * columns + c, (r + 1) * columns + c) for r in range(rows - 1) for c in range(columns)]
    return sorted(across + down)


def all_edges(count: int) -> list[Edge]:
    """Every pair of `count` nodes."""
    return list(combinations(range(count), 2))


def weighted(count: int, edges: Sequence[Edge], weights: Sequence[float] | None) -> dict[Edge, float]:
    """The weight of each pair, the lower number first; 1 where no weights are given.

    Raises:
        CircuitError: a pair that is no pair of two of `count` nodes, or stands twice; weights that do not fit.
    """
    values = [1.0] * len(edges) if weights is None else [float(weight) for weight in weights]
    if len(values) != len(edges):
        raise CircuitError(f"there are {len(values)} weights for {len(edges)} pairs; give one a pair")
    found: dict[Edge, float] = {}
    for edge, value in zip(edges, values, strict=True):
        first, second = sorted(edge)
        if first == second or first < 0 or second >= count:
            raise CircuitError(f"the pair {first}, {second} is no pair of {count} nodes; give two of 0 to {count - 1}")
        if (first, second) in found:
            raise CircuitError(f"the nodes {first} and {second} are a pair twice; give each pair once")
        found[first, second] = value
    return found
