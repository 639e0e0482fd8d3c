"""A checkpoint: everything that training changes, in one `.npz`, so that a run goes on as if it had never stopped.

There is no generator state to keep: the order of an epoch is drawn from (seed, epoch), so the epoch's number says it.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..netlist.errors import ExperimentError
from .files import write_arrays
from .trainer import State

_PROGRESS = "progress"


class Checkpoint(NamedTuple):
    """The state after `epoch` epochs and `step` steps."""

    epoch: int
    step: int
    state: State


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint whole, or leave the last one as it was."""
    arrays = dict(_leaves(checkpoint.state, ()))
    arrays[_PROGRESS] = np.array([checkpoint.epoch, checkpoint.step])
    write_arrays(path, arrays)


def load_checkpoint(path: Path) -> Checkpoint:
    """Read it back, every bit. Raises `ExperimentError` when it is missing or damaged."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as content:
            arrays = {key: content[key] for key in content.files}
        epoch, step = map(int, arrays.pop(_PROGRESS))
        state: State = {}
        for key, array in arrays.items():
            _insert(state, json.loads(key), array)
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ExperimentError(f"{path}: is not a checkpoint ({error}); train again without --resume") from None
    return Checkpoint(epoch, step, _lists(state))


def _leaves(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str, np.ndarray]]:
    """Every array with its path as JSON: names as text, places in lists as numbers."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, (*path, key))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _leaves(item, (*path, index))
    else:
        yield json.dumps(path, separators=(",", ":")), np.asarray(value)


def _insert(tree: dict, path: list[str | int], array: np.ndarray) -> None:
    for key in path[:-1]:
        tree = tree.setdefault(key, {})
    tree[path[-1]] = array


def _lists(tree: Any) -> Any:
    """Dictionaries keyed by numbers become lists again."""
    if not isinstance(tree, dict):
        return tree
    if tree and all(isinstance(key, int) for key in tree):
        return [_lists(tree[index]) for index in range(len(tree))]
    return {key: _lists(item) for key, item in tree.items()}
