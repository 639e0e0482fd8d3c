"""Verification: the same samples through ngspice, compared with the answers that somebody expects."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from ..netlist.circuit import Circuit
from ..netlist.errors import SpiceError
from ..netlist.traces import Traces
from .agreement import Agreement, Change, ClassRow
from .compare import Difference, compare
from .farm import Progress
from .outputs import output_lines, output_scales, output_signals, with_differences
from .points import operating_points
from .process import TIME_LIMIT
from .reasons import reasons

FLAT_LIMIT = 20_000
"""Branches up to which `verify` runs the flat deck unless told; above, the folded one. The report says which."""

Decide = Callable[[np.ndarray], np.ndarray]


def verify(
    circuit: Circuit,
    inputs: Mapping[str, np.ndarray],
    expected: Traces,
    *,
    tolerance: float = 1e-3,
    labels: np.ndarray | None = None,
    predicted: np.ndarray | None = None,
    decide: Decide | None = None,
    jobs: int | None = None,
    diodes: str | None = None,
    diode_conductance: float | None = None,
    folded: bool | None = None,
    options: Mapping[str, object] | None = None,
    time_limit: float = TIME_LIMIT,
    progress: Progress | None = None,
) -> Agreement:
    """Run every sample in ngspice and compare all node voltages, and the decided classes, with what is expected.

    Parameters:
        inputs: source values [samples, width] by source name, as in `operating_points`.
        expected: voltages over the axis `sample`, from whatever engine.
        tolerance: largest difference of an output over the outputs' swing, of another node over the largest swing.
        labels: the true classes [samples], for the table of classes.
        predicted: the classes [samples] that were decided before; else decided from `expected`.
        decide: from outputs [samples, lines] to classes [samples]; the largest output wins by default.
        folded: run the folded deck; by default only above `FLAT_LIMIT` branches.

    Raises:
        SpiceError: ngspice is missing, or no sample has an operating point; inputs or expectations that do not fit.
    """
    branches = sum(int(np.prod(element.shape)) for element in circuit.elements)
    measured = operating_points(
        circuit,
        inputs,
        jobs=jobs,
        diodes=diodes,
        diode_conductance=diode_conductance,
        folded=branches > FLAT_LIMIT if folded is None else folded,
        currents=any(signal.startswith("i(") for signal in output_signals(circuit)),
        options=options,
        time_limit=time_limit,
        progress=progress,
        failures="report",
    )
    return agreement(
        circuit, expected, measured, tolerance=tolerance, labels=labels, predicted=predicted, decide=decide
    )


def agreement(
    circuit: Circuit,
    expected: Traces,
    measured: Traces,
    *,
    tolerance: float = 1e-3,
    labels: np.ndarray | None = None,
    predicted: np.ndarray | None = None,
    decide: Decide | None = None,
) -> Agreement:
    """Compare two answers over the axis `sample`, the second being ngspice's."""
    reported = measured.about.get("failed")
    failed: dict[int, str] = dict(reported) if isinstance(reported, Mapping) else {}
    solved = np.array([sample not in failed for sample in range(len(measured.axes["sample"]))])
    expected, measured = (with_differences(circuit, each) for each in (expected, measured))
    outputs = output_signals(circuit)
    here, there = _only(expected, solved), _only(measured, solved)
    voltages = [name for name in here.signals if name.startswith("v(")]
    wanted = dict.fromkeys((*voltages, *outputs))
    found = compare(here, there, wanted, output_scales(circuit, here))
    found = tuple(_renumbered(each, solved) for each in found)
    classes, changed = _classes(circuit, expected, measured, solved, labels, predicted, decide)
    return Agreement(
        found,
        outputs,
        classes,
        changed,
        len(solved),
        tolerance,
        failed,
        _one_sided(expected, measured),
        reasons(found, expected, measured.about),
        measured.about,
    )


def _one_sided(expected: Traces, measured: Traces) -> tuple[str, ...]:
    """The voltages that only one of the two answers has."""
    voltages = {name for name in (*expected.signals, *measured.signals) if name.startswith("v(")}
    return tuple(sorted(name for name in voltages if not (name in expected and name in measured)))


def _only(traces: Traces, chosen: np.ndarray) -> Traces:
    if "sample" not in traces.axes or len(traces.axes["sample"]) != len(chosen):
        raise SpiceError(f"the expected answer must run over {len(chosen)} samples; its axes are {list(traces.axes)}")
    signals = {name: signal[chosen] for name, signal in traces.signals.items()}
    return Traces(signals, {"sample": traces.axes["sample"][chosen]}, traces.about)


def _renumbered(each: Difference, solved: np.ndarray) -> Difference:
    """The difference with its sample's number among all samples, not only the solved ones."""
    numbers = np.flatnonzero(solved)
    sample = None if each.sample is None else int(numbers[each.sample])
    return Difference(each.signal, each.largest, each.swing, each.scale, each.line, sample)


def _classes(
    circuit: Circuit,
    expected: Traces,
    measured: Traces,
    solved: np.ndarray,
    labels: np.ndarray | None,
    predicted: np.ndarray | None,
    decide: Decide | None,
) -> tuple[tuple[ClassRow, ...], tuple[Change, ...]]:
    lines = output_lines(circuit, measured)
    if lines.shape[1] < 2 and decide is None:
        return (), ()
    decide = decide or _largest
    before = np.asarray(decide(output_lines(circuit, expected)) if predicted is None else predicted)
    after = np.asarray(decide(np.where(solved[:, None], lines, 0.0)))
    changes = np.flatnonzero(solved & (before != after)).tolist()
    changed = tuple(Change(each, int(before[each]), int(after[each]), _margin(lines[each])) for each in changes)
    groups = before if labels is None else np.asarray(labels)
    rows = [_row(int(label), groups == label, before, after, labels is not None) for label in np.unique(groups)]
    return tuple(rows), changed


def _row(label: int, here: np.ndarray, before: np.ndarray, after: np.ndarray, true: bool) -> ClassRow:
    same = int(np.sum(before[here] == after[here]))
    right = (int(np.sum(before[here] == label)), int(np.sum(after[here] == label))) if true else (None, None)
    return ClassRow(label, int(np.sum(here)), same, *right)


def _largest(outputs: np.ndarray) -> np.ndarray:
    return np.argmax(outputs, axis=-1)


def _margin(outputs: np.ndarray) -> float:
    first, second = np.sort(outputs)[::-1][:2] if len(outputs) > 1 else (outputs[0], 0.0)
    return float(first - second)
