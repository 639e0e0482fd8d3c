"""Our own decks: every element and analysis, each deck by our engine and by ngspice, and by its closed form."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tellegen.cli.conformity.examination import Examiner, worst_of
from tellegen.cli.conformity.frozen import has_switches
from tellegen.cli.conformity.question import questions
from tellegen.cli.conformity.reference import reference
from tellegen.cli.conformity.row import Status
from tellegen.cli.nodal_engines import NODAL, answer
from tellegen.netlist import Stimulus, load
from tellegen.netlist.elements import KINDS
from tellegen.netlist.functions import FUNCTIONS
from tellegen.netlist.stimulus import WAVEFORMS

FOLDER = Path(__file__).parent / "decks"
DECKS = sorted(FOLDER.rglob("*.cir"))
IDS = [f"{deck.parent.name}-{deck.stem}" for deck in DECKS]
EXAMINER = Examiner(NODAL)
RANDOM = {"trnoise", "trrandom"}
"""Waveforms that are others each time."""
PARAMETERS_ALONE = {"arctan", "atan2", "int", "limit", "sqr", "ternary_fcn"}
"""Functions that ngspice 39 does not have in sources, or means something else by."""


def test_the_decks_cover_elements_waveforms_analyses_and_functions() -> None:
    circuits = [load(path) for path in DECKS]
    assert len(circuits) >= 80
    assert all(circuit.title and not circuit.notes for circuit in circuits)
    elements = [element for circuit in circuits for element in circuit.flatten().elements]
    assert {element.kind for element in elements} | {"X"} == set(KINDS)
    shapes = {element.value.shape for element in elements if isinstance(element.value, Stimulus)}
    assert shapes - {None} == set(WAVEFORMS) - RANDOM
    keywords = {card.keyword for circuit in circuits for card in circuit.analyses}
    assert keywords >= {"op", "dc", "ac", "tran", "print", "plot", "save", "measure"}
    texts = "\n".join(path.read_text() for path in DECKS)
    called = set(re.findall(r"\b([a-z_]\w*)\(", "\n".join(re.findall(r"^b.*$", texts, re.MULTILINE))))
    assert called >= set(FUNCTIONS) - PARAMETERS_ALONE


@pytest.mark.parametrize("path", DECKS, ids=IDS)
def test_a_deck_by_us_and_by_ngspice_and_by_its_closed_form(path, assert_closed_forms) -> None:
    circuit = load(path)
    asked = questions(circuit)
    row = worst_of([EXAMINER.question(each, path.stem) for each in asked])
    assert row.status is Status.agrees, f"{row.analysis}: {row.why}"
    if "* closed form" in path.read_text():
        answers = {each.keyword: answer(NODAL, each.tight, each.card) for each in asked}
        assert assert_closed_forms(path, circuit, answers) > 0


@pytest.mark.parametrize("path", DECKS, ids=IDS)
def test_ngspice_reads_a_deck_as_we_do(path, as_written, assert_read_alike) -> None:
    plots = as_written(path)
    for asked in questions(load(path)):
        if asked.keyword == "ac" and has_switches(asked.circuit):
            continue  # ngspice takes them all as open there, and is not asked
        assert_read_alike(asked.keyword, reference(asked, time_limit=60.0), plots)
