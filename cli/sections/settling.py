"""Settling: how soon an answer is there, and the energy it has cost by then, where the netlist has capacitors.

A deviation from the steady state dies out as e^(−t/τ) with the slowest time constant τ, so that after 5 τ less than 1 %
of it is left; until then the circuit takes about the power of the steady state.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...netlist import Circuit, CircuitError, NumericalError
from ...solvers.time_constants import TimeConstants, time_constants
from ..answers import engineering
from ..held_out import Samples
from .section import Tile, paragraph, table

MOST = 16
"""Samples whose time constants are computed: each costs an eigenvalue problem."""
WAIT = 5.0
"""Time constants until an answer is read."""


class Settling(NamedTuple):
    """HTML to put beside the power, and tiles for the top of the page; both empty without capacitors."""

    body: str = ""
    tiles: tuple[Tile, ...] = ()


def settling(circuit: Circuit, samples: Samples, watts: np.ndarray) -> Settling:
    """Time constants and energies of the first samples, at the power (samples,) that each takes."""
    if not circuit.flatten().of_kind("C"):
        return Settling()
    try:
        found = [time_constants(_driven(circuit, samples, sample)) for sample in range(min(MOST, len(samples.labels)))]
    except (CircuitError, NumericalError) as error:
        return Settling(paragraph(f"How soon it settles is not known: {error}."))
    slowest = np.array([each.slowest for each in found])
    joules = WAIT * slowest * watts[: len(found)]
    lead = (
        f"With its capacitors the circuit settles with {_range(slowest, 's')} as the slowest time constant of an answer"
        f" ({len(found)} of them looked at). Read after {WAIT:g} time constants, when less than 1 % is missing, an"
        f" answer takes {_range(joules, 'J')}."
    )
    tiles = (
        Tile("Slowest time constant", engineering(float(slowest.max()), "s", 3), "of any answer"),
        Tile("Energy an answer", engineering(float(joules.mean()), "J", 3), f"read after {WAIT:g} time constants"),
    )
    return Settling(paragraph(lead) + _nodes(found[int(slowest.argmax())]), tiles)


def _driven(circuit: Circuit, samples: Samples, sample: int) -> Circuit:
    values = {name: array[sample] if array.ndim > 1 else float(array[sample]) for name, array in samples.inputs.items()}
    return circuit.with_values(values)


def _range(values: np.ndarray, unit: str) -> str:
    low, high = engineering(float(values.min()), unit, 3), engineering(float(values.max()), unit, 3)
    return low if low == high else f"{low} to {high}"


def _nodes(found: TimeConstants) -> str:
    """The slowest nodes by themselves, all others held."""
    slowest = sorted(found.nodes.items(), key=lambda item: -item[1])[:12]
    rows = [(name, engineering(seconds, "s", 4)) for name, seconds in slowest]
    return table(("node", "its own time constant"), rows)
