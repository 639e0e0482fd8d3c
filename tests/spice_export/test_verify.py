"""Verification tells agreement from disagreement, and says where and why."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest

from tellegen.netlist.builders import deep_resistive_network
from tellegen.netlist.circuit import Circuit
from tellegen.netlist.errors import SpiceError
from tellegen.netlist.parser import parse
from tellegen.netlist.traces import Traces
from tellegen.spice_export import compare, operating_points, verify

NETWORK = deep_resistive_network([10, 6, 3], seed=3)
INPUTS = {"vin": np.random.default_rng(0).normal(scale=20.0, size=(12, 10))}


def expected_of(circuit: Circuit) -> Traces:
    """The expected answer; whoever made it, the verifier need not know."""
    return operating_points(circuit, INPUTS, diodes="bsource")


EXPECTED = expected_of(NETWORK)


@pytest.mark.parametrize("folded", [False, True])
def test_what_agrees_is_said_to_agree(folded: bool) -> None:
    labels = np.arange(12) % 3
    found = verify(NETWORK, INPUTS, EXPECTED, labels=labels, folded=folded)
    assert found.agrees
    assert found.outputs == ("v(out)",)
    assert found.worst.signal == "v(out)"
    assert found.worst.scale == pytest.approx(float(np.ptp(EXPECTED["v(out)"])))
    assert found.worst.relative < 1e-9
    assert [row.label for row in found.classes] == [0, 1, 2]
    assert sum(row.samples for row in found.classes) == sum(row.same for row in found.classes) == 12
    assert found.not_compared == (("v(in)",) if folded else ())
    assert any("folded deck" in reason for reason in found.reasons) is folded
    assert "ngspice agrees over 12 samples" in found.summary()


def test_one_changed_resistor_is_found_and_placed() -> None:
    values = np.array(NETWORK["rw2"].parameters["g"])
    values[2, 1] += 0.5 * values.max()
    found = verify(NETWORK.with_values({"rw2": values}), INPUTS, EXPECTED)
    assert not found.agrees
    assert found.worst.line == "v(out[1])"
    apart = np.abs(expected_of(NETWORK.with_values({"rw2": values}))["v(out)"] - EXPECTED["v(out)"])
    assert found.worst.largest == pytest.approx(float(apart.max()), rel=1e-6)
    assert found.worst.sample == int(np.argmax(apart.max(axis=1)))
    assert "is more than diodes and tolerances can explain" in found.reasons[0]
    assert "v(out[1])" in found.reasons[0]
    assert "DISAGREES" in found.table()


def test_a_real_diode_drop_is_told_from_a_wrong_value() -> None:
    models = {"ideal": NETWORK.models["ideal"].__class__("ideal", "d", {"is": 1e-12, "n": 1.0})}
    found = verify(NETWORK.replace(models=models), INPUTS, EXPECTED, diodes="diode", tolerance=1e-6)
    assert not found.agrees
    assert not any("more than diodes" in reason for reason in found.reasons)
    assert any("forward drop of n·kT/q·ln(i/is); the largest drop was 0." in reason for reason in found.reasons)


def test_changed_classes_are_disagreement_however_small() -> None:
    predicted = np.argmax(EXPECTED["v(out)"], axis=1)
    wrong = predicted.copy()
    wrong[[4, 7]] = (wrong[[4, 7]] + 1) % 3
    found = verify(NETWORK, INPUTS, EXPECTED, predicted=wrong)
    assert not found.agrees
    assert [change.sample for change in found.changed] == [4, 7]
    assert [change.in_ngspice for change in found.changed] == predicted[[4, 7]].tolist()
    ordered = np.sort(EXPECTED["v(out)"][4])
    assert found.changed[0].margin == pytest.approx(ordered[-1] - ordered[-2], rel=1e-6)


def test_another_rule_of_decision() -> None:
    found = verify(NETWORK, INPUTS, EXPECTED, decide=lambda outputs: np.argmin(outputs, axis=-1))
    assert {row.label for row in found.classes} == set(np.argmin(EXPECTED["v(out)"], axis=1).tolist())


def test_a_sample_without_an_answer_is_disagreement() -> None:
    circuit = parse("* t\nV1 a 0 1\nB1 b 0 v=v(a)>2 ? (v(b)<0.5 ? 1 : 0) : v(a)/2\nR1 b 0 1\n*@ output v(b)\n.end\n")
    volts = np.array([1.0, 3.0, 2.0])
    expected = Traces({"v(a)": volts, "v(b)": volts / 2}, {"sample": np.arange(3)})
    found = verify(circuit, {"v1": volts}, expected)
    assert not found.agrees
    assert list(found.failed) == [1]
    assert all(each.relative < 1e-9 for each in found.differences)
    assert any("1 samples have no operating point, the first is sample 1" in reason for reason in found.reasons)


def test_a_later_sample_keeps_its_number_when_an_earlier_one_failed() -> None:
    circuit = parse("* t\nV1 a 0 1\nB1 b 0 v=v(a)>2 ? (v(b)<0.5 ? 1 : 0) : v(a)/2\nR1 b 0 1\n*@ output v(b)\n.end\n")
    volts = np.array([1.0, 3.0, 2.0])
    expected = Traces({"v(b)": np.array([0.5, 1.5, 1.25])}, {"sample": np.arange(3)})
    assert verify(circuit, {"v1": volts}, expected).worst.sample == 2


def test_the_tables_can_be_read_back() -> None:
    found = verify(NETWORK, INPUTS, EXPECTED)
    rows = list(csv.DictReader(io.StringIO(found.to_csv())))
    assert [row["signal"] for row in rows] == ["v(in)", "v(h)", "v(out)"]
    assert float(rows[2]["largest"]) == found.worst.largest
    content = json.loads(found.to_json())
    assert content["agrees"] is True
    assert content["ngspice"]["engine"].startswith("ngspice-")
    assert content["ngspice"]["gmin"] == 1e-12


def test_outputs_may_be_differences_and_currents() -> None:
    cards = "V1 a 0 1\nR1 a b 1k\nR2 b 0 1k\nR3 a c 1k\nR4 c 0 3k\n"
    circuit = parse(f"* t\n{cards}*@ output v(c,b) i(r2) v(c)\n.end\n")
    volts = np.array([1.0, -2.0, 4.0])
    signals = {"v(a)": volts, "v(b)": volts / 2, "v(c)": 0.75 * volts, "i(r2)": volts / 2e3}
    expected = Traces(signals, {"sample": np.arange(3)})
    found = verify(circuit, {"v1": volts}, expected)
    assert found.agrees
    assert found.outputs == ("v(c,b)", "i(r2)", "v(c)")
    rows = {row["signal"]: row for row in found.rows()}
    assert rows["v(c,b)"]["swing"] == pytest.approx(1.5)
    assert rows["i(r2)"]["swing"] == pytest.approx(3e-3)
    wrong = Traces({**signals, "i(r2)": volts / 1e3}, expected.axes)
    bad = verify(circuit, {"v1": volts}, wrong)
    assert not bad.agrees
    assert (bad.worst.line, bad.worst.unit, bad.worst.sample) == ("i(r2)", "A", 2)


def test_nan_is_no_agreement() -> None:
    here = Traces({"v(a)": np.array([1.0, np.nan])}, {"sample": np.arange(2)})
    there = Traces({"v(a)": np.array([1.0, 2.0])}, {"sample": np.arange(2)})
    (difference,) = compare(there, here)
    assert difference.relative == np.inf
    assert (difference.line, difference.sample) == ("v(a)", 1)


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        (Traces({"v(out)": np.zeros((5, 3))}, {"sample": np.arange(5)}), "must run over 12 samples"),
        (Traces({"v(h)": np.zeros((12, 6))}, {"sample": np.arange(12)}), r"has no v\(out\)"),
        (Traces({"v(out)": np.zeros((12, 4))}, {"sample": np.arange(12)}), "shape"),
    ],
)
def test_expectations_that_do_not_fit_are_refused(expected: Traces, said: str) -> None:
    with pytest.raises(SpiceError, match=said):
        verify(NETWORK, INPUTS, expected)
