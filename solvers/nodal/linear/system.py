"""A linear system for callers outside of compiled loops: values go in, solutions come out, by name what is wrong."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ....netlist.errors import NumericalError
from .analysis import analyse, choose_pivots
from .factorisation import factor, solve, solve_transposed
from .plan import Plan, Work, part, workspace


class LinearSystem:
    """A x = b for one pattern and any values: pivots are chosen when values need others, and otherwise kept.

    Args:
        n: number of unknowns.
        indptr, indices: the CSC pattern, column j having the rows indices[indptr[j]:indptr[j + 1]].
        names: of the unknowns, for messages; their numbers where there are none.
    """

    def __init__(self, n: int, indptr: np.ndarray, indices: np.ndarray, names: Sequence[str] | None = None) -> None:
        self._names = names
        self._undecided = analyse(n, indptr, indices)
        self._choices: dict[type, tuple[Plan, Work]] = {}
        self._factorised: tuple[Plan, Work] | None = None

    def factorise(self, values: np.ndarray) -> None:
        """Factorise the matrix with these values (entries,), real or complex.

        Raises:
            NumericalError: the matrix is singular, and then an unknown is named that the equations leave open; or a
                value is not a finite number.
            ValueError: there are more or fewer values than entries.
        """
        scalar = complex if np.iscomplexobj(values) else float
        values = np.ascontiguousarray(values, scalar)
        if values.shape != part(self._undecided, 1).shape:
            raise ValueError(f"{values.shape} values for {len(part(self._undecided, 1))} entries")
        wrong = np.flatnonzero(~np.isfinite(values))
        if len(wrong):
            column = int(np.searchsorted(part(self._undecided, 0), wrong[0], side="right")) - 1
            raise NumericalError(
                f"the coefficient {values[wrong[0]]} of unknown {self._name(column)} is no finite number"
            )
        choice = self._choices.get(scalar)
        if choice is not None and factor(choice[0], values, choice[1]) < 0:
            self._factorised = choice
            return
        self._factorised = None
        plan = choose_pivots(self._undecided, values)
        work = workspace(plan, values)
        failed = factor(plan, values, work)
        if failed >= 0:
            name = self._name(failed)
            raise NumericalError(f"the equations have no unique solution: nothing determines unknown {name}")
        self._choices[scalar] = self._factorised = plan, work

    def _name(self, unknown: int) -> str:
        return str(unknown) if self._names is None else self._names[unknown]

    def solve(self, b: np.ndarray, transposed: bool = False) -> np.ndarray:
        """x (n,) or (n, count) for right-hand sides b of that shape, of A x = b or Aᵀ x = b.

        Raises:
            NumericalError: nothing was factorised, or the last matrix was singular.
            ValueError: b has another shape.
        """
        if self._factorised is None:
            raise NumericalError("no matrix has been factorised; call factorise with its values first")
        plan, work = self._factorised
        if len(b) != plan.size:
            raise ValueError(f"right-hand sides of {len(b)} for {plan.size} unknowns")
        if np.iscomplexobj(b) and not np.iscomplexobj(work.factors):
            return self.solve(np.real(b), transposed) + 1j * self.solve(np.imag(b), transposed)
        columns = np.array(b.T.reshape(-1, plan.size), work.factors.dtype)
        for column in columns:
            (solve_transposed if transposed else solve)(plan, work, column)
        return columns.T.reshape(b.shape)
