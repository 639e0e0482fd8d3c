"""Derivatives of devices' slopes ∂i/∂u and ∂q/∂u: what a response over frequency depends on, at its operating point."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from ...kernels import call_kernel
from ..compiling import LEAN
from ..tables import NOWHERE
from .adjoint import AT_REST
from .loops import Instances, Scratch, read_controls


class Pairs(NamedTuple):
    """Every slope (pairs,): the place of its row among all current rows (`charge` false) or among all charge rows, and
    the unknowns of its control, NOWHERE for ground."""

    row: np.ndarray
    charge: np.ndarray
    plus: np.ndarray
    minus: np.ndarray


def pairs_of(all_: Instances) -> Pairs:
    """Those of all instances, in order."""
    owner = np.repeat(np.arange(len(all_.kernels)), np.diff(all_.slope_starts))
    currents = np.diff(all_.current_starts)[owner]
    charge = all_.slope_rows >= currents
    row = np.where(
        charge, all_.charge_starts[owner] + all_.slope_rows - currents, all_.current_starts[owner] + all_.slope_rows
    )
    control = all_.control_starts[owner] + all_.slope_controls
    return Pairs(row, charge, all_.plus[control], all_.minus[control])


def across(pairs: Pairs, x: np.ndarray) -> np.ndarray:
    """What every slope's control is at unknowns x (n,)."""
    grounded = np.append(x, 0.0)  # ground is the last, so that NOWHERE finds it
    return grounded[pairs.plus] - grounded[pairs.minus]


def back_across(pairs: Pairs, values: np.ndarray, size: int) -> np.ndarray:
    """The transpose of `across`: values (pairs,) added up at unknowns (n,)."""
    found = np.zeros(size + 1, values.dtype)
    np.add.at(found, pairs.plus, values)
    np.subtract.at(found, pairs.minus, values)
    return found[:size]


@njit(**LEAN)
def read_slopes(all_: Instances, effective: np.ndarray, x: np.ndarray, desk: Scratch, found: np.ndarray) -> None:
    """All slopes (pairs,) at x (n,)."""
    given, out = desk.given, desk.out
    for k in range(len(all_.kernels)):
        read_controls(all_, x, AT_REST, k, given)
        call_kernel(all_.kernels[k], given, 0, effective, all_.number_starts[k], out, 0)
        at = all_.current_starts[k + 1] - all_.current_starts[k]
        at += all_.charge_starts[k + 1] - all_.charge_starts[k]
        for pair in range(all_.slope_starts[k], all_.slope_starts[k + 1]):
            found[pair] = out[at]
            at += 1


@njit(**LEAN)
def pull_slopes(
    all_: Instances,
    pulls: np.ndarray,
    effective: np.ndarray,
    x: np.ndarray,
    weights: np.ndarray,
    desk: Scratch,
    by_x: np.ndarray,
    found: np.ndarray,
) -> None:
    """Add the derivatives of Σ weight·slope, weights (pairs,): by the unknowns (n,) and by the effective numbers.
    `pulls` (instances,) are addresses of `jacobian_pull`."""
    given, out = desk.given, desk.out
    for k in range(len(all_.kernels)):
        if pulls[k] == 0:
            continue
        controls = read_controls(all_, x, AT_REST, k, given) - 1
        at = controls + 1
        for pair in range(all_.slope_starts[k], all_.slope_starts[k + 1]):
            given[at] = weights[pair]
            at += 1
        first = all_.number_starts[k]
        call_kernel(pulls[k], given, 0, effective, first, out, 0)
        for place in range(controls):
            where = all_.control_starts[k] + place
            if all_.plus[where] != NOWHERE:
                by_x[all_.plus[where]] += out[place]
            if all_.minus[where] != NOWHERE:
                by_x[all_.minus[where]] -= out[place]
        for number in range(first, all_.number_starts[k + 1]):
            found[number] += out[controls + number - first]
