"""Pivots by value: sparse LU with threshold partial pivoting, whose pattern later factorisations keep.

The entries of a column of the factors are those reached from its nonzeros through the columns of L found before, by a
depth-first search, which also yields an order in which they can be computed. Source: J. Gilbert, T. Peierls, "Sparse
partial pivoting in time proportional to arithmetic operations", SIAM J. Sci. Stat. Comput. 9 (1988),
doi:10.1137/0909058.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from .core import Sequence
from .given import Given
from .magnitude import magnitude
from .plan import INNER, KERNEL


class Matrix(NamedTuple):
    """A matrix by its CSC pattern and values, for compiled code."""

    indptr: np.ndarray
    indices: np.ndarray
    values: np.ndarray


class Pattern(NamedTuple):
    """The pattern of P A Q = L U: `position` (size,) of each row of A, −1 for those without one yet; columns of L
    without its diagonal from `lower_start[k]`, and of U with the diagonal last, as positions, from `upper_start[k]`.
    """

    position: np.ndarray
    lower_start: np.ndarray
    lower: np.ndarray
    upper_start: np.ndarray
    upper: np.ndarray

    @property
    def products(self) -> int:
        """How many products of two factors an elimination subtracts."""
        return int(np.diff(self.lower_start)[self.upper].sum()) - len(self.lower)


class _Scratch(NamedTuple):
    """`mark` (size,): the last column that met each row; `path`, `place`: the rows on the way, and how far each is
    followed; `found`: the rows that determine others; `x` (size,): a column; `lower` values of L."""

    mark: np.ndarray
    path: np.ndarray
    place: np.ndarray
    found: np.ndarray
    x: np.ndarray
    lower: np.ndarray


DONE, NO_ROOM, TOO_MUCH = range(3)


def choose(given: Given, sequence: Sequence, row_weight: np.ndarray, threshold: float) -> Pattern:
    """The pattern of factors whose columns are eliminated in the order of `sequence`.

    The row that the sequence names is the pivot if its entry times its `row_weight` (size,) is at least `threshold` of
    the largest, or if it is trivial. Where no entry is left for a pivot, any row stands for one, which `factor` then
    finds to be zero.
    """
    pattern = choose_within(np.inf, given, sequence, row_weight, threshold)
    if pattern is None:
        raise ArithmeticError("more products than infinity")
    return pattern


def choose_within(
    most: float, given: Given, sequence: Sequence, row_weight: np.ndarray, threshold: float
) -> Pattern | None:
    """`choose`, or None if there would be more than `most` products."""
    n, matrix = given.size, _matrix(given, sequence)
    room = 8 * len(matrix.indices) + 2 * n
    while True:
        pattern = Pattern(np.full(n, -1, np.int32), _zeros(n + 1), _zeros(room), _zeros(n + 1), _zeros(room))
        values = np.zeros(n, matrix.values.dtype), np.empty(room, matrix.values.dtype)
        scratch = _Scratch(np.full(n, -1, np.int32), _zeros(n), _zeros(n), _zeros(n), *values)
        status = _choose(
            matrix, sequence.columns, sequence.rows, sequence.trivial, row_weight, threshold, most, pattern, scratch
        )
        if status == TOO_MUCH:
            return None
        if status == DONE:
            lower = pattern.position[pattern.lower[: pattern.lower_start[-1]]]
            return pattern._replace(lower=lower, upper=pattern.upper[: pattern.upper_start[-1]])
        room *= 4


def _matrix(given: Given, sequence: Sequence) -> Matrix:
    """The entries kept, with values for which the expected pivots are good where none are known."""
    values = given.values
    if values is None:
        row_of = np.empty(given.size, np.int32)
        row_of[sequence.columns] = sequence.rows
        values = np.where(given.rows == row_of[given.columns], 1.0, 1e-9)
    counts = np.bincount(given.columns, minlength=given.size)
    return Matrix(np.concatenate([[0], np.cumsum(counts)]).astype(np.int32), given.rows, values)


def _zeros(size: int) -> np.ndarray:
    return np.zeros(size, np.int32)


@numba.njit(**INNER)
def _reach(row, k, pattern, end, scratch, top):
    """Visit what is reached from a row: rows without a pivot are appended to `pattern.lower`, the others, in front of
    the entries that they determine, to `scratch.found`. Returns the new end and top."""
    position, start, lower = pattern.position, pattern.lower_start, pattern.lower
    mark, path, place, found = scratch.mark, scratch.path, scratch.place, scratch.found
    mark[row] = k
    if position[row] < 0:
        lower[end] = row
        return end + 1, top
    depth = 0
    path[0], place[0] = row, start[position[row]]
    while depth >= 0:
        row = path[depth]
        stop = start[position[row] + 1]
        p = place[depth]
        while p < stop and mark[lower[p]] == k:
            p += 1
        place[depth] = p + 1
        if p == stop:
            top -= 1
            found[top] = row
            depth -= 1
            continue
        other = lower[p]
        mark[other] = k
        if position[other] < 0:
            lower[end] = other
            end += 1
        else:
            depth += 1
            path[depth], place[depth] = other, start[position[other]]
    return end, top


@numba.njit(**INNER)
def _pivot_row(x, rows, begin, end, preferred, row_weight, threshold):
    """The preferred row if it is among rows[begin:end] and large enough, else the one with the largest weighted entry;
    −1 if all are zero or there is none."""
    best, row, own = 0.0, -1, 0.0
    for p in range(begin, end):
        size = magnitude(x[rows[p]]) * row_weight[rows[p]]
        if rows[p] == preferred:
            own = size
        if size > best:
            best, row = size, rows[p]
    return preferred if own > 0.0 and own >= threshold * best else row


@numba.njit(**INNER)
def _any_row(position, preferred, free):
    """A row without a position: the preferred one, or the first from `free`."""
    if position[preferred] < 0:
        return preferred
    while position[free] >= 0:
        free += 1
    return free


@numba.njit(**INNER)
def _keep(pattern, k, row, begin, end, scratch):
    """Make the row the pivot of column k: the others of lower[begin:end], divided by it, stay. Clears x."""
    lower, x = pattern.lower, scratch.x
    pivot = x[row]
    inverse = 1.0 / pivot if pivot != 0 else pivot
    pattern.position[row] = k
    kept = begin
    for p in range(begin, end):
        r = lower[p]
        if r != row:
            lower[kept] = r
            scratch.lower[kept] = x[r] * inverse
            kept += 1
        x[r] = 0
    pattern.lower_start[k + 1] = kept
    return kept


@numba.njit(**KERNEL)
def _choose(matrix, columns, rows, forced, row_weight, threshold, most, pattern, scratch):
    """Fill in the pattern, or say why not."""
    position, start, lower, upper = pattern.position, pattern.lower_start, pattern.lower, pattern.upper
    x = scratch.x
    n = len(columns)
    begin, out, products = 0, 0, 0
    for k in range(n):
        if begin + n > len(lower) or out + n > len(upper):
            return NO_ROOM
        if products > most:
            return TOO_MUCH
        end, top = begin, n
        for p in range(matrix.indptr[columns[k]], matrix.indptr[columns[k] + 1]):
            row = matrix.indices[p]
            x[row] = matrix.values[p]
            if scratch.mark[row] != k:
                end, top = _reach(row, k, pattern, end, scratch, top)
        for p in range(top, n):
            row = scratch.found[p]
            known, column = x[row], position[row]
            x[row] = 0
            upper[out] = column
            out += 1
            products += start[column + 1] - start[column]
            for s in range(start[column], start[column + 1]):
                x[lower[s]] -= scratch.lower[s] * known
        row = _pivot_row(x, lower, begin, end, rows[k], row_weight, threshold if k >= forced else 0.0)
        if row < 0:
            row = _any_row(position, rows[k], 0)
        begin = _keep(pattern, k, row, begin, end, scratch)
        upper[out] = k
        out += 1
        pattern.upper_start[k + 1] = out
    return DONE
