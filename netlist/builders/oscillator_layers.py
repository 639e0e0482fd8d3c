"""Layers of phase oscillators that fields and sine couplings drive: an Ising machine that learns (arXiv:2505.02103).

dφ_i = −[f_i·sin πφ_i + q·sin π(φ_i − ½) + Σ_k u_ki·sin π(φ_i − φ_k)] dt,  f_i = b_i + Σ_j w_ij·x_j,  φ in half turns

The fields of the hidden layer come from the inputs, those of the outputs from biases; hidden and output oscillators
couple both ways, so everything goes down one energy. An oscillator in quadrature, held at ½, keeps phases between 0 and
1 sensitive: without it they all end at 0 or 1, where small nudges change nothing to first order.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..circuit import Circuit
from ..numbers import format_number
from .cards import at_least
from .library import card_lines, circuit_of, includes, parameter_cards, transient_card

STEPS = 60
FINEST = 1000
"""Steps of the fixed-step methods, and the fewest that ngspice takes."""


def oscillator_layers(
    inputs: int,
    hidden: int,
    outputs: int,
    *,
    spread: float = 1.0,
    quadrature: float = 1.0,
    stop: float = 6.0,
    seed: int = 0,
) -> Circuit:
    """`inputs` voltages `x<j>`, oscillators `h<i>` and `o<k>`, every pair of neighbouring layers connected.

    The trainables are `w<i>_<j>` from input j to hidden oscillator i, `u<k>_<i>` from there to output k, the biases
    `bh<i>` and `bo<k>`. The weights are drawn normally, with `spread` over the root of the number of lines that meet;
    biases are 0. `quadrature` is the strength q of the reference. A field of plus one pulls its phase to 0, one of
    minus one to 1; all phases start at ½. Linear in the number of weights.

    Raises:
        CircuitError: a size below one.
    """
    for what, size in (("inputs", inputs), ("hidden oscillators", hidden), ("outputs", outputs)):
        at_least(f"the number of {what}", size, 1)
    random = np.random.default_rng(seed)
    fields, couplings = (
        spread * random.standard_normal(shape) / np.sqrt(shape[1]) for shape in ((hidden, inputs), (outputs, hidden))
    )
    return circuit_of(_deck(fields, couplings, quadrature, stop), "oscillator layers")


def _deck(fields: np.ndarray, couplings: np.ndarray, quadrature: float, stop: float) -> Iterator[str]:
    (hidden, inputs), outputs = fields.shape, len(couplings)
    phases = [*(f"h{i}" for i in range(hidden)), *(f"o{k}" for k in range(outputs))]
    yield f"* oscillators in layers: {inputs} inputs, {hidden} hidden, {outputs} outputs"
    yield "* a field f holds a phase p by f*sin(pi*p), a coupling u two of them by u*sin(pi*(p-q)), all in half turns"
    yield from includes("phase_oscillator", "sine_coupling")
    yield from parameter_cards({f"w{i}_{j}": weight for (i, j), weight in np.ndenumerate(fields)})
    yield from parameter_cards({f"u{k}_{i}": weight for (k, i), weight in np.ndenumerate(couplings)})
    yield from parameter_cards({f"b{name}": 0.0 for name in phases})
    yield f".param quadrature={format_number(quadrature)}"
    yield "Vhalf half 0 0.5"
    yield from (f"Vx{j} x{j} 0 0" for j in range(inputs))
    for i in range(hidden):
        yield f"Rf{i} f{i} 0 1"
        yield f"Ib{i} 0 f{i} {{bh{i}}}"
        yield from (f"Gw{i}_{j} 0 f{i} x{j} 0 {{w{i}_{j}}}" for j in range(inputs))
        yield f"Bf{i} h{i} 0 i=v(f{i})*sin(pi*v(h{i}))"
    yield from (f"Bo{k} o{k} 0 i={{bo{k}}}*sin(pi*v(o{k}))" for k in range(outputs))
    for name in phases:
        yield f"Xp{name} {name} phase_oscillator"
        yield f"Xq{name} {name} half sine_coupling k={{quadrature}}"
    yield from (f"Xu{k}_{i} o{k} h{i} sine_coupling k={{u{k}_{i}}}" for k in range(outputs) for i in range(hidden))
    yield from card_lines(".ic", [f"v({name})=0.5" for name in phases], 8)
    yield transient_card(stop / STEPS, stop, stop / FINEST)
    yield "*@ trainable w* u* bh* bo*"
    yield "*@ input Vx*"
    yield from card_lines("*@ output", [f"v(o{k})" for k in range(outputs)], 10)
    yield ".end"
