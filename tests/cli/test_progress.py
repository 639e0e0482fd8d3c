"""What a training shows: one line an epoch in a log, a bar with rate and time left on a terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from tellegen.cli.progress import Bar, Lines, numbers
from tellegen.training import Event

ROW = {"train_loss": 0.25, "train_error": 0.125, "test_error": 0.5, "seconds": 2.0}


def test_lines_tell_each_epoch_and_each_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with Lines() as watch:
        watch(Event("data", 0, 3, text="reading digits"))
        watch(Event("train", 1, 3, row=ROW))
        watch(Event("train", 2, 3))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [
        "reading digits",
        "epoch 1/3: loss 0.25, train error 12.50 %, test error 50.00 %, 2.00 s",
    ]


def test_an_error_that_was_not_measured_is_not_shown() -> None:
    assert numbers(Event("train", 1, 3, row={**ROW, "test_error": float("nan")})) == "loss 0.25, train error 12.50 %"


def test_the_bar_shows_epochs_rate_and_time_left() -> None:
    text = io.StringIO()
    bar = Bar(Console(file=text, force_terminal=True, width=80))
    with bar:
        bar(Event("data", 0, 8, text="reading digits"))
        for epoch in (1, 2, 3):
            bar(Event("train", epoch, 8, row=ROW))
    shown = text.getvalue()
    assert "3/8" in shown
    assert "0:00:0" in shown
    assert "0.50 epochs/s" in shown
    assert "left" in shown
    assert "test error 50.00 %" in shown
    assert "…" not in shown


def test_the_bar_says_how_to_go_on_after_ctrl_c() -> None:
    text = io.StringIO()
    with Bar(Console(file=text, force_terminal=True, width=80)) as bar:
        bar(Event("interrupted", 3, 8, text="stopped after epoch 3 of 8; go on with --resume"))
    assert "go on with --resume" in text.getvalue()


def test_a_slow_training_is_counted_by_the_minute() -> None:
    text = io.StringIO()
    bar = Bar(Console(file=text, force_terminal=True, width=80))
    with bar:
        bar(Event("train", 5, 8, row={**ROW, "seconds": 30.0}))
        bar(Event("train", 6, 8, row={**ROW, "seconds": 30.0}))
    assert "2.00 epochs/min" in text.getvalue()
