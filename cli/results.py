"""What a run's folder holds, read when it is asked for; what is absent says so."""

from __future__ import annotations

import csv
import functools
import json
import tomllib
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..netlist import Circuit, DataError, ExperimentError, load
from ..training import Run, load_run
from .held_out import Samples, solved
from .run_files import ABOUT, EXPERIMENT, LEARNED, METRICS, PREDICTIONS, VERIFICATION, VERIFICATION_TABLE, WAVEFORMS

if TYPE_CHECKING:
    from .followed import Followed


class Absent(Exception):
    """A part of a run's folder that is not there: what, and which command makes it."""


class Predictions(NamedTuple):
    """The test set as the learned network reads it: classes (samples), outputs (samples, outputs) in volts."""

    labels: np.ndarray
    predicted: np.ndarray
    outputs: np.ndarray


@dataclass(frozen=True)
class Results:
    """A run's folder. Every property reads one file of it, once, and raises `Absent` where the file is missing."""

    folder: Path
    most: int = 64

    def _file(self, name: str, maker: str) -> Path:
        path = self.folder / name
        if not path.is_file():
            raise Absent(f"There is no {name} in this folder; {maker} writes it.")
        return path

    @functools.cached_property
    def circuit(self) -> Circuit:
        """The learned circuit."""
        return load(self._file(LEARNED, "tellegen train"))

    @functools.cached_property
    def netlist(self) -> str:
        """The learned circuit as text; its arrays lie beside it."""
        return _text(self._file(LEARNED, "tellegen train"))

    @functools.cached_property
    def metrics(self) -> dict[str, np.ndarray]:
        """The columns of `metrics.csv`; NaN where a row leaves one out."""
        return _columns(self._file(METRICS, "tellegen train"), needed=("epoch",))

    @functools.cached_property
    def predictions(self) -> Predictions:
        """The test set's classes and outputs."""
        path = self._file(PREDICTIONS, "tellegen train")
        try:
            with path.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
                found = Predictions(arrays["labels"], arrays["predicted"], arrays["outputs"])
        except (KeyError, ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
            raise ExperimentError(f"{path} cannot be read ({error}); run the training again") from None
        if not len(found.labels) == len(found.predicted) == len(found.outputs):
            raise ExperimentError(f"{path} holds labels and answers of different numbers; run the training again")
        return found

    @functools.cached_property
    def facts(self) -> dict[str, Any]:
        """`run.json`: seeds, versions, seconds."""
        return _json(self._file(ABOUT, "tellegen train"))

    @functools.cached_property
    def experiment(self) -> str:
        """`experiment.toml` as it was run."""
        return _text(self._file(EXPERIMENT, "tellegen train"))

    @property
    def title(self) -> str:
        """The experiment's own title, or the folder's name."""
        try:
            return str(tomllib.loads(self.experiment).get("title") or self.folder.resolve().name)
        except (Absent, tomllib.TOMLDecodeError):
            return self.folder.resolve().name

    @functools.cached_property
    def agreement(self) -> dict[str, Any]:
        """The summary that `tellegen verify` left."""
        return _json(self._file(VERIFICATION, "tellegen verify"))

    @functools.cached_property
    def compared(self) -> dict[str, np.ndarray]:
        """Columns of the table that `tellegen verify` left: what both programs say of each output."""
        numbers, words = ("sample", "tellegen", "ngspice", "difference"), ("signal",)
        return _columns(self._file(VERIFICATION_TABLE, "tellegen verify"), needed=(*numbers, *words), words=words)

    @functools.cached_property
    def samples(self) -> Samples:
        """The first held-out samples, solved again from the learned circuit."""
        for name in (EXPERIMENT, LEARNED, METRICS, ABOUT):
            self._file(name, "tellegen train")
        try:
            return solved(load_run(self.folder), self.most)
        except DataError as error:
            raise Absent(f"The held-out samples cannot be read: {error}.") from None

    @property
    def in_time(self) -> bool:
        """Whether the circuit was followed in time: it has a `.tran` card."""
        try:
            return any(card.keyword == "tran" for card in self.circuit.analyses)
        except Absent:
            return False

    @functools.cached_property
    def run(self) -> Run:
        """The run as training reads it."""
        for name in (EXPERIMENT, LEARNED, METRICS, ABOUT):
            self._file(name, "tellegen train")
        return load_run(self.folder)

    @functools.cached_property
    def followed(self) -> Followed:
        """A few held-out samples on one die, followed in time by the learned circuit."""
        from .followed import followed

        try:
            return followed(self.run)
        except DataError as error:
            raise Absent(f"The held-out samples cannot be read: {error}.") from None

    @functools.cached_property
    def waveforms(self) -> dict[str, np.ndarray]:
        """The first waveforms of both programs that `tellegen verify` left."""
        path = self._file(WAVEFORMS, "tellegen verify")
        try:
            with path.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
                return {name: arrays[name] for name in ("signals", "times", "samples", "dies", "tellegen", "ngspice")}
        except (KeyError, ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
            raise ExperimentError(f"{path} cannot be read ({error}); verify the run again") from None


def _text(path: Path) -> str:
    """The file as text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ExperimentError(f"{path} is not text ({error.reason}); write it again") from None


def _columns(path: Path, needed: Sequence[str], words: Sequence[str] = ()) -> dict[str, np.ndarray]:
    """The columns of a CSV file with a header: numbers (NaN where empty), words for those in `words`."""
    try:
        rows = list(csv.DictReader(_text(path).splitlines()))
        columns = {key: np.array([_cell(row[key], key in words) for row in rows]) for key in (rows[0] if rows else ())}
    except (TypeError, ValueError, csv.Error) as error:
        raise ExperimentError(f"{path}: a row is damaged ({error}); write the file again") from None
    if not rows:
        raise Absent(f"{path.name} has a header but no row yet.")
    missing = [key for key in needed if key not in columns]
    if missing:
        raise ExperimentError(f"{path} has no column {', '.join(missing)}; write the file again")
    return columns


def _cell(text: str, word: bool) -> str | float:
    return text if word else float(text or "nan")


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(_text(path))
    except ValueError as error:
        raise ExperimentError(f"{path} is not JSON ({error}); write it again") from None
    if not isinstance(found, dict):
        raise ExperimentError(f"{path} holds no JSON object; write it again")
    return found
