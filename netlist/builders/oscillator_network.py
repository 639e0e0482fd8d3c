"""Networks of phase oscillators, coupled by sines, locked and noisy (Kuramoto 1975; Wang and Roychowdhury 2019).

dφ_i = [ω_i − C1·Σ_j k_ij sin π(φ_i − φ_j) − C2·sin 2πφ_i] dt + σ dW_i,   φ in half turns
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from ..circuit import Circuit
from ..errors import CircuitError
from .cards import at_least
from .library import card_lines, circuit_of, includes, parameter_cards, transient_card

Edge = tuple[int, int]

STEPS = 50
FINEST = 1000
"""Steps of the fixed-step methods, and the fewest that ngspice takes."""


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
    pairs = [(min(edge), max(edge)) for edge in edges]
    for first, second in pairs:
        if first == second or not (first >= 0 and second < count):
            raise CircuitError(f"the pair {first}, {second} is no pair of {count} oscillators; give 0 to {count - 1}")
    if len(set(pairs)) < len(pairs):
        twice = next(pair for place, pair in enumerate(pairs) if pair in pairs[:place])
        raise CircuitError(f"the oscillators {twice[0]} and {twice[1]} are a pair twice; give each pair once")
    values = [1.0] * len(pairs) if weights is None else [float(weight) for weight in weights]
    if len(values) != len(pairs):
        raise CircuitError(f"there are {len(values)} weights for {len(pairs)} pairs; give one a pair")
    strengths = {f"k{i}_{j}": value for (i, j), value in zip(pairs, values, strict=True)}
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
