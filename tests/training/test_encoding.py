"""Numbers into volts."""

from __future__ import annotations

import numpy as np
import pytest

from tellegen.netlist.errors import DataError
from tellegen.training.datasets import Dataset
from tellegen.training.encoding import Encoder
from tellegen.training.experiment import Encoding


def dataset(inputs: np.ndarray, full_scale: float = 1.0) -> Dataset:
    labels = np.arange(len(inputs)) % 3
    return Dataset("points", inputs, labels, inputs, labels, 3, full_scale)


def test_bytes_stay_bytes_and_come_with_both_signs() -> None:
    pixels = np.array([[0, 51], [255, 102]], np.uint8)
    encoder = Encoder.of(Encoding(gain=10.0, scale="unit", signed=True), dataset(pixels, 255.0))
    assert encoder.prepare(pixels) is pixels
    assert encoder.sources(2) == 4
    np.testing.assert_allclose(encoder.voltages(pixels), [[0, 2, 0, -2], [10, 4, -10, -4]])


@pytest.mark.parametrize(
    ("scale", "expected"),
    [
        ("none", [[2.0, -8.0], [6.0, 8.0], [10.0, 0.0]]),
        ("range", [[0.0, 0.0], [1.0, 2.0], [2.0, 1.0]]),
        ("standard", np.array([[-1.5, -1.5], [0.0, 1.5], [1.5, 0.0]]) * 2 * np.sqrt(2 / 3)),
    ],
)
def test_features_are_scaled_by_the_training_set(scale: str, expected: np.ndarray) -> None:
    inputs = np.array([[1.0, -4.0], [3.0, 4.0], [5.0, 0.0]])
    encoder = Encoder.of(Encoding(gain=2.0, scale=scale), dataset(inputs))
    np.testing.assert_allclose(encoder.voltages(inputs), expected, atol=1e-12)


def test_a_constant_feature_cannot_be_scaled() -> None:
    with pytest.raises(
        DataError, match=r'feature 1 is the same in every training sample; use \[encoding\] scale = "unit"'
    ):
        Encoder.of(Encoding(scale="standard"), dataset(np.array([[1.0, 2.0], [3.0, 2.0]])))


def test_classes_become_one_high_output() -> None:
    encoder = Encoder.of(Encoding(low=-1.0, high=2.0), dataset(np.eye(3)))
    assert encoder.targets(np.array([2, 0])).tolist() == [[-1, -1, 2], [2, -1, -1]]
