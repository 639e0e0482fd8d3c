"""`tellegen report`: one page that needs nothing else, whole or with its gaps named."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tellegen.cli.page import SECTIONS
from tellegen.cli.results import Absent, Results
from tellegen.netlist import DataError, ExperimentError

WITHOUT = {
    "metrics.csv": {"learning", "voltages", "power"},
    "predictions.npz verification.json": {"confusion", "spice"},
    "learned.cir": {"circuit", "conductances", "voltages", "power", "making"},
    "experiment.toml run.json": {"voltages", "power", "making"},
}


def _sections(page: str) -> dict[str, str]:
    return dict(re.findall(r'<section id="(\w+)"[^>]*>(.*?)</section>', page, flags=re.DOTALL))


def test_the_page_is_whole_and_needs_nothing_else(invoke, trained) -> None:
    result = invoke("report", trained, "--samples", 6)
    assert result.exit_code == 0, result.output
    page = (trained / "report.html").read_text(encoding="utf-8")
    sections = _sections(page)
    assert list(sections) == [module.NAME for module in SECTIONS]
    assert 'class="missing"' not in page
    for name in ("learning", "voltages", "conductances", "spice", "power"):
        assert "<svg" in sections[name], name
    assert "ngspice agrees over 8 samples" in sections["spice"]
    assert "agrees" in page.split("<nav>")[0]
    _needs_nothing_else(page)


def _needs_nothing_else(page: str) -> None:
    links = re.findall(r"""(?:src|href)\s*=\s*["']([^"']*)""", page) + re.findall(r"url\(([^)]*)\)", page)
    assert links
    assert all(link.startswith(("#", "data:")) for link in links)
    assert "<script" not in page
    assert "@import" not in page
    names = re.findall(r'\bid="([^"]+)"', page)
    assert len(names) == len(set(names))


@pytest.mark.parametrize("missing", WITHOUT)
def test_what_is_missing_is_said_and_the_rest_is_there(missing, invoke, trained, tmp_path) -> None:
    for name in missing.split():
        (trained / name).unlink()
    target = tmp_path / "page.html"
    result = invoke("report", trained, "--samples", 1, "-o", target)
    assert result.exit_code == 0, result.output
    sections = _sections(target.read_text(encoding="utf-8"))
    without = {name for name, body in sections.items() if 'class="missing"' in body}
    assert without == WITHOUT[missing]
    assert all(any(name in sections[each] for name in missing.split()) for each in without)
    assert all("tellegen " in sections[each] for each in without)


PARTS = {
    "metrics.csv": "metrics",
    "predictions.npz": "predictions",
    "verification.json": "agreement",
    "verification.csv": "compared",
    "run.json": "facts",
}


DAMAGES = [b"epoch,signal\n1,2,3\nx,y\n", b"a,b\n1,2\n", b"\xff\xfe\x00\x01" * 9, b"PK\x03\x04", b"[1]"]


@pytest.mark.parametrize("content", DAMAGES)
@pytest.mark.parametrize("name", PARTS)
def test_a_damaged_file_is_named_with_a_cure(name, content, trained) -> None:
    (trained / name).write_bytes(content)
    with pytest.raises((ExperimentError, Absent), match=re.escape(name)) as caught:
        getattr(Results(trained), PARTS[name])
    assert "again" in str(caught.value) or "no row yet" in str(caught.value)


def test_answers_of_another_number_are_named(trained) -> None:
    path = trained / "predictions.npz"
    np.savez(path, labels=np.zeros(3, int), predicted=np.zeros(2, int), outputs=np.zeros((3, 10)))
    with pytest.raises(ExperimentError, match="different numbers"):
        _ = Results(trained).predictions


def test_a_damaged_file_ends_the_report(invoke, trained) -> None:
    (trained / "metrics.csv").write_text("epoch\nx\n")
    result = invoke("report", trained)
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert not (trained / "report.html").exists()


def test_data_that_cannot_be_had_leave_their_sections_out(trained, monkeypatch) -> None:
    experiment = trained / "experiment.toml"
    experiment.write_text(experiment.read_text().replace('"digits"', '"mnist"'))
    monkeypatch.setattr("tellegen.cli.results.solved", _no_data)
    with pytest.raises(Absent, match="cannot be read: mnist is not there"):
        _ = Results(trained).samples


def _no_data(run: object, count: int) -> None:
    raise DataError("mnist is not there")


def test_text_of_a_run_is_shown_not_obeyed(invoke, trained) -> None:
    path = trained / "experiment.toml"
    path.write_text(re.sub(r'title = ".*"', 'title = "<script>alert(1)</script>"', path.read_text()))
    for name in ("learned.cir", "verification.json"):  # their sections take time and have no part in this
        (trained / name).unlink()
    assert invoke("report", trained).exit_code == 0
    page = (trained / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
