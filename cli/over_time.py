"""What can follow a deck's `.tran` card, by name: our two integrations, and ngspice."""

from __future__ import annotations

from dataclasses import replace

from ..netlist import Circuit, Traces
from ..netlist.numbers import format_number
from ..solvers.dynamics import transient
from ..solvers.dynamics.transient import NAME as INTEGRATION
from ..solvers.dynamics.transient import Transient
from ..spice_export import deck, on_grid, run, since
from .engines import NGSPICE, NODAL, Engine

FINENESS = 10
"""ngspice's largest step is so many times smaller than the card's step, where the card names none."""


def by_ngspice(circuit: Circuit) -> Traces:
    """The waveforms that ngspice computes, at the card's own times."""
    asked = Transient.of(circuit)
    found = run(deck(with_fine_steps(circuit)))
    return on_grid(since(found, asked.times), asked.times)


def with_fine_steps(circuit: Circuit) -> Circuit:
    """The circuit with its `.tran` card alone, and a largest step where the card names none: ngspice's own would be too
    long to be compared with."""
    asked = Transient.of(circuit)
    card = next(card for card in circuit.analyses if card.keyword == "tran")
    if sum(field.lower() != "uic" for field in card.fields) < 4:
        times = (asked.step, asked.stop, asked.start, asked.step / FINENESS)
        card = replace(card, fields=(*map(format_number, times), *(["uic"] if asked.uic else [])))
    return circuit.replace(analyses=(card,))


def by_nodal_analysis(circuit: Circuit) -> Traces:
    """The waveforms of any circuit with real devices."""
    from ..solvers.nodal.transient import transient as nodal_transient

    return nodal_transient(circuit)


TIME_ENGINES: dict[str, Engine] = {
    engine.name: engine
    for engine in (Engine(INTEGRATION, transient), Engine(NODAL, by_nodal_analysis), Engine(NGSPICE, by_ngspice))
}
"""All of them by name: our own first, the one for explicit equations before the one for any circuit."""


def in_time(circuit: Circuit) -> bool:
    """Whether the deck asks to be followed in time."""
    return any(card.keyword == "tran" for card in circuit.analyses)
