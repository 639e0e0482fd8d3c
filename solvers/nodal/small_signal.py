"""`.ac`: the response to sources' phasors over frequency, (G + jωC) x = −b at the operating point."""

from __future__ import annotations

import cmath
import math
import time
from typing import Any

import numpy as np

from ...netlist.circuit import Card, Circuit
from ...netlist.element import Element
from ...netlist.gathering import gathered
from ...netlist.stimulus import Stimulus
from ...netlist.traces import Traces
from .cards import frequencies, only_card
from .derivatives import Admittances
from .linearised import Linearised
from .operating import about


def small_signal(circuit: Circuit, card: Card | None = None) -> Traces:
    """Phasors of `v(node)` and of the `i(element)` into first terminals, complex, over `frequency` in Hz.

    Currents of capacitors and the charging currents of devices are among them. Resistors have the resistance `ac=`
    where they give one. A closed switch stays closed (ngspice 39 opens all of them here). One factorisation a
    frequency.

    The card is that of the deck where none is given.

    Raises:
        CircuitError: a card that cannot be read, an element without a device here.
        NumericalError: no operating point, or no unique response.
    """
    begin = time.perf_counter()
    card = card or only_card(circuit, "ac")
    tolerance: Any = circuit.options.get("reltol", 1e-3)
    grid = frequencies(card, card.fields, float(tolerance))
    linearised = Linearised.of(circuit)
    network = linearised.network
    phasors = np.array([phasor(network.flat[name]) for name in network.source_names], complex)
    x = linearised.responses(2.0 * math.pi * grid, linearised.driven(phasors))
    signals = gathered(responses(linearised, x, 2.0 * math.pi * grid, phasors), circuit)
    return Traces(signals, {"frequency": grid}, about(network, linearised.point, begin))


def phasor(element: Element) -> complex:
    """The phasor of a source; 0 where it gives none."""
    if not isinstance(element.value, Stimulus) or element.value.ac is None:
        return 0.0
    magnitude, degrees = (float(each) for each in element.value.ac)  # type: ignore[arg-type]
    return cmath.rect(magnitude, math.radians(degrees))


def responses(linearised: Linearised, x: np.ndarray, angular: np.ndarray, phasors: np.ndarray) -> dict[str, np.ndarray]:
    """All signals (points,) of responses x (points, n) at angular frequencies (points,), in the deck's order."""
    network, solver = linearised.network, linearised.solver
    split = len(network.linear.kernels)
    currents: dict[str, np.ndarray] = {}
    for chosen, tables, effective in (
        (slice(None, split), network.linear, solver.numbers.linear),
        (slice(split, None), network.tables, solver.numbers.effective),
    ):
        parts = network.instances[chosen], network.groups[chosen], tables, effective
        currents |= Admittances.of(*parts, linearised.point.x).currents(x, angular)
    currents |= {name: x[:, place] for name, place in network.numbers.items() if name.startswith("i(")}
    for place, (name, value) in enumerate(zip(network.source_names, phasors, strict=True)):
        if network.flat[name].kind == "I":
            currents[f"i({name})"] = np.full(len(angular), network.shape.source_signs[place, 0] * value)
    voltages = {f"v({name})": x[:, place] for place, name in enumerate(network.unknowns[: network.nodes])}
    order = [f"i({element.name})" for element in network.flat.elements if element.kind != "K"]
    return voltages | {name: currents[name] for name in order}
