"""di/du and dq/du of every instance at x, and the small-signal currents into first terminals that follow from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse
from numba import njit

from ..kernels import call_kernel
from .evaluate import MOST_OUTPUTS, control
from .groups import Compiled
from .instance import Instance
from .signals import into_first
from .tables import NOWHERE, Tables


@njit(cache=True)
def derivatives(tables: Tables, effective: np.ndarray, x: np.ndarray, current: np.ndarray, charge: np.ndarray) -> None:
    """Fill the derivatives of currents and of charges at rest, each in the order of the tables' entries."""
    out, controls = np.zeros(MOST_OUTPUTS), np.zeros(len(tables.plus))
    for k in range(len(tables.kernels)):
        begin, end = tables.control_starts[k], tables.control_starts[k + 1]
        for place in range(begin, end):
            controls[place] = control(tables, x, place)
        controls[end - 1] = 0.0
        call_kernel(tables.kernels[k], controls, begin, effective, tables.number_starts[k], out, 0)
        at = tables.current_starts[k + 1] - tables.current_starts[k]
        at += tables.charge_starts[k + 1] - tables.charge_starts[k]
        for place in range(tables.conductance_starts[k], tables.conductance_starts[k + 1]):
            current[place] = out[at]
            at += 1
        for place in range(tables.capacitance_starts[k], tables.capacitance_starts[k + 1]):
            charge[place] = out[at]
            at += 1


@dataclass(frozen=True, eq=False)
class Admittances:
    """Small-signal currents into first terminals: i = (g + jω·c) x, with sparse g and c (instances, n), of `names`."""

    names: tuple[str, ...]
    g: scipy.sparse.csr_array
    c: scipy.sparse.csr_array

    @classmethod
    def of(
        cls,
        instances: Sequence[Instance],
        groups: Sequence[Compiled],
        tables: Tables,
        effective: np.ndarray,
        x: np.ndarray,
    ) -> Admittances:
        """Those of the instances of some tables at x (n,). Linear in their number."""
        current, charge = np.zeros(len(tables.conductance_rows)), np.zeros(len(tables.capacitance_rows))
        derivatives(tables, effective, x, current, charge)
        shape = (len(instances), len(x))
        names = tuple(f"i({instance.element.name})" for instance in instances)
        chosen = [into_first(instance, group) for instance, group in zip(instances, groups, strict=True)]
        of_current = _weights([(chosen[k], g.current_rows, g.conductances) for k, g in enumerate(groups)])
        of_charge = _weights([(chosen[k], g.charge_rows, g.capacitances) for k, g in enumerate(groups)])
        g = _matrix(current * of_current, tables.conductance_starts, tables.conductance_controls, tables, shape)
        c = _matrix(charge * of_charge, tables.capacitance_starts, tables.capacitance_controls, tables, shape)
        return cls(names, g, c)

    def currents(self, x: np.ndarray, angular: np.ndarray) -> dict[str, np.ndarray]:
        """The currents (points,) by signal, for responses x (points, n) at angular frequencies (points,) in rad/s."""
        found = self.g @ x.T + 1j * angular * (self.c @ x.T)
        return dict(zip(self.names, found, strict=True))


Entries = Sequence[tuple[frozenset[str], tuple[str, ...], tuple[tuple[int, int], ...]]]


def _weights(entries: Entries) -> np.ndarray:
    return np.array([float(rows[row] in chosen) for chosen, rows, pairs in entries for row, _ in pairs])


def _matrix(
    values: np.ndarray, starts: np.ndarray, controls: np.ndarray, tables: Tables, shape: tuple[int, int]
) -> scipy.sparse.csr_array:
    """The derivatives with respect to controls as those with respect to unknowns."""
    owner = np.repeat(np.arange(shape[0]), np.diff(starts))
    where = tables.control_starts[owner] + controls
    rows, columns, entries = [], [], []
    for ends, sign in ((tables.plus, 1.0), (tables.minus, -1.0)):
        fine = (ends[where] != NOWHERE) & (values != 0.0)
        rows.append(owner[fine])
        columns.append(ends[where][fine])
        entries.append(sign * values[fine])
    whole = (np.concatenate(entries), (np.concatenate(rows), np.concatenate(columns)))
    return scipy.sparse.csr_array(whole, shape=shape)
