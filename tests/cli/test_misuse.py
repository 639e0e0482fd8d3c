"""Every way to misuse the command: exit code 2, one line on stderr with a cause and a cure, never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tellegen.cli.application import app

DIVIDER = """* divider
V1 in 0 1
R1 in out 1k
R2 out 0 1k
*@ input v1
*@ output v(out)
*@ trainable r1 min=10 max=1meg
.end
"""
EXPERIMENT = """netlist = "divider.cir"
[data]
name = "table"
rows = [[1, 0.5], [2, 1], [3, 1.5], [4, 2]]
[training]
batch = 1
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one of everything, and the working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "divider.cir").write_text(DIVIDER)
    (tmp_path / "experiment.toml").write_text(EXPERIMENT)
    (tmp_path / "broken.toml").write_text("netlist = [unclosed\n")
    (tmp_path / "unknown.toml").write_text(EXPERIMENT + "[rul]\nbeta = 1\n")
    (tmp_path / "junk.cir").write_bytes(bytes(range(256)) * 8)
    (tmp_path / "folder").mkdir()
    (tmp_path / "plain.txt").write_text("not a folder\n")
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "metrics.csv").write_text("epoch,step\n")
    return tmp_path


CASES = {
    "no such command": ("simulat divider.cir", "simulat", "Did you mean 'simulate'"),
    "no file": ("simulate", "missing argument", "--help"),
    "a file that is not there": ("simulate dividor.cir", "there is no file dividor.cir", "did you mean divider.cir"),
    "a file in no folder": ("check nowhere/a.cir", "there is no file", "name a netlist"),
    "a folder as netlist": ("check folder", "folder is a folder", "name a netlist"),
    "binary junk": ("check junk.cir", "junk.cir", "give a netlist"),
    "an unknown option": ("simulate divider.cir --enginee qp", "no such option: --enginee", "--engine"),
    "an unknown engine": ("simulate divider.cir --engine ngspise", "no engine ngspise", "did you mean ngspice"),
    "an unknown format": ("simulate divider.cir --format jsn", "'jsn'", "json"),
    "a setting without value": ("simulate divider.cir --set r1", "--set r1 is not a setting", "name=value"),
    "a setting that is no number": ("simulate divider.cir --set r1=big", "big", "write"),
    "a setting of an unknown name": ("simulate divider.cir --set rx=1", "rx", "write r"),
    "the same setting twice": ("simulate divider.cir --set r1=1 --set r1=2", "twice", "keep one"),
    "output into no folder": ("simulate divider.cir -o no/where.json", "there is no folder no", "create it"),
    "output onto a folder": ("simulate divider.cir -o folder", "folder is a folder", "name a file"),
    "an option without its value": ("simulate divider.cir --engine", "requires an argument", "--help"),
    "one argument too many": ("check divider.cir second.cir", "second.cir", "--help"),
    "compare without tolerance": ("compare divider.cir --tolerance much", "'--tolerance'", "valid number"),
    "compare with negative tolerance": ("compare divider.cir --tolerance=-1", "'--tolerance'", "0"),
    "draw without output": ("draw divider.cir", "missing option", "--help"),
    "draw an unknown kind": ("draw divider.cir -o d.svgg", "does not end in a kind of picture", "did you mean svg"),
    "draw into no folder": ("draw divider.cir -o no/d.svg", "there is no folder no", "create it"),
    "draw nothing": ("draw no.cir -o d.svg", "there is no file no.cir", "name a netlist"),
    "export nothing": ("export no.cir -o deck.cir", "there is no file no.cir", "name a netlist"),
    "export an empty folder": ("export folder -o deck.cir", "holds no learned.cir", "tellegen train"),
    "export an unknown diode": ("export divider.cir --diodes perfect", "'perfect'", "bsource"),
    "export into no folder": ("export divider.cir -o no/deck.cir", "there is no folder no", "create it"),
    "train nothing": ("train no.toml --out run", "there is no file no.toml", "name an experiment"),
    "train a netlist": ("train divider.cir --out run", "does not end in .toml", "experiment file"),
    "train a folder": ("train folder --out run", "folder is a folder", "experiment file"),
    "train without folder": ("train experiment.toml", "missing option", "--help"),
    "train into a file": ("train experiment.toml --out plain.txt", "plain.txt is a file", "name a folder"),
    "train below a file": ("train experiment.toml --out plain.txt/run", "plain.txt is a file", "another folder"),
    "train both ways": ("train experiment.toml --out run --resume --overwrite", "--resume", "give one of them"),
    "train broken TOML": ("train broken.toml --out run", "broken.toml", "line 1"),
    "train an unknown table": ("train unknown.toml --out run", "rul", "rule"),
    "train an unknown setting": ("train experiment.toml --out run --set rule.bta=1", "bta", "beta"),
    "train over a run": ("train experiment.toml --out half", "half", "--resume"),
    "verify nothing": ("verify nowhere", "there is no folder nowhere", "tellegen train"),
    "verify a file": ("verify divider.cir", "divider.cir is a file", "tellegen train"),
    "verify an empty folder": ("verify folder", "holds no learned.cir", "tellegen train"),
    "verify no samples": ("verify folder --samples 0", "'--samples'", "1"),
    "verify without jobs": ("verify folder --jobs none", "'--jobs'", "valid integer"),
    "report nothing": ("report nowhere", "there is no folder nowhere", "tellegen train"),
    "report a file": ("report divider.cir", "divider.cir is a file", "tellegen train"),
    "report an empty folder": ("report folder", "holds no run", "tellegen train"),
    "report into no folder": ("report half -o no/where.html", "there is no folder no", "create it"),
}


@pytest.mark.parametrize("case", CASES)
def test_misuse_is_one_sentence_and_exit_code_two(case: str, place: Path) -> None:
    line, cause, cure = CASES[case]
    result = CliRunner().invoke(app, line.split())
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("tellegen: ")
    assert "Traceback" not in result.output
    assert cause in result.stderr
    assert cure in result.stderr
