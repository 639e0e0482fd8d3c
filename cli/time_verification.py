"""A circuit that learned in time, in ngspice: its dies and samples over time, the losses of both, what is kept."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..netlist import Noise, Traces
from ..spice_export import Difference, compare, transients, with_noise_path
from ..spice_export.farm import Farm
from ..training import Run
from ..training.dynamics.engine import grid_of
from ..training.dynamics.simulation import Wiring
from .answers import engineering
from .course import Course, Window, course
from .output import write_file
from .pairs import Pairs
from .run_files import VERIFICATION, VERIFICATION_TABLE, WAVEFORMS
from .table import render
from .task import Task

SAMPLES = 6
TOLERANCE = 1e-2
CHANGE = 2e-2
"""How much the loss may change, as a share of itself."""
NEGLIGIBLE = 1e-6
"""Losses below this are as good as none, and may differ by as much."""
KEPT = 4
"""Columns whose waveforms are kept for the report."""
COLUMNS = ("sample", "die", "turned", "signal", "tellegen", "ngspice", "difference", "largest")


@dataclass(frozen=True, eq=False)
class TimeVerification:
    """Both answers over the axes `run` (the pairs' columns) and `time`, and what the task makes of them."""

    pairs: Pairs
    course: Course
    expected: Traces
    measured: Traces
    differences: tuple[Difference, ...]
    losses: Mapping[str, tuple[float, float]]
    tolerance: float
    conditions: tuple[str, ...]

    @property
    def failed(self) -> Mapping[int, str]:
        """Why a column has no answer of ngspice, by its number."""
        found = self.measured.about["failed"]
        return found if isinstance(found, dict) else {}

    @property
    def worst(self) -> Difference:
        """The output that differs most."""
        return max(self.differences, key=lambda each: each.largest)

    @property
    def changes(self) -> dict[str, float]:
        """How much ngspice's loss differs from ours, as a share of ours; 0 where both are negligible."""
        return {
            name: 0.0 if abs(theirs - ours) <= NEGLIGIBLE else abs(theirs - ours) / max(abs(ours), NEGLIGIBLE)
            for name, (ours, theirs) in self.losses.items()
        }

    @property
    def agrees(self) -> bool:
        """Every run came to its end, every waveform is within the tolerance, and no loss changes much."""
        close = self.worst.relative <= self.tolerance and all(each <= CHANGE for each in self.changes.values())
        return close and not self.failed

    def summary(self) -> str:
        """One sentence."""
        worst, verdict = self.worst, "ngspice agrees" if self.agrees else "ngspice DISAGREES"
        losses = "".join(
            f"; {name} {ours:.4g}, in ngspice {theirs:.4g}" for name, (ours, theirs) in self.losses.items()
        )
        failed = (
            f"; {len(self.failed)} runs failed, the first: {next(iter(self.failed.values()))}" if self.failed else ""
        )
        return (
            f"{verdict} over {len(self.pairs)} pairs of die and sample: waveforms differ by at most "
            f"{engineering(worst.largest, 'V', 3)}, {100 * worst.relative:.2g} % of the swing, "
            f"at {worst.line}{losses}{failed}"
        )

    def table(self) -> str:
        """The outputs that differ most, the losses, the conditions, and the sentence."""
        order = sorted(self.differences, key=lambda each: -each.largest)[:12]
        rows = [
            (
                each.line,
                engineering(each.largest, "V", 3),
                f"{each.relative:.3%}",
                engineering(each.swing, "V", 3),
                self._place(each.sample),
            )
            for each in order
        ]
        head = ("output", "largest difference", "of the swing", "its own swing", "where")
        losses = [
            (name, f"{ours:.6g}", f"{theirs:.6g}", f"{self.changes[name]:.2%}")
            for name, (ours, theirs) in self.losses.items()
        ]
        more = len(self.differences) - len(order)
        parts = [render(head, rows, numbers=(1, 2, 3)), *([f"and {more} outputs that differ less"] if more else [])]
        parts += ["", render(("loss", "Tellegen", "ngspice", "change"), losses, numbers=(1, 2, 3)), ""]
        return "\n".join([*parts, *self.conditions, self.summary()])

    def _place(self, column: int | None) -> str:
        if column is None:
            return ""
        turned = int(self.pairs.turned[column])
        die = f", die {self.pairs.dies[column]}" if self.pairs.draws is not None else ""
        return f"sample {self.pairs.samples[column]}{f', bit {turned} turned' if turned >= 0 else ''}{die}"

    def rows(self) -> str:
        """A row an output and column: both voltages at the end, and the largest difference over time."""
        text = io.StringIO()
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow(COLUMNS)
        gaps = {name: np.abs(self.measured[name] - self.expected[name]).max(axis=1) for name in self.expected.signals}
        for column in range(len(self.pairs)):
            about = (self.pairs.samples[column], self.pairs.dies[column], self.pairs.turned[column])
            for name, gap in gaps.items():
                here, there = float(self.expected[name][column, -1]), float(self.measured[name][column, -1])
                numbers = (repr(here), repr(there), repr(there - here), repr(float(gap[column])))
                rows.writerow((*about, name, *numbers))
        return text.getvalue()

    def content(self) -> dict[str, object]:
        """The summary for programs and for the report."""
        worst = self.worst
        return {
            "sentence": self.summary(),
            "agrees": self.agrees,
            "samples": len(self.pairs),
            "relative": worst.relative,
            "largest": worst.largest,
            "swing": worst.scale,
            "tolerance": self.tolerance,
            "seed": self.pairs.seed,
            "dies": sorted(set(self.pairs.dies.tolist())) if self.pairs.draws is not None else [],
            "losses": {name: {"tellegen": pair[0], "ngspice": pair[1]} for name, pair in self.losses.items()},
            "outputs": {
                each.signal: {"largest": each.largest, "relative": each.relative, "swing": each.swing}
                for each in self.differences
            },
            "failed": {str(column): reason for column, reason in self.failed.items()},
            "reasons": list(self.conditions),
            "seconds": self.measured.about["seconds"],
        }

    def save(self, folder: Path) -> None:
        """Leave summary, table and the first waveforms in the run's folder."""
        write_file(folder / VERIFICATION, json.dumps(self.content(), indent=1))
        write_file(folder / VERIFICATION_TABLE, self.rows())
        names = list(self.expected.signals)
        here, there = (
            np.stack([each[name][:KEPT] for name in names], axis=1).astype(np.float32)
            for each in (self.expected, self.measured)
        )
        packed = io.BytesIO()
        np.savez_compressed(
            packed,
            signals=np.array(names),
            times=self.course.times,
            samples=self.pairs.samples[:KEPT],
            dies=self.pairs.dies[:KEPT],
            tellegen=here,
            ngspice=there,
        )
        write_file(folder / WAVEFORMS, packed.getvalue())


def verified_in_time(
    run: Run,
    samples: int,
    dies: int | None,
    jobs: int | None,
    tolerance: float,
    progress: Callable[[int, int], None] | None = None,
    farm: Farm | None = None,
) -> TimeVerification:
    """Follow every sample on every die, by our own steps and in ngspice, and compare waveforms and losses.

    Raises:
        SpiceError: ngspice is missing.
        NoAnswer: ngspice came to the end of no run.
        CircuitError, NumericalError: the circuit cannot be followed here.
        DataError, ExperimentError: the run's data cannot be read.
    """
    pairs = Pairs.of(run, samples, dies)
    outputs = Wiring.of(run.circuit).outputs
    noise = Noise.of(run.circuit)
    grid = grid_of(run.circuit, run.experiment.dynamics.steps)
    increments = pairs.increments(grid.steps, grid.step) if noise.processes else {}
    ours = course(pairs, outputs, increments)
    ends = grid.step * np.arange(grid.steps + 1)
    circuits = (
        with_noise_path(circuit, ends, {node: each[column] for node, each in increments.items()})
        if increments
        else circuit
        for column, circuit in enumerate(pairs.circuits())
    )
    measured = transients(circuits, outputs, ours.times, jobs=jobs, progress=progress, farm=farm)
    expected = Traces({name: ours.signals[:, place].T for place, name in enumerate(outputs)}, measured.axes)
    task = Task.of(run, pairs)
    reported = measured.about["failed"]
    failed = reported if isinstance(reported, dict) else {}
    whole = np.array([column not in failed for column in range(len(pairs))])
    found = compare(_only(expected, whole), _only(measured, whole), outputs)
    numbers = np.arange(len(pairs))[whole]
    found = tuple(_renumbered(each, numbers) for each in found)
    return TimeVerification(
        pairs,
        ours,
        expected,
        measured,
        found,
        _losses(task, outputs, expected, measured, bool(failed)),
        tolerance,
        _conditions(run, ours, measured, grid.steps if increments else 0, noise),
    )


def _only(traces: Traces, chosen: np.ndarray) -> Traces:
    axes = {**traces.axes, "run": traces.axes["run"][chosen]}
    return Traces({name: signal[chosen] for name, signal in traces.signals.items()}, axes, traces.about)


def _renumbered(each: Difference, numbers: np.ndarray) -> Difference:
    column = None if each.sample is None else int(numbers[each.sample])
    return Difference(each.signal, each.largest, each.swing, each.scale, each.signal, column)


def _losses(
    task: Task, outputs: tuple[str, ...], expected: Traces, measured: Traces, failed: bool
) -> dict[str, tuple[float, float]]:
    """Both losses by name; none where a run failed, for then they are not of the same answers."""
    if failed:
        return {}
    here, there = (np.stack([each[name][:, -1] for name in outputs]) for each in (expected, measured))
    return {name: (loss(here), loss(there)) for name, loss in task.losses.items()}


def _conditions(run: Run, ours: Course, measured: Traces, noise_steps: int, noise: Noise) -> tuple[str, ...]:
    """How both went about it, in sentences."""
    about, window = measured.about, Window.of(run.circuit)
    found = [
        f"{about['engine']} carried out `{about['analysis']}` with reltol={about['reltol']:g}, "
        f"vntol={about['vntol']:g} and abstol={about['abstol']:g}, compared at {len(ours.times)} times, "
        f"linear between its own.",
        f"Tellegen took {ours.steps} steps of {engineering(window.stop / ours.steps, 's', 3)} of the classical method; "
        f"half as many change its answer by {engineering(ours.change, 'V', 3)}.",
    ]
    if not any(field.lower() == "uic" for card in run.circuit.analyses for field in card.fields):
        found.append("Without uic on the .tran card ngspice starts at an operating point, and Tellegen at .ic or zero.")
    if noise_steps:
        found.append(f"Both followed the same noise path, straight between {noise_steps + 1} points.")
    if noise.thermal is not None:
        found.append("Thermal noise is left out on both sides.")
    return tuple(found)
