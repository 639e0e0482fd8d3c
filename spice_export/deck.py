"""A circuit as a scalar ngspice deck: values at full precision, safe names, and nothing of a foreign `.control`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..netlist.circuit import Circuit, Model
from ..netlist.errors import SpiceError
from ..netlist.numbers import format_number
from ..netlist.piecewise import with_ideal_parts
from .analysis import CARRIED_OUT, OPERATING_POINT, Analysis, analysis
from .diodes import DiodeExport, default_conductance, diode_export
from .flat import Content, flattened
from .fold import Fold, fold
from .kept import kept
from .options import option_line, options_in_force
from .passed import passed
from .signals import Layout

GENTLE = 1e-2
"""The conductance of ideal diodes where there are piecewise-linear ones, in units of what it is without."""


@dataclass(frozen=True, eq=False)
class Deck:
    """A deck for ngspice and the way back from its answers.

    `body` are the cards without analyses, `text` is the whole deck. `layout` maps ngspice's vectors to the signals of
    the circuit; `fold` says what was folded away, None when the deck is flat. `open_resistors` are those with g=0,
    which have no card; `left_out` the cards that are not passed on, `passed` those that `text` has for whoever runs it.
    `options` are those in force.
    """

    body: str
    analyses: tuple[Analysis, ...]
    layout: Layout
    diodes: DiodeExport
    fold: Fold | None
    open_resistors: tuple[str, ...]
    left_out: tuple[str, ...]
    passed: tuple[str, ...]
    options: Mapping[str, object]
    cards: int

    @property
    def text(self) -> str:
        """The deck as a file for `ngspice -b`, which prints the circuit's outputs, or else every node.

        Beside a transfer function or noise no operating point is asked for: ngspice 39 then ends with an error.
        """
        alone = self.analyses == (OPERATING_POINT,) and any(
            line.startswith((".tf ", ".noise ")) for line in self.passed
        )
        analyses = () if alone else (f".{each.command}" for each in self.analyses)
        return "\n".join([self.body, *analyses, *self._prints(), *self.passed, ".end", ""])

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
    unfolded: Iterable[str] = (),
    keep_subcircuits: bool = False,
    options: Mapping[str, object] | None = None,
) -> Deck:
    """The deck that ngspice runs for a circuit: subcircuits flattened, arrays expanded, learned values exact.

    Piecewise-linear diodes are written as their ideal parts.

    Parameters:
        diodes: `bsource` or `diode` for every ideal diode, in place of what the `*@ ideal` directives say.
        diode_conductance: siemens of a conducting B-source diode; by default chosen from the circuit and reported.
        folded: replace input crossbars by their Norton equivalents (exact, and for operating points only).
        unfolded: nets, buses and sources that folding leaves alone.
        keep_subcircuits: leave subcircuits and parameters to ngspice; for circuits without arrays.
        options: ngspice options in place of the tight defaults and of the deck's own.

    Raises:
        SpiceError: folding a circuit that asks for more than an operating point; keeping subcircuits that are folded or
            hold arrays or piecewise-linear diodes; a card or option that is not safe; a node that only current sources
            touch.
    """
    reduction = with_ideal_parts(circuit)
    flat = reduction.circuit
    if diode_conductance is None and reduction.devices:
        # steeper diodes in series with sources and limits stop ngspice's Newton steps; small inner ones do not count
        diode_conductance = default_conductance(reduction.original) * GENTLE
    choice = diode_export(flat, diodes, diode_conductance)
    if folded and keep_subcircuits:
        raise SpiceError("a folded deck has no subcircuits to keep; ask for one of the two")
    if reduction.devices and keep_subcircuits:
        raise SpiceError("piecewise-linear diodes are written as their parts in a flat deck; export it flattened")
    fold_away = fold(flat, frozenset(unfolded)) if folded else None
    scalar = (fold_away.circuit if fold_away else flat).expand()
    content = kept(circuit, choice) if keep_subcircuits else flattened(scalar, choice)
    _refuse_nodes_on_sources_alone(scalar, frozenset(content.open_resistors))
    analyses, for_reader, left_out = _analyses(scalar, content)
    if fold_away and any(each is not OPERATING_POINT for each in analyses):
        raise SpiceError("a folded deck is exact for operating points only; export .tran, .ac and .dc unfolded")
    in_force = options_in_force(_diode_models(scalar, choice), flat.options, options)
    head = _head(circuit, choice, fold_away, content, left_out)
    tail = _conditions(scalar, content)
    return Deck(
        "\n".join([*head, *content.lines, *tail, option_line(in_force)]),
        analyses,
        Layout(flat, content.nodes, content.elements, choice, reduction),
        choice,
        fold_away,
        content.open_resistors,
        left_out,
        for_reader,
        in_force,
        sum(1 for line in content.lines if line[0] != "."),
    )


def _analyses(flat: Circuit, content: Content) -> tuple[tuple[Analysis, ...], tuple[str, ...], tuple[str, ...]]:
    """The analyses to run, an operating point if there are none, and the cards that are passed on and left out."""
    run = tuple(analysis(card, content.elements) for card in flat.analyses if card.keyword in CARRIED_OUT)
    rest = [card for card in flat.analyses if card.keyword not in CARRIED_OUT]
    spelled = [passed(card, content.nodes, content.elements) for card in rest]
    others = [
        " ".join([f".{card.keyword}", *card.fields]) for card, line in zip(rest, spelled, strict=True) if line is None
    ]
    for keyword, values in (("ic", flat.initial_conditions), ("nodeset", flat.nodesets)):
        others += [f".{keyword} v({node})" for node in values if node not in content.nodes.to_spice]
    return run or (OPERATING_POINT,), tuple(line for line in spelled if line is not None), tuple(others)


def _head(
    circuit: Circuit, choice: DiodeExport, folded: Fold | None, content: Content, left_out: tuple[str, ...]
) -> list[str]:
    title = _ascii(circuit.title) or "a circuit"
    lines = [f"* {title}", "* written by tellegen; ideal diodes: " + _ascii(choice.describe())]
    if folded:
        sources = len(folded.nodes)
        lines.append(f"* folded: {folded.resistors} resistors at held nodes stand as {sources} Norton sources")
    if content.open_resistors:
        shown = ", ".join(content.open_resistors[:5]) + (", ..." if len(content.open_resistors) > 5 else "")
        lines.append(f"* left out: {len(content.open_resistors)} open resistors (g=0): {_ascii(shown)}")
    if left_out:
        lines.append("* left out: " + "; ".join(map(_ascii, left_out)))
    return lines


def _conditions(scalar: Circuit, content: Content) -> list[str]:
    """The `.ic`, `.nodeset` and `.temp` cards."""
    lines: list[str] = []
    for keyword, values in (("ic", scalar.initial_conditions), ("nodeset", scalar.nodesets)):
        known = ((content.nodes.to_spice.get(node), value) for node, value in values.items())
        pairs = [f"v({node})={_number(value)}" for node, value in known if node]
        lines += [" ".join([f".{keyword}", *pairs])] if pairs else []
    return [*lines, f".temp {_number(scalar.temperature)}"] if scalar.temperature is not None else lines


def _number(value: object) -> str:
    if not isinstance(value, (int, float)):
        raise SpiceError(f"{value!r} stands where the deck needs a number; give one")
    return format_number(float(value))


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
