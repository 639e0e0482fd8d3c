"""`tellegen train` and `tellegen verify`: a folder that is never lost, bad news as an exit code."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from tellegen.cli import run_files
from tellegen.training import run as training_run

ROOT = Path(__file__).resolve().parents[2]
COMMAND = "import tellegen.cli; tellegen.cli.main()"
EXPERIMENT = ROOT / "circuits" / "digits.toml"


def test_names_of_a_run_s_files_are_those_that_training_writes() -> None:
    for name in ("EXPERIMENT", "METRICS", "CHECKPOINT", "LEARNED", "PREDICTIONS", "ABOUT"):
        assert getattr(run_files, name) == getattr(training_run, name)


def test_a_run_leaves_what_it_promises(trained) -> None:
    assert {path.name for path in trained.iterdir()} >= set(run_files.ALL) - {run_files.REPORT, run_files.WAVEFORMS}
    with (trained / "metrics.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert [int(row["epoch"]) for row in rows] == [1, 2, 3]
    assert float(rows[-1]["test_error"]) < 0.15


def test_a_run_is_not_overwritten_unless_asked(invoke, halving) -> None:
    experiment, learned = halving.parent / "learn.toml", (halving / "learned.cir").read_bytes()
    (halving / "notes.txt").write_text("mine")

    refused = invoke("train", experiment, "--out", halving)
    assert refused.exit_code == 2
    assert "--resume" in refused.stderr
    assert (halving / "learned.cir").read_bytes() == learned

    broken = invoke("train", experiment, "--out", halving, "--overwrite", "--set", "rule.name=none")
    assert broken.exit_code == 2
    assert (halving / "learned.cir").read_bytes() == learned

    again = invoke("train", experiment, "--out", halving, "--overwrite", "--set", "training.epochs=1")
    assert again.exit_code == 0, again.output
    assert "epoch 1/1" in again.stderr
    assert (halving / "learned.cir").read_bytes() != learned
    assert (halving / "notes.txt").read_text() == "mine"


def test_ctrl_c_keeps_the_last_epoch_and_training_goes_on_from_it(invoke, tmp_path) -> None:
    run = tmp_path / "run"
    with subprocess.Popen(
        [
            sys.executable,
            "-c",
            COMMAND,
            "train",
            str(EXPERIMENT),
            "--out",
            str(run),
            "--set",
            "training.epochs=1000000",
        ],
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            _wait_for_epochs(run / "metrics.csv", 2, process)
        finally:
            process.send_signal(signal.SIGINT)
        _, complaint = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in complaint
    assert "go on with --resume" in complaint
    epochs = len((run / "metrics.csv").read_text().splitlines()) - 1
    on = invoke("train", EXPERIMENT, "--out", run, "--resume", "--set", f"training.epochs={epochs + 1}")
    assert on.exit_code == 0, on.output
    assert f"epoch {epochs + 1}/{epochs + 1}" in on.stderr


def _wait_for_epochs(metrics: Path, count: int, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and process.poll() is None:
        if metrics.is_file() and len(metrics.read_text().splitlines()) > count:
            return
        time.sleep(0.05)
    raise AssertionError("the training made no epoch within 90 seconds")


def test_verification_is_kept_value_by_value(trained) -> None:
    summary = json.loads((trained / "verification.json").read_text())
    assert summary["agrees"] is True
    assert summary["samples"] == 8
    assert summary["changed"] == []
    assert summary["relative"] < 1e-4
    with (trained / "verification.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 8 * 10
    worst = max(abs(float(row["tellegen"]) - float(row["ngspice"])) for row in rows)
    assert worst == summary["largest"]
    labels = np.load(trained / "predictions.npz")["labels"][:8]
    assert [int(row["label"]) for row in rows[::10]] == labels.tolist()


def test_a_class_that_ngspice_decides_otherwise_is_exit_code_one(invoke, trained) -> None:
    path = trained / "predictions.npz"
    arrays = dict(np.load(path))
    arrays["predicted"][1] = (arrays["predicted"][1] + 1) % 10
    np.savez(path, **arrays)
    result = invoke("verify", trained, "--samples", 2)
    assert result.exit_code == 1
    assert "DISAGREES" in result.stdout
    assert json.loads((trained / "verification.json").read_text())["agrees"] is False


def test_a_tolerance_that_nobody_meets_is_exit_code_one(invoke, trained) -> None:
    assert invoke("verify", trained, "--samples", 2, "--tolerance", 1e-15).exit_code == 1


def test_a_run_whose_answers_are_gone_says_so(invoke, trained) -> None:
    (trained / "predictions.npz").write_bytes(b"not an archive")
    result = invoke("verify", trained, "--samples", 2)
    assert result.exit_code == 2
    assert "predictions.npz" in result.stderr
    assert "train again" in result.stderr


def test_a_network_that_learns_voltages_is_verified_and_reported_too(invoke, halving) -> None:
    assert invoke("verify", halving).exit_code == 0
    with (halving / "verification.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert {float(row["label"]) for row in rows} < {0.5, 1.0, 1.5, 2.0}
    assert {row["signal"] for row in rows} == {"v(out)"}
    assert invoke("report", halving).exit_code == 0
    page = (halving / "report.html").read_text(encoding="utf-8")
    assert "learns voltages, not classes" in page
    assert "2 epochs of equilibrium in" in page
    assert "of the test answers are out of tolerance" in page
    assert "Loss, V²" in page
    assert 'class="missing"' not in page
