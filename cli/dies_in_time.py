"""Dies followed in time, by nodal analysis or by ngspice, and what the deck's `.measure` cards read of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..netlist import Circuit, Traces
from ..netlist.measures import measured, signals_read
from ..spice_export.farm import Farm
from .over_time import with_fine_steps

Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Measures:
    """Numbers by name, (dies,) each and NaN where a die has none; the first reason for that, and of how many dies."""

    values: Mapping[str, np.ndarray]
    failures: Mapping[str, tuple[int, str]]


def wanted(circuit: Circuit) -> tuple[str, ...]:
    """The signals to follow: the outputs, all node voltages where the deck names none, and what measures read."""
    flat = circuit.expand()
    outputs = [name if "(" in name else f"v({name})" for name in flat.outputs]
    nodes = dict.fromkeys(node for element in flat.elements for node in element.nodes if node != "0")
    shown = outputs or [f"v({node})" for node in nodes]
    return tuple(dict.fromkeys((*shown, *signals_read(circuit, "tran"))))


def by_nodal_analysis(variants: Sequence[Circuit], signals: Sequence[str], told: Told) -> Traces:
    """The signals over the axes `die` and `time`. Raises `NumericalError` for a die without an answer."""
    from ..solvers.nodal.transient import transients_of_dies

    found = transients_of_dies(variants, signals=signals, progress=told)
    return Traces(dict(found.scalars()), found.axes, found.about)


def by_ngspice(
    variants: Sequence[Circuit], signals: Sequence[str], told: Told, jobs: int | None, farm: Farm | None
) -> Traces:
    """The same by ngspice; NaN where a die has no answer, `about["failed"]` has the reasons."""
    from ..solvers.transient_card import Transient
    from ..spice_export.transients import transients

    times = Transient.of(variants[0]).times
    fine = [with_fine_steps(variant) for variant in variants]
    found = transients(fine, signals, times, jobs=jobs, progress=told, farm=farm)
    return Traces(found.signals, {"die": found.axes["run"], "time": times}, found.about)


def measures_of(variants: Sequence[Circuit], found: Traces) -> Measures:
    """The deck's measures of every die that has an answer."""
    times, count = {"time": found.axes["time"]}, len(variants)
    values: dict[str, np.ndarray] = {}
    failures: dict[str, tuple[int, str]] = {}
    failed = found.about.get("failed")
    for die, variant in enumerate(variants):
        if isinstance(failed, Mapping) and die in failed:
            continue
        one = Traces({name: signal[die] for name, signal in found.signals.items()}, times)
        told = measured(variant, one, "tran")
        for name, value in told.values.items():
            values.setdefault(name, np.full(count, np.nan))[die] = value
        for name, reason in told.failures.items():
            many, first = failures.get(name, (0, f"die {die}: {reason}"))
            failures[name] = (many + 1, first)
    return Measures(values, failures)
