"""One rung of a ladder of diodes: how a design does there, in Tellegen and in ngspice."""

from __future__ import annotations

from dataclasses import dataclass

COLUMNS = ("diodes", "design", "test_accuracy", "samples", "tellegen_accuracy", "ngspice_accuracy", "difference_volts")


@dataclass(frozen=True)
class Rung:
    """How a design does with some diodes: as it was made for ideal ones (`carried over`), or trained for these.

    Accuracies are shares of right answers: of the whole test set, and of the first `samples` of it, in Tellegen and in
    ngspice. `difference` is the largest of an output's voltage between the two.
    """

    diodes: str
    design: str
    test_accuracy: float
    samples: int
    tellegen: float
    ngspice: float
    difference: float

    def cells(self) -> tuple[str, ...]:
        """The row of the table."""
        shares = (self.tellegen, self.ngspice)
        return (
            self.diodes,
            self.design,
            f"{self.test_accuracy:.4f}",
            str(self.samples),
            *(f"{share:.4f}" for share in shares),
            f"{self.difference:.2e}",
        )
