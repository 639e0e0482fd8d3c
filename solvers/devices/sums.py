"""What flows between local nodes, added up by node."""

from __future__ import annotations

from .device import Scalar
from .silicon import is_zero


class Sums:
    """Currents or charges of a device; every one leaves one node and enters another, so that their sum is zero."""

    def __init__(self, rows: dict[str, Scalar] | None = None) -> None:
        self.rows: dict[str, Scalar] = {} if rows is None else rows

    def flow(self, plus: str, minus: str, amount: Scalar) -> None:
        """Add what flows from `plus` through the device to `minus`; the constant zero adds nothing."""
        if is_zero(amount):
            return
        self.rows[plus] = self.rows[plus] + amount if plus in self.rows else amount
        self.rows[minus] = self.rows[minus] - amount if minus in self.rows else -amount
