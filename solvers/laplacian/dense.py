"""Dense kernels of the multifrontal factor: eliminate the pivots of one front.

A front is a symmetric matrix of which the upper triangle is kept: the `panel` (width × size, row-major, size = width +
rows) of its pivots, and the packed upper triangle of the remaining rows. Elimination turns the panel into the rows of
U in A = UᵀU and subtracts UᵀU from the rest. Large blocks go to BLAS (`numpy.dot`), small ones stay in plain loops,
four pivots at a time so that the target row is loaded once for four multiplications.
"""

import numba
import numpy as np

BLOCK = 32
# A product of TILE × SPAN × BLOCK stays below the work from which OpenBLAS starts threads (2¹⁸): they spin on a busy
# machine and cost more than they save.
TILE = 32
SPAN = 256
SMALL_WORK = 20_000


@numba.njit(cache=True, fastmath={"contract", "nsz"}, boundscheck=False)
def _subtract_rows(source, offset, stride, count, column, target, at, length):
    """target[at : at + length] −= Σ_p source[p, column] · source[p, column : column + length] over `count` rows."""
    p = 0
    while p + 4 <= count:
        b0 = offset + p * stride + column
        b1 = b0 + stride
        b2 = b1 + stride
        b3 = b2 + stride
        f0, f1, f2, f3 = source[b0], source[b1], source[b2], source[b3]
        for k in range(length):
            target[at + k] -= (f0 * source[b0 + k] + f1 * source[b1 + k]) + (f2 * source[b2 + k] + f3 * source[b3 + k])
        p += 4
    while p < count:
        b0 = offset + p * stride + column
        f0 = source[b0]
        for k in range(length):
            target[at + k] -= f0 * source[b0 + k]
        p += 1


@numba.njit(cache=True, fastmath={"contract", "nsz"}, boundscheck=False)
def _eliminate_block(panel, offset, size, begin, end):
    """Cholesky of rows begin…end of the panel among themselves. Return False at a pivot that is not positive."""
    for j in range(begin, end):
        row = offset + j * size
        _subtract_rows(panel, offset + begin * size, size, j - begin, j, panel, row + j, size - j)
        pivot = panel[row + j]
        if not pivot > 0.0:
            return False
        root = np.sqrt(pivot)
        panel[row + j] = root
        scale = 1.0 / root
        for k in range(row + j + 1, row + size):
            panel[k] *= scale
    return True


@numba.njit(cache=True)
def _transposed(panel, offset, size, begin, end, work):
    """Columns `end`… of panel rows begin…end, transposed and contiguous."""
    count, length = end - begin, size - end
    copy = work[: count * length].reshape((length, count))
    for k0 in range(0, length, 32):
        k1 = min(k0 + 32, length)
        for j in range(count):
            row = offset + (begin + j) * size + end
            for k in range(k0, k1):
                copy[k, j] = panel[row + k]
    return copy


@numba.njit(cache=True, boundscheck=False)
def _row_of(i, offset, size, width, at):
    """Whether column i's row lies in the panel, and where its entry in column 0 would lie."""
    if i < width:
        return offset + i * size
    r, rows = i - width, size - width
    return at + r * rows - (r * (r + 1)) // 2 - width


@numba.njit(cache=True, boundscheck=False)
def _update(panel, offset, size, width, begin, end, rest, at, work, product):
    """Subtract the contribution of eliminated rows begin…end from all that is left of the front."""
    count = end - begin
    if (size - end) * (size - end) * count < SMALL_WORK:
        for i in range(end, size):
            row = _row_of(i, offset, size, width, at) + i
            target = panel if i < width else rest
            _subtract_rows(panel, offset + begin * size, size, count, i, target, row, size - i)
        return
    copy = _transposed(panel, offset, size, begin, end, work)
    for a in range(0, size - end, TILE):
        b = min(a + TILE, size - end)
        for c in range(a, size - end, SPAN):
            d = min(c + SPAN, size - end)
            out = product[: (b - a) * (d - c)].reshape((b - a, d - c))
            np.dot(copy[a:b], copy[c:d].T, out)
            for i in range(a, b):
                row = _row_of(end + i, offset, size, width, at) + end
                target = panel if end + i < width else rest
                for k in range(max(i, c), d):
                    target[row + k] -= out[i - a, k - c]


@numba.njit(cache=True)
def eliminate(panel, offset, size, width, rest, at, work, product):
    """Eliminate the front's pivots; return False if the matrix is not positive definite.

    `panel[offset:]` holds width × size entries, `rest[at:]` the packed remainder; `work` needs BLOCK × size and
    `product` TILE × SPAN entries. Complexity: width · size² operations.
    """
    for begin in range(0, width, BLOCK):
        end = min(begin + BLOCK, width)
        if not _eliminate_block(panel, offset, size, begin, end):
            return False
        if end < size:
            _update(panel, offset, size, width, begin, end, rest, at, work, product)
    return True
