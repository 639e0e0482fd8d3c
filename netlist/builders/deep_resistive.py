"""The deep resistive network: layers of nodes, a crossbar of resistors from each to the next, diodes at hidden nodes.

Kendall, Pantone, Manickavasagam, Bengio and Scellier 2020 (arXiv:2006.01981); settings of Scellier 2024
(arXiv:2402.11674): the first half of a hidden layer cannot fall below 0 V, the second half cannot rise above it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from types import MappingProxyType

import numpy as np

from ..circuit import Circuit
from ..element import Element, empty
from ..errors import CircuitError
from .cards import IDEAL, IDEAL_DIRECTIVE, at_least, directive
from .library import subcircuits

AMPLIFIER = "bidirectional_amplifier"


def deep_resistive_network(
    sizes: Sequence[int], *, conductances: Sequence[np.ndarray] | None = None, seed: int = 0, gain: float | None = None
) -> Circuit:
    """The network with layers of these sizes: inputs, hidden layers, outputs.

    Buses are `in`, `h` (or `h1`, `h2`, … of several), `out`. Between layers k−1 and k stands the crossbar `rw<k>`, at
    every node of layer k a current source `ib<k>` (its bias, 0 A at first). Conductances in siemens, one array
    (n_{k−1}, n_k) a crossbar; by default drawn from U(−1/√n_{k−1}, 1/√n_{k−1}) and clamped at 0, as in the paper, so
    that about half are open. Inputs are the voltages of `vin`, 0 V at first.

    With a `gain` A, bidirectional amplifiers `xamp<k>` (circuits/lib) stand between the hidden layer h<k> and the bus
    a<k> that the next crossbar starts from, in place of a large amplitude at the input: with D amplifiers on the way
    the outputs are those of the plain network for inputs A^D times as large, where the bias of a layer that d of them
    precede is A^(D−d) times as large.

    Raises:
        CircuitError: sizes, shapes or a gain that are not positive or do not fit.
    """
    at_least("the number of layers", len(sizes), 2)
    for size in sizes:
        at_least("a layer's size", size, 1)
    weights = _initial(sizes, seed) if conductances is None else [np.asarray(each, np.float64) for each in conductances]
    wanted = list(pairwise(sizes))
    if [each.shape for each in weights] != wanted:
        raise CircuitError(f"the conductances have shapes {[each.shape for each in weights]}; give {wanted}")
    buses = _buses(sizes)
    ends = [f"{bus}[0:{size - 1}]" for bus, size in zip(buses, sizes, strict=True)]
    if gain is not None and not 0.0 < gain < np.inf:
        raise CircuitError(f"the gain of the amplifiers is {gain:g}; give a positive number such as 4")
    elements = [Element("vin", (ends[0], "0"), 0.0, ranges=((0, sizes[0] - 1),))]
    for layer, weight in enumerate(weights, start=1):
        ranges = ((0, sizes[layer - 1] - 1), (0, sizes[layer] - 1))
        given = MappingProxyType({"g": weight})
        start = ends[layer - 1]
        if gain is not None and layer > 1:
            elements.append(_amplifiers(layer - 1, start, gain))
            start = elements[-1].nodes[1]
        elements.append(Element(f"rw{layer}", (start, ends[layer]), parameters=given, ranges=ranges))
        elements.append(Element(f"ib{layer}", ("0", ends[layer]), 0.0, ranges=ranges[1:]))
        if layer < len(weights):
            elements.extend(_diodes(layer, buses[layer], sizes[layer]))
    return Circuit(
        title=f"deep resistive network {'-'.join(map(str, sizes))}",
        elements=tuple(elements),
        models=MappingProxyType({"ideal": IDEAL}),
        subcircuits=subcircuits(AMPLIFIER) if gain is not None else empty(),
        directives=(
            IDEAL_DIRECTIVE,
            directive("input", "vin"),
            directive("output", f"v({ends[-1]})"),
            directive("trainable", "rw*", min=0.0),
            directive("trainable", "ib*"),
        ),
    )


def _buses(sizes: Sequence[int]) -> list[str]:
    hidden = len(sizes) - 2
    return ["in", *(["h"] if hidden == 1 else [f"h{k}" for k in range(1, hidden + 1)]), "out"]


def _amplifiers(layer: int, before: str, gain: float) -> Element:
    """The amplifiers behind a hidden layer, one a node, as an array of the library's subcircuit."""
    lines = before[before.index("[") :]
    after = f"a{before[1 : before.index('[')]}{lines}"
    stop = int(lines[:-1].rpartition(":")[2])
    given = MappingProxyType({"gain": float(gain)})
    return Element(f"xamp{layer}", (before, after), model=AMPLIFIER, parameters=given, ranges=((0, stop),))


def _initial(sizes: Sequence[int], seed: int) -> list[np.ndarray]:
    random = np.random.default_rng(seed)
    return [
        np.maximum(random.uniform(-1.0, 1.0, (before, after)) / np.sqrt(before), 0.0)
        for before, after in pairwise(sizes)
    ]


def _diodes(layer: int, bus: str, size: int) -> Iterator[Element]:
    """From ground into the first half of the layer, from the second half into ground; an odd node has the first."""
    half = (size + 1) // 2
    yield Element(f"dexc{layer}", ("0", f"{bus}[0:{half - 1}]"), model="ideal", ranges=((0, half - 1),))
    if size > half:
        nodes = (f"{bus}[{half}:{size - 1}]", "0")
        yield Element(f"dinh{layer}", nodes, model="ideal", ranges=((0, size - half - 1),))
