"""Buses: a node field that stands for many nodes, `h[0:99]`, or for one of them, `h[7]`."""

from __future__ import annotations

from typing import NamedTuple


class BusSlice(NamedTuple):
    """Nodes `start` to `stop`, both included, of the bus `name`."""

    name: str
    start: int
    stop: int

    @property
    def width(self) -> int:
        return self.stop - self.start + 1

    def node(self, offset: int) -> str:
        """The scalar node at that offset into the slice."""
        return f"{self.name}[{self.start + offset}]"


def bus_slice(node: str) -> BusSlice | None:
    """The slice a node field names, or None for a field without a range (`h[7]` has none: it is one node)."""
    if not node.endswith("]") or ":" not in node:
        return None
    name, _, inside = node[:-1].partition("[")
    start, colon, stop = inside.partition(":")
    if not (colon and start.isdigit() and stop.isdigit()):
        return None
    return BusSlice(name, int(start), int(stop))


def split_index(name: str) -> tuple[str, tuple[int, ...]]:
    """`v(h[7])` as (`v(h)`, (7,)), `i(rw[3,7])` as (`i(rw)`, (3, 7)); a name without index gives an empty one."""
    tail = "])" if name.endswith("])") else "]" if name.endswith("]") else ""
    if not tail:
        return name, ()
    head, _, inside = name[: -len(tail)].rpartition("[")
    parts = inside.split(",")
    if not head or not all(part.isdigit() for part in parts):
        return name, ()
    return head + tail[1:], tuple(map(int, parts))
