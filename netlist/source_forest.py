"""Voltage sources as a forest: which lines they tie together, and at which fixed differences.

A weighted union-find (Tarjan 1979 with offsets): `difference` says v(line) − v(root) for every line, so that a source
that closes a loop is either redundant or contradicts the others by a known voltage.
"""

from __future__ import annotations

from collections import deque

import numpy as np


class SourceForest:
    """Lines 0 … count−1, tied by sources one at a time; only sources that close no loop become part of the forest."""

    def __init__(self, count: int):
        self._parent = list(range(count))
        self._offset = [0.0] * count
        self._size = [1] * count
        self._ties: dict[int, list[tuple[int, int]]] = {}

    def find(self, line: int) -> tuple[int, float]:
        """(root, v(line) − v(root)), with the path shortened. Nearly constant time."""
        path = []
        while self._parent[line] != line:
            path.append(line)
            line = self._parent[line]
        offset = 0.0
        for step in reversed(path):
            offset += self._offset[step]
            self._parent[step], self._offset[step] = line, offset
        return line, offset

    def tie(self, plus: int, minus: int, voltage: float, source: int) -> float | None:
        """Demand v(plus) − v(minus) = voltage. None if that is new, else by how much the loop it closes misses it."""
        (upper, above), (lower, below) = self.find(plus), self.find(minus)
        if upper == lower:
            return voltage - (above - below)
        shift = voltage - above + below
        if self._size[upper] > self._size[lower]:
            upper, lower, shift = lower, upper, -shift
        self._parent[upper], self._offset[upper] = lower, shift
        self._size[lower] += self._size[upper]
        self._ties.setdefault(plus, []).append((minus, source))
        self._ties.setdefault(minus, []).append((plus, source))
        return None

    def path(self, start: int, stop: int) -> list[tuple[int, int, int]]:
        """The sources from one line to another of its tree as (from line, to line, source). Linear in the tree."""
        reached: dict[int, tuple[int, int] | None] = {start: None}
        queue = deque([start])
        while queue and stop not in reached:
            line = queue.popleft()
            for other, source in self._ties.get(line, ()):
                if other not in reached:
                    reached[other] = (line, source)
                    queue.append(other)
        steps: list[tuple[int, int, int]] = []
        while (step := reached[stop]) is not None:
            steps.append((step[0], stop, step[1]))
            stop = step[0]
        return steps[::-1]

    def groups(self) -> tuple[np.ndarray, np.ndarray]:
        """(root, v(line) − v(root)) of every line, as arrays."""
        roots, offsets = zip(*map(self.find, range(len(self._parent))), strict=True)
        return np.array(roots, dtype=np.intp), np.array(offsets)
