"""`.noise`: the spectral density at an output, by one transposed solution a frequency.

The adjoint network's response to the output, (G + jωC)ᵀ y = e, gives the transfer from every current at once, so that

    S_out(f) = Σ |y_plus − y_minus|²·S_k(f),     S_in(f) = S_out(f)/|H(f)|²

Rohrer, Nagel, Meyer, Weber 1971, "Computationally efficient electronic-circuit noise calculations". Totals integrate
each density as a power of the frequency between neighbouring points, as SPICE does (Nagel 1975).
"""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np

from ...netlist.circuit import Card, Circuit
from ...netlist.traces import Traces
from .cards import Output, frequencies, joined, only_card, output, wrong
from .linearised import Linearised
from .network import Network
from .noise_sources import NoiseCurrents, noise_currents
from .operating import about

CARD = "write .noise v(node[,node]) source dec|oct|lin points start stop"


def noise(circuit: Circuit, card: Card | None = None) -> Traces:
    """`onoise_spectrum` and `inoise_spectrum` over `frequency`, in V/√Hz (the latter in A/√Hz for a current source).

    `onoise_r1` is what an element adds to the first, `onoise_r1_thermal` one of its parts. `about["totals"]`
    has root mean squares over the band: `onoise_total` in V, `inoise_total` in V or A, and each contribution's.
    Resistors make the noise of their own temperature, and of their `ac=` where they have one; `noisy=0` silences one.
    What an expression gives makes none.

    The card is that of the deck where none is given.

    Raises:
        CircuitError: a card that cannot be read, an input that is no source, an output that is no node of the circuit.
        NumericalError: no operating point, or no unique response.
    """
    begin = time.perf_counter()
    card = card or only_card(circuit, "noise")
    fields = joined(card.fields)
    if len(fields) not in (6, 7):
        raise wrong(card, CARD)
    wanted = output(card, fields[0])
    if wanted.element is not None:
        raise wrong(card, CARD)
    tolerance: Any = circuit.options.get("reltol", 1e-3)
    grid = frequencies(card, fields[2:6], float(tolerance))
    linearised = Linearised.of(circuit)
    network = linearised.network
    driven = linearised.driven(one_source(network, card, fields[1]))
    adjoint = linearised.responses(2.0 * math.pi * grid, selection(network, card, wanted), transposed=True)
    gain = np.abs(adjoint @ driven) ** 2
    if (gain == 0.0).any():
        raise wrong(card, f"{fields[1]} does not reach {wanted.text}, so that no noise at it is equivalent")
    currents = noise_currents(linearised)
    if grid[0] == 0.0 and currents.flicker.any():
        raise wrong(card, "flicker noise has no bound at 0 Hz; begin above")
    density = currents.white + currents.flicker / np.where(grid > 0.0, grid, 1.0)[:, None]
    parts = _transferred(adjoint, currents) * density
    signals = _spectra(currents, parts) | {"inoise_spectrum": np.sqrt(parts.sum(axis=1) / gain)}
    totals = _totals("onoise", currents, _integrals(grid, parts))
    totals |= _totals("inoise", currents, _integrals(grid, parts / gain[:, None]))
    return Traces(signals, {"frequency": grid}, about(network, linearised.point, begin) | {"totals": totals})


def one_source(network: Network, card: Card, name: str) -> np.ndarray:
    """1 V or 1 A of an input source alone, among the values (sources,) of all."""
    if name.lower() not in network.source_names:
        raise wrong(card, f"the input {name} is no V or I source of the circuit")
    return np.array([float(each == name.lower()) for each in network.source_names])


def selection(network: Network, card: Card, wanted: Output) -> np.ndarray:
    """e (n,) so that eᵀx is the output."""
    found = np.zeros(network.size)
    if wanted.element is not None:
        name = f"i({wanted.element})"
        if name not in network.numbers:
            raise wrong(card, f"the current of {wanted.element} is no unknown; put a voltage source of 0 V in series")
        found[network.numbers[name]] = 1.0
        return found
    for node, sign in ((wanted.plus, 1.0), (wanted.minus, -1.0)):
        if node != "0" and node not in network.unknowns[: network.nodes]:
            raise wrong(card, f"the circuit has no node {node}")
        if node != "0":
            found[network.numbers[node]] += sign
    return found


def _transferred(adjoint: np.ndarray, currents: NoiseCurrents) -> np.ndarray:
    """|y_plus − y_minus|² (frequencies, currents) in Ω²."""
    grounded = np.concatenate([adjoint, np.zeros((len(adjoint), 1))], axis=1)
    return np.abs(grounded[:, currents.plus] - grounded[:, currents.minus]) ** 2


def _spectra(currents: NoiseCurrents, parts: np.ndarray) -> dict[str, np.ndarray]:
    """Root densities (frequencies,) of all together, of every element, and of its parts (frequencies, currents)."""
    squares = {"onoise_spectrum": parts.sum(axis=1)}
    for element, name, density in zip(currents.elements, currents.names, parts.T, strict=True):
        for key in (f"onoise_{element}", f"onoise_{element}_{name}"):
            squares[key] = squares.get(key, 0.0) + density
    return {name: np.sqrt(square) for name, square in squares.items()}


def _totals(side: str, currents: NoiseCurrents, squares: np.ndarray) -> dict[str, float]:
    """Root mean squares over the band, by ngspice's names, from those of the parts (currents,)."""
    found = {f"{side}_total": float(squares.sum())}
    for element, name, square in zip(currents.elements, currents.names, squares.tolist(), strict=True):
        for key in (f"{side}_total_{element}", f"{side}_total_{element}_{name}"):
            found[key] = found.get(key, 0.0) + square
    return {name: math.sqrt(square) for name, square in found.items()}


def _integrals(grid: np.ndarray, density: np.ndarray) -> np.ndarray:
    """∫ S df of densities (frequencies, currents), each a power of f between points; straight from 0, and at zeros."""
    f0, f1 = grid[:-1, None], grid[1:, None]
    s0, s1 = density[:-1], density[1:]
    straight = (f0 <= 0.0) | (s0 <= 0.0) | (s1 <= 0.0)
    start = np.where(f0 > 0.0, f0, 1.0)
    width = np.where(f0 > 0.0, np.log(f1 / start), 1.0)
    rise = np.log(np.where(straight, 1.0, s1) / np.where(straight, 1.0, s0)) + width
    growth = np.where(np.abs(rise) < 1e-9, 1.0, np.expm1(rise) / np.where(rise == 0.0, 1.0, rise))
    return np.where(straight, 0.5 * (s0 + s1) * (f1 - f0), s0 * start * width * growth).sum(axis=0)
