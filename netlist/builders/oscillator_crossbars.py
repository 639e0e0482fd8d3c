"""Layers of phase oscillators between crossbars of sine couplings: an Ising machine for images (arXiv:2505.02103).

dφ_i = −[Σ_j w_ji·sin π(φ_i − x_j) + Σ_k u_ik·sin π(φ_i − φ_k) + b_i·sin πφ_i + q·sin π(φ_i − ½)] dt, in half turns

Inputs are phases too, held by sources, so that every coupling is the same device; hidden and output oscillators couple
both ways, and everything goes down one energy. The whole circuit is a dozen cards, its couplings are three arrays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from ..circuit import Circuit
from ..numbers import format_number
from ..parser import parse
from .cards import at_least
from .library import CIRCUITS, includes, transient_card

STEPS = 60
FINEST = 1000
"""Steps of the fixed-step methods, and the fewest that ngspice takes."""


def oscillator_crossbars(
    sizes: Sequence[int],
    *,
    spread: float = 0.5,
    quadrature: float = 0.5,
    largest: float = 2.0,
    stop: float = 6.0,
    seed: int = 0,
) -> Circuit:
    """`sizes` are inputs, oscillators of every hidden layer, and outputs.

    Inputs are the sources `vx` on the bus `x`; oscillators are the buses `h1`, `h2`, …, the last one `o`. The
    trainables are the crossbars `xw1` (inputs to `h1`), `xw2`, …, and the biases `xb1`, `xb2`, …, one a layer, all
    between −`largest` and `largest`. Couplings are drawn normally with `spread` over the root of a crossbar's rows;
    biases are 0. A coupling of `quadrature` holds every phase at ½, where all start. Linear in the number of couplings.

    Raises:
        CircuitError: fewer than two sizes, or one below one.
    """
    at_least("the number of sizes", len(sizes), 2)
    for size in sizes:
        at_least("the size of a layer", size, 1)
    random = np.random.default_rng(seed)
    arrays = {}
    for layer, shape in enumerate(pairwise(sizes), 1):
        arrays[f"xw{layer}.k"] = spread * random.standard_normal(shape) / np.sqrt(shape[0])
        arrays[f"xb{layer}.k"] = np.zeros(shape[1])
    deck = "\n".join(_deck(sizes, quadrature, largest, stop))
    return parse(deck, source="oscillator crossbars", folder=CIRCUITS, arrays=arrays)


def _deck(sizes: Sequence[int], quadrature: float, largest: float, stop: float) -> Iterator[str]:
    names = ["x", *(f"h{layer}" for layer in range(1, len(sizes) - 1)), "o"]
    buses = [f"{name}[0:{size - 1}]" for name, size in zip(names, sizes, strict=True)]
    yield f"* oscillators in layers of {', '.join(map(str, sizes))}, all coupled by sines"
    yield "* phases are voltages in half turns; inputs are phases that sources hold"
    yield from includes("phase_oscillator", "sine_coupling")
    yield f".param quadrature={format_number(quadrature)}"
    yield "Vhalf half 0 0.5"
    yield f"Vx[0:{sizes[0] - 1}] {buses[0]} 0 0"
    for layer, size in enumerate(sizes[1:], 1):
        rows, columns = f"0:{sizes[layer - 1] - 1}", f"0:{size - 1}"
        yield f"Xp{layer}[{columns}] {buses[layer]} phase_oscillator"
        yield f"Xq{layer}[{columns}] {buses[layer]} half sine_coupling k={{quadrature}}"
        yield f"Xw{layer}[{rows},{columns}] {buses[layer - 1]} {buses[layer]} sine_coupling k=@arrays.npz:xw{layer}.k"
        yield f"Xb{layer}[{columns}] {buses[layer]} 0 sine_coupling k=@arrays.npz:xb{layer}.k"
        yield f".ic v({buses[layer]})=0.5"
    yield transient_card(stop / STEPS, stop, stop / FINEST)
    yield f"*@ trainable xw* xb* min={format_number(-largest)} max={format_number(largest)}"
    yield "*@ input vx"
    yield f"*@ output v({buses[-1]})"
    yield ".end"
