"""The training loop: epochs, rows, checkpoints. Who trains, and how, is the engine's."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from .checkpoint import Checkpoint
from .engines import Engine
from .experiment import Experiment
from .metrics import Row
from .optimiser import rates
from .progress import Event, Progress
from .readout import Readout, classes_of, readout_by_means
from .trainer import Evaluation


@dataclass(frozen=True, eq=False)
class Samples:
    """What the loop feeds: prepared inputs (samples, features) and target voltages (samples, outputs)."""

    train_inputs: np.ndarray
    train_targets: np.ndarray
    test_inputs: np.ndarray
    test_targets: np.ndarray


@dataclass(frozen=True, eq=False)
class Loop:
    """An experiment on its samples. `keep` is called with every finished epoch's checkpoint and row."""

    experiment: Experiment
    engine: Engine
    targets: tuple[str, ...]
    samples: Samples
    classes: int
    batch: int
    steps: int
    keep: Callable[[Checkpoint, Row], None]
    progress: Progress
    _readouts: dict[int, Readout] = field(default_factory=dict)

    def run(self, start: Checkpoint) -> Checkpoint:
        """Train from a checkpoint to the experiment's last epoch. The same checkpoint gives the same bits again."""
        total = self.experiment.training.epochs
        if start.epoch >= total:
            return start
        self.progress(Event("compile", start.epoch, total, text="compiling"))
        compile_seconds = self._compile(start)
        checkpoint = start
        while checkpoint.epoch < total:
            checkpoint, row = self._epoch(checkpoint, compile_seconds)
            compile_seconds = 0.0
            self.keep(checkpoint, row)
            self.progress(Event("train", checkpoint.epoch, total, row=row))
        return checkpoint

    def _compile(self, start: Checkpoint) -> float:
        """Compile the epoch, and the evaluation by doing it once; the seconds that took."""
        begin = time.perf_counter()
        self.engine.trainer.compile(self.samples.train_inputs.dtype)
        self.evaluate(start)
        return time.perf_counter() - begin

    def evaluate(self, checkpoint: Checkpoint) -> Evaluation:
        """The test set through the circuit as it stands."""
        targets = self._aims(self.samples.test_targets, self.readout(checkpoint))
        return self.engine.trainer.evaluate(checkpoint.state, self.samples.test_inputs, targets)

    def readout(self, checkpoint: Checkpoint) -> Readout:
        """How a checkpoint's outputs are read; a function of the checkpoint alone."""
        if not self.classes or self.experiment.encoding.targets == "fixed":
            return Readout()
        if checkpoint.epoch not in self._readouts:
            samples = self.samples
            answers = self.engine.trainer.evaluate(checkpoint.state, samples.train_inputs, samples.train_targets)
            labels = samples.train_targets.argmax(axis=1)
            self._readouts.clear()
            self._readouts[checkpoint.epoch] = readout_by_means(answers.outputs, labels, self.classes)
        return self._readouts[checkpoint.epoch]

    def wrong(self, outputs: np.ndarray, readout: Readout) -> np.ndarray:
        """Which test samples are misread: another class, or a value off by more than the loss's tolerance."""
        targets = self.samples.test_targets
        if self.classes:
            return classes_of(outputs, readout.means) != targets.argmax(axis=1)
        if not targets.shape[1]:
            return np.zeros(len(outputs), bool)
        off = np.abs(outputs - targets) > self.experiment.loss.tolerance
        return np.any(off, axis=1)

    def _epoch(self, checkpoint: Checkpoint, compile_seconds: float) -> tuple[Checkpoint, Row]:
        samples, epoch = self.samples, checkpoint.epoch
        order = self._order(epoch)
        rate = rates(self.experiment.optimiser, self.targets, epoch, self.experiment.source)
        begin = time.perf_counter()
        readout = self.readout(checkpoint)
        targets = self._aims(samples.train_targets, readout)
        state, loss, errors = self.engine.trainer.epoch(checkpoint.state, samples.train_inputs, targets, order, rate)
        after = Checkpoint(epoch + 1, checkpoint.step + self.steps, state)
        middle = time.perf_counter()
        test_loss, test_error = self._test(after)
        end = time.perf_counter()
        row = {
            "epoch": after.epoch,
            "step": after.step,
            "seconds": end - begin,
            "compile_seconds": compile_seconds,
            "train_seconds": middle - begin,
            "test_seconds": end - middle,
            "train_loss": loss / len(order),
            "train_error": errors / len(order) if readout.means is None else readout.misread / len(targets),
            "test_loss": test_loss,
            "test_error": test_error,
            **self.engine.told(state),
        }
        return after, row

    def _test(self, checkpoint: Checkpoint) -> tuple[float, float]:
        """Loss and error on the test set; not a number in epochs that are not evaluated."""
        settings = self.experiment.training
        if checkpoint.epoch % settings.evaluate_every and checkpoint.epoch != settings.epochs:
            return np.nan, np.nan
        answer = self.evaluate(checkpoint)
        return answer.loss, float(self.wrong(answer.outputs, self.readout(checkpoint)).mean())

    def _aims(self, targets: np.ndarray, readout: Readout) -> np.ndarray:
        """Target voltages: as encoded, or each sample's class in the mean."""
        return targets if readout.means is None else readout.means[targets.argmax(axis=1)]

    def _order(self, epoch: int) -> np.ndarray:
        """The samples of an epoch in order, a whole number of batches: its part of the passes through the data.

        A pass is drawn from the seed and its number; where an epoch is a pass, that is the epoch's.
        """
        size = self.steps * self.batch
        whole = len(self.samples.train_inputs) // self.batch * self.batch
        first, last = epoch * size, (epoch + 1) * size
        passes = range(first // whole, (last - 1) // whole + 1)
        samples = np.concatenate([self._pass(number)[:whole] for number in passes])
        return samples[first - passes.start * whole :][:size]

    def _pass(self, number: int) -> np.ndarray:
        count = len(self.samples.train_inputs)
        if not self.experiment.training.shuffle:
            return np.arange(count)
        return np.random.default_rng([self.experiment.seed, 3, number]).permutation(count)
