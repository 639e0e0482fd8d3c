"""Samples fed through sources: checked, and turned into the values that a loaded deck is altered to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..netlist.circuit import Circuit
from ..netlist.errors import SpiceError
from ..netlist.expansion import line_names
from .deck import Deck


@dataclass(frozen=True, eq=False)
class Alterations:
    """What changes from sample to sample: ngspice's `names`, the deck's own values `base` [names], `values` [samples,
    names] in volts and amperes."""

    names: tuple[str, ...]
    base: np.ndarray
    values: np.ndarray


def checked_inputs(circuit: Circuit, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The inputs as float64 arrays [samples, *shape] by lower-case source name.

    Raises:
        SpiceError: no such source, a source with a waveform, another shape, numbers of samples that differ, or values
            that are not finite.
    """
    values = {name.lower(): _checked(circuit, name.lower(), given) for name, given in inputs.items()}
    counts = {name: len(value) for name, value in values.items()}
    if not counts or len(set(counts.values())) > 1 or not min(counts.values()):
        raise SpiceError(f"the inputs have {counts or 'no'} samples; give equally many, at least one, for each source")
    return values


def alterations(made: Deck, values: Mapping[str, np.ndarray]) -> Alterations:
    """What to alter in a deck for checked inputs: its sources, or the Norton currents that stand for folded ones."""
    samples = len(next(iter(values.values())))
    names: list[str] = []
    bases: list[np.ndarray] = []
    columns: list[np.ndarray] = []
    if made.fold:
        names += [made.layout.elements[source] for source in made.fold.sources]
        bases.append(made.fold.currents({})[0])
        currents = made.fold.currents(values)
        columns.append(np.broadcast_to(currents, (samples, currents.shape[1])))
    for name, value in values.items():
        if made.fold and name in made.fold.removed:
            continue
        source = made.layout.circuit[name]
        names += [made.layout.elements[line] for line in (line_names(source) if source.ranges else [name])]
        bases.append(np.broadcast_to(np.asarray(source.value, dtype=np.float64), source.shape).reshape(-1))
        columns.append(value.reshape(samples, -1))
    return Alterations(tuple(names), np.concatenate(bases), np.concatenate(columns, axis=1))


def _checked(circuit: Circuit, name: str, given: np.ndarray) -> np.ndarray:
    if name not in circuit or circuit[name].kind not in "VI":
        sources = [element.name for element in circuit.of_kind("V", "I")]
        raise SpiceError(f"there is no source {name} to feed; the sources are {', '.join(sources[:8]) or 'none'}")
    source = circuit[name]
    value = np.asarray(given, dtype=np.float64)
    if value.ndim != 1 + len(source.shape) or value.shape[1:] != source.shape:
        wanted = ", ".join(map(str, ("samples", *source.shape)))
        raise SpiceError(f"the input for {name} has shape {value.shape}; give [{wanted}]")
    if not np.isfinite(value).all():
        raise SpiceError(f"the input for {name} holds numbers that are not finite; give volts or amperes")
    if not isinstance(source.value, (int, float, np.ndarray)):
        raise SpiceError(f"{name} has a waveform; feed operating points through sources with a plain value")
    return value
