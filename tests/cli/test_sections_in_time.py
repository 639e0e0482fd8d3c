"""The report of runs in time: what its parts draw, by numbers that are known."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from tellegen.cli.followed import Followed
from tellegen.cli.page import page
from tellegen.cli.results import Results
from tellegen.cli.sections import fingerprint, learned
from tellegen.cli.sections.cells import relative
from tellegen.cli.sections.learned import templates
from tellegen.cli.sections.moving import moving
from tellegen.netlist import Circuit, save
from tellegen.netlist.builders import cellular_network, star
from tellegen.netlist.builders import grid_edges as edges
from tellegen.training.metrics import COLUMNS, write_metrics

DIES, CHALLENGES, BITS = 3, 4, 2


def folder_of(path: Path, start: Circuit, end: Circuit, data: str, loss: str) -> Path:
    """A run's folder as training leaves it."""
    path.mkdir()
    save(start, path / "start.cir")
    save(end, path / "learned.cir")
    text = f'netlist = "start.cir"\n[data]\n{data}\n[encoding]\nscale = "none"\n[loss]\nname = "{loss}"\n'
    (path / "experiment.toml").write_text(f"{text}[dynamics]\nchallenges = {CHALLENGES}\n", encoding="utf-8")
    row = {**dict.fromkeys(COLUMNS, 0.5), "epoch": 1, "step": 1}
    write_metrics(path / "metrics.csv", [row])
    (path / "run.json").write_text(json.dumps({"engine": "dynamic", "seed": 0}), encoding="utf-8")
    return path


@pytest.fixture
def fingerprinted(tmp_path: Path) -> Path:
    """Three dies, four challenges each and their two flips, with given voltages."""
    circuit = star(2, 1)
    data = f'name = "challenges"\nfeatures = {BITS}\ntrain = 4\ntest = {DIES * CHALLENGES}'
    folder = folder_of(tmp_path / "run", circuit, circuit.with_values({"ws1": 1.5}), data, "flip_bias")
    volts = np.random.default_rng(0).standard_normal((DIES * CHALLENGES, 1 + BITS))
    nothing = np.zeros((len(volts), 0))
    np.savez(folder / "predictions.npz", labels=nothing, predicted=volts, outputs=volts)
    return folder


def test_a_fingerprint_s_figures_are_those_of_its_bits(fingerprinted: Path) -> None:
    section = fingerprint.section(Results(fingerprinted))
    volts = np.load(fingerprinted / "predictions.npz")["outputs"].reshape(DIES, CHALLENGES, 1 + BITS)
    bits = volts > 0
    share = np.mean(bits[..., 1:] != bits[..., :1], axis=1)
    tiles = {tile.label: tile.value for tile in section.tiles}
    assert tiles["I2O"] == f"{np.abs(share - 0.5).mean():.4f}"
    assert tiles["Uniformity"] == f"{bits[..., 0].mean():.3f}"
    same = norm.cdf(np.abs(volts[..., 0]) / fingerprint.COMPARATOR).mean()
    assert float(tiles["Reliability"]) == pytest.approx(same, abs=0.02)
    assert f"in {share.mean():.1%} of the cases" in section.lead
    assert section.body.count("<svg") == 1


def test_the_page_of_a_fingerprint_has_its_sections_and_says_what_is_missing(fingerprinted: Path) -> None:
    text = page(Results(fingerprinted), lambda done, of: None)
    sections = dict(re.findall(r'<section id="(\w+)"[^>]*>(.*?)</section>', text, flags=re.DOTALL))
    assert list(sections) == ["learning", "waveforms", "fingerprint", "learned", "spice", "making"]
    assert [name for name, body in sections.items() if 'class="missing"' in body] == ["spice"]
    assert "tellegen verify" in sections["spice"]
    assert "2 outputs over 10 ns" in sections["waveforms"]
    names = re.findall(r'\bid="([^"]+)"', text)
    assert len(names) == len(set(names))
    assert "out of tolerance" not in text
    assert "<script" not in text


def test_what_was_learned_is_told_from_where_it_started(fingerprinted: Path) -> None:
    section = learned.section(Results(fingerprinted))
    assert section.lead == "7 trainable values, of which 1 have moved."
    rows = re.findall(r"<td>(\w+)</td><td>([^<]+)</td><td>([^<]+)</td>", section.body)
    assert ("ws1", "1", "1.5") in rows
    assert all(before == after for name, before, after in rows if name != "ws1")


def test_a_template_is_laid_out_by_its_corners_and_edges(tmp_path: Path) -> None:
    found = templates({"a_corner": 1.0, "a_edge": 2.0, "a_centre": 3.0, "b_corner": 4.0, "z": 5.0})
    assert list(found) == ["a"]
    np.testing.assert_array_equal(found["a"], [[1, 2, 1], [2, 3, 2], [1, 2, 1]])
    circuit = cellular_network(2, 2)
    data = 'name = "table"\nrows = [[1, 1, 1, 1, 1, 1, 1, 1]]\ntargets = 4'
    folder = folder_of(tmp_path / "run", circuit, circuit.with_values({"a_edge": 0.25}), data, "squared")
    section = learned.section(Results(folder))
    assert "A, learned" in section.body
    assert "B, start" in section.body
    assert section.body.count("0.25") == 4


def followed_of(names: tuple[str, ...], pairs: list[tuple[int, int]]) -> Followed:
    empty = np.zeros((0, 0))
    return Followed(names, empty, empty, empty, empty, "squared", dict.fromkeys(pairs, 1.0))


def test_a_grid_is_known_by_its_places_or_by_who_is_coupled() -> None:
    cells = tuple(f"v(y{row}_{column})" for row in range(2) for column in range(3))
    assert followed_of(cells, []).grid == (2, 3)
    assert followed_of(cells[:-1], []).grid is None
    phases = tuple(f"v(p{number})" for number in range(12))
    assert followed_of(phases, list(edges(4, 3))).grid == (4, 3)
    assert followed_of(phases, [(0, 1), (1, 2)]).grid is None
    assert replace(followed_of(phases, []), outputs=("v(a)", "v(b)")).grid is None


def test_phases_are_seen_from_the_first_one() -> None:
    phases = np.array([[0.25], [1.25], [-0.25], [2.25], [5.75]])
    np.testing.assert_allclose(relative(phases)[:, 0], [0.0, 1.0, 0.5, 0.0, 0.5])


def test_a_moving_grid_ends_where_the_last_frame_stands() -> None:
    frames = np.zeros((3, 2, 2))
    frames[:, 1, 0] = [-1.0, 0.0, 1.0]
    svg = moving(frames, -1.0, 1.0, "a < b")
    cells = re.findall(r'<rect [^>]*fill="(#\w+)"><animate [^>]*values="([^"]+)"', svg)
    assert len(cells) == 4
    still, moved = cells[0], cells[2]
    assert len(set(still[1].split(";"))) == 1
    series = moved[1].split(";")
    assert len(series) == 4
    assert len(set(series[:3])) == 3
    assert series[1] == still[0]
    assert series[2] == series[3] == moved[0]
    times = re.search(r'keyTimes="([^"]+)"', svg)
    assert times is not None
    assert [float(each) for each in times[1].split(";")] == [0.0, 0.4, 0.8, 1.0]
    assert 'aria-label="a &lt; b"' in svg
