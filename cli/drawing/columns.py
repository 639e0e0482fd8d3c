"""The order of rails from left to right: short links, sources left, outputs right.

Minimum linear arrangement is NP-hard (Garey and Johnson 1979, GT42); the order starts from the distance to the sources
and is improved by moving one rail at a time as long as that helps.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from .plan import Place, Plan

_PULL = 0.3
_OVER_BOX = 2.0
_ROUNDS = 12


@dataclass(frozen=True)
class _Wishes:
    """What makes an order good: which pairs should be near, what should be left and right, what not to pass over."""

    pairs: list[tuple[Place, Place]]
    left: set[Place]
    right: set[Place]
    boxes: set[Place]

    def cost(self, order: Sequence[Place]) -> float:
        """Total length of the links, what is amiss at the margins, and boxes in the way."""
        at = {place: column for column, place in enumerate(order)}
        boxes = [at[box] for box in self.boxes]
        length = 0.0
        for first, second in self.pairs:
            low, high = sorted((at[first], at[second]))
            length += high - low + _OVER_BOX * sum(low < box < high for box in boxes)
        last = len(order) - 1
        pulled = sum(at[place] for place in self.left) + sum(last - at[place] for place in self.right if place in at)
        return length + _PULL * pulled


def ordered_places(plan: Plan, outputs: Collection[str]) -> list[Place]:
    """The rails and boxes of a plan, left to right. About cubic in their number, so for small circuits."""
    driven = [hang.rail for hang in plan.hangs if hang.element.kind in "VI"]
    distance = _distances(plan, driven or list(plan.places[:1]))
    order = sorted(plan.places, key=lambda place: (distance.get(place, 0), place in outputs))
    pairs = [(link.first, link.second) for link in plan.links]
    wishes = _Wishes(pairs, set(driven), set(outputs), set(plan.boxes))
    best = wishes.cost(order)
    for _ in range(_ROUNDS):
        before = best
        for place in list(order):
            order, best = _moved(order, place, wishes)
        if best >= before - 1e-9:
            break
    return order


def _distances(plan: Plan, starts: Sequence[Place]) -> dict[Place, int]:
    """Number of links from the nearest start."""
    near: dict[Place, list[Place]] = {}
    for link in plan.links:
        near.setdefault(link.first, []).append(link.second)
        near.setdefault(link.second, []).append(link.first)
    distance = dict.fromkeys(starts, 0)
    queue = deque(distance)
    while queue:
        place = queue.popleft()
        for other in near.get(place, ()):
            if other not in distance:
                distance[other] = distance[place] + 1
                queue.append(other)
    return distance


def _moved(order: list[Place], place: Place, wishes: _Wishes) -> tuple[list[Place], float]:
    """The best order with one rail elsewhere, and its cost."""
    rest = [each for each in order if each != place]
    options = ([*rest[:at], place, *rest[at:]] for at in range(len(order)))
    return min(((each, wishes.cost(each)) for each in options), key=lambda pair: pair[1])
