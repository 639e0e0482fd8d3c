"""The square grid: resistors between neighbours, diodes beside some of them."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from ..circuit import Circuit
from ..element import Element
from ..errors import CircuitError
from .cards import IDEAL, IDEAL_DIRECTIVE, Range, at_least, directive, draw_values, resistor


def grid(
    rows: int,
    columns: int,
    *,
    conductances: Range = 1e-3,
    diodes: int = 0,
    sources: int | None = None,
    seed: int = 0,
) -> Circuit:
    """Nodes `n<row>_<column>` with a resistor to each of up to four neighbours, 2·rows·columns − rows − columns in all.

    Without `sources` 1 V stands between two opposite corners, of which the last is ground. Else as many voltage sources
    from distinct random nodes to ground, U(−1, 1) volts. `diodes` ideal diodes stand beside distinct random resistors,
    turned so that the circuit has an answer: up random potentials that agree with the sources. Conductances in siemens,
    one value or a range to draw from log-uniformly. Linear in the number of nodes.
    """
    at_least("the number of rows", rows, 1)
    at_least("the number of columns", columns, 2)
    random = np.random.default_rng(seed)
    number = np.arange(rows * columns).reshape(rows, columns)
    tails = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    heads = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    if not 0 <= diodes <= len(tails):
        raise CircuitError(f"{diodes} diodes do not fit beside {len(tails)} resistors; give at most as many")
    names = [f"n{row}_{column}" for row in range(rows) for column in range(columns)]
    driven, voltages = _driven(rows * columns, sources, random)
    if sources is None:
        names[-1] = "0"
    values = draw_values(conductances, len(tails), random).tolist()
    ends = list(zip(tails.tolist(), heads.tolist(), strict=True))
    given, links = zip(driven, voltages, strict=True), zip(ends, values, strict=True)
    elements = [Element(f"v{k}", (names[node], "0"), each) for k, (node, each) in enumerate(given, 1)]
    elements += [resistor(f"r{k}", names[a], names[b], g) for k, ((a, b), g) in enumerate(links, 1)]
    potential = random.uniform(-1.0, 1.0, rows * columns)
    potential[driven] = voltages
    if sources is None:
        potential[-1] = 0.0
    for k, link in enumerate(random.choice(len(tails), diodes, replace=False).tolist(), 1):
        low, high = sorted(ends[link], key=lambda node: potential[node])
        elements.append(Element(f"d{k}", (names[low], names[high]), model="ideal"))
    return Circuit(
        title=f"grid {rows} by {columns}",
        elements=tuple(elements),
        models=MappingProxyType({"ideal": IDEAL} if diodes else {}),
        directives=(*([IDEAL_DIRECTIVE] if diodes else []), directive("input", "v*")),
    )


def _driven(nodes: int, sources: int | None, random: np.random.Generator) -> tuple[list[int], list[float]]:
    """The nodes with a source, and its volts."""
    if sources is None:
        return [0], [1.0]
    if not 1 <= sources <= nodes:
        raise CircuitError(f"{sources} sources do not fit on {nodes} nodes; give from 1 to as many")
    return random.choice(nodes, sources, replace=False).tolist(), random.uniform(-1.0, 1.0, sources).tolist()
