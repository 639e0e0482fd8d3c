"""What a verification found, as a value: how far apart, where, why, and whether that is agreement."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from .compare import Difference


@dataclass(frozen=True)
class ClassRow:
    """The samples of one class: how many, and for how many of them ngspice decides as was predicted."""

    label: int
    samples: int
    same: int
    correct_predicted: int | None = None
    correct_in_ngspice: int | None = None


@dataclass(frozen=True)
class Change:
    """A sample that ngspice puts in another class; `margin` is by how much its winner leads, in volts."""

    sample: int
    predicted: int
    in_ngspice: int
    margin: float


@dataclass(frozen=True)
class Agreement:
    """Expected answers against ngspice's.

    `differences` has a row a signal; `outputs` names those that are outputs, whose scale is the outputs' swing, while
    all others' is the largest swing of any. `classes` and `changed` speak of the decided classes, `failed` of samples
    for which ngspice found no operating point, `not_compared` of signals that only one side has. `reasons` say what
    the differences come from, `about` how ngspice was run.
    """

    differences: tuple[Difference, ...]
    outputs: tuple[str, ...]
    classes: tuple[ClassRow, ...]
    changed: tuple[Change, ...]
    samples: int
    tolerance: float
    failed: Mapping[int, str]
    not_compared: tuple[str, ...]
    reasons: tuple[str, ...]
    about: Mapping[str, object]

    @property
    def worst(self) -> Difference:
        """The output that differs most for its scale; of all signals where the circuit declares no output."""
        return max(self._judged(), key=lambda each: each.relative)

    @property
    def worst_anywhere(self) -> Difference:
        """The signal, output or not, that differs most for its scale."""
        return max(self.differences, key=lambda each: each.relative)

    @property
    def agrees(self) -> bool:
        """Every sample solved and in the same class, and every signal within `tolerance` of its scale."""
        close = all(each.relative <= self.tolerance for each in self.differences)
        return close and not self.changed and not self.failed

    def rows(self) -> list[dict[str, object]]:
        """The table of differences: a row a signal."""
        return [
            {
                "signal": each.signal,
                "output": each.signal in self.outputs,
                "largest": each.largest,
                "relative": each.relative,
                "swing": each.swing,
                "worst": each.line,
                "sample": each.sample,
                "agrees": each.relative <= self.tolerance,
            }
            for each in self.differences
        ]

    def summary(self) -> str:
        """One sentence for a terminal."""
        worst = self.worst
        verdict = "ngspice agrees" if self.agrees else "ngspice DISAGREES"
        place = "" if worst.sample is None else f" in sample {worst.sample}"
        classes = f", {len(self.changed)} classes changed" if self.classes else ""
        failed = f", {len(self.failed)} samples without an operating point" if self.failed else ""
        apart = f"largest difference {worst.largest:.3g} {worst.unit} at {worst.line}{place}"
        share = f"{worst.relative:.3g} of the swing of {worst.scale:.3g} {worst.unit}"
        return (
            f"{verdict} over {self.samples} samples: {apart}, {share} (tolerance {self.tolerance:g}){classes}{failed}"
        )

    def table(self) -> str:
        """Summary, differences, classes and reasons as plain text."""
        width = max(len(each.signal) for each in self.differences)
        lines = [self.summary(), "", f"{'signal':{width}}  {'largest':>10}  {'relative':>10}  worst"]
        for each in self.differences:
            place = "" if each.sample is None else f" sample {each.sample}"
            lines.append(f"{each.signal:{width}}  {each.largest:10.3e}  {each.relative:10.3e}  {each.line}{place}")
        if self.classes:
            lines += ["", "class  samples  same class"]
            lines += [f"{row.label:5d}  {row.samples:7d}  {row.same:10d}" for row in self.classes]
        return "\n".join([*lines, "", *(f"- {reason}" for reason in self.reasons)])

    def to_csv(self) -> str:
        """The table of differences as CSV text."""
        text = io.StringIO()
        rows = self.rows()
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue()

    def to_json(self) -> str:
        """Everything, as JSON text."""
        content = {
            "agrees": self.agrees,
            "samples": self.samples,
            "tolerance": self.tolerance,
            "largest": self.worst.largest,
            "relative": self.worst.relative,
            "differences": self.rows(),
            "classes": [asdict(row) for row in self.classes],
            "changed": [asdict(change) for change in self.changed],
            "failed": {str(sample): reason for sample, reason in self.failed.items()},
            "not_compared": self.not_compared,
            "reasons": self.reasons,
            "ngspice": {key: value for key, value in self.about.items() if key != "failed"},
        }
        return json.dumps(content, indent=2, default=str)

    def _judged(self) -> tuple[Difference, ...]:
        outputs = tuple(each for each in self.differences if each.signal in self.outputs)
        return outputs or self.differences
