"""Networks of phase oscillators, coupled by sines, locked and noisy (Kuramoto 1975; Wang and Roychowdhury 2019).

dφ_i = [ω_i − C1·Σ_j k_ij sin π(φ_i − φ_j) − C2·sin 2πφ_i] dt + σ dW_i,   φ in half turns
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..circuit import Circuit
from .cards import at_least
from .edges import Edge, weighted
from .library import card_lines, circuit_of, includes, parameter_cards, transient_card

STEPS = 50
FINEST = 1000
"""Steps of the fixed-step methods, and the fewest that ngspice takes."""


def oscillator_network(
    count: int,
    edges: Sequence[Edge],
    *,
    weights: Sequence[float] | None = None,
    bits: int | None = 1,
    coupling: float = 1.0,
    locking: float = 1.0,
    noise: float = 0.025,
    stop: float = 1.0,
) -> Circuit:
    """`count` oscillators and a coupling a pair of `edges` (see `grid_edges`, `all_edges`).

    The phases are the nodes `p<i>`. A coupling of i and j has the trainable parameter `k<i>_<j>` from −1 to 1, of
    2^bits levels (None: continuous), at first its weight (by default 1). `coupling` and `locking` are the parameters C1
    and C2, trainable too. `start<i>` are the phases at the start, parameters that carry the input. `noise` is the
    amplitude of a Wiener process on each phase, in half turns a root second. Linear in oscillators and couplings.

    Raises:
        CircuitError: a pair that is no pair of two oscillators, or stands twice; weights that do not fit.
    """
    at_least("the number of oscillators", count, 1)
    strengths = {f"k{i}_{j}": weight for (i, j), weight in weighted(count, edges, weights).items()}
    common = {"coupling": coupling, "locking": locking}
    return circuit_of(_deck(count, common, strengths, bits, noise, stop), "oscillator network")


def _deck(
    count: int, common: dict[str, float], strengths: dict[str, float], bits: int | None, noise: float, stop: float
) -> Iterator[str]:
    numbers = range(count)
    yield f"* network of {count} phase oscillators and {len(strengths)} couplings"
    yield "* dp_i = [-coupling*sum of k_ij*sin(pi*(p_i-p_j)) - locking*sin(2*pi*p_i)] dt + noise dW_i, p in half turns"
    yield "* (Kuramoto 1975, doi:10.1007/BFb0013365; Wang and Roychowdhury 2019, doi:10.1007/978-3-030-19311-9_19)"
    yield from includes("phase_oscillator", "injection_locking", "sine_coupling")
    yield from parameter_cards(common)
    yield from parameter_cards(strengths)
    yield from parameter_cards({f"start{i}": 0.0 for i in numbers})
    for i in numbers:
        yield f"Xp{i} p{i} phase_oscillator"
        yield f"Xl{i} p{i} injection_locking strength={{locking}}"
    for name in strengths:
        first, second = name[1:].split("_")
        yield f"X{name} p{first} p{second} sine_coupling k={{coupling*{name}}}"
    yield from card_lines(".ic", [f"v(p{i})={{start{i}}}" for i in numbers], 6)
    yield transient_card(stop / STEPS, stop, stop / FINEST)
    if strengths:
        yield f"*@ trainable k* min=-1 max=1{'' if bits is None else f' bits={bits}'}"
    yield "*@ trainable coupling locking min=0"
    if noise:
        yield f"*@ noise p* amplitude={noise:g}"
    yield "*@ input start*"
    yield from card_lines("*@ output", [f"v(p{i})" for i in numbers], 10)
    yield ".end"
