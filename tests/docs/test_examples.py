"""Every example that a reader may copy runs, and says what the text says it does."""

import contextlib
import csv
import io
import math
import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import tellegen
from tellegen.cli.application import app
from tellegen.cli.conformity.row import COLUMNS, Status
from tellegen.cli.simulation import carried_out
from tellegen.netlist.directive_table import DIRECTIVES
from tellegen.netlist.elements import KINDS
from tellegen.solvers.nodal import operating_point
from tellegen.spice_export import deck, run, run_all
from tellegen.training.experiment_file import read_experiment

ROOT = Path(tellegen.__file__).parent
RESISTORS = Path("tests", "conformity", "decks", "resistors")


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of a page in that language."""
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)


def command(line: str) -> Result:
    """What one line does when the shell starts it."""
    return CliRunner().invoke(app, shlex.split(line)[1:])


def test_the_readme_in_python():
    (example,) = blocks("README.md", "python")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(example, "README.md", "exec"), {})
    voltage, current = map(float, printed.getvalue().split())
    assert voltage == pytest.approx(0, abs=1e-12)
    assert current == pytest.approx(1e-3)
    deck = example.split('"""')[1]
    turned = tellegen.parse(deck.replace("D1  out 0", "D1  0 out"))
    assert float(tellegen.operating_point(turned)["v(out)"]) == pytest.approx(2 / 3)


def test_the_readme_on_the_command_line(tmp_path, monkeypatch):
    lines = [line for block in blocks("README.md", "sh") for line in block.splitlines() if line.startswith("tellegen")]
    assert len(lines) == 11
    shutil.copytree(ROOT / "circuits", tmp_path / "circuits")
    shutil.copytree(ROOT / "tests" / "conformity" / "decks" / "resistors", tmp_path / RESISTORS)
    monkeypatch.chdir(tmp_path)
    for line in lines:
        result = command(line)
        assert result.exit_code == 0, f"{line}: {result.output}"
    assert (tmp_path / "iris.svg").stat().st_size > 1000
    assert (tmp_path / "runs" / "iris" / "report.html").stat().st_size > 10_000


def test_real_devices_in_python():
    """What the page prints, against ngspice and against central differences."""
    printed, names = io.StringIO(), {}
    with contextlib.redirect_stdout(printed):
        for example in blocks("docs/real_devices.md", "python"):
            exec(compile(example, "docs/real_devices.md", "exec"), names)
    said = [float(line.split()[0]) for line in printed.getvalue().splitlines()]
    level, gain, swing, supplies, moved, spread, in_step = said
    amplifier = names["AMPLIFIER"]
    assert level == pytest.approx(float(run(deck(tellegen.parse(amplifier + ".op")))["v(c)"]), abs=1e-4)
    theirs = run(deck(tellegen.parse(amplifier + ".ac dec 10 100 1meg")))
    assert gain == pytest.approx(abs(theirs["v(c)"]).max(), rel=1e-3)
    assert swing == pytest.approx(2 * 10e-3 * gain, rel=0.02)
    assert supplies == 10
    apart = [operating_point(tellegen.parse(amplifier.replace("re=470", f"re={re}")))["v(c)"] for re in (469.5, 470.5)]
    assert moved == pytest.approx(47.0 * float(apart[1] - apart[0]), rel=1e-3)
    assert 0.05 < spread < 1.0
    assert in_step == 16


@pytest.mark.parametrize("page", ["README.md", "docs/netlist.md", "docs/conformity.md"])
def test_every_netlist_reads_and_solves(page):
    decks = blocks(page, "spice")
    assert decks
    for text in decks:
        circuit = tellegen.parse(text)
        assert tellegen.parse(tellegen.write(circuit).text) == circuit
        answers = run_all(deck(circuit)) if circuit.analyses else [tellegen.operating_point(circuit)]
        assert all(answer.signals for answer in answers)


def test_the_page_of_analyses_measures_what_it_says():
    (text,) = (text for text in blocks("docs/netlist.md", "spice") if ".measure" in text)
    found = {}
    for each in carried_out(tellegen.parse(text)):
        assert not each.measured.failures
        found |= each.measured.values
    assert found["corner"] == pytest.approx(math.sqrt(10**0.3 - 1.0) / (2.0 * math.pi * 1e-4), rel=1e-3)
    assert found["rise"] == pytest.approx(1e-4 * math.log(9.0), rel=1e-2)


def test_the_page_of_conformity_runs(tmp_path, monkeypatch):
    (line,) = (line for block in blocks("docs/conformity.md", "sh") for line in block.splitlines())
    shutil.copytree(ROOT / "tests" / "conformity" / "decks" / "resistors", tmp_path / RESISTORS)
    monkeypatch.chdir(tmp_path)
    result = command(line)
    assert result.exit_code == 0, result.output
    with (tmp_path / "conformity.csv").open() as stream:
        assert {row["status"] for row in csv.DictReader(stream)} == {"agrees"}
    text = (ROOT / "docs" / "conformity.md").read_text()
    assert all(f"`{name}`" in text for name in (*COLUMNS, *Status))


def test_the_language_page_names_every_element_and_directive():
    text = (ROOT / "docs" / "netlist.md").read_text()
    assert all(f"*@ {keyword}" in text for keyword in DIRECTIVES)
    letters = set(re.findall(r"[A-Z]", " ".join(re.findall(r"^\| ([A-Z, ]+) \|", text, re.MULTILINE))))
    assert letters == set(KINDS)


def test_the_experiment_page_reads_as_an_experiment():
    parts = blocks("docs/experiments.md", "toml")
    experiment = read_experiment("\n".join(parts), Path("experiments.md"))
    assert (experiment.rule.beta, experiment.hardware.measurement_bits) == (1.0, 8)
    assert (experiment.dynamics.levels, experiment.dynamics.steps) == ("gumbel", 100)
    assert experiment.diodes.model == "d1n4148"
