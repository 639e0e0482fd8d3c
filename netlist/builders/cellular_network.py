"""The cellular network: a grid of cells, each coupled to its neighbours by the same template (Chua and Yang 1988).

    dx/dt = −x + m·(z + Σ A(1+ε) f(y's state) + Σ B(1+ε′) u),   f(x) = ½(|x+1| − |x−1|),

summed over the cell and its up to eight neighbours, x(0) = 0; m and the ε are what mismatch makes of 1 and 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from ..circuit import Circuit
from .cards import at_least
from .library import card_lines, circuit_of, includes, parameter_cards, transient_card

Template = tuple[float, float, float]
"""A template that looks the same in eight directions: its corners, its edges, its centre."""

STEPS = 100
FINEST = 500
"""Steps of the fixed-step methods, and the fewest that ngspice takes."""

_RING = {
    (-1, -1): "nw",
    (-1, 0): "n",
    (-1, 1): "ne",
    (0, -1): "w",
    (0, 1): "e",
    (1, -1): "sw",
    (1, 0): "s",
    (1, 1): "se",
}


def cellular_network(
    rows: int,
    columns: int,
    *,
    feedback: Template = (0.0, 0.0, 2.0),
    control: Template = (-1.0, -1.0, 8.0),
    bias: float = -0.5,
    sigma: float = 0.1,
    stop: float = 1.5,
) -> Circuit:
    """The network as a circuit; by default the edge detector of the literature.

    The states are the nodes `x<row>_<column>`, the outputs `y…`, the inputs `u…` held by the sources `vu…`. The seven
    trainable parameters are `a_corner a_edge a_centre b_corner b_edge b_centre z`. Every coupling (`x<r>_<c>.ga<side>`,
    `.gb<side>`, `.gam`, `.gbm`) and every cell's `xcell.gcell` spreads by `sigma`. Couplings out of the image start at
    ground. Linear in the number of cells.

    Raises:
        CircuitError: no rows or no columns.
    """
    at_least("the number of rows", rows, 1)
    at_least("the number of columns", columns, 1)
    return circuit_of(_deck(rows, columns, feedback, control, bias, sigma, stop), "cellular network")


def _deck(
    rows: int, columns: int, feedback: Template, control: Template, bias: float, sigma: float, stop: float
) -> Iterator[str]:
    """The lines of `cellular_network`, as they stand in circuits/cnn_edge.cir."""
    places = ("corner", "edge", "centre")
    yield f"* cellular network of {rows} by {columns} cells with one template for all"
    yield "* dx/dt = -x + m*(z + sum of A*f(x) + sum of B*u) over the cell and its neighbours; x(0) = 0; y = f(x)"
    yield "* (Chua and Yang 1988, doi:10.1109/31.7600). The input u is +1 or -1 a pixel."
    yield from includes("cellular_cell")
    yield from parameter_cards({f"a_{place}": value for place, value in zip(places, feedback, strict=True)})
    yield from parameter_cards({f"b_{place}": value for place, value in zip(places, control, strict=True)})
    yield from parameter_cards({"z": bias})
    yield from _tile()
    cells = list(product(range(rows), range(columns)))
    yield from (f"Vu{r}_{c} u{r}_{c} 0 0" for r, c in cells)
    for r, c in cells:
        around = [(r + down, c + right) for down, right in _RING]
        inside = [f"{i}_{j}" if 0 <= i < rows and 0 <= j < columns else None for i, j in around]
        outputs, inputs = ([f"{letter}{each}" if each else "0" for each in inside] for letter in "yu")
        yield " ".join([f"X{r}_{c}", f"x{r}_{c}", f"y{r}_{c}", f"u{r}_{c}", *outputs, *inputs, "tile"])
    yield transient_card(stop / STEPS, stop, stop / FINEST)
    yield "*@ trainable a_* b_* z"
    yield f"*@ mismatch x*.ga* x*.gb* x*.gcell sigma={sigma:g}"
    yield "*@ input vu*"
    yield from card_lines("*@ output", [f"v(y{r}_{c})" for r, c in cells], columns)
    yield ".end"


def _tile() -> Iterator[str]:
    """The subcircuit of a cell with its eighteen couplings."""
    sides = list(_RING.values())
    yield "* a cell and what feeds it: ga.. from outputs, gb.. from inputs, of itself (m) and of its eight neighbours"
    yield f".subckt tile x y u {' '.join(f'y{side}' for side in sides)} {' '.join(f'u{side}' for side in sides)}"
    yield "Xcell sum x y cellular_cell bias={z}"
    for letter, signal in (("a", "y"), ("b", "u")):
        yield f"G{letter}m 0 sum {signal} 0 {{{letter}_centre}}"
        for (down, right), side in _RING.items():
            place = "corner" if down and right else "edge"
            yield f"G{letter}{side} 0 sum {signal}{side} 0 {{{letter}_{place}}}"
    yield ".ends"
