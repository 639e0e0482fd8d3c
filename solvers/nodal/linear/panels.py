"""Dense kernels of one front: eliminate its pivots.

A front of `width` pivots and `rest` later rows and columns, size = width + rest, has three parts, row-major: `upper`
(width × size), the pivots' rows; `lower` (width × rest), the pivots' columns, transposed; and the rest (rest × rest).
Elimination turns the first two into factors, pivots inverted, and subtracts their product from the third. Four pivots
go at a time, so that a row is loaded once for four multiplications; large products go to BLAS.
"""

from typing import NamedTuple

import numba
import numpy as np

from .magnitude import is_lost, magnitude
from .plan import INNER

BLOCK = 64
"""Pivots in a block, and the side of the squares that BLAS multiplies: from 2¹⁸ multiplications on OpenBLAS starts
threads, which on a busy machine cost more than they save."""

SQUARES = 3 * BLOCK * BLOCK
"""Scratch that they need."""

ROUTINE = {**INNER, "forceinline": False}
WITH_BLAS = {**ROUTINE, "_nrt": True}


class Block(NamedTuple):
    """A matrix within an array: entry (i, j) at start + i·row_step + j·step."""

    array: np.ndarray
    start: int
    row_step: int
    step: int


# Slices instead of computed indices, whose check for negative ones would keep loops from being vectorised.
@numba.njit(**INNER)
def subtract_row(target, left, row, right, count):
    """target −= Σ_p left[row, p] · right[p, …] over `count` rows p of contiguous entries."""
    length = len(target)
    factors, first, step = left.array, left.start + row * left.row_step, left.step
    source, start, stride = right.array, right.start, right.row_step
    p = 0
    while p + 4 <= count:
        s0 = source[start : start + length]
        s1 = source[start + stride : start + stride + length]
        s2 = source[start + 2 * stride : start + 2 * stride + length]
        s3 = source[start + 3 * stride : start + 3 * stride + length]
        f0, f1, f2, f3 = factors[first], factors[first + step], factors[first + 2 * step], factors[first + 3 * step]
        for k in range(length):
            target[k] -= (f0 * s0[k] + f1 * s1[k]) + (f2 * s2[k] + f3 * s3[k])
        first += 4 * step
        start += 4 * stride
        p += 4
    while p < count:
        s0 = source[start : start + length]
        f0 = factors[first]
        for k in range(length):
            target[k] -= f0 * s0[k]
        first += step
        start += stride
        p += 1


@numba.njit(**INNER)
def _copy(target, values):
    for k in range(len(target)):
        target[k] = values[k] if k < len(values) else 0


@numba.njit(**INNER)
def _subtract(target, values):
    for k in range(len(target)):
        target[k] -= values[k]


@numba.njit(**WITH_BLAS)
def _subtract_squares(target, rows, columns, left, right, squares):
    """`_subtract_product` of BLOCK terms by BLAS, on copies in squares filled up with zeros."""
    a, b, product = squares[:BLOCK], squares[BLOCK : 2 * BLOCK], squares[2 * BLOCK :]
    for c in range(0, columns, BLOCK):
        width = min(BLOCK, columns - c)
        for p in range(BLOCK):
            start = right.start + p * right.row_step + c
            _copy(b[p], right.array[start : start + width])
        for first in range(0, rows, BLOCK):
            height = min(BLOCK, rows - first)
            for i in range(BLOCK):
                for p in range(BLOCK):
                    place = left.start + (first + i) * left.row_step + p * left.step
                    a[i, p] = left.array[place] if i < height else 0
            np.dot(a, b, product)
            for i in range(height):
                start = target.start + (first + i) * target.row_step + c
                _subtract(target.array[start : start + width], product[i])


@numba.njit(**ROUTINE)
def _subtract_product(target, rows, columns, left, count, right, squares):
    """target −= left · right: `rows` × `columns`, `count` terms each; rows of target and right are contiguous."""
    if count == BLOCK and rows >= BLOCK and columns >= BLOCK:
        _subtract_squares(target, rows, columns, left, right, squares)
        return
    for i in range(rows):
        start = target.start + i * target.row_step
        subtract_row(target.array[start : start + columns], left, i, right, count)


@numba.njit(**ROUTINE)
def _reduce_row(upper, row, begin, end, last, size):
    """Eliminate pivots begin…end from a row of the panel, up to column `last`; their factors take their place. Returns
    Σ |change| of the row's diagonal, if it is among these columns, for `is_lost`."""
    own, p, changed = row * size, begin, 0.0
    while p < end:
        count = min(4, end - p)
        for q in range(p, p + count):
            factor = upper[own + q]
            for r in range(p, q):
                factor -= upper[own + r] * upper[r * size + q]
            upper[own + q] = factor * upper[q * size + q]
        rest = upper[own + p + count : own + last]
        before = upper[own + row]
        subtract_row(rest, Block(upper, own + p, 0, 1), 0, Block(upper, p * size + p + count, size, 1), count)
        changed += magnitude(upper[own + row] - before)
        p += count
    return changed


@numba.njit(**ROUTINE)
def _divide(column, inverse, row_weight, limit):
    """Divide a column of L by its pivot; whether a factor is too large then."""
    too_large = False
    for i in range(len(column)):
        column[i] *= inverse
        too_large |= not magnitude(column[i]) * row_weight[i] <= limit
    return too_large


@numba.njit(**ROUTINE)
def _too_large(factors, row_weight, limit):
    """Whether one of a row's factors is too large for its pivot."""
    found = False
    for p in range(len(factors)):
        found |= not magnitude(factors[p]) * row_weight <= limit[p]
    return found


@numba.njit(**ROUTINE)
def _eliminate_block(front, begin, end, cancelled, row_weight, limit):
    """Eliminate pivots begin…end from each other's rows, columns of L, and the later pivots' first columns. −1, or a
    pivot that fails."""
    upper, lower, width, rest = front.upper, front.lower, front.width, front.rest
    size = width + rest
    for k in range(begin, width):
        last = min(k, end)
        cancelled[k] += _reduce_row(upper, k, begin, last, size if k < end else end, size)
        if _too_large(upper[k * size + begin : k * size + last], row_weight[k], limit[begin:]):
            return min(k, end - 1)
        if k >= end:
            continue
        pivot = upper[k * size + k]
        if is_lost(magnitude(pivot), cancelled[k]):
            return k
        upper[k * size + k] = 1.0 / pivot
        column = lower[k * rest : (k + 1) * rest]
        above = Block(upper, begin * size + k, 0, size)
        subtract_row(column, above, 0, Block(lower, begin * rest, rest, 1), k - begin)
        if _divide(column, upper[k * size + k], row_weight[width:], limit[k]):
            return k
    return -1


@numba.njit(**ROUTINE)
def eliminate(front, remainder, cancelled, row_weight, limit, squares):
    """Eliminate a front's pivots. Returns −1, or the number of a pivot that is lost or has too large a factor.

    An empty `remainder` is left out. `cancelled` (width,): Σ |change| so far of each diagonal; `row_weight` (size,) and
    `limit` (width,) as in columns.py; `squares` (3 BLOCK, BLOCK): scratch. Complexity: 2 width size² operations.
    """
    upper, lower, width, rest = front.upper, front.lower, front.width, front.rest
    size, kept = width + rest, rest if len(remainder) else 0
    for begin in range(0, width, BLOCK):
        end = min(begin + BLOCK, width)
        failed = _eliminate_block(front, begin, end, cancelled, row_weight, limit)
        if failed >= 0:
            return failed
        count, left = end - begin, width - end
        rows, columns = Block(upper, begin * size + end, size, 1), Block(lower, begin * rest, rest, 1)
        factors = Block(upper, end * size + begin, size, 1)
        for k in range(end, width):
            cancelled[k] += magnitude(upper[k * size + k])
        _subtract_product(Block(upper, end * size + end, size, 1), left, size - end, factors, count, rows, squares)
        across = Block(upper, begin * size + end, 1, size)
        _subtract_product(Block(lower, end * rest, rest, 1), left, rest, across, count, columns, squares)
        tail, below = Block(upper, begin * size + width, size, 1), Block(lower, begin * rest, 1, rest)
        _subtract_product(Block(remainder, 0, rest, 1), kept, rest, below, count, tail, squares)
    return -1
