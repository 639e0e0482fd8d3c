"""Many operating points: equal to one-by-one runs, in order, folded or flat, and honest about failures."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from tellegen.netlist.builders import deep_resistive_network, divider
from tellegen.netlist.circuit import Circuit
from tellegen.netlist.errors import NoAnswer, SpiceError
from tellegen.netlist.parser import parse
from tellegen.spice_export import operating_point, operating_points

NETWORK = deep_resistive_network([16, 8, 3])
SAMPLES = np.random.default_rng(0).normal(scale=20.0, size=(9, 16))


def settled(circuit: Circuit, inputs: np.ndarray) -> dict[str, np.ndarray]:
    """The steady state of a one-hidden-layer network by plain alternating minimisation, one sample a row."""
    first, second = (np.asarray(circuit[name].parameters["g"]) for name in ("rw1", "rw2"))
    half = first.shape[1] // 2
    outputs = np.zeros((len(inputs), second.shape[1]))
    hidden = np.zeros((len(inputs), first.shape[1]))
    total = first.sum(axis=0) + second.sum(axis=1)
    for _ in range(500):
        hidden = (inputs @ first + outputs @ second.T) / np.where(total > 0, total, 1.0)
        hidden[:, :half] = np.maximum(hidden[:, :half], 0.0)
        hidden[:, half:] = np.minimum(hidden[:, half:], 0.0)
        outputs = hidden @ second / second.sum(axis=0)
    return {"v(h)": hidden, "v(out)": outputs}


@pytest.mark.parametrize(("folded", "jobs"), [(False, 1), (False, 2), (True, 2)])
@pytest.mark.parametrize("form", ["bsource", "diode"])
def test_a_network_settles_as_alternating_minimisation_does(folded: bool, jobs: int, form: str) -> None:
    answer = operating_points(NETWORK, {"vin": SAMPLES}, folded=folded, jobs=jobs, diodes=form)
    assert not answer.about["homotopies"]
    drops = float(answer.about["sum_of_forward_drops"])  # type: ignore[arg-type]
    for name, expected in settled(NETWORK, SAMPLES).items():
        np.testing.assert_allclose(answer[name], expected, atol=drops + 1e-9)


def test_a_sweep_equals_one_by_one_runs() -> None:
    together = operating_points(NETWORK, {"vin": SAMPLES}, currents=True)
    np.testing.assert_array_equal(together.axes["sample"], np.arange(9))
    for sample, row in enumerate(SAMPLES):
        alone = operating_point(NETWORK.with_values({"vin": row}))
        assert set(alone.signals) == set(together.signals)
        for name, signal in alone.signals.items():
            np.testing.assert_allclose(together[name][sample], signal, rtol=1e-9, atol=1e-9, err_msg=name)


def test_every_kind_of_device_is_the_same_after_an_alteration() -> None:
    models = ".model dm D(is=1e-12)\n.model mm nmos(vto=0.5)\n.model qm npn\n.model jm njf(vto=-1)\n"
    cards = (
        "R1 a b 1k m=2 tc1=0.1 temp=37\nD1 b 0 dm 2 m=3\nM1 a b c c mm m=2\nR2 c 0 1k\nQ1 a b d qm 2 m=2\nR3 d 0 1k\n"
    )
    more = "J1 a b f jm 2 m=2\nR4 f 0 1k\nG1 0 g a 0 1m m=2\nR5 g 0 1k\nB1 0 k i=1m*v(a)^2 m=2 tc1=0.1\nR6 k 0 1k"
    circuit = parse(f"* t\nV1 a 0 1\n{models}{cards}{more}\n.end\n")
    volts = np.array([1.0, 2.0, 0.5, 1.0])
    together = operating_points(circuit, {"v1": volts}, jobs=1)
    for sample, each in enumerate(volts):
        alone = operating_point(circuit.with_values({"v1": float(each)}))
        for name in together.signals:
            assert float(together[name][sample]) == pytest.approx(float(alone[name]), rel=1e-6, abs=1e-9), name


def test_current_sources_and_several_inputs_are_fed_in_order() -> None:
    circuit = parse("* t\nV1 a 0 1\nI1[0:1] 0 h[0:1] 1m\nR1[0:1] a h[0:1] 1k\nR2 h[0] h[1] 1k\n.end\n")
    volts, amperes = np.array([0.0, 1.0, -2.0, 5.0]), np.arange(8.0).reshape(4, 2) * 1e-3
    answer = operating_points(circuit, {"V1": volts, "i1": amperes}, jobs=3)
    matrix = np.array([[2.0, -1.0], [-1.0, 2.0]])
    expected = np.linalg.solve(matrix, (volts[:, None] + amperes * 1e3).T).T
    np.testing.assert_allclose(answer["v(h)"], expected, atol=1e-12)


def test_progress_counts_samples_to_the_end() -> None:
    told: list[tuple[int, int]] = []
    operating_points(divider(), {"vin": np.ones(7)}, jobs=2, progress=lambda done, of: told.append((done, of)))
    assert told == sorted(told)
    assert told[-1] == (7, 7)


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"vx": np.ones(3)}, "there is no source vx to feed; the sources are vin"),
        ({"r1": np.ones(3)}, "there is no source r1"),
        ({"vin": np.ones((3, 2))}, r"has shape \(3, 2\); give \[samples\]"),
        ({"vin": np.array([1.0, np.nan])}, "not finite"),
        ({"vin": np.ones(0)}, "at least one"),
        ({}, "no samples"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(inputs: dict, said: str) -> None:
    with pytest.raises(SpiceError, match=said):
        operating_points(divider(), inputs)


def test_a_source_with_a_waveform_is_refused() -> None:
    circuit = parse("* t\nV1 a 0 sin(0 1 1k)\nR1 a 0 1\n.end\n")
    with pytest.raises(SpiceError, match="v1 has a waveform"):
        operating_points(circuit, {"v1": np.ones(2)})


UNSOLVABLE = "* t\nV1 a 0 1\nB1 b 0 v=v(a)>2 ? (v(b)<0.5 ? 1 : 0) : v(a)/2\nR1 b 0 1\n.end\n"


def test_a_sample_without_an_answer_is_reported_or_raised() -> None:
    circuit, volts = parse(UNSOLVABLE), np.array([1.0, 3.0, 2.0])
    answer = operating_points(circuit, {"v1": volts}, failures="report")
    assert list(answer.about["failed"]) == [1]  # type: ignore[call-overload]
    np.testing.assert_allclose(answer["v(b)"], [0.5, np.nan, 1.0])
    with pytest.raises(SpiceError, match="1 of 3 samples failed; sample 1: ngspice found no operating point"):
        operating_points(circuit, {"v1": volts})


def test_no_answer_at_all_is_told_from_a_missing_ngspice(monkeypatch: pytest.MonkeyPatch) -> None:
    circuit, volts = parse(UNSOLVABLE), {"v1": np.array([3.0, 3.5])}
    with pytest.raises(NoAnswer, match="2 of 2 samples failed; sample 0: ngspice found no operating point"):
        operating_points(circuit, volts, failures="report")
    monkeypatch.setenv("TELLEGEN_NGSPICE", "/nowhere/ngspice")
    with pytest.raises(SpiceError, match=r"^TELLEGEN_NGSPICE names /nowhere/ngspice, which cannot be run") as missing:
        operating_points(circuit, volts, failures="report")
    assert not isinstance(missing.value, NoAnswer)


def test_a_hanging_process_fails_its_samples_only_after_the_limit(tmp_path: Path, monkeypatch) -> None:
    sleeper = tmp_path / "ngspice"
    sleeper.write_text(f"#!{sys.executable}\nimport time\ntime.sleep(60)\n")
    sleeper.chmod(0o755)
    monkeypatch.setenv("TELLEGEN_NGSPICE", str(sleeper))
    with pytest.raises(SpiceError, match=r"2 of 2 samples failed; sample 0: .* time limit of 0\.2 s"):
        operating_points(divider(), {"vin": np.ones(2)}, time_limit=0.2)
