"""All piecewise-linear devices of a circuit as ideal parts, and the answer back under the user's names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from ..bus import split_index
from ..circuit import Circuit, Directive, Model
from ..directive_table import DIRECTIVES
from ..element import Element, empty
from ..errors import CircuitError
from ..selectors import is_glob, select
from .diode import PiecewiseDiode, piecewise_models
from .diode_parts import diode_parts
from .parts import Parts, rows_of
from .resistor import PiecewiseResistor, piecewise_resistors
from .resistor_parts import IDEAL, resistor_parts


@dataclass(frozen=True, eq=False)
class Reduction:
    """A flat `circuit` of ideal parts and the `original` it stands for.

    `devices` are, by the name of each piecewise-linear diode or resistor, its parts; one a row for a crossbar of them.
    """

    circuit: Circuit
    original: Circuit
    devices: Mapping[str, tuple[Parts, ...]]

    def restored(self, signals: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Signals of the circuit of parts as those of the original: inner nodes and parts away, a device's current in.

        Currents that are not among the signals stay away. Linear in the number of signals.
        """
        if not self.devices:
            return dict(signals)
        voltages = [name for name in signals if name[0] == "v"]
        shown = set(self.visible(name[2:-1] for name in voltages))
        found = {name: signals[name] for name in voltages if name[2:-1] in shown}
        for element in self.original.elements:
            name = f"i({element.name})"
            parts = self.devices.get(element.name)
            current = signals.get(name) if parts is None else _current(signals, element, parts)
            if current is not None:
                found[name] = current
        others = (name for name in signals if name[0] not in "vi")
        return found | {name: signals[name] for name in others}

    @property
    def inner_nodes(self) -> frozenset[str]:
        """The nets and buses that the parts added, without ranges."""
        every = (node for parts in self.devices.values() for each in parts for node in each.nodes)
        return frozenset(node.partition("[0:")[0] if node.endswith("]") and ":" in node else node for node in every)

    def visible(self, nodes: Iterable[str]) -> tuple[str, ...]:
        """Those of some nodes that are the user's."""
        inner = self.inner_nodes
        return tuple(node for node in nodes if node not in inner and split_index(node)[0] not in inner)


def with_ideal_parts(circuit: Circuit) -> Reduction:
    """The circuit with every piecewise-linear device replaced; itself where there is none. Linear in its elements.

    Raises:
        CircuitError: a `*@ piecewise` line that says something impossible, a multiplier that is not positive.
    """
    flat = circuit.flatten()
    models, resistors = piecewise_models(flat), piecewise_resistors(flat)
    if not models and not resistors:
        return Reduction(flat, flat, empty())
    elements: list[Element] = []
    devices: dict[str, tuple[Parts, ...]] = {}
    meant: dict[str, tuple[str, ...]] = {}
    for element in flat.elements:
        diode = models.get(element.model) if element.kind == "D" and element.model else None
        device = diode or resistors.get(element.name)
        if device is None:
            elements.append(element)
            meant[element.name] = (element.name,)
            continue
        rows = rows_of(element) if len(element.ranges) == 2 else [element]
        devices[element.name] = tuple(_parts(row, device) for row in rows)
        meant[element.name] = tuple(row.name for row in rows)
        elements += [part for parts in devices[element.name] for part in parts.elements]
    _refuse_same_names(elements)
    directives = [each for directive in flat.directives for each in _directive(directive, meant)]
    if resistors:
        directives.append(Directive("ideal", (), {"model": IDEAL}))
        flat_models = {**flat.models, IDEAL: Model(IDEAL, "d", {"is": 1e-12, "n": 1e-4})}
    else:
        flat_models = flat.models
    ideal = replace(flat, elements=tuple(elements), directives=tuple(directives), models=flat_models)
    return Reduction(ideal, flat, devices)


def _parts(device: Element, segments: PiecewiseDiode | PiecewiseResistor) -> Parts:
    if isinstance(segments, PiecewiseDiode):
        return diode_parts(device, segments)
    return resistor_parts(device, segments)


def _directive(directive: Directive, meant: Mapping[str, tuple[str, ...]]) -> list[Directive]:
    """A directive for the circuit of parts: its globs go on meaning the user's elements alone, now `meant[name]`."""
    if directive.keyword == "piecewise":
        options = {key: value for key, value in directive.options.items() if key in ("model", "export")}
        return [] if directive.selectors else [replace(directive, keyword="ideal", options=options)]
    if DIRECTIVES[directive.keyword].selectors not in ("elements", "targets"):
        return [directive]
    names = [select([each], meant) if is_glob(each) else (each,) for each in directive.selectors]
    selected = (part for found in names for name in found for part in meant.get(name, (name,)))
    return [replace(directive, selectors=tuple(dict.fromkeys(selected)))]


def _current(signals: Mapping[str, np.ndarray], element: Element, rows: tuple[Parts, ...]) -> np.ndarray | None:
    """The current through a device, [..., *shape]; None where that of a part is not known."""
    found = []
    for parts in rows:
        terms = [(sign, signals.get(f"i({name})")) for sign, name in parts.current]
        if any(term is None for _, term in terms):
            return None
        found.append(sum(sign * np.asarray(term) for sign, term in terms))
    return np.stack(found, axis=-2) if len(element.ranges) == 2 else np.asarray(found[0])


def _refuse_same_names(elements: list[Element]) -> None:
    seen: set[str] = set()
    for element in elements:
        if element.name in seen:
            raise CircuitError(f"{element.name} is the name of a part of a piecewise-linear device; rename the element")
        seen.add(element.name)
