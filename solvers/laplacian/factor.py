"""Multifrontal Cholesky factorisation of a sparse symmetric positive definite matrix.

Each front assembles its entries of the matrix and the remainders that its children left, eliminates its pivots and
leaves its own remainder to its parent (I. Duff, J. Reid, "The multifrontal solution of indefinite sparse symmetric
linear equations", ACM Trans. Math. Softw. 9 (1983), doi:10.1145/356044.356047). Remainders live on a stack. Subtrees
that have nothing to do with each other are done side by side (subtrees.py); the result does not depend on how many.
"""

from concurrent.futures import ThreadPoolExecutor

import numba
import numpy as np

from .assembly import Entries, assemble_entries, extend_add, set_positions
from .dense import BLOCK, PRODUCT, TILE, eliminate
from .elimination import Fronts
from .subtrees import children, measure, shares


def factorise(fronts: Fronts, matrix: Entries, threads: int = 1) -> tuple[np.ndarray, int]:
    """Return the panels of the factor, and the number of a front with a pivot that is not positive (−1: none)."""
    count = len(fronts.first) - 1
    head, sibling = children(fronts.parent)
    panel = np.zeros(fronts.panel_start[-1])
    place = np.empty(count, np.int64)
    done = np.zeros(count, np.bool_)
    groups = shares(fronts, head, sibling, threads)
    everything = np.array([[0, count]])
    needs = [measure(fronts, ranges, done) for ranges in groups]
    for begin, end in (each for ranges in groups for each in ranges):
        done[begin:end] = True
    needs.append(measure(fronts, everything, done))
    base = np.concatenate([[0], np.cumsum([most for most, _ in needs])])
    stack = np.empty(base[-1])

    def run(worker: int, ranges: np.ndarray, skip: np.ndarray) -> int:
        tools = np.empty(BLOCK * needs[worker][1]), np.empty(TILE * PRODUCT), np.empty(needs[worker][1], np.uint32)
        position = np.empty(len(matrix.diagonal), np.uint32)
        return _run(fronts, matrix, head, sibling, ranges, skip, panel, stack, base[worker], place, position, *tools)

    nothing = np.zeros(count, np.bool_)
    if groups:
        with ThreadPoolExecutor(len(groups)) as pool:
            for failed in pool.map(lambda worker: run(worker, groups[worker], nothing), range(len(groups))):
                if failed >= 0:
                    return panel, failed
    return panel, run(len(groups), everything, done)


@numba.njit(cache=True, boundscheck=False)
def _move_down(target, values):
    for k in range(len(values)):
        target[k] = values[k]


@numba.njit(cache=True, nogil=True)
def _run(
    fronts, matrix, head, sibling, ranges, skip, panel, stack, base, place, position, work, product, local
):  # fmt: skip
    """Eliminate the fronts in `ranges` (begin, end) but those to `skip`; remainders go to stack[base:], and `place`
    says where each lies. Return the front that failed, or −1."""
    top = base
    for begin, end in ranges:
        for s in range(begin, end):
            if skip[s]:
                continue
            width, rows = fronts.first[s + 1] - fronts.first[s], fronts.row_start[s + 1] - fronts.row_start[s]
            size, offset, target = width + rows, fronts.panel_start[s], top
            set_positions(fronts, s, position)
            assemble_entries(fronts, s, matrix, position, panel)
            remainder = rows * (rows + 1) // 2
            stack[target : target + remainder] = 0.0
            child = head[s]
            while child >= 0:
                if base <= place[child] < target:
                    top = min(top, place[child])
                extend_add(fronts, child, stack, place[child], position, local, width, panel, offset, size, target)
                child = sibling[child]
            if not eliminate(panel, offset, size, width, stack, target, work, product):
                return s
            if top < target:
                _move_down(stack[top : top + remainder], stack[target : target + remainder])
            place[s] = top
            top += remainder
    return -1
