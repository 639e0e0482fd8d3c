"""`tellegen export` and `tellegen draw`: a deck that ngspice runs by itself, and pictures."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tellegen.netlist import Mismatch, load


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


def test_a_die_is_exported_value_by_value(invoke, tmp_path) -> None:
    netlist = tmp_path / "pair.cir"
    netlist.write_text("a pair\nV1 in 0 1\nR1 in out 1k\nR2 out 0 {r}\n.param r=2k\n*@ mismatch r1 r sigma=0.1\n")
    exported = {number: invoke("export", netlist, "--die", number, "--seed", 7).stdout for number in (3, 4)}
    draw = Mismatch.of(load(netlist)).draw(7, 3)
    assert f"r1 in out {1e3 * draw['r1']!r}\n" in exported[3]
    assert f"r2 out 0 {2e3 * draw['r']!r}\n" in exported[3]
    assert exported[3].startswith("* a pair, die 3 of seed 7\n")
    assert exported[3].splitlines()[2:] != exported[4].splitlines()[2:]
    result = invoke("export", netlist, "--die", -1)
    assert result.exit_code == 2


def test_a_circuit_that_does_not_spread_has_no_dies(invoke, deck) -> None:
    result = invoke("export", deck("divider"), "--die", 1)
    assert result.exit_code == 2
    assert "spreads from die to die; add a line such as *@ mismatch r* sigma=0.1" in " ".join(result.output.split())


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
