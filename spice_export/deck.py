"""A circuit as a scalar ngspice deck: values at full precision, safe names, and nothing of a foreign `.control`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..netlist.circuit import Circuit, Model
from ..netlist.errors import SpiceError
from ..netlist.numbers import format_number
from ..netlist.sensing import sensed_nodes
from .analysis import CARRIED_OUT, OPERATING_POINT, Analysis, analysis
from .cards import Cards, cards, exported_letter, model_card
from .diodes import DiodeExport, diode_export
from .fold import Fold, fold
from .names import element_names, model_names, node_names
from .options import option_line, options_in_force
from .signals import Layout
from .spelling import Spelling


@dataclass(frozen=True, eq=False)
class Deck:
    """A deck for ngspice and the way back from its answers.

    `body` are the cards without analyses, `text` is the whole deck. `layout` maps ngspice's vectors to the signals of
    the circuit; `fold` says what was folded away, None when the deck is flat. `open_resistors` are those with g=0,
    which have no card; `left_out` the cards that are not passed on. `options` are those in force.
    """

    body: str
    analyses: tuple[Analysis, ...]
    layout: Layout
    diodes: DiodeExport
    fold: Fold | None
    open_resistors: tuple[str, ...]
    left_out: tuple[str, ...]
    options: Mapping[str, object]
    cards: int

    @property
    def text(self) -> str:
        """The deck as a file for `ngspice -b`, which prints the circuit's outputs, or else every node."""
        return "\n".join([self.body, *(f".{each.command}" for each in self.analyses), *self._prints(), ".end", ""])

    def about(self) -> dict[str, object]:
        """What a report must say of this deck: cards, folding, the diodes' form and error, tolerances and gmin."""
        return {
            "cards": self.cards,
            "folded": self.fold is not None,
            "folded_resistors": self.fold.resistors if self.fold else 0,
            "open_resistors": len(self.open_resistors),
            "left_out": self.left_out,
            "diodes": self.diodes.describe(),
            **{key: self.options[key] for key in ("reltol", "vntol", "abstol", "gmin")},
        }

    def _prints(self) -> Iterable[str]:
        """`.print` cards for what runs over an axis: without one `ngspice -b` does not run it."""
        nodes = self.layout.output_nodes()
        for each in self.analyses:
            for first in range(0, len(nodes) if each.axes else 0, 8):
                yield " ".join([".print", each.keyword, *(f"v({node})" for node in nodes[first : first + 8])])


def deck(
    circuit: Circuit,
    *,
    diodes: str | None = None,
    diode_conductance: float | None = None,
    folded: bool = False,
    kept: Iterable[str] = (),
    options: Mapping[str, object] | None = None,
) -> Deck:
    """The deck that ngspice runs for a circuit: subcircuits flattened, arrays expanded, learned values exact.

    Parameters:
        diodes: `bsource` or `diode` for every ideal diode, in place of what the `*@ ideal` directives say.
        diode_conductance: siemens of a conducting B-source diode; by default chosen from the circuit and reported.
        folded: replace input crossbars by their Norton equivalents (exact, and for operating points only).
        kept: nets, buses and sources that folding leaves alone.
        options: ngspice options in place of the tight defaults and of the deck's own.

    Raises:
        SpiceError: folding a circuit that asks for more than an operating point, a card or option that is not safe.
    """
    flat = circuit.flatten()
    choice = diode_export(flat, diodes, diode_conductance)
    fold_away = fold(flat, frozenset(kept)) if folded else None
    exported = fold_away.circuit if fold_away else flat
    scalar = exported.expand()
    spelling = _spelling(scalar, choice)
    written = cards(scalar.elements, spelling, choice)
    _refuse_nodes_on_sources_alone(scalar, frozenset(written.open_resistors))
    analyses, left_out = _analyses(scalar, spelling)
    if fold_away and any(each is not OPERATING_POINT for each in analyses):
        raise SpiceError("a folded deck is exact for operating points only; export .tran, .ac and .dc unfolded")
    in_force = options_in_force(_diode_models(scalar, choice), flat.options, options)
    layout = Layout(flat, spelling.nodes, spelling.elements, choice)
    body = "\n".join(
        [
            *_head(circuit, choice, fold_away, written, left_out),
            *written.lines,
            *_tail(scalar, spelling, choice, in_force),
        ]
    )
    return Deck(
        body, analyses, layout, choice, fold_away, written.open_resistors, left_out, in_force, len(written.lines)
    )


def _spelling(scalar: Circuit, choice: DiodeExport) -> Spelling:
    nodes: dict[str, None] = {"0": None}
    for element in scalar.elements:
        nodes.update(dict.fromkeys(element.nodes + sensed_nodes(element)))
    letters = ((element.name, exported_letter(element, choice)) for element in scalar.elements)
    return Spelling(node_names(nodes), element_names(letters), model_names(scalar.models))


def _analyses(flat: Circuit, spelling: Spelling) -> tuple[tuple[Analysis, ...], tuple[str, ...]]:
    """The analyses to run, an operating point if there are none, and the cards that are left out."""
    run = tuple(analysis(card, spelling.elements) for card in flat.analyses if card.keyword in CARRIED_OUT)
    others = [f".{card.keyword}" for card in flat.analyses if card.keyword not in CARRIED_OUT]
    for keyword, values in (("ic", flat.initial_conditions), ("nodeset", flat.nodesets)):
        others += [f".{keyword} v({node})" for node in values if not spelling.has_node(node)]
    return run or (OPERATING_POINT,), tuple(others)


def _head(
    circuit: Circuit, choice: DiodeExport, folded: Fold | None, written: Cards, left_out: tuple[str, ...]
) -> list[str]:
    title = re.sub(r"[^\x20-\x7e]", "?", circuit.title) or "a circuit"
    lines = [f"* {title}", "* written by tellegen; ideal diodes: " + _ascii(choice.describe())]
    if folded:
        lines.append(
            f"* folded: {folded.resistors} resistors at held nodes stand as {len(folded.nodes)} Norton sources"
        )
    if written.open_resistors:
        shown = ", ".join(written.open_resistors[:5])
        lines.append(f"* left out: {len(written.open_resistors)} open resistors (g=0): {_ascii(shown)}, ...")
    if left_out:
        lines.append("* left out: " + " ".join(map(_ascii, left_out)))
    return lines


def _tail(scalar: Circuit, spelling: Spelling, choice: DiodeExport, options: Mapping[str, object]) -> list[str]:
    used = {element.model for element in scalar.elements if element.model and choice.form(element) != "bsource"}
    lines = [model_card(spelling.model(scalar.models[name])) for name in scalar.models if name in used]
    for keyword, values in (("ic", scalar.initial_conditions), ("nodeset", scalar.nodesets)):
        if values:
            pairs = (f"v({node})={format_number(float(value))}" for node, value in spelling.nodes_of(values).items())  # type: ignore[arg-type]
            lines.append(f".{keyword} " + " ".join(pairs))
    if scalar.temperature is not None:
        lines.append(f".temp {format_number(float(scalar.temperature))}")  # type: ignore[arg-type]
    return [*lines, option_line(options)]


def _refuse_nodes_on_sources_alone(scalar: Circuit, without_card: frozenset[str]) -> None:
    """A node that only current sources touch has no voltage; ngspice 39 gives it one without a word."""
    fed: dict[str, str] = {}
    held = {"0"}
    for element in scalar.elements:
        if element.kind == "I":
            fed.update(dict.fromkeys(element.nodes, element.name))
        elif element.name not in without_card:
            held.update(element.nodes)
    for node, source in fed.items():
        if node not in held:
            raise SpiceError(
                f"nothing but current sources such as {source} touches node {node}; give it a resistor to ground",
                scalar[source].location,
            )


def _diode_models(scalar: Circuit, choice: DiodeExport) -> list[Model]:
    """The models that D cards of the deck refer to."""
    used = {element.model for element in scalar.of_kind("D") if choice.form(element) != "bsource"}
    return [model for name, model in scalar.models.items() if name in used]


def _ascii(text: str) -> str:
    return re.sub(r"[^\x20-\x7e]", "?", text.replace("·", "*"))
