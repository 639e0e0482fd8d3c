"""What a running training tells whoever watches: a value handed to one callable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Event:
    """A step of the run. `stage` is `data`, `compile`, `train`, `saved`, `interrupted` or `finished`;
    `done` of `total` count epochs.

    `row` is the row of `metrics.csv` just written (stage `train`); `text` is a sentence for a person.
    """

    stage: str
    done: int
    total: int
    row: Mapping[str, float] = field(default_factory=dict)
    text: str = ""


Progress = Callable[[Event], None]


def silent(event: Event) -> None:
    """Watches nothing."""
