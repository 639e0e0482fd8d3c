"""Why an answer of ngspice differs from an ideal one: bounds on what its diodes, tolerances and detours can move.

A network of resistors and diodes does not amplify voltages: a source of e volts put in series with a branch moves no
node by more than e (the maximum principle for resistive networks; Doyle and Snell 1984, section 1.2). A diode's forward
drop is such a source, so the sum of all drops bounds what they move together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ..netlist.traces import Traces
from .compare import Difference

_NEWTON = 10.0
"""How many times its tolerance a converged Newton iteration may be wrong before we call it unexplained."""


def reasons(differences: Sequence[Difference], expected: Traces, about: Mapping[str, Any]) -> tuple[str, ...]:
    """Sentences for a report, the unexplained first."""
    return (*_unexplained(differences, expected, about), *_explanations(about))


def _unexplained(differences: Sequence[Difference], expected: Traces, about: Mapping[str, Any]) -> Iterator[str]:
    worst = max(differences, key=lambda each: each.largest)
    voltages = (signal for name, signal in expected.signals.items() if name.startswith("v("))
    largest = max((float(np.max(np.abs(signal))) for signal in voltages if np.size(signal)), default=0.0)
    bound = about["sum_of_forward_drops"] + _NEWTON * (about["reltol"] * largest + about["vntol"])
    if not worst.largest <= bound:
        place = "" if worst.sample is None else f" in sample {worst.sample}"
        yield (
            f"the difference of {worst.largest:.3g} V at {worst.line}{place} is more than diodes and tolerances can "
            f"explain ({bound:.3g} V): a value or a connection near that node differs, or the expected answer is wrong"
        )


def _explanations(about: Mapping[str, Any]) -> Iterator[str]:
    if about["sum_of_forward_drops"] > 0:
        yield (
            f"ideal diodes are written as {about['diodes']}; the largest drop was {about['forward_drop']:.3g} V, "
            f"and all drops of a sample together, {about['sum_of_forward_drops']:.3g} V at most, bound what they move"
        )
    yield (
        f"ngspice iterated to reltol {about['reltol']:g}, vntol {about['vntol']:g} V, abstol {about['abstol']:g} A, "
        f"with gmin {about['gmin']:g} S across the junctions of semiconductor models and nothing from nodes to ground"
    )
    if about["folded"]:
        yield (
            f"ngspice ran the folded deck ({about['cards']:,} cards): {about['folded_resistors']:,} resistors at held "
            f"nodes stand as their exact Norton equivalents, so the held nodes themselves are not compared"
        )
    else:
        yield f"ngspice ran the flat deck, every branch a card ({about['cards']:,} cards)"
    if about["open_resistors"]:
        yield f"{about['open_resistors']:,} open resistors (g=0) have no card"
    if about["homotopies"]:
        yield f"plain Newton iteration did not converge everywhere; ngspice went by {', '.join(about['homotopies'])}"
    if about.get("failed"):
        sample, reason = next(iter(about["failed"].items()))
        yield f"{len(about['failed'])} samples have no operating point, the first is sample {sample}: {reason}"
