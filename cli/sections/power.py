"""Power: what the resistors turn into heat for one answer, from voltages and conductances alone."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from matplotlib.ticker import EngFormatter, MaxNLocator, NullFormatter

from ...netlist import Circuit, Element
from ...netlist.resistance import conductance
from ..answers import engineering
from ..figure import ACCENT, SECOND, drawing
from ..held_out import field_voltages
from ..results import Absent, Results
from .section import Section, Tile, picture, table

NAME, TITLE = "power", "Power dissipated"
_BLOCK = 2_000_000
_SCALING = (
    "In the units of the netlist. Dividing every conductance and bias current by the same number leaves all voltages as"
    " they are and divides the power by it."
)


def dissipation(element: Element, signals: Mapping[str, np.ndarray], count: int) -> np.ndarray:
    """Σ g (v_a − v_b)² over the branches of a resistor or resistor array, in watts, for each of `count` samples.

    Summed branch by branch in blocks of the first bus: the expanded square would cancel where both ends are close.
    """
    first, second = (_columns(field_voltages(signals, node), count) for node in element.nodes)
    value = np.asarray(conductance(element), dtype=float)
    if len(element.ranges) < 2:
        return (value * np.square(first - second)).sum(axis=1)
    value = np.broadcast_to(value, element.shape)
    rows, columns = value.shape
    first, second = (np.broadcast_to(v, (count, n)) for v, n in ((first, rows), (second, columns)))
    blocks = np.array_split(np.arange(rows), max(1, math.ceil(value.size / _BLOCK)))
    watts = np.zeros(count)
    for sample in range(count):
        for block in blocks:
            drop = first[sample, block, None] - second[sample, None, :]
            watts[sample] += np.sum(value[block] * np.square(drop))
    return watts


def _columns(voltages: np.ndarray, count: int) -> np.ndarray:
    """Voltages as (samples, width); ground, which has no signal, as zeros."""
    return np.broadcast_to(voltages.reshape(len(voltages), -1), (count, voltages[0].size))


def delivered(circuit: Circuit, signals: Mapping[str, np.ndarray], count: int) -> np.ndarray:
    """−Σ v·i over the sources, in watts, for each sample: by Tellegen's theorem it equals what the resistors take."""
    watts = np.zeros(count)
    for element in circuit.of_kind("V", "I"):
        first, second = (_columns(field_voltages(signals, node), count) for node in element.nodes[:2])
        current = signals[f"i({element.name})"].reshape(count, -1)
        watts -= ((first - second) * current).sum(axis=1)
    return watts


def section(results: Results) -> Section:
    """Watts an answer: their spread over samples, their share by element, and the sum that Tellegen demands."""
    samples, circuit = results.samples, results.circuit
    count = len(samples.labels)
    if not count or not circuit.of_kind("R"):
        raise Absent("There is no held-out sample or no resistor to take power.")
    signals = samples.traces.signals
    by_element = {element.name: dissipation(element, signals, count) for element in circuit.of_kind("R")}
    total = np.sum(list(by_element.values()), axis=0)
    gap = float(np.max(np.abs(delivered(circuit, signals, count) - total)) / np.max(np.abs(total)))
    lead = (
        f"{engineering(float(total.mean()), 'W', 4)} on average over {count} held-out samples; what the sources deliver"
        f" and what the resistors take differ by {gap:.1e} of it, as Tellegen's theorem asks."
    )
    note = f"{engineering(float(total.min()), 'W', 3)} to {engineering(float(total.max()), 'W', 3)}"
    tiles = (Tile("Power an answer", engineering(float(total.mean()), "W", 3), note),)
    body = picture(_figure(by_element, total), _SCALING) + _table(by_element, total)
    return Section(NAME, TITLE, lead, body, tiles=tiles)


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
