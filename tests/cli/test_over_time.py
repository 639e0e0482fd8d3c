"""`tellegen simulate` and `compare` where the deck has a `.tran` card: closed forms in every format."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest

DECK = """* a capacitor is charged: v(out) = 1 - exp(-t) from 1 V over 1 ohm
V1 in 0 1
R1 in out {r}
C1 out 0 1
.param r=1
.tran 0.1 2 uic
*@ output v(out)
"""


@pytest.fixture
def charged(tmp_path):
    path = tmp_path / "charged.cir"
    path.write_text(DECK, encoding="utf-8")
    return path


def exact(times: np.ndarray) -> np.ndarray:
    return 1.0 - np.exp(-times)


def test_csv_holds_every_waveform_by_either_engine(invoke, charged) -> None:
    for engine, near in (("lsoda", 1e-7), ("ngspice", 3e-4)):
        told = invoke("simulate", charged, "--engine", engine, "--format", "csv")
        assert told.exit_code == 0, told.output
        rows = list(csv.DictReader(io.StringIO(told.stdout)))
        times = np.array([float(row["time"]) for row in rows])
        np.testing.assert_allclose(times, np.linspace(0.0, 2.0, 21), atol=1e-12)
        np.testing.assert_allclose([float(row["v(out)"]) for row in rows], exact(times), atol=near)
        np.testing.assert_allclose([float(row["i(r1)"]) for row in rows], 1.0 - exact(times), atol=near)


def test_files_by_their_ending_and_a_picture(invoke, charged, tmp_path) -> None:
    picture = tmp_path / "waves.svg"
    told = invoke("simulate", charged, "-o", tmp_path / "waves.npz", "--plot", picture, "--set", "r=2")
    assert told.exit_code == 0, told.output
    with np.load(tmp_path / "waves.npz") as found:
        np.testing.assert_allclose(found["v(out)"], exact(found["time"] / 2.0), atol=1e-7)
    assert "v(out)" in picture.read_text(encoding="utf-8")
    assert "v(in)" not in picture.read_text(encoding="utf-8")
    told = invoke("simulate", charged, "-o", tmp_path / "waves.json")
    assert json.loads((tmp_path / "waves.json").read_text())["v(out)"][-1] == pytest.approx(exact(np.array(2.0)))


def test_the_table_says_where_waveforms_start_end_and_turn(invoke, charged) -> None:
    told = invoke("simulate", charged)
    row = next(line for line in told.stdout.splitlines() if "v(out)" in line)
    assert row.split() == ["v(out)", "0", "V", "864.66", "mV", "0", "V", "864.66", "mV"]
    assert "21 times from 0 s to 2 s, lsoda" in told.stdout


def test_an_engine_of_steady_states_still_gives_one(invoke, charged) -> None:
    told = invoke("simulate", charged, "--engine", "qp", "--format", "json")
    assert json.loads(told.stdout)["v(out)"] == pytest.approx(1.0)


def test_compare_sets_waveforms_beside_each_other(invoke, charged) -> None:
    told = invoke("compare", charged)
    assert told.exit_code == 0, told.output
    assert "3 engines agree" in told.stdout
    strict = invoke("compare", charged, "--tolerance", "1e-9")
    assert strict.exit_code == 1
    assert " s " in next(line for line in strict.stdout.splitlines() if line.lstrip().startswith("ngspice"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--engine", "lsodo"], "no engine lsodo for circuits in time; did you mean lsoda"),
        (["--format", "npz"], "npz is no text; name a file for it with -o"),
        (["--power"], "--power is for steady states"),
        (["--plot", "waves.pdf"], "does not end in .svg or .png"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(options, message, invoke, charged) -> None:
    told = invoke("simulate", charged, *options)
    assert told.exit_code == 2
    assert message in told.stderr


def test_a_picture_of_a_steady_state_is_refused(invoke, deck, tmp_path) -> None:
    told = invoke("simulate", deck("divider"), "--plot", tmp_path / "waves.svg")
    assert told.exit_code == 2
    assert "add a .tran, .dc or .ac card" in told.stderr
