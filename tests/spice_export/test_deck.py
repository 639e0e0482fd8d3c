"""The deck: exact values, safe text, everything that is left out said."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

from tellegen.netlist.builders import deep_resistive_network, divider
from tellegen.netlist.circuit import Card, Circuit, Directive, Model
from tellegen.netlist.element import Element
from tellegen.netlist.errors import SpiceError
from tellegen.netlist.parser import parse
from tellegen.spice_export import deck, find_ngspice, operating_point, run


def crossbar(conductances: np.ndarray) -> Circuit:
    rows, columns = conductances.shape
    ranges = ((0, rows - 1), (0, columns - 1))
    return Circuit(
        elements=(
            Element("vin", (f"in[0:{rows - 1}]", "0"), 1.0, ranges=ranges[:1]),
            Element("rw", (f"in[0:{rows - 1}]", f"h[0:{columns - 1}]"), parameters={"g": conductances}, ranges=ranges),
            Element("rl", (f"h[0:{columns - 1}]", "0"), 1e3, ranges=ranges[1:]),
        )
    )


def test_learned_values_are_exact_and_open_resistors_counted() -> None:
    values = np.random.default_rng(0).uniform(1e-5, 1e-2, (7, 5))
    values[2, 3] = values[6, 0] = 0.0
    made = deck(crossbar(values))
    ohms = {line.split()[0]: float(line.split()[3]) for line in made.body.splitlines() if line.startswith("rw_")}
    expected = {f"rw_{i}_{j}": 1.0 / values[i, j] for i in range(7) for j in range(5) if values[i, j] > 0}
    assert ohms == expected
    assert made.open_resistors == ("rw[2,3]", "rw[6,0]")
    assert made.cards == 7 + 33 + 5
    assert "* left out: 2 open resistors (g=0): rw[2,3], rw[6,0]" in made.text


def test_signals_of_a_crossbar_come_back_as_arrays_and_obey_kirchhoff() -> None:
    values = np.random.default_rng(1).uniform(1e-5, 1e-2, (7, 5))
    answer = operating_point(crossbar(values))
    h = values.sum(axis=0) / (values.sum(axis=0) + 1e-3)
    np.testing.assert_allclose(answer["v(h)"], h, rtol=1e-12)
    np.testing.assert_allclose(answer["i(rw)"], values * (1.0 - h), rtol=1e-9)
    np.testing.assert_allclose(answer["i(rl)"], answer["i(rw)"].sum(axis=0), rtol=1e-9)
    np.testing.assert_allclose(answer["i(vin)"], -answer["i(rw)"].sum(axis=1), rtol=1e-9)
    assert float(answer["v(h[3])"]) == answer["v(h)"][3]


def test_a_scalar_deck_keeps_its_nodes_called_like_bus_lines() -> None:
    answer = operating_point(parse("* t\nV1 h[7] 0 1\nR1 h[7] h_7 1k\nR2 h_7 0 1k\n.end\n"))
    assert {name: float(value) for name, value in answer.signals.items() if name.startswith("v")} == {
        "v(h[7])": 1.0,
        "v(h_7)": 0.5,
    }


def test_a_foreign_control_block_is_never_passed_on(tmp_path: Path) -> None:
    victim = tmp_path / "touched"
    hostile = f"* t\nV1 a 0 1\nR1 a 0 1k\n.control\nshell touch {victim}\nwrite {victim}\n.endc\n.end\n"
    made = deck(parse(hostile))
    assert "control" not in made.text
    assert "shell" not in made.text
    run(made)
    assert not victim.exists()


HOSTILE = "x\n.control\nshell touch touched\n.endc\n*"


@pytest.mark.parametrize(
    "circuit",
    [
        divider().replace(title=HOSTILE),
        divider().replace(analyses=(Card(HOSTILE, ()),)),
        Circuit(elements=(Element(f"r{HOSTILE}", ("a", "0"), 1.0), Element("v1", ("a", "0"), 1.0))),
        Circuit(elements=(Element("r1", (HOSTILE, "0"), 1.0), Element("v1", (HOSTILE, "0"), 1.0))),
        divider().replace(initial_conditions={HOSTILE: 1.0}),
        divider().replace(directives=(*divider().directives, Directive("note", (HOSTILE,), {"a": HOSTILE}))),
    ],
    ids=["title", "card", "element", "node", "condition", "directive"],
)
def test_hostile_names_become_words(circuit: Circuit) -> None:
    text = deck(circuit).text
    assert not re.search(r"^\s*(\.control|shell)", text, re.MULTILINE)
    assert text.isascii()


@pytest.mark.parametrize(
    ("circuit", "said"),
    [
        (divider().replace(options={HOSTILE: 1.0}), "cannot be passed on"),
        (divider().replace(options={"reltol": HOSTILE}), "give it a number or a word"),
        (divider().replace(analyses=(Card("tran", ("1n", HOSTILE)),)), "is not a number"),
        (divider().replace(analyses=(Card("dc", (HOSTILE, "0", "1", "1")),)), "has no element"),
        (divider().replace(analyses=(Card("ac", (HOSTILE, "1", "1", "1")),)), "write .ac dec|oct|lin"),
        (divider().with_elements([Element("r9", ("in", "0"), None, HOSTILE)]), "line break"),
        (divider().with_elements([Element("r9", ("in", "0"), 1.0, None, {"m": HOSTILE})]), "line break"),
    ],
    ids=["option", "option value", "time", "swept", "spacing", "model", "parameter"],
)
def test_hostile_values_are_refused(circuit: Circuit, said: str) -> None:
    with pytest.raises(SpiceError, match=re.escape(said)):
        deck(circuit)


def test_a_hostile_model_card_is_refused() -> None:
    diode = Element("d1", ("in", "0"), None, "dm")
    circuit = divider().with_elements([diode]).replace(models={"dm": Model("dm", "d", {"is": HOSTILE})})
    with pytest.raises(SpiceError, match="line break"):
        deck(circuit)


def test_the_exported_text_runs_by_itself(tmp_path: Path) -> None:
    circuit = parse(
        "* rc\nV1 a 0 dc 1 pulse(0 1 0 1n 1n 1 2)\nR1 a b 1k\nC1 b 0 1u\n.tran 10u 1m\n*@ output v(b)\n.end\n"
    )
    path = tmp_path / "rc.cir"
    path.write_text(deck(circuit).text)
    ended = subprocess.run([str(find_ngspice()), "-n", "-b", path.name], cwd=tmp_path, capture_output=True, text=True)
    assert ended.returncode == 0
    last = [line.split() for line in ended.stdout.splitlines() if re.match(r"\d+\t", line)][-1]
    assert float(last[1]) == pytest.approx(1e-3)
    assert float(last[2]) == pytest.approx(1 - np.exp(-1), rel=1e-3)


def test_cards_that_are_not_carried_out_are_named() -> None:
    made = deck(parse("* t\nV1 a 0 1\nR1 a 0 1\n.op\n.pz a 0 a 0 vol pz\n.save all\n.end\n"))
    assert made.left_out == (".pz a 0 a 0 vol pz", ".save all")
    assert "* left out: .pz a 0 a 0 vol pz; .save all" in made.text
    assert made.about()["left_out"] == made.left_out


def test_the_deck_of_a_network_has_a_card_a_branch() -> None:
    circuit = deep_resistive_network([12, 6, 3])
    made = deck(circuit)
    branches = sum(int(np.prod(element.shape)) for element in circuit.elements)
    assert made.cards == branches - len(made.open_resistors)


def test_tolerances_come_from_the_deck_or_the_caller_and_are_reported() -> None:
    circuit = parse("* t\nV1 a 0 1\nR1 a 0 1\n.options reltol=1e-4 gmin=1e-15\n.end\n")
    about = deck(circuit, options={"vntol": 1e-8}).about()
    assert (about["reltol"], about["gmin"], about["vntol"]) == (1e-4, 1e-15, 1e-8)


def test_a_node_on_current_sources_alone_is_refused_at_its_line() -> None:
    circuit = parse("* t\nI1 0 a 1\nR1 b 0 1\nI2 0 b 1\n.end\n", source="cut.cir")
    with pytest.raises(SpiceError, match=r"cut\.cir:2: nothing but current sources such as i1 touches node a; give"):
        deck(circuit)
