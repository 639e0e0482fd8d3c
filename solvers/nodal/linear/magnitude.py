"""How large a number is, and when a difference has lost all its digits."""

import numba

from .plan import INNER

EPSILON = 2.0**-52
TINY = 1e-290


@numba.njit(**INNER)
def magnitude(x):
    """|Re x| + |Im x|, within √2 of |x| and without its root, as LAPACK compares pivots."""
    return abs(x.real) + abs(x.imag)


@numba.njit(**INNER)
def is_lost(pivot, cancelled):
    """Whether a pivot of this magnitude is nothing but rounding, or NaN, or infinite.

    `cancelled`: Σ |l||u| over the products that were subtracted to find it. Rounding leaves up to about ε Σ |l||u| of a
    pivot that is zero (Higham, "Accuracy and Stability of Numerical Algorithms", 2002, theorem 9.3). Rows and columns
    may be in any units: the comparison is the same for D A E with diagonal D, E.
    """
    return not (EPSILON * cancelled < pivot < 1e290 and pivot > TINY)
