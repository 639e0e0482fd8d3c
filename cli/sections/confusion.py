"""The confusion matrix: which class was taken for which."""

from __future__ import annotations

from html import escape

import numpy as np

from ..results import Absent, Results
from .section import Section

NAME, TITLE = "confusion", "Confusion matrix"


def counts(labels: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """How often a sample of the row's class was read as the column's class: (classes, classes), whole numbers."""
    classes = int(max(labels.max(), predicted.max())) + 1
    matrix = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(matrix, (labels.astype(np.int64), predicted.astype(np.int64)), 1)
    return matrix


def section(results: Results) -> Section:
    """A table of counts, the diagonal and the mistakes in two colours, and the commonest mistake in words."""
    found = results.predictions
    labels = np.asarray(found.labels)
    if labels.ndim != 1 or not np.issubdtype(labels.dtype, np.integer) or not labels.size:
        raise Absent("This experiment has no classes, so nothing can be confused.")
    matrix = counts(labels, np.asarray(found.predicted))
    return Section(NAME, TITLE, _lead(matrix), _matrix(matrix))


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
