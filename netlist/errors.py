"""What can go wrong, as values with one clear sentence: where, what was found, what to write instead."""

from __future__ import annotations

from typing import NamedTuple


class Location(NamedTuple):
    """A line of a netlist: the file as the user named it, and the line counted from one."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class TellegenError(Exception):
    """Base of every error a user can mend: `location: cause; cure`, one sentence for a person, no traceback needed.

    `sentence` is the message without the location.
    """

    def __init__(self, message: str, location: Location | None = None):
        super().__init__(f"{location}: {message}" if location else message)
        self.sentence = message
        self.location = location


class NetlistError(TellegenError):
    """A netlist that cannot be read."""


class CircuitError(TellegenError):
    """A circuit that was read but has no answer, or none that is unique: a source loop, a floating node."""


class NumericalError(TellegenError):
    """A solver that did not reach its tolerance: names the worst node and its residual."""


class ExperimentError(TellegenError):
    """An experiment file or a run's folder that cannot be used."""


class DataError(TellegenError):
    """A data set that is missing, damaged or of the wrong shape."""


class SpiceError(TellegenError):
    """ngspice is missing, failed, or ran past its time limit."""


class NoAnswer(SpiceError):
    """ngspice ran and found no solution, or nothing but solutions that are none."""
