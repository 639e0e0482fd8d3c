"""The heights of links: short ones low, those over boxes last, each where it crosses as few rails as it can."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .plan import Link, Place

_CROSSING = 2.5
_THROUGH_BOX = 100.0


def link_rows(links: Sequence[Link], column: Mapping[Place, int], boxes: Mapping) -> list[int]:
    """A row from 0 upwards for every link. Quadratic in their number."""
    packing = _Packing(column, boxes)
    rows = [0] * len(links)
    over_boxes = [sum(left < column[box] < right for box in boxes) for left, right in (_ends(k, column) for k in links)]
    lengths = [right - left for left, right in (_ends(link, column) for link in links)]
    for index in sorted(range(len(links)), key=lambda k: (over_boxes[k], lengths[k], _ends(links[k], column), k)):
        rows[index] = packing.place(links[index])
    return rows


def _ends(link: Link, column: Mapping[Place, int]) -> tuple[int, int]:
    first, second = column[link.first], column[link.second]
    return min(first, second), max(first, second)


class _Packing:
    """Links placed so far: which stretches of each row are taken, and which rows each rail reaches."""

    def __init__(self, column: Mapping[Place, int], boxes: Mapping):
        self._column = column
        self._boxes = {column[box] for box in boxes}
        self._taken: list[list[tuple[int, int]]] = []
        self._reach: dict[int, tuple[int, int]] = {}

    def place(self, link: Link) -> int:
        """Take the cheapest free row for a link."""
        left, right = _ends(link, self._column)
        rows = range(len(self._taken) + 1)
        best = min((row for row in rows if self._free(row, left, right)), key=lambda row: self._cost(row, left, right))
        if best == len(self._taken):
            self._taken.append([])
        self._taken[best].append((left, right))
        for end in (left, right):
            low, high = self._reach.get(end, (best, best))
            self._reach[end] = min(low, best), max(high, best)
        return best

    def _free(self, row: int, left: int, right: int) -> bool:
        taken = self._taken[row] if row < len(self._taken) else []
        return all(right <= start or stop <= left for start, stop in taken)

    def _cost(self, row: int, left: int, right: int) -> float:
        cost = float(row)
        for between in range(left + 1, right):
            low, high = self._reach.get(between, (0, -1))
            if low <= row <= high:
                cost += _THROUGH_BOX if between in self._boxes else _CROSSING
        for end in (left, right):
            cost += (_THROUGH_BOX if end in self._boxes else _CROSSING) * self._passed(end, row)
        return cost

    def _passed(self, end: int, row: int) -> int:
        """The links that the rail would cross if it reached to this row."""
        low, high = self._reach.get(end, (row, row))
        added = [*range(min(low, row), low), *range(high + 1, max(high, row) + 1)]
        lines = (stretch for each in added if each < len(self._taken) for stretch in self._taken[each])
        return sum(start < end < stop for start, stop in lines)
