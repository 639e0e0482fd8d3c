"""`.tf`: what a small change of a source does to an output at rest, and the resistances at both.

G x = −b gives the output's change and that of the source's other quantity; one more solution the output resistance.
"""

from __future__ import annotations

import math
import time

import numpy as np

from ...netlist.circuit import Card, Circuit
from ...netlist.traces import Traces
from .cards import Output, joined, only_card, output, wrong
from .linearised import Linearised
from .noise import one_source, selection
from .operating import about

CARD = "write .tf v(node[,node]) source, or .tf i(source) source"


def transfer(circuit: Circuit, card: Card | None = None) -> Traces:
    """`transfer_function`, `v1#input_impedance`, and `output_impedance_at_v(out)` or `v2#output_impedance`, as ngspice
    calls them.

    The first is in units of the output over those of the source, the others are in ohm; infinite where no current
    flows. That of a current output is what its branch sees, positive for passive circuits (ngspice 39 gives 1e20).

    The card is that of the deck where none is given.

    Raises:
        CircuitError: a card that cannot be read, an input that is no source, an output that is not of the circuit.
        NumericalError: no operating point, or the circuit at rest is singular.
    """
    begin = time.perf_counter()
    card = card or only_card(circuit, "tf")
    fields = joined(card.fields)
    if len(fields) != 2:
        raise wrong(card, CARD)
    wanted, name = output(card, fields[0]), fields[1].lower()
    linearised = Linearised.of(circuit)
    network = linearised.network
    one = one_source(network, card, name)
    chosen = selection(network, card, wanted)
    x = linearised.at_rest(linearised.driven(one))
    same = wanted.element == name
    found = {
        "transfer_function": chosen @ x,
        f"{name}#input_impedance": _input(linearised, name, x),
        _name(wanted): _input(linearised, name, x) if same else _output(linearised, wanted, chosen),
    }
    signals = {key: np.asarray(value) for key, value in found.items()}
    return Traces(signals, about=about(network, linearised.point, begin))


def _input(linearised: Linearised, name: str, x: np.ndarray) -> float:
    """The resistance that a source sees, from the answer x (n,) to 1 V or 1 A of it."""
    network = linearised.network
    if network.flat[name].kind == "V":
        return _inverse(-x[network.numbers[f"i({name})"]])
    ends = [0.0 if node == "0" else x[network.numbers[node]] for node in network.flat[name].nodes]
    return (ends[1] - ends[0]) / network.shape.source_signs[network.source_names.index(name), 0]


def _output(linearised: Linearised, wanted: Output, chosen: np.ndarray) -> float:
    """The resistance at an output: the voltage that 1 A makes there, or 1 V over the current that it makes."""
    x = linearised.at_rest(chosen)
    return float(chosen @ x) if wanted.element is None else _inverse(-float(chosen @ x))


def _inverse(value: float) -> float:
    return 1.0 / value if value != 0.0 else math.inf


def _name(wanted: Output) -> str:
    return f"output_impedance_at_{wanted.text}" if wanted.element is None else f"{wanted.element}#output_impedance"
