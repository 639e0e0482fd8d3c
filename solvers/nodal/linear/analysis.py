"""From the pattern of a matrix, and its values where there are some, to the plan of its factorisation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .calling import kernels
from .core import Core, Sequence
from .dense import LANES
from .factorisation import factor
from .front_tables import Layout, lay_out_fronts
from .given import Given, checked_pattern, column_of_entries
from .panels import SQUARES
from .pivoting import Pattern, choose, choose_within
from .plan import COLUMNS, DENSE, FRONTS, Plan, packed, part, workspace
from .products import lay_out

THRESHOLD = 1e-2
"""A preferred pivot may be so much smaller than the largest of its column."""
LIMIT = 1e5
"""A factor so much larger than one, rows being scaled, asks for other pivots."""
FEW, SPARSE = 20_000, 4
"""With so few products, or so few for every entry of the factors, a system goes by columns; with more, fronts may be
faster."""
MOST = 4e6
"""With more products than these, columns are not even tried."""
SECONDS = 0.8e-9
"""By columns, for a product, as measured (benchmarks/linear)."""


def analyse(n: int, indptr: np.ndarray, indices: np.ndarray, values: np.ndarray | None = None) -> Plan:
    """The plan of an n × n matrix by its CSC pattern: column j has the rows `indices[indptr[j]:indptr[j + 1]]`.

    Rows need not be in order, and none may be named twice in a column. Without `values` pivots are expected on the
    diagonal wherever the pattern has an entry there.

    Raises:
        ValueError: it is no such pattern.
    """
    indptr, indices = checked_pattern(n, indptr, indices)
    if n <= LANES:
        return _dense(n, indptr, indices)
    return _sparse(Given.of(indptr, indices, values))


def choose_pivots(plan: Plan, values: np.ndarray) -> Plan:
    """A plan whose pivots suit these values (entries,), for when `factor` has found that the old ones do not.

    Diagonal entries that are zero are left out, as those of voltage sources are; `factor` fails once they are not.
    The same plan is returned where values are not finite.
    """
    if plan.method == DENSE or not np.all(np.isfinite(values)):
        return plan
    return _sparse(Given.of(part(plan, 0), part(plan, 1), values))


def analyse_batch(n: int, indptr: np.ndarray, indices: np.ndarray, values: np.ndarray) -> Plan:
    """A plan by columns, whatever the size, for batches.py: with pivots for `values` (entries,) that are typical."""
    given = Given.of(*checked_pattern(n, indptr, indices), values)
    sequence, weight = _expected(given)
    return _by_columns(given, sequence, choose(given, sequence, weight, THRESHOLD), weight)


def _dense(n: int, indptr: np.ndarray, indices: np.ndarray) -> Plan:
    tables = packed([indptr, indices, indices * LANES + column_of_entries(indptr)])
    return Plan(n, DENSE, 2 * n * LANES, n, tables, np.zeros(0), np.zeros(6, np.int64))


def _sparse(given: Given) -> Plan:
    """By columns where there is little to do for every entry, else by fronts where these are expected to be faster."""
    sequence, weight = _expected(given)
    pattern = choose_within(MOST, given, sequence, weight, THRESHOLD)
    if pattern is not None and pattern.products <= max(FEW, SPARSE * (len(pattern.lower) + len(pattern.upper))):
        return _by_columns(given, sequence, pattern, weight)
    if given.values is None:
        return _undecided(given)
    layout, ordered = lay_out_fronts(given, sequence)
    if pattern is not None and pattern.products * SECONDS < layout.seconds:
        return _by_columns(given, sequence, pattern, weight)
    plan = _by_fronts(given, layout, ordered, weight)
    return plan if _is_good(plan, given) else _by_fronts_in_order(given, sequence, weight)


def _expected(given: Given) -> tuple[Sequence, np.ndarray]:
    """The pivots that should do, and the weights of the rows (n,)."""
    core = Core.of(given.size, given.rows, given.columns)
    sizes = given.magnitudes
    weight = core.row_weights(given.size, sizes)
    return core.sequence(sizes * weight[given.rows]), weight


def _by_columns(given: Given, sequence: Sequence, pattern: Pattern, weight: np.ndarray) -> Plan:
    parts = lay_out(given, sequence.columns, pattern)
    weights = _weights(weight, parts.row_order, sequence.by_row)
    size = given.size
    return Plan(size, COLUMNS, len(parts.rows) + 1, size, packed(list(parts)), weights, np.zeros(6, np.int64))


def _undecided(given: Given) -> Plan:
    """A plan that asks for values: the fronts of a large system are worth laying out only once pivots are known."""
    tables = packed([given.indptr, given.indices])
    return Plan(given.size, FRONTS, 0, SQUARES, tables, np.zeros(0), np.zeros(6, np.int64))


def _by_fronts(given: Given, layout: Layout, sequence: Sequence, weight: np.ndarray) -> Plan:
    weights = _weights(weight, sequence.rows, sequence.by_row)
    is_complex = np.iscomplexobj(np.asarray(given.values))
    addresses = np.zeros(6, np.int64)
    addresses[3 * is_complex : 3 * is_complex + 3] = [each.address for each in kernels(is_complex)]
    tables = packed(list(layout.tables))
    return Plan(given.size, FRONTS, layout.factor_size, layout.scratch_size, tables, weights, addresses)


def _is_good(plan: Plan, given: Given) -> bool:
    """Whether the pivots suit the values."""
    values = np.zeros(len(given.indices), np.asarray(given.values).dtype)
    values[given.kept] = given.values
    return factor(plan, values, workspace(plan, values)) < 0


def _by_fronts_in_order(given: Given, sequence: Sequence, weight: np.ndarray) -> Plan:
    """With the pivots of threshold partial pivoting and in its order, where those expected are not good enough."""
    pattern = choose(given, sequence, weight, THRESHOLD)
    rows = np.argsort(pattern.position).astype(np.int32)
    return _by_fronts(given, *lay_out_fronts(given, replace(sequence, rows=rows)), weight)


def _weights(row_weight: np.ndarray, rows: np.ndarray, by_row: int) -> np.ndarray:
    """What factors are compared with: weights and limits of the rows in order. What the rows of trivial pivots are
    multiplied by may be as large as it likes, as they have no other entry."""
    limit = LIMIT * row_weight[rows]
    limit[:by_row] = np.inf
    return np.concatenate([row_weight[rows], limit])
