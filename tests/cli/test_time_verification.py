"""`tellegen verify` over time: small circuits agree with ngspice, and a value changed on purpose does not."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tellegen.cli.pairs import Pairs
from tellegen.cli.run_files import WAVEFORMS
from tellegen.cli.time_verification import TimeVerification, verified_in_time
from tellegen.netlist import Circuit, CircuitError, Mismatch, parse, save
from tellegen.netlist.builders import cellular_network, grid_edges, oscillator_network, star
from tellegen.training import load_run
from tellegen.training.dynamics.trainer import TEST_DIES

FILTER = """* a low pass filter whose parts spread
V1 in 0 0
R1 in out {r}
C1 out 0 1
.param r=1
.tran 20m 2 0 10m uic
*@ trainable r min=0.1 max=10
*@ mismatch r1 c1 sigma=0.1
*@ input v1
*@ output v(out)
"""
RANDOM = np.random.default_rng(0)


def folder_of(path: Path, circuit: Circuit, table: list[list[float]], **sections: str) -> Path:
    """A run's folder as training leaves it, whose netlist has learned nothing."""
    path.mkdir()
    for name in ("start.cir", "learned.cir"):
        save(circuit, path / name)
    lines = ['netlist = "start.cir"', 'title = "small"', "seed = 3", "[data]", 'name = "table"']
    lines += [f"rows = {json.dumps(table)}", "test_fraction = 0.5", f"targets = {len(circuit.outputs)}"]
    lines += ["[encoding]", 'scale = "none"']
    for section, content in sections.items():
        lines += [f"[{section}]", content]
    (path / "experiment.toml").write_text("\n".join(lines), encoding="utf-8")
    (path / "metrics.csv").write_text("epoch,train_loss\n", encoding="utf-8")
    (path / "run.json").write_text('{"engine": "dynamic"}', encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def filtered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A filter that is asked for half of its input, beside what it answers: 1 − exp(−2) without mismatch."""
    rows = [[volts, 0.5 * volts] for volts in (1.0, -1.0, 2.0, -0.5)]
    return folder_of(tmp_path_factory.mktemp("runs") / "filter", parse(FILTER), rows, dynamics='method = "heun"')


def exact_draws(found: TimeVerification) -> np.ndarray:
    """The factors (targets, columns) of R and C."""
    assert found.pairs.draws is not None
    return found.pairs.draws


def exact_filter(found: TimeVerification) -> np.ndarray:
    """u(1 − exp(−t/RC)) of every column, R and C as its die draws them (columns, times)."""
    tau = np.prod(exact_draws(found), axis=0)[:, None]
    return found.pairs.inputs * (1.0 - np.exp(-found.course.times[None, :] / tau))


def test_a_filter_s_dies_follow_their_closed_form_in_both_programs(filtered) -> None:
    found = verified_in_time(load_run(filtered), 2, 3, 2, 1e-2)
    exact = exact_filter(found)
    assert len(found.pairs) == 6
    assert np.ptp(exact[:, -1] / found.pairs.inputs[:, 0]) > 1e-2
    np.testing.assert_allclose(found.expected["v(out)"], exact, atol=1e-6)
    np.testing.assert_allclose(found.measured["v(out)"], exact, atol=1e-4)
    assert found.agrees
    mean = float(np.mean((exact[:, -1] - 0.5 * found.pairs.inputs[:, 0]) ** 2))
    assert found.losses["mean squared error"] == pytest.approx((mean, mean), rel=1e-3)


def test_dies_are_those_of_the_test_and_of_tellegen_export(filtered) -> None:
    run = load_run(filtered)
    pairs = Pairs.of(run, 1, 2)
    assert pairs.dies.tolist() == [TEST_DIES, TEST_DIES + 1]
    for circuit, die in zip(pairs.circuits(), pairs.dies.tolist(), strict=True):
        exported = Mismatch.of(run.circuit).with_die(3, die)
        assert [circuit[name].value for name in ("r1", "c1")] == [exported[name].value for name in ("r1", "c1")]
        assert circuit["v1"].value == pairs.inputs[0, 0]


def test_a_value_changed_in_one_deck_is_found(filtered, monkeypatch) -> None:
    """Half as much capacitance again in column 3 alone moves the waveform by what its closed form says."""
    honest = Pairs.circuits

    def changed(pairs: Pairs):
        for column, circuit in enumerate(honest(pairs)):
            value = circuit["c1"].value
            assert isinstance(value, float)
            yield circuit.with_values({"c1": 1.5 * value}) if column == 3 else circuit

    monkeypatch.setattr(Pairs, "circuits", changed)
    found = verified_in_time(load_run(filtered), 2, 3, 2, 1e-2)
    assert not found.agrees
    assert found.worst.sample == 3
    tau = float(np.prod(exact_draws(found), axis=0)[3])
    times = found.course.times
    moved = np.abs(found.pairs.inputs[3, 0] * (np.exp(-times / tau) - np.exp(-times / (1.5 * tau)))).max()
    assert found.worst.largest == pytest.approx(moved, rel=0.02)
    assert "DISAGREES" in found.summary()


def test_the_command_says_so_keeps_it_and_exits_by_it(filtered, invoke) -> None:
    told = invoke("verify", filtered, "--samples", 2, "--dies", 2, "--jobs", 2)
    assert told.exit_code == 0, told.output
    assert "ngspice agrees over 4 pairs of die and sample" in told.stdout
    assert "reltol=1e-06" in told.stdout
    summary = json.loads((filtered / "verification.json").read_text())
    assert summary["dies"] == [TEST_DIES, TEST_DIES + 1]
    assert 0 < summary["relative"] < 1e-3
    with (filtered / "verification.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 4
    assert all(abs(float(row["difference"])) <= float(row["largest"]) <= summary["largest"] for row in rows)
    with np.load(filtered / WAVEFORMS) as kept:
        assert kept["tellegen"].shape == kept["ngspice"].shape == (4, 1, len(kept["times"]))
    strict = invoke("verify", filtered, "--samples", 1, "--dies", 1, "--tolerance", 1e-12)
    assert strict.exit_code == 1


def test_noisy_oscillators_take_the_same_path(tmp_path) -> None:
    """Without locking a coupling leaves the sum of two phases alone, so it ends where both increments add up to."""
    circuit = oscillator_network(2, grid_edges(1, 2), noise=0.2, locking=0.0)
    rows = RANDOM.uniform(-0.4, 1.4, (6, 4)).tolist()
    settings = {"loss": 'name = "periodic"', "dynamics": "steps = 50"}
    found = verified_in_time(load_run(folder_of(tmp_path / "run", circuit, rows, **settings)), 3, None, 2, 1e-2)
    assert found.agrees, found.summary()
    assert found.worst.relative < 2e-3
    path = found.pairs.increments(50, 0.02)
    moved = sum(each.sum(axis=1) for each in path.values())
    assert np.ptp(moved) > 0.05
    for traces, near in ((found.expected, 1e-9), (found.measured, 1e-4)):
        sums = traces["v(p0)"] + traces["v(p1)"]
        np.testing.assert_allclose(sums[:, -1] - found.pairs.inputs.sum(axis=1), moved, atol=near)
    assert any("same noise path" in each for each in found.conditions)


def test_cells_agree_die_by_die(tmp_path) -> None:
    circuit = cellular_network(3, 3)
    rows = np.sign(RANDOM.standard_normal((4, 18))).tolist()
    run = load_run(folder_of(tmp_path / "run", circuit, rows, dynamics='target = "nominal"'))
    found = verified_in_time(run, 2, 2, 2, 1e-2)
    assert found.agrees, found.summary()
    assert len(found.differences) == 9
    assert all(each.relative < 1e-2 for each in found.differences)


def test_a_fingerprint_s_bits_are_turned_over(tmp_path) -> None:
    folder = folder_of(tmp_path / "run", star(2, 1), [[0.0] * 4] * 2, loss='name = "flip_bias"')
    text = (folder / "experiment.toml").read_text()
    data = text[text.index("[data]") : text.index("[encoding]")]
    challenges = '[data]\nname = "challenges"\nfeatures = 2\ntrain = 4\ntest = 4\n'
    (folder / "experiment.toml").write_text(text.replace(data, challenges))
    found = verified_in_time(load_run(folder), 2, 2, 2, 1e-2)
    pairs = found.pairs
    assert len(pairs) == 2 * 2 * 3
    base = pairs.inputs[pairs.turned == -1]
    for bit in (0, 1):
        expected = base.copy()
        expected[:, bit] = 1.0 - expected[:, bit]
        np.testing.assert_array_equal(pairs.inputs[pairs.turned == bit], expected)
    assert found.agrees, found.summary()
    bits = ((found.measured["v(a)"] - found.measured["v(b)"])[:, -1] > 0).reshape(3, 2, 2)
    flips = (bits[1:] != bits[0]).mean(axis=2)
    assert found.losses["I2O"][1] == pytest.approx(np.abs(flips - 0.5).mean())


def test_what_cannot_be_verified_is_a_sentence(filtered, invoke, tmp_path) -> None:
    plain = parse(FILTER.replace("*@ mismatch r1 c1 sigma=0.1\n", ""))
    folder = folder_of(tmp_path / "plain", plain, [[1.0, 0.5], [2.0, 1.0]])
    refused = invoke("verify", folder, "--dies", 2)
    assert refused.exit_code == 2
    assert "nothing in the learned circuit spreads" in refused.stderr
    shared = parse(FILTER.replace("mismatch r1 c1", "mismatch r"))
    run = load_run(folder_of(tmp_path / "shared", shared, [[1.0, 0.5], [2.0, 1.0]]))
    with pytest.raises(CircuitError, match="the mismatch of the parameter r cannot be drawn here"):
        Pairs.of(run, 1, None)
    nominal = replace(
        run, experiment=replace(run.experiment, dynamics=replace(run.experiment.dynamics, mismatch="none"))
    )
    assert Pairs.of(nominal, 1, None).draws is None
