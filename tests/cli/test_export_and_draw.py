"""`tellegen export` and `tellegen draw`: a deck that ngspice runs by itself, and pictures."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest


def _run_ngspice(deck: Path) -> str:
    done = subprocess.run(["ngspice", "-b", str(deck)], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


def test_ngspice_runs_the_exported_deck_unchanged(invoke, deck, tmp_path) -> None:
    target = tmp_path / "out.cir"
    assert invoke("export", deck("stalling"), "-o", target).exit_code == 0
    assert "y" in _run_ngspice(target)


def test_without_output_the_deck_is_printed(invoke, deck) -> None:
    result = invoke("export", deck("divider"), "--set", "r1=3k")
    assert result.exit_code == 0
    assert "r1 in out 3000" in result.stdout
    assert result.stdout.rstrip().endswith(".end")


@pytest.mark.parametrize(("form", "card"), [("bsource", "b_d1"), ("diode", "\nd1 ")])
def test_ideal_diodes_are_written_as_asked(form, card, invoke, deck) -> None:
    result = invoke("export", deck("stalling"), "--diodes", form)
    assert result.exit_code == 0
    assert card in result.stdout


def test_a_run_s_folder_exports_what_was_learned(invoke, trained, tmp_path) -> None:
    flat, folded = tmp_path / "flat.cir", tmp_path / "folded.cir"
    assert invoke("export", trained, "-o", flat).exit_code == 0
    assert invoke("export", trained, "-o", folded, "--folded").exit_code == 0
    assert flat.read_text().count("\n") > 10_000
    assert folded.read_text().count("\n") < 2_000


@pytest.mark.parametrize("ending", ["svg", "png"])
@pytest.mark.parametrize("solve", [(), ("--solve",)])
def test_a_circuit_is_drawn(ending, solve, invoke, deck, tmp_path) -> None:
    target = tmp_path / f"picture.{ending}"
    result = invoke("draw", deck("divider"), "-o", target, *solve)
    assert result.exit_code == 0, result.output
    head = {"svg": b"<?xml", "png": b"\x89PNG"}[ending]
    assert target.read_bytes().startswith(head)
