"""The confusion matrix: which class was taken for which; for numbers, the answers against the targets."""

from __future__ import annotations

from html import escape

import numpy as np

from ..answers import engineering
from ..figure import ACCENT, MUTED, drawing
from ..results import Absent, Results
from .section import Section, picture

NAME, TITLE = "confusion", "Confusion matrix"


def counts(labels: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """How often a sample of the row's class was read as the column's class: (classes, classes), whole numbers."""
    classes = int(max(labels.max(), predicted.max())) + 1
    matrix = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(matrix, (labels.astype(np.int64), predicted.astype(np.int64)), 1)
    return matrix


def section(results: Results) -> Section:
    """A table of counts, the diagonal and the mistakes in two colours, and the commonest mistake in words.

    Where the experiment learns numbers, not classes: the answers against the targets.
    """
    found = results.predictions
    labels, predicted = np.asarray(found.labels), np.asarray(found.predicted)
    if not labels.size:
        raise Absent("The test set is empty; give data.test a number in the experiment.")
    if labels.ndim != 1 or not np.issubdtype(labels.dtype, np.integer):
        return _answers(labels, predicted)
    matrix = counts(labels, predicted)
    return Section(NAME, TITLE, _lead(matrix), _matrix(matrix))


def _answers(targets: np.ndarray, answers: np.ndarray) -> Section:
    """Every answer against its target, in volts."""
    targets, answers = targets.ravel(), answers.ravel()
    with drawing("answers", 3.6, 3.0, "Answers against targets") as sheet:
        axes = sheet.figure.subplots()
        ends = [float(min(targets.min(), answers.min())), float(max(targets.max(), answers.max()))]
        axes.plot(ends, ends, color=MUTED, linewidth=0.8)
        axes.plot(targets, answers, "o", color=ACCENT, markersize=4, markeredgewidth=0)
        axes.set_xlabel("target, V")
        axes.set_ylabel("answer, V")
    error = float(np.sqrt(np.mean(np.square(answers - targets))))
    lead = f"This experiment learns voltages, not classes: {engineering(error, 'V', 3)} off in the root mean square."
    return Section(NAME, "Answers", lead, picture(sheet.svg))


def _lead(matrix: np.ndarray) -> str:
    total, right = int(matrix.sum()), int(np.trace(matrix))
    wrong = matrix - np.diag(np.diag(matrix))
    text = f"{right} of {total} test samples are read right ({100 * right / total:.2f} %)"
    if not wrong.any():
        return f"{text}."
    row, column = np.unravel_index(int(wrong.argmax()), wrong.shape)
    return f"{text}; the commonest mistake reads {row} as {column}, {wrong[row, column]} times."


def _matrix(matrix: np.ndarray) -> str:
    classes = len(matrix)
    rows = np.maximum(matrix.sum(axis=1), 1)
    head = "".join(f"<th>{column}</th>" for column in range(classes))
    lines = []
    for row in range(classes):
        cells = "".join(_cell(matrix[row, column], rows[row], row == column) for column in range(classes))
        lines.append(f"<tr><th>{row}</th>{cells}<td class='sum'>{100 * matrix[row, row] / rows[row]:.1f} %</td></tr>")
    return (
        "<div class='scroll'><table class='confusion'>"
        f"<thead><tr><th class='corner'>{escape('true ↓  read →')}</th>{head}<th>right</th></tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def _cell(count: int, of: int, right: bool) -> str:
    """A count on a ground as strong as its share of the row; mistakes are drawn stronger, they are few."""
    share = count / of
    strength = 12 + 70 * share if right else min(90.0, 25 + 600 * share)
    colour = "good" if right else "bad"
    if not count:
        return "<td class='none'>·</td>"
    return f"<td style='background:color-mix(in srgb,var(--{colour}) {strength:.0f}%,transparent)'>{count}</td>"
