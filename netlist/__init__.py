"""Text and graph: a SPICE netlist goes in, a `Circuit` comes out, and back again without loss.

    parse, load            text or file to Circuit; every error is one sentence with file, line, cause and cure
    write, save            Circuit to text or file with its sidecar of arrays; `parse(write(c)) == c`
    Circuit                flatten, expand, with_values, checks, graph, inputs, outputs, trainables

The files, in the order the data flow:

    parser                 the way from text to circuit, in one function
    lines, includes        continuation lines, comments; `.include` and `.lib`, inside the deck's folder
    collect, scope         first pass: what is defined where; control: the analyses of a `.control` block
    assemble               second pass, when every name is known: elements, models, settings, directives
    element_cards,         element lines to elements: plain cards by a fast path,
    plain_cards, card      all others field by field, from left to right
    ordinary, sources,     the cards of R C L K D S W T M Q J, of V I,
    behaviour, instances   of B E F G H, of X
    model_cards, settings  `.model`; `.ic .nodeset .options .temp .global`, and analyses kept as data
    directive_lines        `*@` lines
    fields, key_values,    a card's words, its `key=value` lists,
    values, sidecar        its numbers and expressions, its arrays in other files
    references, ranges     names must mean something, numbers must be in range

    declaration, elements, semiconductors, models, directive_table, stimulus   what exists, each declared once
    numbers, functions     SPICE numbers; the functions of expressions
    expression             the tree; expression_parser, expression_text, evaluation, substitution work on it

    circuit, element, bus, errors, traces    the nouns
    parameters, flatten, resolution, instance_names    subcircuits and parameters resolved
    new_values, directives, selectors        other values; what directives mean
    mismatch, spread_value, noise            what a die draws, and its circuit; Wiener processes on nodes
    diode_connected, real_diodes             MOSFETs that are diodes; other diodes in a circuit
    writer, element_text   circuit to text

    graph, wiring, components, buses, broadcast, expansion, directive_expansion, resistance    the circuit as a graph
    readings               the voltages of a node field among signals
    piecewise/             piecewise-linear diodes and resistors as ideal parts
    measures/              `.measure` cards, and the signals that cards name, read from an answer
    checks/, builders/     what is wrong with a circuit; common topologies
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .builders import (
        cellular_network,
        crossbar,
        deep_resistive_network,
        divider,
        grid,
        oscillator_network,
        random_network,
        star,
    )
    from .checks import Finding
    from .circuit import Card, Circuit, Directive, Function, Model, Note, Subcircuit
    from .directives import Trainable
    from .element import Element
    from .errors import (
        CircuitError,
        DataError,
        ExperimentError,
        Location,
        NetlistError,
        NumericalError,
        SpiceError,
        TellegenError,
    )
    from .mismatch import Mismatch
    from .noise import Noise
    from .parser import load, parse
    from .resistance import conductance
    from .stimulus import Stimulus
    from .traces import Traces
    from .writer import Written, save, write

__all__ = [
    "Card",
    "Circuit",
    "CircuitError",
    "DataError",
    "Directive",
    "Element",
    "ExperimentError",
    "Finding",
    "Function",
    "Location",
    "Mismatch",
    "Model",
    "NetlistError",
    "Noise",
    "Note",
    "NumericalError",
    "SpiceError",
    "Stimulus",
    "Subcircuit",
    "TellegenError",
    "Traces",
    "Trainable",
    "Written",
    "cellular_network",
    "conductance",
    "crossbar",
    "deep_resistive_network",
    "divider",
    "grid",
    "load",
    "oscillator_network",
    "parse",
    "random_network",
    "save",
    "star",
    "write",
]

_NAMES = {
    "parser": "load parse",
    "writer": "Written save write",
    "circuit": "Card Circuit Directive Function Model Note Subcircuit",
    "element": "Element",
    "stimulus": "Stimulus",
    "directives": "Trainable",
    "mismatch": "Mismatch",
    "noise": "Noise",
    "traces": "Traces",
    "resistance": "conductance",
    "checks": "Finding",
    "builders": "cellular_network crossbar deep_resistive_network divider grid oscillator_network random_network star",
    "errors": "CircuitError DataError ExperimentError Location NetlistError NumericalError SpiceError TellegenError",
}
_HOME = {name: home for home, names in _NAMES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    """Import a public name from its file on its first use (PEP 562) and keep it."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
