"""The times of a fixed-step integration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ....netlist.errors import CircuitError


@dataclass(frozen=True)
class Grid:
    """`steps` equal steps from `start` to `stop`, in seconds."""

    stop: float
    steps: int
    start: float = 0.0

    def __post_init__(self) -> None:
        if self.steps < 1 or not self.stop > self.start:
            raise CircuitError(
                f"{self.steps} steps from {self.start:g} to {self.stop:g} s; give at least one step forwards"
            )

    @property
    def step(self) -> float:
        """The step in seconds."""
        return (self.stop - self.start) / self.steps

    def time(self, index: Any) -> Any:
        """The time after so many steps."""
        return self.start + index * self.step
