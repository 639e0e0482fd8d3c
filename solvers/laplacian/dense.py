"""Dense kernels of the multifrontal factor: eliminate the pivots of one front.

A front is a symmetric matrix of which the upper triangle is kept: the `panel` (width × size, row-major, size = width +
rows) of its pivots, and the packed upper triangle of the remaining rows. Elimination turns the panel into the rows of
U in A = UᵀU and subtracts UᵀU from the rest. Large blocks go to BLAS (`numpy.dot`), small ones stay in plain loops,
four pivots at a time so that the target row is loaded once for four multiplications.
"""

import numba
import numpy as np

STRIP = 16
BLOCK = 64
TILE = 32
# A product of TILE × span × count entries stays below the work from which OpenBLAS starts threads (2¹⁸): they spin on a
# busy machine and cost more than they save.
PRODUCT = 2**18 // TILE
SMALL_WORK = 200_000


# Slices instead of computed indices: numba allows negative indices, and their check keeps a loop from being vectorised.
@numba.njit(cache=True, fastmath={"contract", "nsz"}, boundscheck=False)
def _subtract_rows(source, start, stride, count, target):
    """target −= Σ_p source[start + p·stride] · source[start + p·stride + …] over `count` rows p."""
    length = len(target)
    p = 0
    while p + 4 <= count:
        s0 = source[start : start + length]
        s1 = source[start + stride : start + stride + length]
        s2 = source[start + 2 * stride : start + 2 * stride + length]
        s3 = source[start + 3 * stride : start + 3 * stride + length]
        f0, f1, f2, f3 = s0[0], s1[0], s2[0], s3[0]
        for k in range(length):
            target[k] -= (f0 * s0[k] + f1 * s1[k]) + (f2 * s2[k] + f3 * s3[k])
        start += 4 * stride
        p += 4
    while p < count:
        s0 = source[start : start + length]
        f0 = s0[0]
        for k in range(length):
            target[k] -= f0 * s0[k]
        start += stride
        p += 1


@numba.njit(cache=True, fastmath={"contract", "nsz"}, boundscheck=False)
def _eliminate_block(panel, offset, size, begin, end):
    """Cholesky of rows begin…end of the panel among themselves. Return False at a pivot that is not positive."""
    for j in range(begin, end):
        row = panel[offset + j * size + j : offset + (j + 1) * size]
        _subtract_rows(panel, offset + begin * size + j, size, j - begin, row)
        if not row[0] > 0.0:
            return False
        root = np.sqrt(row[0])
        scale = 1.0 / root
        row[0] = root
        for k in range(1, len(row)):
            row[k] *= scale
    return True


@numba.njit(cache=True)
def _transposed(panel, offset, size, begin, end, work):
    """Columns `end`… of panel rows begin…end, transposed and contiguous."""
    count, length = end - begin, size - end
    copy = work[: count * length].reshape((length, count))
    for k0 in range(0, length, 32):
        k1 = min(k0 + 32, length)
        for j in range(count):
            start = offset + (begin + j) * size + end
            row, column = panel[start + k0 : start + k1], copy[k0:k1, j]
            for k in range(len(row)):
                column[k] = row[k]
    return copy


@numba.njit(cache=True, boundscheck=False)
def _place(i, offset, size, width, at):
    """Where the entry of row i and column i lies, in the panel or in the packed remainder."""
    if i < width:
        return offset + i * size + i
    r, rows = i - width, size - width
    return at + r * rows - (r * (r - 1)) // 2


@numba.njit(cache=True, boundscheck=False)
def _update(panel, offset, size, width, begin, end, last, rest, at, work, product):
    """Subtract the contribution of eliminated rows begin…end from the front's rows end…last."""
    count = end - begin
    if (last - end) * (size - end) * count < SMALL_WORK:
        for i in range(end, last):
            place = _place(i, offset, size, width, at)
            target = panel if i < width else rest
            _subtract_rows(panel, offset + begin * size + i, size, count, target[place : place + size - i])
        return
    copy = _transposed(panel, offset, size, begin, end, work)
    span = PRODUCT // count
    for a in range(0, last - end, TILE):
        b = min(a + TILE, last - end)
        for c in range(a, size - end, span):
            d = min(c + span, size - end)
            out = product[: (b - a) * (d - c)].reshape((b - a, d - c))
            np.dot(copy[a:b], copy[c:d].T, out)
            for i in range(a, min(b, d)):
                first = max(i, c)
                place = _place(end + i, offset, size, width, at) + first - i
                target = panel if end + i < width else rest
                _subtract(target[place : place + d - first], out[i - a, first - c :])


@numba.njit(cache=True, boundscheck=False)
def _subtract(target, values):
    for k in range(len(target)):
        target[k] -= values[k]


@numba.njit(cache=True, boundscheck=False)
def _eliminate_single(panel, offset, size, rest, at):
    """`eliminate` for one pivot: most fronts have one and few rows, where every call counts."""
    row = panel[offset : offset + size]
    if not row[0] > 0.0:
        return False
    root = np.sqrt(row[0])
    row[0] = root
    for k in range(1, size):
        row[k] /= root
    for i in range(1, size):
        factor = row[i]
        target = rest[at : at + size - i]
        for k in range(i, size):
            target[k - i] -= factor * row[k]
        at += size - i
    return True


@numba.njit(cache=True)
def eliminate(panel, offset, size, width, rest, at, work, product):
    """Eliminate the front's pivots; return False if the matrix is not positive definite.

    `panel[offset:]` holds width × size entries, `rest[at:]` the packed remainder; `work` needs BLOCK × size and
    `product` TILE × PRODUCT entries. Complexity: width · size² operations.
    """
    if width == 1:
        return _eliminate_single(panel, offset, size, rest, at)
    for begin in range(0, width, BLOCK):
        end = min(begin + BLOCK, width)
        for first in range(begin, end, STRIP):
            last = min(first + STRIP, end)
            if not _eliminate_block(panel, offset, size, first, last):
                return False
            if last < end:
                _update(panel, offset, size, width, first, last, end, rest, at, work, product)
        if end < size:
            _update(panel, offset, size, width, begin, end, size, rest, at, work, product)
    return True
