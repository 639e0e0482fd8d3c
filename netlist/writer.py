"""Circuit to text, so that `parse(write(circuit)) == circuit` exactly."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .circuit import Circuit, Function, Model, Subcircuit
from .directive_lines import write_directive
from .element import Element
from .element_text import write_element, write_setting
from .errors import CircuitError
from .expression_text import write_expression


class Written(NamedTuple):
    """A netlist's text and the arrays it refers to as `@sidecar:key`, by key."""

    text: str
    arrays: Mapping[str, np.ndarray]


def write(circuit: Circuit, *, sidecar: str = "arrays.npz") -> Written:
    """The netlist of a circuit; it refers to array values in the file `sidecar`. Linear in the circuit's size.

    Raises CircuitError for a value that no netlist can say (an infinite number, a name with a blank).
    """
    arrays: dict[str, np.ndarray] = {}
    lines = [f"* {circuit.title}".rstrip(), *_body(circuit, sidecar, arrays), ".end", ""]
    return Written("\n".join(lines), arrays)


def save(circuit: Circuit, path: str | Path) -> None:
    """Write the netlist to `path` and its arrays beside it as `stem.npz`, each whole or not at all."""
    path = Path(path)
    sidecar = path.with_suffix(".npz")
    written = write(circuit, sidecar=sidecar.name)
    if written.arrays:
        scratch = sidecar.with_name(f".{sidecar.name}.{os.getpid()}")
        with scratch.open("wb") as file:
            np.savez(file, **dict(written.arrays))  # type: ignore[arg-type]
        scratch.replace(sidecar)
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    scratch.write_text(written.text, encoding="utf-8")
    scratch.replace(path)


def _body(circuit: Circuit, sidecar: str, arrays: dict[str, np.ndarray], prefix: str = "") -> Iterator[str]:
    """The cards of a circuit between its title and its end, definitions first."""
    for name, value in circuit.parameters.items():
        yield f".param {name}={write_setting(value)}"
    for function in circuit.functions.values():
        yield _function(function)
    if circuit.global_nodes:
        yield f".global {' '.join(circuit.global_nodes)}"
    if circuit.options:
        yield f".options {' '.join(_options(circuit.options))}"
    if circuit.temperature is not None:
        yield f".temp {write_setting(circuit.temperature)}"
    for model in circuit.models.values():
        yield _model(model)
    for subcircuit in circuit.subcircuits.values():
        yield from _subcircuit(subcircuit, sidecar, arrays, prefix)
    for element in circuit.elements:
        yield _element(element, sidecar, arrays, prefix)
    for card, conditions in ((".ic", circuit.initial_conditions), (".nodeset", circuit.nodesets)):
        for node, value in conditions.items():
            yield f"{card} v({node})={write_setting(value)}"
    for card in circuit.analyses:
        if any(len(field.split()) != 1 for field in card.fields):
            raise CircuitError(f"a field of .{card.keyword} has a blank in it; split it into two fields", card.location)
        yield " ".join((f".{card.keyword}", *card.fields))
    for directive in circuit.directives:
        yield write_directive(directive)


def _element(element: Element, sidecar: str, arrays: dict[str, np.ndarray], prefix: str) -> str:
    def reference(array: np.ndarray, what: str) -> str:
        key = f"{prefix}{element.name}.{what}"
        arrays[key] = array
        return f"@{sidecar}:{key}"

    return write_element(element, reference)


def _function(function: Function) -> str:
    return f".func {function.name}({','.join(function.arguments)}) {{{write_expression(function.body)}}}"


def _options(options: Mapping[str, object]) -> Iterator[str]:
    return (key if value is True else f"{key}={write_setting(value)}" for key, value in options.items())


def _model(model: Model) -> str:
    return f".model {model.name} {model.type}({' '.join(_options(model.parameters))})"


def _subcircuit(subcircuit: Subcircuit, sidecar: str, arrays: dict[str, np.ndarray], prefix: str) -> Iterator[str]:
    parameters = " ".join(_options(subcircuit.parameters))
    head = f".subckt {subcircuit.name} {' '.join(subcircuit.ports)}".rstrip()
    yield f"{head} params: {parameters}" if parameters else head
    yield from _body(subcircuit.body, sidecar, arrays, f"{prefix}{subcircuit.name}.")
    yield f".ends {subcircuit.name}"
