"""`tellegen simulate` on decks that ask for several analyses: closed forms in every format, and what cards choose."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest

from tellegen.spice_export import read_raw

DECK = """a low pass and a divider
v1 in 0 dc 4 ac 1
r1 in out 1k
c1 out 0 {c}
r2 out 0 3k
.param c=1u
.op
.dc v1 0 4 1
.ac dec 10 10 10k
.measure dc half when v(out)=1.5
.measure ac low find vm(out) at=10
.measure ac share param='low/0.75'
"""
LESS = ".print ac vdb(out) vp(out) vm(in,out)\n.print dc v(in,out) i(r2)\n.save v(out) @r1[i] v(nowhere)\n"
SEVERAL = [".op", ".dc v1 0 4 1", ".ac dec 10 10 10k"]


@pytest.fixture
def asked(tmp_path):
    path = tmp_path / "asked.cir"
    path.write_text(DECK, encoding="utf-8")
    return path


@pytest.fixture
def chosen(tmp_path):
    path = tmp_path / "chosen.cir"
    path.write_text(DECK + LESS, encoding="utf-8")
    return path


def response(frequencies: np.ndarray) -> np.ndarray:
    """3/4 over 1 + jω·(1k‖3k)·1µF."""
    return 0.75 / (1.0 + 2j * np.pi * frequencies * 0.75e-3)


def test_the_table_has_every_analysis_under_its_card_and_the_measures(invoke, asked) -> None:
    told = invoke("simulate", asked)
    assert told.exit_code == 0, told.output
    lines = told.stdout.splitlines()
    assert [line for line in lines if line.startswith(".")] == SEVERAL
    assert "5 values of v1 from 0 V to 4 V, nodal" in told.stdout
    assert "31 frequencies from 10 Hz to 10 kHz, nodal" in told.stdout
    measures = {words[0]: float(words[1]) for words in map(str.split, lines[-3:])}
    assert measures["half"] == pytest.approx(2.0)
    assert measures["low"] == pytest.approx(abs(response(np.array([10.0]))[0]), rel=1e-5)
    assert measures["share"] == pytest.approx(measures["low"] / 0.75, rel=1e-5)


def test_json_has_the_analyses_by_label_and_phasors_in_two_parts(invoke, asked) -> None:
    found = json.loads(invoke("simulate", asked, "--format", "json").stdout)
    assert list(found) == ["op", "dc", "ac", "measures"]
    assert found["op"]["v(out)"] == pytest.approx(3.0)
    assert found["dc"]["v1"] == [0.0, 1.0, 2.0, 3.0, 4.0]
    np.testing.assert_allclose(found["dc"]["v(out)"], [0.0, 0.75, 1.5, 2.25, 3.0], atol=1e-9)
    phasor = np.array(found["ac"]["v(out)"]["real"]) + 1j * np.array(found["ac"]["v(out)"]["imaginary"])
    np.testing.assert_allclose(phasor, response(np.array(found["ac"]["frequency"])), rtol=1e-9)
    assert found["measures"]["half"] == pytest.approx(2.0)


@pytest.mark.parametrize("engine", ["nodal", "ngspice"])
def test_one_analysis_of_several_by_either_engine(engine, invoke, asked) -> None:
    told = invoke("simulate", asked, "--analysis", "ac", "--format", "csv", "--engine", engine)
    rows = list(csv.DictReader(io.StringIO(told.stdout)))
    frequencies = np.array([float(row["frequency"]) for row in rows])
    phasor = [complex(float(row["v(out) real"]), float(row["v(out) imaginary"])) for row in rows]
    np.testing.assert_allclose(phasor, response(frequencies), rtol=1e-6)
    single = json.loads(invoke("simulate", asked, "--analysis", "op", "--format", "json").stdout)
    assert single["v(out)"] == pytest.approx(3.0)


def test_files_of_several_analyses(invoke, asked, tmp_path) -> None:
    told = invoke("simulate", asked, "-o", tmp_path / "answers.npz", "--set", "c=2u")
    assert told.exit_code == 0, told.output
    with np.load(tmp_path / "answers.npz") as found:
        np.testing.assert_allclose(found["ac/v(out)"], response(2.0 * found["ac/frequency"]), rtol=1e-9)
        assert found["measure/half"] == pytest.approx(2.0)
    assert invoke("simulate", asked, "-o", tmp_path / "answers.raw").exit_code == 0
    op, dc, ac = read_raw(tmp_path / "answers.raw")
    assert (op.kind, dc.kind, ac.kind) == ("Operating Point", "DC transfer characteristic", "AC Analysis")
    assert ac.title == "a low pass and a divider"
    answer = ac.traces()
    np.testing.assert_allclose(answer["v(out)"], response(answer.axes["frequency"]), rtol=1e-9)


def test_print_chooses_what_is_read_and_save_what_is_kept(invoke, chosen, tmp_path) -> None:
    told = invoke("simulate", chosen, "--format", "json")
    found = json.loads(told.stdout)
    assert list(found["ac"]) == ["frequency", "vdb(out)", "vp(out)", "vm(in,out)"]
    wanted = response(np.array(found["ac"]["frequency"]))
    np.testing.assert_allclose(found["ac"]["vdb(out)"], 20.0 * np.log10(np.abs(wanted)), rtol=1e-9)
    np.testing.assert_allclose(found["ac"]["vp(out)"], np.angle(wanted), rtol=1e-9)
    np.testing.assert_allclose(found["ac"]["vm(in,out)"], np.abs(1.0 - wanted), rtol=1e-9)
    np.testing.assert_allclose(found["dc"]["i(r2)"], np.array(found["dc"]["v1"]) / 4e3, atol=1e-12)
    assert list(found["op"]) == ["v(out)", "i(r1)"]
    assert "the answer to .op has no v(nowhere)" in told.stderr
    invoke("simulate", chosen, "-o", tmp_path / "kept.raw")
    assert read_raw(tmp_path / "kept.raw")[1].names == ("v-sweep", "v(out)", "i(r1)")
    everything = json.loads(invoke("simulate", chosen, "--format", "json", "--all").stdout)
    assert {"v(in)", "v(out)", "i(v1)", "i(r2)"} <= set(everything["op"])


def test_a_table_says_units_phases_and_decibels(invoke, chosen) -> None:
    text = invoke("simulate", chosen, "--analysis", "ac").stdout
    row = next(line.split() for line in text.splitlines() if line.split()[:1] == ["vdb(out)"])
    assert row[1:3] == [f"{20.0 * np.log10(abs(response(np.array([10.0]))[0])):.5g}", "dB"]
    whole = invoke("simulate", chosen, "--analysis", "ac", "--all").stdout
    assert "first phase" in whole
    last = f"{np.degrees(np.angle(response(np.array([1e4]))[0])):.2f}°"
    assert next(line for line in whole.splitlines() if line.split()[:1] == ["v(out)"]).endswith(last)


def test_pictures_of_sweeps_and_responses(invoke, asked, tmp_path) -> None:
    picture = tmp_path / "both.svg"
    assert invoke("simulate", asked, "--plot", picture).exit_code == 0
    text = picture.read_text(encoding="utf-8")
    assert text.count("v(out)") == 3
    for label in ("kHz", "dB", "°", "V"):
        assert label in text


def test_measures_without_a_value_are_told(invoke, tmp_path) -> None:
    path = tmp_path / "never.cir"
    path.write_text("t\nv1 a 0 1\nr1 a 0 1\n.dc v1 0 1 0.5\n.measure dc it when v(a)=2\n.sens v(a)\n")
    told = invoke("simulate", path)
    assert told.exit_code == 0
    assert "the measure it has no value: v(a) crosses 2 never, and is asked for time 1" in told.stderr
    assert "never.cir:6: .sens is not carried out" in told.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--format", "csv"], "csv holds one analysis, and the deck asks for op, dc, ac; choose by --analysis"),
        (["--format", "raw"], "raw is no text; name a file for it with -o"),
        (["--analysis", "tran"], "the deck has no .tran; there are ac, dc, op"),
        (["--analysis", "oc"], "the deck has no .oc; there are ac, dc, op"),
        (["--power"], "--power is for steady states; leave it out, or add --analysis op"),
        (["--engine", "nodel"], "there is no engine nodel; did you mean nodal?"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(options, message, invoke, asked) -> None:
    told = invoke("simulate", asked, *options)
    assert told.exit_code == 2
    assert message in told.stderr


def test_noise_and_transfer_have_their_units(invoke, tmp_path) -> None:
    path = tmp_path / "noise.cir"
    path.write_text("t\nv1 a 0 dc 1 ac 1\nr1 a b 1k\nr2 b 0 1k\n.noise v(b) v1 dec 1 1 10\n.tf v(b) v1\n")
    text = invoke("simulate", path).stdout
    spectrum = next(line.split() for line in text.splitlines() if "onoise_spectrum" in line)
    # 4kTR of both resistors in parallel, 500 ohm: 2.88 nV/√Hz at 27 °C
    assert spectrum[1:3] == [f"{1e9 * np.sqrt(4.0 * 1.380649e-23 * 300.15 * 500.0):.5g}", "nV/√Hz"]
    assert next(line.split() for line in text.splitlines() if "v1#input_impedance" in line)[1:] == ["2", "kΩ"]
    total = next(line.split() for line in text.splitlines() if "onoise_total " in line)
    assert total[1:] == [f"{float(spectrum[1]) * 3.0:.5g}", "nV"]
