"""Which samples an epoch takes, when it is a pass through the data and when it is a number of steps."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest

from tellegen.training.experiment import Data, Experiment, Training
from tellegen.training.loop import Loop, Samples
from tellegen.training.progress import silent


def order(epoch: int, *, samples: int, batch: int, steps: int, shuffle: bool = True) -> list[int]:
    experiment = Experiment("a.cir", data=Data("iris"), training=Training(shuffle=shuffle), seed=5)
    numbers = np.arange(samples)
    loop = Loop(
        experiment, cast(Any, None), (), Samples(numbers, numbers, numbers, numbers), 0, batch, steps,
        lambda checkpoint, row: None, silent,
    )  # fmt: skip
    return loop._order(epoch).tolist()


def test_epochs_of_one_pass_take_every_sample_once_and_in_another_order_each():
    first, second = (order(epoch, samples=12, batch=4, steps=3) for epoch in (0, 1))
    assert sorted(first) == sorted(second) == list(range(12))
    assert first != second


@pytest.mark.parametrize("steps", [1, 2, 4, 7])
def test_epochs_of_steps_walk_through_the_same_passes(steps: int):
    walked = [sample for epoch in range(12 // steps + 1) for sample in order(epoch, samples=10, batch=3, steps=steps)]
    passes = [sample for number in range(5) for sample in order(number, samples=10, batch=3, steps=3)]
    assert len(walked) >= 36
    assert walked[:36] == passes[:36]


def test_without_shuffling_the_samples_come_as_they_stand():
    assert order(1, samples=10, batch=3, steps=2, shuffle=False) == [6, 7, 8, 0, 1, 2]
