"""The data sets of the dynamical case studies: their formats, stand-ins and statistics."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import savemat

from tellegen.netlist.errors import DataError
from tellegen.training.datasets import load_dataset
from tellegen.training.datasets.phase_digits import DIGITS, hebbian_weights
from tellegen.training.datasets.silhouettes import FILE, read_silhouettes, reduce
from tellegen.training.experiment import Data


def load(name: str, **settings: Any):
    return load_dataset(Data(name=name, **settings), folder=Path(), seed=3)


def matlab_file(folder: Path, train: np.ndarray, test: np.ndarray) -> Path:
    savemat(folder / FILE, {"train_data": train, "train_labels": np.ones((len(train), 1)), "test_data": test})
    return folder / FILE


def test_silhouettes_are_read_from_the_public_format(tmp_path: Path):
    random = np.random.default_rng(0)
    train, test = random.integers(0, 2, (5, 256), np.uint8), random.integers(0, 2, (3, 256), np.uint8)
    found = read_silhouettes(matlab_file(tmp_path, train, test))
    np.testing.assert_array_equal(found[0], train)
    np.testing.assert_array_equal(found[1], test)


def test_another_file_under_that_name_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = matlab_file(tmp_path, np.zeros((2, 256)), np.zeros((1, 256)))
    monkeypatch.setenv("TELLEGEN_DATA", str(tmp_path))
    with pytest.raises(DataError, match=r"has md5 [0-9a-f]{32}, not 3baf9e2c"):
        load("silhouettes")
    matlab_file(tmp_path, np.full((2, 256), 0.5), np.zeros((1, 256)))
    with pytest.raises(DataError, match=r"train_data must be \(samples, 256\) of 0 and 1"):
        read_silhouettes(path)
    path.write_bytes(b"MATLAB? no")
    with pytest.raises(DataError, match="cannot be read as MATLAB's arrays"):
        read_silhouettes(path)


def test_the_stand_in_says_so_and_comes_with_its_inverses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TELLEGEN_DATA", str(tmp_path))
    monkeypatch.setattr("tellegen.training.datasets.store.platformdirs.user_cache_dir", lambda name: str(tmp_path))
    found = load("silhouettes")
    assert found.name == "silhouettes (stand-in: digits, 16×16 pixels cut at half brightness)"
    half = len(found.train_inputs) // 2
    np.testing.assert_array_equal(found.train_inputs[:half], -found.train_inputs[half:])
    assert set(np.unique(found.train_inputs)) == {-1, 1}
    assert 0.2 < np.mean(found.train_inputs[:half] == 1) < 0.6


def test_reduced_pixels_are_means_over_the_area_they_cover():
    picture = np.arange(9.0).reshape(1, 3, 3)
    # Two pixels over three: each covers one and a half, with the weights 2/3 and 1/3.
    expected = [[(4 * 0 + 2 * 1 + 2 * 3 + 4) / 9, (4 * 2 + 2 * 1 + 2 * 5 + 4) / 9]]
    expected += [[(4 * 6 + 2 * 7 + 2 * 3 + 4) / 9, (4 * 8 + 2 * 7 + 2 * 5 + 4) / 9]]
    np.testing.assert_allclose(reduce(picture, 2)[0], expected)
    np.testing.assert_allclose(reduce(picture, 3), picture)


def test_phase_digits_are_digits_with_uniform_noise():
    found = load("phase_digits", train=4000, test=10)
    assert found.train_inputs.shape == (4000, 60)
    spoilt = found.train_inputs - found.train_targets
    assert np.abs(spoilt).max() <= 0.5
    assert spoilt.var() == pytest.approx(1 / 12, rel=0.01)
    assert {tuple(row) for row in found.train_targets} == {tuple(row) for row in DIGITS}
    assert len(found.test_inputs) == 10


def test_phase_digits_have_the_strokes_one_sees():
    one = DIGITS[1].reshape(10, 6)
    assert (one[:, 2:4] == 1).all()
    assert one[-1].all()
    zero = DIGITS[0].reshape(10, 6)
    np.testing.assert_array_equal(zero, zero[::-1])
    np.testing.assert_array_equal(zero, zero[:, ::-1])


def test_challenges_are_fair_bits_and_the_same_for_a_seed():
    found = load("challenges", features=16, train=2000, test=5)
    assert set(np.unique(found.train_inputs)) == {0, 1}
    assert found.train_inputs.shape == (2000, 16)
    assert found.train_inputs.mean() == pytest.approx(0.5, abs=0.01)
    np.testing.assert_array_equal(found.train_inputs, load("challenges", features=16, train=2000, test=5).train_inputs)


def test_hebbs_rule_counts_equal_pixels() -> None:
    edges = [(0, 1), (10, 50), (3, 59)]
    for (i, j), weight in zip(edges, hebbian_weights(edges), strict=True):
        equal = sum(1 if digit[i] == digit[j] else -1 for digit in DIGITS)
        assert weight == pytest.approx(equal / 5)
