"""`train`: an experiment in, a run's folder out."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..netlist import Circuit, save
from ..netlist.errors import ExperimentError
from .checkpoint import Checkpoint, save_checkpoint
from .datasets import Dataset, load_dataset
from .diodes import circuit_of
from .dynamics.losses import Loss
from .encoding import Encoder
from .engines import Engine, engine_for
from .experiment import Diodes, Experiment
from .experiment_file import experiment_text, load_experiment, read_experiment
from .files import write_arrays, write_bytes, write_text
from .initialisation import initial_values
from .loop import Loop, Samples
from .metrics import Row, read_metrics, write_metrics
from .optimiser import rates
from .parameters import Parameters, apply
from .progress import Event, Progress, silent
from .readout import classes_of
from .record import about
from .resumption import resumed
from .run import ABOUT, CHECKPOINT, EXPERIMENT, LEARNED, METRICS, PREDICTIONS, Run, load_run
from .settings import settings_of
from .trainer import Settings
from .wiring import check_wiring


def train(
    experiment: str | Path | Experiment,
    out: str | Path,
    settings: Mapping[str, str] | None = None,
    resume: bool = False,
    progress: Progress = silent,
    loss: Loss | None = None,
) -> Run:
    """Train an experiment into a run's folder and read it back.

    `settings` such as `{"rule.beta": "0.5"}` are put over the experiment. With `resume` the run in `out` goes on from
    its last checkpoint, bit for bit as if it had never stopped; `training.epochs` may have grown. Ctrl-C leaves the
    last finished epoch in `out` and raises `KeyboardInterrupt`. For `[loss] name = "own"` in time, `loss` is a function
    of outputs and targets (outputs, batch) that JAX can differentiate.

    Raises:
        ExperimentError: the experiment, the folder, or what they say of each other cannot be used.
        DataError, NetlistError, CircuitError: data or netlist cannot be used.
        NumericalError: a steady state was not reached, or the voltages became infinite.
    """
    out = Path(out)
    if isinstance(experiment, Experiment):
        file = experiment.folder / EXPERIMENT
        chosen = read_experiment(experiment_text(experiment), file, settings)
    else:
        chosen = load_experiment(experiment, settings)
    progress(Event("data", 0, chosen.training.epochs, text=f"reading {chosen.data.name}"))
    session = Session.of(chosen, out, progress, loss)
    session.train(session.begin(resume))
    return load_run(out)


class Reached(NamedTuple):
    """How far a run has come: its state and a row an epoch, in one value, so that Ctrl-C finds both or neither."""

    checkpoint: Checkpoint
    rows: tuple[Row, ...] = ()


@dataclass(eq=False)
class Session:
    """One call of `train`: the parts put together, and the folder they write to."""

    experiment: Experiment
    out: Path
    circuit: Circuit
    dataset: Dataset
    encoder: Encoder
    parameters: Parameters
    engine: Engine
    settings: Settings
    progress: Progress
    reached: Reached = field(init=False)

    @classmethod
    def of(cls, experiment: Experiment, out: Path, progress: Progress, loss: Loss | None = None) -> Session:
        """Read everything the experiment names and check that it fits together, before anything is written."""
        circuit = circuit_of(experiment)
        experiment = dataclasses.replace(experiment, diodes=Diodes())
        dataset = load_dataset(experiment.data, folder=experiment.folder, seed=experiment.seed)
        encoder = Encoder.of(experiment.encoding, dataset)
        check_wiring(circuit, encoder, dataset, experiment.source)
        parameters = Parameters.of(circuit)
        rates(experiment.optimiser, parameters.targets, 0, experiment.source)
        settings = settings_of(experiment, encoder, dataset)
        engine = engine_for(experiment, circuit, parameters, settings, loss)
        return cls(experiment, out, circuit, dataset, encoder, parameters, engine, settings, progress)

    def begin(self, resume: bool) -> Reached:
        """A fresh folder and start values, or the last checkpoint of the run that is there."""
        there = (self.out / CHECKPOINT).is_file()
        if resume and there:
            checkpoint = resumed(self.out, self.experiment, self.circuit)
            rows = tuple(row for row in read_metrics(self.out / METRICS) if row["epoch"] <= checkpoint.epoch)
            self._copy_experiment()
            return Reached(checkpoint, rows)
        if there or (self.out / METRICS).is_file():
            raise ExperimentError(f"{self.out} holds a run already; give --resume to go on with it, or another folder")
        values = initial_values(
            self.experiment.initial, self.parameters, self.circuit, self.experiment.seed, self.experiment.source
        )
        self._copy_experiment()
        start = Reached(Checkpoint(0, 0, self.engine.start(values)))
        self._save(start)
        return start

    def train(self, start: Reached) -> None:
        """Run the loop and leave everything that a run's folder holds; on Ctrl-C keep the last finished epoch."""
        total = self.experiment.training.epochs
        self.reached = start
        begin = time.perf_counter()
        loop = self._loop()
        try:
            loop.run(start.checkpoint)
        except KeyboardInterrupt:
            self._save(self.reached)
            epoch = self.reached.checkpoint.epoch
            text = f"stopped after epoch {epoch} of {total}; go on with --resume"
            self.progress(Event("interrupted", epoch, total, text=text))
            raise
        self._finish(loop, self.reached, time.perf_counter() - begin)
        self.progress(Event("finished", total, total, text=f"learned values are in {self.out / LEARNED}"))

    def _loop(self) -> Loop:
        train, test = (self.encoder.prepare(part) for part in (self.dataset.train_inputs, self.dataset.test_inputs))
        wanted, encoded = self.engine.wanted, self.encoder.targets
        samples = Samples(
            train,
            wanted(train, encoded(self.dataset.train_targets)),
            test,
            wanted(test, encoded(self.dataset.test_targets)),
        )
        return Loop(
            experiment=self.experiment,
            engine=self.engine,
            targets=self.parameters.targets,
            samples=samples,
            classes=self.dataset.classes,
            batch=self.settings.batch,
            steps=self.settings.steps,
            keep=self._keep,
            progress=self.progress,
        )

    def _keep(self, checkpoint: Checkpoint, row: Row) -> None:
        self.reached = Reached(checkpoint, (*self.reached.rows, row))
        settings = self.experiment.training
        if checkpoint.epoch % settings.checkpoint_every == 0 or checkpoint.epoch == settings.epochs:
            self._save(self.reached)
        else:
            write_metrics(self.out / METRICS, self.reached.rows)

    def _save(self, reached: Reached) -> None:
        """The rows first: those past the checkpoint are dropped on resuming, a missing one could not be made again."""
        write_metrics(self.out / METRICS, reached.rows)
        save_checkpoint(self.out / CHECKPOINT, reached.checkpoint)

    def _copy_experiment(self) -> None:
        """The experiment with its netlist and table, so that the folder needs nothing outside it."""
        self.out.mkdir(parents=True, exist_ok=True)
        netlist = f"{Path(self.experiment.netlist).stem.removesuffix('.start')}.start.cir"
        save(self.circuit, self.out / netlist)
        data = self.experiment.data
        if data.file:
            table = (self.experiment.folder / data.file).read_bytes()
            data = dataclasses.replace(data, file=Path(data.file).name)
            write_bytes(self.out / data.file, table)
        copy = dataclasses.replace(self.experiment, netlist=netlist, data=data)
        write_text(self.out / EXPERIMENT, experiment_text(copy))

    def _finish(self, loop: Loop, reached: Reached, seconds: float) -> None:
        checkpoint = reached.checkpoint
        values = dict(self.engine.values(checkpoint.state))
        save(apply(self.circuit, values), self.out / LEARNED)
        outputs = np.asarray(loop.evaluate(checkpoint).outputs, float)
        means = loop.readout(checkpoint).means
        predicted = classes_of(outputs, means) if self.dataset.classes else outputs
        arrays = {"labels": self.dataset.test_targets, "predicted": predicted, "outputs": outputs}
        write_arrays(self.out / PREDICTIONS, arrays if means is None else {**arrays, "means": means})
        write_text(
            self.out / ABOUT,
            about(self.experiment, self.engine.name, reached.rows, seconds, self._rounding(checkpoint)),
        )

    def _rounding(self, checkpoint: Checkpoint) -> dict[str, float]:
        coordinates = checkpoint.state.get("coordinates", {})
        return self.parameters.rounding(coordinates) if coordinates else {}
