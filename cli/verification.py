"""A learned circuit in ngspice on held-out samples: what both say, compared, and kept in its run's folder."""

from __future__ import annotations

import csv
import functools
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..netlist import Circuit, Traces
from ..spice_export import Agreement, agreement, operating_points
from ..spice_export.farm import Farm
from ..spice_export.verify import FLAT_LIMIT
from ..training import Run
from ..training.readout import classes_of
from .held_out import Samples, output_lines, solved
from .output import write_file
from .run_files import VERIFICATION, VERIFICATION_TABLE

COLUMNS = ("sample", "label", "signal", "tellegen", "ngspice", "difference")


@dataclass(frozen=True)
class Verification:
    """The samples as Tellegen solves them, ngspice's answer to the same, and how far apart they are."""

    circuit: Circuit
    samples: Samples
    measured: Traces
    agreement: Agreement

    def table(self) -> str:
        """A row an output and sample: its label (the sample's class, or the output's target) and the two voltages."""
        lines = output_lines(self.circuit, self.samples.traces)
        ours = np.stack([values for _, values in lines], axis=1)
        theirs = np.stack([values for _, values in output_lines(self.circuit, self.measured)], axis=1)
        labels = np.broadcast_to(self.samples.labels.reshape(len(ours), -1), ours.shape)
        text = io.StringIO()
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow(COLUMNS)
        for sample, place in np.ndindex(ours.shape):
            here, there = float(ours[sample, place]), float(theirs[sample, place])
            numbers = (repr(here), repr(there), repr(there - here))
            rows.writerow((sample, labels[sample, place], lines[place][0], *numbers))
        return text.getvalue()

    def save(self, folder: Path) -> None:
        """Leave the summary and the table in the run's folder."""
        content = {"sentence": self.agreement.summary(), **json.loads(self.agreement.to_json())}
        write_file(folder / VERIFICATION, json.dumps(content, indent=1))
        write_file(folder / VERIFICATION_TABLE, self.table())


def verified(
    run: Run,
    count: int,
    jobs: int | None,
    tolerance: float,
    progress: Callable[[int, int], None] | None = None,
    farm: Farm | None = None,
) -> Verification:
    """Solve the first `count` held-out samples of a run, let ngspice solve them too, here or on a farm, and compare.

    The classes compared with ngspice's are those that the run itself has stored for these samples.

    Raises:
        SpiceError: ngspice is missing.
        NoAnswer: ngspice ran and has no answer at all.
        DataError, ExperimentError: the run's data or its stored answers cannot be read.
    """
    circuit = run.circuit
    samples = solved(run, count)
    folded = sum(int(np.prod(element.shape)) for element in circuit.elements) > FLAT_LIMIT
    measured = operating_points(
        circuit, samples.inputs, jobs=jobs, folded=folded, progress=progress, failures="report", farm=farm
    )
    classes, stored = samples.classes, run.predictions()
    by_means = None if stored.means is None else functools.partial(classes_of, means=stored.means)
    found = agreement(
        circuit,
        samples.traces,
        measured,
        tolerance=tolerance,
        labels=samples.labels if classes else None,
        predicted=stored.predicted[: len(samples.labels)] if classes else None,
        decide=by_means,
    )
    return Verification(circuit, samples, measured, found)
