"""Whole runs: they resume bit for bit, repeat by their seed, stay in range, and say what is wrong before they start."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from tellegen.netlist import load
from tellegen.netlist.errors import ExperimentError, NumericalError, TellegenError
from tellegen.solvers import operating_point
from tellegen.training import Event, Run, load_run, session, train
from tellegen.training.checkpoint import load_checkpoint
from tellegen.training.metrics import COLUMNS, TIMES, read_metrics
from tellegen.training.netlist_values import netlist_value

NETLIST = """* a divider of three that learns
.param r1=1k
V1 a 0 1
V2 b 0 1
R1 a out {r1}
R2 b out 1k
R3 out 0 g=1m
I1 0 out 0
*@ trainable r1 min=100 max=100k scale=log
*@ trainable r2 min=100 max=100k
*@ trainable r3 min=0.1m max=2m
*@ trainable i1
*@ input v1 v2
*@ output v(out)
"""
EXPERIMENT = """netlist = "net.cir"
seed = 5
[data]
name = "table"
file = "points.csv"
test_fraction = 0.2
[encoding]
scale = "none"
[rule]
beta = 1e-5
[loss]
tolerance = 0.05
[optimiser]
name = "adam"
rate = 0.05
[optimiser.rates]
r2 = 50.0
r3 = 1e-5
i1 = 1e-6
[training]
epochs = 120
batch = 3
"""


def write_experiment(folder: Path) -> Path:
    """Twenty points of out = 0.1·a + 0.6·b beside a netlist that can learn them."""
    random = np.random.default_rng(1)
    points = random.uniform(-1, 1, (20, 2))
    rows = np.column_stack([points, points @ [0.1, 0.6]])
    np.savetxt(folder / "points.csv", rows, delimiter=",", header="a,b,out", comments="")
    (folder / "net.cir").write_text(NETLIST)
    (folder / "net.toml").write_text(EXPERIMENT)
    return folder / "net.toml"


@pytest.fixture
def experiment(tmp_path: Path) -> Path:
    return write_experiment(tmp_path)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The experiment, trained without a pause."""
    folder = tmp_path_factory.mktemp("whole")
    return train(write_experiment(folder), folder / "run")


def numbers(run: Run) -> list[dict[str, float]]:
    return [{key: value for key, value in row.items() if key not in TIMES} for row in run.metrics]


def assert_same(first: Run, second: Run) -> None:
    """Every array and every number of the two runs, bit for bit."""
    assert numbers(first) == numbers(second)
    assert first.circuit == second.circuit
    for name in ("checkpoint.npz", "predictions.npz"):
        with np.load(first.folder / name) as a, np.load(second.folder / name) as b:
            assert sorted(a.files) == sorted(b.files)
            for key in a.files:
                assert (a[key].dtype, a[key].tobytes()) == (b[key].dtype, b[key].tobytes()), key


def test_a_resumed_run_is_the_same_run(experiment: Path, tmp_path: Path, whole: Run) -> None:
    train(experiment, tmp_path / "parts", {"training.epochs": "2"})
    resumed = train(experiment, tmp_path / "parts", resume=True)
    assert_same(whole, resumed)
    assert [row["epoch"] for row in resumed.metrics] == list(range(1, 121))
    assert whole.metrics[-1]["step"] == 120 * (16 // 3)


def test_a_resumed_layered_run_is_the_same_run(tmp_path: Path) -> None:
    experiment = Path(__file__).parents[2] / "circuits" / "digits.toml"
    settings = {"data.train": "200", "data.test": "40", "training.epochs": "4"}
    whole = train(experiment, tmp_path / "whole", settings)
    assert whole.about["engine"] == "layered"
    train(experiment, tmp_path / "parts", {**settings, "training.epochs": "2"})
    assert_same(whole, train(experiment, tmp_path / "parts", settings, resume=True))


def test_another_seed_is_another_run(experiment: Path, tmp_path: Path, whole: Run) -> None:
    other = train(experiment, tmp_path / "other", {"training.epochs": "1", "seed": "4"})
    assert whole.metrics[0]["train_loss"] != other.metrics[0]["train_loss"]
    assert not np.array_equal(whole.test_set().labels, other.test_set().labels)


def test_ctrl_c_keeps_the_last_epoch_and_the_run_goes_on(experiment: Path, tmp_path: Path, whole: Run) -> None:
    heard: list[Event] = []

    def interrupting(event: Event) -> None:
        heard.append(event)
        if event.stage == "train" and event.done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(experiment, tmp_path / "run", progress=interrupting)
    assert heard[-1].stage == "interrupted"
    assert heard[-1].text == "stopped after epoch 2 of 120; go on with --resume"
    with pytest.raises(ExperimentError, match="has not ended; go on with"):
        load_run(tmp_path / "run")
    resumed = train(experiment, tmp_path / "run", resume=True)
    assert_same(whole, resumed)


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("writer", ["save_checkpoint", "write_metrics"])
def test_ctrl_c_while_files_are_written_leaves_rows_and_state_of_one_epoch(
    experiment: Path, tmp_path: Path, whole: Run, monkeypatch: pytest.MonkeyPatch, writer: str, late: bool
) -> None:
    write, calls = getattr(session, writer), []

    def interrupting(*arguments: object) -> None:
        calls.append(arguments)
        if late or len(calls) != 4:
            write(*arguments)
        if len(calls) == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr(session, writer, interrupting)
    with pytest.raises(KeyboardInterrupt):
        train(experiment, tmp_path / "run")
    monkeypatch.undo()
    kept = load_checkpoint(tmp_path / "run" / "checkpoint.npz")
    assert [row["epoch"] for row in read_metrics(tmp_path / "run" / "metrics.csv")] == [*range(1, kept.epoch + 1)]
    assert kept.epoch == 3
    assert_same(whole, train(experiment, tmp_path / "run", resume=True))


def test_a_run_learns_stays_in_range_and_tells_the_truth(whole: Run) -> None:
    run = whole
    first, last = run.metrics[0], run.metrics[-1]
    assert last["test_loss"] < 0.02 * first["test_loss"]
    assert last["test_error"] == 0
    learned = run.circuit
    assert 100 <= netlist_value(learned, "r1") <= 100e3
    assert 100 <= netlist_value(learned, "r2") <= 100e3
    assert 0.1e-3 <= netlist_value(learned, "r3") <= 2e-3
    test, answers = run.test_set(), run.predictions()
    for sample in range(len(test.labels)):
        volts = {name: float(values[sample, 0]) for name, values in test.inputs.items()}
        point = operating_point(learned.with_values(volts))
        assert float(point["v(out)"]) == pytest.approx(answers.outputs[sample, 0], abs=1e-9)
    np.testing.assert_allclose(answers.labels[:, 0], answers.outputs[:, 0], atol=0.05)


def test_bounds_and_levels_hold_whatever_the_steps(experiment: Path, tmp_path: Path) -> None:
    deck = experiment.parent / "net.cir"
    text = deck.read_text().replace("*@ trainable i1\n", "*@ trainable i1 min=-1u max=1u levels=5\n")
    deck.write_text(text.replace("r2 min=100 max=100k", "r2 min=900 max=1.1k"))
    changes = {
        "optimiser.rates": "{ r2 = 1e6, r3 = 1.0, i1 = 1e-6 }",
        "optimiser.name": "sgd",
        "optimiser.rate": "100.0",
    }
    run = train(experiment, tmp_path / "run", {**changes, "training.epochs": "3"})
    with np.load(tmp_path / "run" / "checkpoint.npz") as state:
        assert 900 <= state['["coordinates","r2"]'] <= 1100
        assert 0.1e-3 <= state['["coordinates","r3"]'] <= 2e-3
        assert abs(state['["coordinates","i1"]']) <= 1e-6
    assert 900 <= netlist_value(run.circuit, "r2") <= 1100
    assert netlist_value(run.circuit, "i1") in np.linspace(-1e-6, 1e-6, 5)
    assert set(run.about["rounding"]) == {"i1"}
    assert 0 <= run.about["rounding"]["i1"] <= 0.25e-6


def test_the_folder_holds_what_it_says(experiment: Path, tmp_path: Path, whole: Run) -> None:
    run = load_run(shutil.copytree(whole.folder, tmp_path / "run"))
    names = {path.name for path in run.folder.iterdir()}
    assert {"experiment.toml", "metrics.csv", "checkpoint.npz", "learned.cir", "predictions.npz", "run.json"} <= names
    assert (run.folder / "metrics.csv").read_text().splitlines()[0] == ",".join(COLUMNS)
    assert run.metrics[1]["compile_seconds"] == 0 < run.metrics[0]["compile_seconds"]
    assert json.loads((run.folder / "run.json").read_text())["engine"] == "generic"
    assert load(run.folder / run.experiment.netlist) == load(experiment.parent / "net.cir")
    assert_same(whole, train(run.folder / "experiment.toml", run.folder, resume=True))
    assert run.test_set().labels.shape == (4, 1)
    assert run.test_set(3).inputs["v2"].shape == (3, 1)


def test_a_full_folder_is_not_overwritten_and_other_settings_are_not_resumed(
    experiment: Path, tmp_path: Path, whole: Run
) -> None:
    out = shutil.copytree(whole.folder, tmp_path / "run")
    with pytest.raises(ExperimentError, match=r"holds a run already; give --resume"):
        train(experiment, out)
    with pytest.raises(ExperimentError, match=r"trained with other settings \(rule\)"):
        train(experiment, out, {"rule.beta": "1e-4"}, resume=True)
    with pytest.raises(
        ExperimentError, match=r"has trained for 120 epochs already; set training\.epochs to 120 or more"
    ):
        train(experiment, out, {"training.epochs": "3"}, resume=True)
    deck = experiment.parent / "net.cir"
    deck.write_text(deck.read_text().replace("R2 b out 1k", "R2 b out 2k"))
    with pytest.raises(ExperimentError, match=r"trained from another net\.cir"):
        train(experiment, out, resume=True)
    (out / "metrics.csv").write_text("nonsense\n1\n")
    with pytest.raises(ExperimentError, match=r"metrics\.csv: is not the metrics of a run"):
        read_metrics(out / "metrics.csv")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"training.batch": "17"}, r"batch is 17, but there are only 16 training samples"),
        (
            {"encoding.signed": "true"},
            r"points\.csv has 2 inputs \(each with both signs\), 4 voltages, but .* has 2 input",
        ),
        ({"data.targets": "2"}, r"points\.csv has 1 inputs, 1 voltages, but .* has 2 inputs"),
        ({"data.classes": "2", "data.file": "classes.csv"}, r"classes\.csv needs 2 outputs, but .* has 1"),
        ({"optimiser.rates.rx": "1"}, r"rates rx names nothing that is trainable"),
        ({"initial.rx": "{ kind = 'constant' }"}, r"\[initial\] rx names nothing that is trainable"),
        ({"training.engine": "layered"}, r"the layered engine cannot train this"),
        ({"netlist": "missing.cir"}, r"missing\.cir"),
        ({"rule.name": "backpropagation"}, r"set \[rule\] sweeps"),
    ],
)
def test_what_does_not_fit_together_is_said_before_anything_is_written(
    experiment: Path, tmp_path: Path, settings: dict[str, str], message: str
) -> None:
    (tmp_path / "classes.csv").write_text("\n".join(f"{k},{-k},{k % 2}" for k in range(20)))
    with pytest.raises(TellegenError, match=message):
        train(experiment, tmp_path / "run", settings)
    assert not (tmp_path / "run").exists()


def test_too_strong_a_negative_nudge_is_said(experiment: Path, tmp_path: Path) -> None:
    with pytest.raises(NumericalError, match=r"steady state was not reached .* lower beta"):
        train(experiment, tmp_path / "run", {"rule.variant": "negative", "rule.beta": "1.0"})
