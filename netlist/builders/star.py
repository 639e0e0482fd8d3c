"""The switchable star: transmission lines that challenge bits join to a centre, and equal stars beside each other.

Two stars that differ by fabrication alone answer a challenge by the sign of the difference of their centres' voltages:
a physical unclonable function.
"""

from __future__ import annotations

from collections.abc import Iterator
from string import ascii_lowercase

from ..circuit import Circuit
from ..errors import CircuitError
from .cards import at_least
from .library import circuit_of, includes, parameter_cards, transient_card

NANO = 1e-9
STEPS = 100
FINEST = 2000
"""Steps of the fixed-step methods, and the fewest that ngspice takes."""


def star(branches: int, sections: int, *, stars: int = 2, sigma: float = 0.1, stop: float = 10 * NANO) -> Circuit:
    """`stars` equal stars of `branches` lines of `sections` Gm-C sections, their switches driven by the same bits.

    The centres are the nodes `a`, `b`, …, each with a capacitor `c0` and driven by a trapezoid of 1 A: up in 0.5 ns,
    1 ns long, down in 0.5 ns. Branch k of star a is `xa<k>`, closed by the bit `b<k>` (0 or 1), a parameter that
    carries the input. All branches share the trainable `c<i>` and `l<i>` of their sections i, both capacitors of 0.1 to
    10 nF, and the gains `ws<e>` and `wt<e>` of their edges e, 0.5 to 2 S, two edges a section. Every capacitor and gain
    spreads by `sigma`. Linear in the number of sections.

    Raises:
        CircuitError: sizes below one, or more stars than letters.
    """
    for what, size in (("branches", branches), ("sections", sections), ("stars", stars)):
        at_least(f"the number of {what}", size, 1)
    if stars > len(ascii_lowercase):
        raise CircuitError(f"{stars} stars have no letters; give at most {len(ascii_lowercase)}")
    return circuit_of(_deck(branches, sections, ascii_lowercase[:stars], sigma, stop), "star")


def _deck(branches: int, sections: int, letters: str, sigma: float, stop: float) -> Iterator[str]:
    numbers, edges = range(1, sections + 1), range(1, 2 * sections + 1)
    yield f"* switchable star of {branches} lines of {sections} sections, {len(letters)} of them beside each other"
    yield "* a line's edges e=1,2,.. join centre, current 1, voltage 1, current 2, ..; each draws ws and feeds wt times"
    yield "* what stands at its other end. A branch's bit closes its first edge. The answer is the centres' voltage."
    yield from includes("gmc_section", "trapezoid_current")
    yield from parameter_cards({f"c{i}": NANO for i in (0, *numbers)})
    yield from parameter_cards({f"l{i}": NANO for i in numbers})
    yield from parameter_cards({f"ws{e}": 1.0 for e in edges})
    yield from parameter_cards({f"wt{e}": 1.0 for e in edges})
    yield from parameter_cards({f"b{k}": 0.0 for k in range(branches)}, 16)
    yield ".subckt branch centre on=1"
    for i in numbers:
        before = "centre" if i == 1 else f"v{i - 1}"
        gains = f"ws_in={{ws{2 * i - 1}}} wt_in={{wt{2 * i - 1}}} ws_out={{ws{2 * i}}} wt_out={{wt{2 * i}}}"
        yield f"X{i} {before} v{i} gmc_section l={{l{i}}} c={{c{i}}} {gains}{' on={on}' if i == 1 else ''}"
    yield ".ends"
    for letter in letters:
        yield f"Ccentre_{letter} {letter} 0 {{c0}}"
        yield f"Xdrive_{letter} {letter} trapezoid_current"
        yield from (f"X{letter}{k} {letter} branch on={{b{k}}}" for k in range(branches))
    yield transient_card(stop / STEPS, stop, stop / FINEST)
    yield f"*@ trainable c* l* min={0.1 * NANO:g} max={10 * NANO:g}"
    yield "*@ trainable ws* wt* min=0.5 max=2"
    yield f"*@ mismatch ccentre_* x*.c* x*.g* sigma={sigma:g}"
    yield "*@ input b*"
    yield f"*@ output {' '.join(f'v({letter})' for letter in letters)}"
    yield ".end"
