"""The cards of a flat, scalar circuit, and the names they use."""

from __future__ import annotations

from dataclasses import dataclass

from ..netlist.buses import node_fields
from ..netlist.circuit import Circuit
from ..netlist.sensing import sensed_nodes
from .cards import cards, exported_letter, model_card
from .diodes import DiodeExport
from .names import Names, element_names, model_names, node_names
from .spelling import Spelling


@dataclass(frozen=True, eq=False)
class Content:
    """The lines of a deck that say what the circuit is: elements, models, definitions.

    `nodes` and `elements` are the names of the flat circuit's nodes and elements in ngspice; `open_resistors` have g=0
    and no card.
    """

    lines: tuple[str, ...]
    nodes: Names
    elements: Names
    open_resistors: tuple[str, ...]


def flattened(scalar: Circuit, diodes: DiodeExport) -> Content:
    """The cards of a flat, scalar circuit, and of the models they use. Linear in the number of elements."""
    nodes: dict[str, None] = {"0": None}
    for element in scalar.elements:
        nodes.update(dict.fromkeys(node_fields(element) + sensed_nodes(element)))
    letters = ((element.name, exported_letter(element, diodes)) for element in scalar.elements)
    spelling = Spelling(node_names(nodes), element_names(letters), model_names(scalar.models))
    written = cards(scalar.elements, spelling, diodes)
    used = {element.model for element in scalar.elements if element.model and diodes.form(element) != "bsource"}
    models = (model for name, model in scalar.models.items() if name in used or _bin_of(name) in used)
    lines = (*written.lines, *(model_card(spelling.model(model)) for model in models))
    return Content(lines, spelling.nodes, spelling.elements, written.open_resistors)


def _bin_of(model: str) -> str:
    """The name that elements give to a model that is split in bins, `nm` for `nm.1`."""
    name, _, number = model.rpartition(".")
    return name if number.isdigit() else ""
