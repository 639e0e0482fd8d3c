"""The analogue Ising machine: spins that integrate and saturate (Böhm et al. 2022, doi:10.1038/s41467-022-33441-3).

dx_i/dt = −x_i + tanh(α·x_i + β·Σ_j J_ij x_j + h_i)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..circuit import Circuit
from .cards import at_least
from .edges import Edge, weighted
from .library import card_lines, circuit_of, includes, parameter_cards, transient_card

STEPS = 100
FINEST = 1000
"""Steps of the fixed-step methods, and the fewest that ngspice takes."""


def ising_machine(
    count: int,
    edges: Sequence[Edge],
    *,
    weights: Sequence[float] | None = None,
    feedback: float = 0.0,
    coupling: float = 1.0,
    stop: float = 10.0,
) -> Circuit:
    """`count` spins and a symmetric coupling a pair of `edges` (see `grid_edges`, `all_edges`).

    The states are the nodes `x<i>`, what drives them the nodes `s<i>`. A pair has the trainable parameter `j<i>_<j>`,
    by default 1, and two sources, `g<i>_<j>` into spin i and `g<j>_<i>` into spin j; a spin has the trainable field
    `h<i>`, at first 0. `feedback` and `coupling` are the parameters α and β, trainable too. `start<i>` are the states
    at the start, parameters that carry the input. Linear in spins and couplings.

    Raises:
        CircuitError: a pair that is no pair of two spins, or stands twice; weights that do not fit.
    """
    at_least("the number of spins", count, 1)
    common = {"feedback": feedback, "coupling": coupling}
    return circuit_of(_deck(count, common, weighted(count, edges, weights), stop), "ising machine")


def _deck(count: int, common: Mapping[str, float], couplings: Mapping[Edge, float], stop: float) -> Iterator[str]:
    numbers = range(count)
    yield f"* analogue Ising machine of {count} spins and {len(couplings)} couplings"
    yield "* dx_i/dt = -x_i + tanh(feedback*x_i + coupling*sum of j_ij*x_j + h_i)"
    yield from includes("saturating_integrator")
    yield from parameter_cards(common)
    yield from parameter_cards({f"j{i}_{j}": weight for (i, j), weight in couplings.items()})
    yield from parameter_cards({f"h{i}": 0.0 for i in numbers})
    yield from parameter_cards({f"start{i}": 0.0 for i in numbers})
    for i in numbers:
        yield f"Xx{i} s{i} x{i} saturating_integrator feedback={{feedback}}"
        yield f"Ih{i} 0 s{i} {{h{i}}}"
    for i, j in couplings:
        yield f"G{i}_{j} 0 s{i} x{j} 0 {{coupling*j{i}_{j}}}"
        yield f"G{j}_{i} 0 s{j} x{i} 0 {{coupling*j{i}_{j}}}"
    yield from card_lines(".ic", [f"v(x{i})={{start{i}}}" for i in numbers], 6)
    yield transient_card(stop / STEPS, stop, stop / FINEST)
    yield f"*@ trainable {'j* ' if couplings else ''}h* feedback coupling"
    yield "*@ input start*"
    yield from card_lines("*@ output", [f"v(x{i})" for i in numbers], 10)
    yield ".end"
