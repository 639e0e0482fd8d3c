"""`tellegen conform`: a folder becomes a table, whatever its decks do."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

DECKS = {
    "good.cir": "a divider\nv1 a 0 1\nr1 a b 1k\nr2 b 0 1k\n.op\n.dc v1 0 1 0.5\n",
    "inner/also.sp": "a filter\nv1 a 0 ac 1\nr1 a b 1k\nc1 b 0 1u\n.ac dec 2 1 1k\n",
    "inner/refused.net": "no such element\ny1 a 0 1\n",
    ".hidden/deck.cir": "hidden\nnonsense\n",
    "part.inc": "r1 a 0 1\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in DECKS.items():
        path = tmp_path / "decks" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "decks"


def rows(table: Path) -> dict[str, dict[str, str]]:
    with table.open(encoding="utf-8") as stream:
        return {row["file"]: row for row in csv.DictReader(stream)}


def command(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, whose environment the processes it starts inherit."""
    call = [sys.executable, "-c", "from tellegen.cli import main; main()", "conform", *map(str, arguments)]
    return subprocess.run(call, env={**os.environ, **environment}, capture_output=True, text=True, timeout=120)


def test_a_folder_becomes_a_table_that_is_kept(invoke, folder, tmp_path) -> None:
    table = tmp_path / "table.csv"
    arguments = ("conform", folder, "--out", table, "--engine", "ngspice", "--jobs", "2")
    told = invoke(*arguments)
    assert told.exit_code == 0, told.output
    assert told.stdout == "3 decks: 2 agree, 1 refused\n"
    found = rows(table)
    assert list(found) == ["good.cir", "inner/also.sp", "inner/refused.net"]
    assert [row["status"] for row in found.values()] == ["agrees", "agrees", "refused"]
    assert found["inner/refused.net"]["why"].startswith("inner/refused.net:2: 'y1' begins with no element's letter")
    assert float(found["good.cir"]["seconds_ngspice"]) > 0.0
    table.write_text(table.read_text().replace("inner/also.sp,agrees,", "inner/also.sp,agrees,kept"))
    (folder / "new.cir").write_text("another\nv1 a 0 1\nr1 a 0 1\n")
    assert invoke(*arguments).stdout == "4 decks: 3 agree, 1 refused\n"
    assert rows(table)["inner/also.sp"]["why"] == "kept"
    assert list(rows(table)) == ["good.cir", "inner/also.sp", "inner/refused.net", "new.cir"]
    invoke(*arguments, "--again")
    assert rows(table)["inner/also.sp"]["why"] == ""


def test_decks_that_differ_are_bad_news(invoke, folder, tmp_path) -> None:
    (folder / "curved.cir").write_text("a diode\nv1 a 0 5\nr1 a b 1k\nd1 b 0 dm\n.model dm d\n.dc v1 1 5 1\n")
    told = invoke("conform", folder, "-o", tmp_path / "t.csv", "--engine", "ngspice", "--dc", "1e-15")
    assert told.exit_code == 1
    assert "curved.cir: differs, dc v1 1 5 1: " in told.stdout
    assert told.stdout.endswith("4 decks: 2 agree, 1 refused, 1 differ\n")


def script(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def test_a_program_that_takes_too_long_costs_its_deck_alone(folder, tmp_path) -> None:
    slow = script(tmp_path / "slow", 'grep -q "a filter" deck.cir && sleep 60\nexec ngspice "$@"')
    table = tmp_path / "t.csv"
    told = command(folder, "-o", table, "--engine", "ngspice", "--timeout", "0.7", TELLEGEN_NGSPICE=slow)
    assert told.stdout == "3 decks: 1 agree, 1 refused, 1 timed out\n", told.stderr
    assert told.returncode == 0
    assert "time limit of 0.7 s" in rows(table)["inner/also.sp"]["why"]


def test_a_process_that_dies_costs_its_deck_alone(folder, tmp_path) -> None:
    deadly = script(tmp_path / "deadly", 'grep -q "a filter" deck.cir && kill -9 $PPID\nexec ngspice "$@"')
    table = tmp_path / "t.csv"
    told = command(folder, "-o", table, "--engine", "ngspice", TELLEGEN_NGSPICE=deadly)
    assert told.returncode == 1, told.stderr
    row = rows(table)["inner/also.sp"]
    assert (row["status"], row["analysis"]) == ("failed", "ac dec 2 1 1k")
    assert row["why"] == "its process died of SIGKILL while ngspice at ac dec 2 1 1k"
    assert rows(table)["good.cir"]["status"] == "agrees"


def test_what_cannot_be_done_is_a_sentence(invoke, folder, tmp_path) -> None:
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    (tmp_path / "empty").mkdir()
    for arguments, message in (
        ((folder, "-o", tmp_path / "other.csv"), "is no table that conform has written; name another file"),
        ((tmp_path / "empty", "-o", tmp_path / "t.csv"), "empty holds no deck; decks end in .cir, .ckt"),
        ((tmp_path / "none", "-o", tmp_path / "t.csv"), "there is no folder"),
        ((folder, "-o", tmp_path / "t.csv", "--engine", "nodl"), "there is no engine nodl; did you mean nodal?"),
    ):
        told = invoke("conform", *arguments)
        assert told.exit_code == 2
        assert message in told.stderr
    assert (tmp_path / "other.csv").read_text() == "a,b\n1,2\n"
