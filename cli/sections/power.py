"""Power: what the circuit turns into heat for one answer, and with capacitors how soon that answer is there."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.ticker import EngFormatter, MaxNLocator, NullFormatter

from ...solvers.power import power
from ..answers import engineering
from ..figure import ACCENT, SECOND, drawing
from ..results import Absent, Results
from .section import Section, Tile, picture, table
from .settling import settling

NAME, TITLE = "power", "Power dissipated"
_SCALING = (
    "In the units of the netlist. Dividing every conductance and bias current by the same number leaves all voltages as"
    " they are and divides the power by it."
)


def section(results: Results) -> Section:
    """Watts an answer: their spread over samples, their share by element, and the sum that Tellegen demands."""
    samples, circuit = results.samples, results.circuit
    count = len(samples.labels)
    if not count or not circuit.of_kind("R"):
        raise Absent("There is no held-out sample or no resistor to take power.")
    found = power(circuit, samples.traces)
    total = found.dissipated
    by_element = {name: watts for name, watts in found.taken.items() if name not in found.sources and np.any(watts)}
    gap = float(np.max(np.abs(found.delivered - total)) / np.max(np.abs(total)))
    lead = (
        f"{engineering(float(total.mean()), 'W', 4)} on average over {count} held-out samples; what the sources deliver"
        f" and what the circuit takes differ by {gap:.1e} of it, as Tellegen's theorem asks."
    )
    note = f"{engineering(float(total.min()), 'W', 3)} to {engineering(float(total.max()), 'W', 3)}"
    tiles = (Tile("Power an answer", engineering(float(total.mean()), "W", 3), note),)
    body = picture(_figure(by_element, total), _SCALING) + _table(by_element, total)
    settled = settling(circuit, samples, total)
    return Section(NAME, TITLE, lead, body + settled.body, tiles=(*tiles, *settled.tiles))


def _figure(by_element: Mapping[str, np.ndarray], total: np.ndarray) -> str:
    largest = sorted(by_element, key=lambda name: float(by_element[name].mean()))[-12:]
    means = [float(by_element[name].mean()) for name in largest]
    with drawing(NAME, 8.0, max(2.4, 0.28 * len(largest) + 1.0), "Power by sample and by element") as sheet:
        left, right = sheet.figure.subplots(1, 2)
        left.hist(total, bins=min(24, max(4, len(total) // 2)), color=ACCENT)
        left.set_title("Samples by power")
        left.xaxis.set_major_formatter(EngFormatter("W"))
        left.xaxis.set_major_locator(MaxNLocator(6))
        right.barh(largest, means, color=SECOND, height=0.55)
        if min(means) > 0 and max(means) > 30 * min(means):
            right.set_xscale("log")
        right.xaxis.set_major_formatter(EngFormatter("W"))
        right.xaxis.set_minor_formatter(NullFormatter())
        right.set_title("Mean power by element")
        right.grid(axis="y", visible=False)
    return sheet.svg


def _table(by_element: Mapping[str, np.ndarray], total: np.ndarray) -> str:
    mean = float(total.mean()) or 1.0
    rows = [
        (name, engineering(float(watts.mean()), "W", 4), f"{100 * float(watts.mean()) / mean:.1f} %")
        for name, watts in sorted(by_element.items(), key=lambda item: -float(item[1].mean()))[:12]
    ]
    return table(("element", "mean power", "share"), rows)
