"""A connected random graph of resistors with sources and ideal diodes at random places, which always has one answer."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

import numpy as np

from ..circuit import Circuit
from ..element import Element
from ..errors import CircuitError
from ..source_forest import SourceForest
from .cards import IDEAL, IDEAL_DIRECTIVE, Range, at_least, directive, draw_values, resistor


def random_network(
    nodes: int,
    *,
    resistors: int | None = None,
    diodes: int = 0,
    voltage_sources: int = 1,
    current_sources: int = 0,
    conductances: Range = (1e-4, 1e-2),
    seed: int = 0,
) -> Circuit:
    """`nodes` nodes (`n1` …) and ground, connected by a random tree of resistors and more up to `resistors` (2·nodes).

    Voltage sources (U(−1, 1) volts) tie random pairs, ground included, without closing a loop; current sources (up to
    ±1 V times the mean conductance) and diodes join random pairs. Diodes point up random potentials that agree with the
    sources, so the circuit has an answer, and the resistors make its voltages unique. Linear in the elements.
    """
    at_least("the number of nodes", nodes, 1)
    wanted = 2 * nodes if resistors is None else resistors
    if wanted < nodes or voltage_sources > nodes:
        raise CircuitError(
            f"{nodes} nodes take at least {nodes} resistors and at most {nodes} voltage sources; "
            f"{wanted} and {voltage_sources} were asked for"
        )
    random = np.random.default_rng(seed)
    names = ["0", *(f"n{number}" for number in range(1, nodes + 1))]
    forest = SourceForest(nodes + 1)
    values = draw_values(conductances, wanted, random)
    elements = [*_voltage_sources(names, voltage_sources, forest, random)]
    ends = zip(*_resistor_ends(nodes, wanted, random), values.tolist(), strict=True)
    elements += [resistor(f"r{k}", names[tail], names[head], g) for k, (tail, head, g) in enumerate(ends, 1)]
    size = float(values.mean())
    for k, (tail, head) in enumerate(_pairs(nodes, current_sources, random), 1):
        elements.append(Element(f"i{k}", (names[tail], names[head]), float(random.uniform(-size, size))))
    potential = _potentials(forest, random)
    for k, pair in enumerate(_pairs(nodes, diodes, random), 1):
        low, high = sorted(pair, key=lambda node: potential[node])
        elements.append(Element(f"d{k}", (names[low], names[high]), model="ideal"))
    return Circuit(
        title=f"random network of {nodes} nodes",
        elements=tuple(elements),
        models=MappingProxyType({"ideal": IDEAL} if diodes else {}),
        directives=(*([IDEAL_DIRECTIVE] if diodes else []), *([directive("input", "v*")] if voltage_sources else [])),
    )


def _voltage_sources(
    names: list[str], count: int, forest: SourceForest, random: np.random.Generator
) -> Iterator[Element]:
    made = 0
    while made < count:
        plus, minus = random.choice(len(names), 2, replace=False).tolist() if made else (1, 0)
        voltage = float(random.uniform(-1.0, 1.0))
        if forest.tie(plus, minus, voltage, made) is None:
            made += 1
            yield Element(f"v{made}", (names[plus], names[minus]), voltage)


def _resistor_ends(nodes: int, count: int, random: np.random.Generator) -> tuple[list[int], list[int]]:
    """A random recursive tree over ground and all nodes, then random pairs."""
    children = np.arange(1, nodes + 1)
    parents = np.floor(random.uniform(size=nodes) * children).astype(np.intp)
    more = np.array(list(_pairs(nodes, count - nodes, random)), dtype=np.intp).reshape(-1, 2)
    return np.concatenate([children, more[:, 0]]).tolist(), np.concatenate([parents, more[:, 1]]).tolist()


def _pairs(nodes: int, count: int, random: np.random.Generator) -> Iterator[tuple[int, int]]:
    """Pairs of different nodes of 0 … nodes."""
    tails = random.integers(0, nodes + 1, count)
    steps = random.integers(1, nodes + 1, count)
    return zip(tails.tolist(), ((tails + steps) % (nodes + 1)).tolist(), strict=True)


def _potentials(forest: SourceForest, random: np.random.Generator) -> np.ndarray:
    """Random potentials of all nodes that agree with the sources and with ground at 0 V."""
    root, offset = forest.groups()
    free = random.uniform(-1.0, 1.0, len(root))
    free[root[0]] = -offset[0]
    return free[root] + offset
