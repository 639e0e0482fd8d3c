"""What a deck's `.tran` card asks for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..netlist.circuit import Card, Circuit
from ..netlist.errors import CircuitError, NetlistError
from ..netlist.numbers import number


@dataclass(frozen=True)
class Transient:
    """Times in seconds; `uic` begins at the initial conditions, not at an operating point.

    `largest` is the longest step that may be taken, 0 where the card does not say.
    """

    step: float
    stop: float
    start: float = 0.0
    uic: bool = False
    largest: float = 0.0

    @classmethod
    def of(cls, circuit: Circuit) -> Transient:
        """Read the circuit's card.

        Raises:
            CircuitError: no `.tran` card, several, or one that cannot be read.
        """
        cards = [card for card in circuit.flatten().analyses if card.keyword == "tran"]
        if len(cards) != 1:
            raise CircuitError(
                f"the deck has {len(cards)} .tran cards where one is needed; write .tran step stop [uic]"
            )
        return cls.read(cards[0])

    @classmethod
    def read(cls, card: Card) -> Transient:
        """Read one card.

        Raises:
            CircuitError: it cannot be read.
        """
        words = [field.lower() for field in card.fields]
        times = [_time(card, word) for word in words if word != "uic"]
        if not 2 <= len(times) <= 4 or times[0] <= 0.0 or times[1] <= (*times, 0.0, 0.0)[2]:
            raise CircuitError("the card .tran is not of the form step stop [start [largest]] [uic]", card.location)
        start, largest = (*times[2:], 0.0, 0.0)[:2]
        return cls(times[0], times[1], start, "uic" in words, largest)

    @property
    def times(self) -> np.ndarray:
        """The times that are kept: every step, and the end."""
        count = int(np.floor((self.stop - self.start) / self.step * (1 + 1e-12)))
        inner = self.start + self.step * np.arange(count + 1)
        return inner if np.isclose(inner[-1], self.stop, rtol=1e-9, atol=0.0) else np.append(inner, self.stop)


def _time(card: Card, word: str) -> float:
    try:
        return number(word)
    except NetlistError as error:
        raise CircuitError(
            f"the card .tran {' '.join(card.fields)} cannot be read: {error.sentence}", card.location
        ) from None
