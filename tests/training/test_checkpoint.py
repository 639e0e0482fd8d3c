"""Checkpoints come back with every bit, or say what is wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tellegen.netlist.errors import ExperimentError
from tellegen.training.checkpoint import Checkpoint, load_checkpoint, save_checkpoint


def test_a_state_comes_back_bit_for_bit(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    state = {
        "coordinates": {"x1.r2": random.normal(size=(2, 3)), "r/odd name": np.asarray(-0.0)},
        "weights": [random.normal(size=3).astype(np.float32), np.array([], np.float32)],
        "memory": [np.asarray(7), random.normal(size=(1, 1))],
    }
    save_checkpoint(tmp_path / "c.npz", Checkpoint(3, 42, state))
    found = load_checkpoint(tmp_path / "c.npz")
    assert (found.epoch, found.step) == (3, 42)
    assert list(found.state) == list(state)
    for key in state["coordinates"]:
        expected, back = state["coordinates"][key], found.state["coordinates"][key]
        assert (back.dtype, back.tobytes()) == (expected.dtype, expected.tobytes())
    for key in ("weights", "memory"):
        assert isinstance(found.state[key], list)
        for expected, back in zip(state[key], found.state[key], strict=True):
            assert (back.dtype, back.shape, back.tobytes()) == (expected.dtype, expected.shape, expected.tobytes())
    assert [path.name for path in tmp_path.iterdir()] == ["c.npz"]


def test_an_interrupted_save_leaves_the_last_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "c.npz"
    save_checkpoint(path, Checkpoint(1, 1, {"x": np.ones(2)}))

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "savez", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save_checkpoint(path, Checkpoint(2, 2, {"x": np.zeros(2)}))
    assert load_checkpoint(path).epoch == 1
    assert [each.name for each in tmp_path.iterdir()] == ["c.npz"]


def test_a_damaged_checkpoint_says_so(tmp_path: Path) -> None:
    path = tmp_path / "c.npz"
    save_checkpoint(path, Checkpoint(1, 1, {"x": np.ones(200)}))
    path.write_bytes(path.read_bytes()[:150])
    with pytest.raises(ExperimentError, match=r"c\.npz: is not a checkpoint .* train again without --resume"):
        load_checkpoint(path)
    with pytest.raises(ExperimentError, match="is not a checkpoint"):
        load_checkpoint(tmp_path / "missing.npz")
