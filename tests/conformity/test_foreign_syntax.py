"""Decks in the spellings of others: ngspice makes the same of our reading as of the deck, and so does our engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tellegen.cli.conformity.examination import Examiner, worst_of
from tellegen.cli.conformity.question import questions
from tellegen.cli.conformity.reference import reference
from tellegen.cli.conformity.row import Status
from tellegen.cli.nodal_engines import NODAL
from tellegen.netlist import NetlistError, load
from tellegen.spice_export import deck

FOLDER = Path(__file__).parent / "foreign"
REFUSED = {
    "conditional": (4, ".if cannot stand here: conditional netlists are not read"),
    "doubled_parameters": (3, "the parameter r is defined twice"),
    "negative_elements": (4, "r2: the resistance is -3000 ohm"),
    "zero_resistance": (3, "r1: the resistance is 0 ohm"),
}
"""What ngspice runs and we refuse, by line and sentence."""
OURS_ALONE = {"text_in_models"}
"""What ngspice does not run: words as values of parameters that its model does not know."""
DECKS = sorted(path for path in FOLDER.glob("*.cir") if path.stem not in REFUSED)


def test_there_are_many() -> None:
    assert len(DECKS) >= 40


@pytest.mark.parametrize("path", [path for path in DECKS if path.stem not in OURS_ALONE], ids=lambda path: path.stem)
def test_ngspice_makes_the_same_of_our_reading(path, as_written, assert_read_alike, tmp_path) -> None:
    circuit = load(path)
    if not circuit.analyses:
        copy = tmp_path / "asked" / path.name
        copy.parent.mkdir()
        copy.write_text(path.read_text().replace(".END", ".OP\n.END"))
        path = copy
    plots = as_written(path)
    assert "shell" not in deck(circuit).text
    for asked in questions(circuit):
        assert_read_alike(asked.keyword, reference(asked, time_limit=60.0), plots)


@pytest.mark.parametrize("path", DECKS, ids=lambda path: path.stem)
def test_our_engine_makes_the_same(path) -> None:
    examiner = Examiner(NODAL)
    row = worst_of([examiner.question(each, path.stem) for each in questions(load(path))])
    assert row.status is Status.agrees, f"{row.analysis}: {row.why}"


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_named_with_its_line(name) -> None:
    line, sentence = REFUSED[name]
    with pytest.raises(NetlistError) as caught:
        load(FOLDER / f"{name}.cir")
    assert caught.value.location is not None
    assert caught.value.location.line == line
    assert caught.value.sentence.startswith(sentence)
