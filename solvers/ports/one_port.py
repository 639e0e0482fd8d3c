"""A linear one-port's admittance: the Schur complement of its nodal equations, unknown by unknown.

The equations are (G + s·C)·x = 0 inside and i on the port's row: capacitors, conductances and controlled sources in
G and C by rows and columns, an inductor as one more unknown with s·L on its diagonal. Eliminating the inner unknowns
in an order of least fill leaves one number, Y(s) = i/v. The order depends on the pattern alone, so it is found once,
and every step is an operation on whole arrays over ports, batch and frequencies.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from jax import Array

from ...netlist.errors import CircuitError

Entry = tuple[int, int]


@dataclass(frozen=True)
class OnePort:
    """The pattern of the nodal equations of a one-port, to be filled with any number of sets of values.

    Unknown number 0 is the port's voltage, the others (up to `size` in all) are inner. `conductances` and
    `capacitances` say at which (row, column) each value is added; an element stands in as many entries as its stamp
    has, with the stamp's sign in the value.
    """

    size: int
    conductances: tuple[Entry, ...]
    capacitances: tuple[Entry, ...]
    names: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        missing = set(range(1, self.size)) - set(self.order)
        if missing:
            raise CircuitError(f"the one-port does not determine {self._name(min(missing))}; connect it to something")

    @cached_property
    def order(self) -> tuple[int, ...]:
        """The inner unknowns in the order of their elimination: the least product of row and column first."""
        filled = {*self.conductances, *self.capacitances, (0, 0)}
        left, order = set(range(1, self.size)), []
        while left:
            candidates = [k for k in left if (k, k) in filled]
            if not candidates:
                break
            pivot = min(candidates, key=lambda k: (_degree(filled, k), k))
            rows, columns = _neighbours(filled, pivot)
            filled = {entry for entry in filled if pivot not in entry} | {(i, j) for i in rows for j in columns}
            left.remove(pivot)
            order.append(pivot)
        return tuple(order)

    def admittance(self, s: Array, conductances: Array, capacitances: Array) -> Array:
        """Y (…, frequencies) in siemens at the complex frequencies `s` (frequencies,) in 1/s.

        `conductances` (entries, …) in siemens and `capacitances` (entries, …) in farad (henry with the sign of the
        stamp for inductors) stand in the order of the pattern's entries. Linear in the number of values; the number of
        steps is that of the pattern's elimination.
        """
        entries: dict[Entry, Array] = {}
        for entry, value in zip(self.conductances, conductances, strict=True):
            _add(entries, entry, value[..., None])
        for entry, value in zip(self.capacitances, capacitances, strict=True):
            _add(entries, entry, s * value[..., None])
        for pivot in self.order:
            _eliminate(entries, pivot)
        return entries[0, 0]

    def _name(self, unknown: int) -> str:
        return self.names[unknown] if self.names else f"unknown {unknown}"


def _neighbours(filled: set[Entry], pivot: int) -> tuple[list[int], list[int]]:
    rows = [i for i, j in filled if j == pivot and i != pivot]
    columns = [j for i, j in filled if i == pivot and j != pivot]
    return rows, columns


def _degree(filled: set[Entry], pivot: int) -> int:
    rows, columns = _neighbours(filled, pivot)
    return len(rows) * len(columns)


def _add(entries: dict[Entry, Array], entry: Entry, value: Array) -> None:
    entries[entry] = entries[entry] + value if entry in entries else value


def _eliminate(entries: dict[Entry, Array], pivot: int) -> None:
    """Take the pivot's row and column out: a_ij ← a_ij − a_ik·a_kj / a_kk."""
    diagonal = entries.pop((pivot, pivot))
    rows = [i for i, j in entries if j == pivot]
    columns = [j for i, j in entries if i == pivot]
    above = {i: entries.pop((i, pivot)) / diagonal for i in rows}
    beside = {j: entries.pop((pivot, j)) for j in columns}
    for i, left in above.items():
        for j, right in beside.items():
            _add(entries, (i, j), -left * right)
