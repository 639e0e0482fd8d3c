"""A random network with terminals: inputs driven by sources, outputs to be read, all resistors free to learn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from ..circuit import Circuit
from ..element import Element
from ..errors import CircuitError
from .cards import Range, directive
from .random_network import random_network

_STREAM = 7


def disordered_network(
    inputs: int,
    outputs: int,
    *,
    hidden: int,
    resistors: int | None = None,
    diodes: int = 0,
    rails: Iterable[float] = (),
    conductances: Range = (1e-4, 1e-2),
    learned: tuple[float, float] = (1e-5, 1e-2),
    seed: int = 0,
) -> Circuit:
    """`random_network` with sources `vin0` … at its first nodes, outputs at the next, `hidden` nodes after them.

    `rails` are further nodes at fixed voltages. Resistors between two driven nodes, which nothing can feel, are left
    out, and so are diodes with which a chain of diodes would join two of inputs, rails, outputs and ground: the
    circuit has an answer whatever the inputs are, and its outputs can be clamped. All resistors are trainable from
    `learned[0]` to `learned[1]` siemens on a logarithmic scale.
    """
    fixed = [float(volts) for volts in rails]
    driven = inputs + len(fixed)
    if inputs < 1 or outputs < 1 or hidden < 0:
        raise CircuitError(f"{inputs} inputs, {outputs} outputs and {hidden} hidden nodes are no network; give 1, 1, 0")
    drawn = random_network(
        driven + outputs + hidden,
        resistors=resistors,
        diodes=diodes,
        voltage_sources=0,
        conductances=conductances,
        seed=seed,
    )
    held = {"0", *(f"n{number}" for number in range(1, driven + 1))}
    terminals = held | {f"n{number}" for number in range(driven + 1, driven + outputs + 1)}
    volts = [0.0] * inputs + fixed
    names = [f"vin{k}" for k in range(inputs)] + [f"vrail{k}" for k in range(len(fixed))]
    order = np.random.default_rng([seed, _STREAM]).permutation(len(drawn.of_kind("D")))
    elements = [Element(name, (f"n{k}", "0"), volts[k - 1]) for k, name in enumerate(names, 1)]
    elements += [each for each in drawn.of_kind("R") if not held.issuperset(each.nodes)]
    elements += _unchained([drawn.of_kind("D")[place] for place in order.tolist()], terminals)
    kept = [each for each in drawn.directives if each.keyword == "ideal"]
    low, high = learned
    return drawn.replace(
        title=f"disordered network of {inputs} inputs, {outputs} outputs and {hidden} hidden nodes",
        elements=tuple(elements),
        directives=(
            *kept,
            directive("input", *names[:inputs]),
            directive("output", *(f"v(n{driven + k})" for k in range(1, outputs + 1))),
            directive("trainable", "r*", min=low, max=high, scale="log"),
        ),
    )


def _unchained(diodes: Iterable[Element], terminals: set[str]) -> Iterator[Element]:
    """The diodes in turn that leave at most one terminal in each piece that diodes join."""
    pieces: dict[str, set[str]] = {}
    for diode in diodes:
        first, second = (pieces.get(node, {node}) for node in diode.nodes)
        joined = first | second
        if first is not second and len(joined & terminals) <= 1:
            pieces.update(dict.fromkeys(joined, joined))
            yield diode
