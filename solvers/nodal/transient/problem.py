"""What stays the same over a transient, and what moves: the arrays that the compiled loop carries.

Compiled functions take the parts that they read: to compile one takes seconds for every hundred arrays handed in.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..evaluate import Work
from ..linear import BatchWork, Plan
from ..linear import Work as Factors
from ..lockstep import Eight
from ..newton import Equations
from ..waveforms import Sources

TIGHTER = 1e-2
"""Newton's last step is as small as this share of what a time step may err by; its error is then about the square."""
DEPTH = 8
"""Points that the history keeps, a power of two: backward differentiation of order 6 and its error need so many."""


class Settings(NamedTuple):
    """How steps are taken and what they may err by."""

    trapezoidal: bool
    """The trapezoidal rule; else backward differentiation. Both begin with order 1 behind every corner."""
    order: int
    """The largest order: 1 or 2 of the trapezoidal rule (1 is backward Euler), 1 to 6 of backward differentiation."""
    relative: float
    """What a step may err by, as a share of the range that a charge or flux has had."""
    floor: float
    """The same as a share of its largest magnitude: what rounding leaves of a small swing on a large offset."""
    charge: float
    """In C, or Wb: a charge or flux counts as having had at least that range."""
    voltage: float
    current: float
    """In V and A: Newton's last step may be so large, and a time step may err by so much whatever the range."""
    iterations: int
    """Newton's steps before the time step is cut."""
    largest: float
    smallest: float
    """Time steps in s: the largest, and the one below which a failure of Newton's method is final."""
    first: float
    """The step of order 1 behind a corner, in s; no error control."""
    fixed: bool
    """Whether all steps but those behind corners are the largest, whatever they err by."""


class Lines(NamedTuple):
    """Lossless lines; `unknowns` (lines, 6): v₁+, v₁−, v₂+, v₂−, i₁, i₂. Impedance in ohm, delays in s."""

    unknowns: np.ndarray
    impedance: np.ndarray
    delay: np.ndarray
    shortest: float
    longest: float


class Problem(NamedTuple):
    """The compiled circuit with its numbers, and how it is solved.

    `diagonal` (n,) are the places of the diagonal among the matrix's entries; `stop` in s. Where `eight` dies go in
    step, the state's arrays over unknowns or entries have a row of eight for each of them, one after another.
    """

    equations: Equations
    plan: Plan
    sources: Sources
    lines: Lines
    diagonal: np.ndarray
    settings: Settings
    stop: float
    eight: Eight | None


REALS = ("time", "step", "corner", "switch", "factored", "residual", "since", "contraction")
CLOCK = np.dtype(
    [
        (name, "f8" if name in REALS else "i8")
        for name in (
            "time",  # of the newest accepted point
            "step",  # to try next
            "corner",  # the next one
            "switch",  # the time at which one is expected to move
            "since",  # the time from which moves are counted
            "moves",  # of switches since then
            "factored",  # the coefficient a₀ in the factors
            "residual",  # the worst part of Newton's last step
            "contraction",  # what a step of Newton's is after one of size 1; see correction.py
            "worst",  # its unknown
            "head",  # the newest point's row in the history
            "count",  # points in the history since the last corner
            "order",  # of the next step
            "used",  # of the last one, 0 behind a corner
            "begin",  # how many steps of order 1 are next, 1 where the newest point is a corner
            "accepted",
            "rejected",
            "failed",
            "iterations",
            "factorisations",
            "sent",  # points of the lines' waves
            "recorded",
        )
    ]
)
"""Scalars that move."""


class History(NamedTuple):
    """The last points as a ring: times (DEPTH,), then unknowns, charges and dq/dt (DEPTH, n)."""

    times: np.ndarray
    x: np.ndarray
    charge: np.ndarray
    rate: np.ndarray


class Extent(NamedTuple):
    """The ranges (n,) that charges or unknowns have had, and what a step may err by in those that are `chosen`; `loose`
    (n,) are those that charges do not depend on, whose errors do not go on to the next step."""

    chosen: np.ndarray
    lowest: np.ndarray
    highest: np.ndarray
    allowed: np.ndarray
    loose: np.ndarray


class Waves(NamedTuple):
    """What travels on lossless lines.

    `arriving` (lines, 2) at the two ends. `sent` (capacity, lines, 2) by the two ports at `times` (capacity,), with
    corners at `kinks` (capacity, lines, 2); `span` (lines, 2, 2) are the lowest and the highest of each so far.
    """

    arriving: np.ndarray
    times: np.ndarray
    sent: np.ndarray
    kinks: np.ndarray
    span: np.ndarray


class State(NamedTuple):
    """Everything that moves."""

    clock: np.ndarray
    """(1,) of CLOCK."""
    history: History
    charges: Extent
    unknowns: Extent
    waves: Waves
    weights: np.ndarray
    """(DEPTH,) of a divided difference, newest point first."""
    past: np.ndarray
    """(n,) what the formula takes from the past."""
    step: np.ndarray
    """(n,) Newton's step."""
    sizes: np.ndarray
    """(n,) what the terms of the laws add up to without their signs."""
    matrix: np.ndarray
    """(entries,)"""
    driven: np.ndarray
    """(sources,) values."""
    closed: np.ndarray
    """(switches,)"""
    work: Work
    factors: Factors | BatchWork


class Record(NamedTuple):
    """The accepted points, all that a discrete adjoint needs beside the circuit.

    `orders` (points,) are those of the steps that led there, 0 behind a corner: no formula reaches further back. The
    first is −1 where the first point stands for the second, behind a jump.
    `closed` (points, switches) are the states that held in these steps.
    """

    times: np.ndarray
    x: np.ndarray
    orders: np.ndarray
    closed: np.ndarray
