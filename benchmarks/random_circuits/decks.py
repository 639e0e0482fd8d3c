"""Random circuits of every kind as netlists: all hang together by resistors, except those of kind `floating`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np

from tellegen.netlist.source_forest import SourceForest

LARGEST = 200
TAIL = ".model ideal D(is=1e-12 n=1e-4)\n*@ ideal model=ideal\n"
AMPLIFIER = """.subckt amplifier in out gain=4
Eforward inner 0 in 0 {gain}
Vsense inner out 0
Fbackward in 0 Vsense {1/gain}
.ends
"""
SEGMENTS = (
    "drop=0.3",
    "drop=0.6 on_resistance=10",
    "drop=0.6 on_resistance=10 leakage=10k zener=1.5 zener_resistance=2 limit=20m",
    "leakage=10k zener=0.5 zener_resistance=3",
    "on_resistance=2 limit=5m",
)
CURVES = (
    "limit=2m",
    "v=-1,0,1 i=-2m,0,1m",
    "v=-0.5,-0.2,0.2,0.5 i=-20m,-1m,1m,20m",
    "v=-1,-0.1,0.1,1 i=-1m,-1m,1m,1m",
    "v=0,0,1,1 i=-1m,0,0,1m",
    "v=-1,0,0.3,0.3,2 i=-1m,-0.5m,0,4m,4m",
)


class Draw:
    """The cards of one circuit as they are drawn."""

    def __init__(self, seed: int):
        self.random = np.random.default_rng(seed)
        self.nodes = [f"n{k}" for k in range(int(3 * (LARGEST / 3) ** self.random.random() ** 1.5))]
        self.decades = float(self.random.choice([0.3, 2.0, 4.0]))
        self.cards: list[str] = []
        self.forest = SourceForest(len(self.nodes) + 1)

    def count(self, share: float) -> int:
        """A number of elements, up to `share` of the nodes, at least one."""
        return 1 + int(self.random.uniform(0.0, share) * len(self.nodes))

    def ends(self, grounded: bool = True) -> tuple[str, str]:
        """Two different nodes, ground among them or not."""
        every = ["0", *self.nodes] if grounded else self.nodes
        first, second = self.random.choice(len(every), 2, replace=False)
        return every[first], every[second]

    def add(self, letter: str, ends: tuple[str, str], rest: str) -> None:
        self.cards.append(f"{letter}{len(self.cards)} {ends[0]} {ends[1]} {rest}")

    def resistor(self, ends: tuple[str, str]) -> None:
        self.add("R", ends, f"{100 * 10.0 ** self.random.uniform(0.0, self.decades):.9g}")

    def resistors(self, parts: int = 1) -> None:
        """A random tree over ground and all nodes, and more; with several `parts` the others do without ground."""
        order = self.random.permutation(len(self.nodes))
        for k, node in enumerate(order):
            known = order[k % parts : k : parts]
            if len(known):
                self.resistor((self.nodes[node], self.nodes[self.random.choice(known)]))
            elif not k % parts:
                self.resistor((self.nodes[node], "0"))
        for _ in range(self.count(1.0) if parts == 1 else 0):
            self.resistor(self.ends())

    def currents(self, share: float = 0.3) -> None:
        for _ in range(self.count(share)):
            self.add("I", self.ends(), f"{self.random.normal() * 1e-3:.9g}")

    def voltages(self, grounded: bool = True) -> None:
        """Sources between any nodes that close no loop; those not `grounded` in series with a resistor to ground."""
        for k in range(self.count(0.1)):
            volts = round(float(self.random.normal()), 6)
            if not grounded:
                self.cards.append(f"V{len(self.cards)} s{k} 0 {volts}")
                self.resistor((f"s{k}", str(self.random.choice(self.nodes))))
                continue
            first, second = self.random.choice(len(self.nodes) + 1, 2, replace=False).tolist()
            if self.forest.tie(first, second, volts, len(self.cards)) is None:
                self.add("V", (self.name(first), self.name(second)), f"{volts}")

    def name(self, place: int) -> str:
        return self.nodes[place - 1] if place else "0"

    def diode(self, ends: tuple[str, str]) -> None:
        self.add("D", ends, "ideal")

    def diodes_up(self) -> None:
        """Diodes that point up random potentials which agree with the sources, so that there is a state."""
        root, offset = self.forest.groups()
        free = self.random.normal(size=len(root))
        free[root[0]] = -offset[0]
        potential = free[root] + offset
        for _ in range(self.count(1.5)):
            pair = self.random.choice(len(potential), 2, replace=False).tolist()
            low, high = sorted(pair, key=lambda node: potential[node])
            self.diode((self.name(low), self.name(high)))

    def text(self) -> str:
        return "random\n" + "\n".join(self.cards) + "\n" + TAIL


def linear(draw: Draw) -> None:
    draw.resistors()
    draw.voltages()
    draw.currents()


def to_ground(draw: Draw) -> None:
    draw.resistors()
    draw.voltages(grounded=False)
    draw.currents()
    for _ in range(draw.count(1.0)):
        node = str(draw.random.choice(draw.nodes))
        draw.diode((node, "0") if draw.random.random() < 0.5 else ("0", node))


def anywhere(draw: Draw) -> None:
    draw.resistors()
    draw.currents()
    draw.voltages(grounded=False)
    for _ in range(draw.count(2.0)):
        draw.diode(draw.ends())


def chains(draw: Draw) -> None:
    draw.resistors()
    draw.currents()
    for _ in range(draw.count(0.05)):
        chain = draw.random.permutation(["0", *draw.nodes]).tolist()
        for pair in pairwise(chain[: 2 + int(draw.random.integers(len(chain)))]):
            draw.diode(pair)


def loops(draw: Draw) -> None:
    draw.resistors()
    draw.currents()
    for _ in range(draw.count(0.15)):
        size = int(draw.random.integers(2, min(6, len(draw.nodes)) + 1))
        ring = draw.random.choice(["0", *draw.nodes], size, replace=False).tolist()
        for pair in zip(ring, [*ring[1:], ring[0]], strict=True):
            draw.diode(pair)


def bridges(draw: Draw) -> None:
    draw.resistors()
    draw.currents()
    draw.voltages(grounded=False)
    for _ in range(draw.count(0.1)):
        if len(draw.nodes) > 3:
            plus, minus, a, b = draw.random.choice(["0", *draw.nodes], 4, replace=False).tolist()
            for pair in ((a, plus), (b, plus), (minus, a), (minus, b)):
                draw.diode(pair)


def sources(draw: Draw) -> None:
    draw.resistors()
    draw.voltages()
    draw.currents(1.0)
    draw.diodes_up()


def floating(draw: Draw) -> None:
    draw.resistors(parts=int(draw.random.integers(2, 5)))
    for _ in range(draw.count(0.5)):
        draw.diode(draw.ends())
        draw.diode(("0", str(draw.random.choice(draw.nodes))))
    draw.currents(0.1)


def bent_diodes(draw: Draw) -> None:
    draw.resistors()
    draw.voltages(grounded=False)
    draw.currents()
    for k in range(draw.count(0.5)):
        draw.add("D", draw.ends(), f"d{k}")
        draw.cards.append(f".model d{k} D(is=1e-12 n=1e-4)\n*@ piecewise model=d{k} {draw.random.choice(SEGMENTS)}")


def bent_resistors(draw: Draw) -> None:
    draw.resistors()
    draw.voltages(grounded=False)
    draw.currents()
    for k in range(draw.count(0.4)):
        ends = draw.ends()
        draw.cards.append(f"RB{k} {ends[0]} {ends[1]} 500\n*@ piecewise RB{k} {draw.random.choice(CURVES)}")


def amplifiers(draw: Draw) -> None:
    """Two circuits, and amplifiers from the one to the other."""
    far = Draw(int(draw.random.integers(1 << 30)))
    far.nodes = [f"m{k}" for k in range(len(far.nodes))][: LARGEST - len(draw.nodes) + 3]
    for each in (draw, far):
        each.resistors()
        each.voltages(grounded=each is draw)
        each.currents()
        each.diodes_up() if each is draw else each.diode(each.ends())
    held = set()
    for k in range(draw.count(0.1)):
        pair = str(draw.random.choice(draw.nodes)), str(draw.random.choice(far.nodes))
        if not held.intersection(pair):
            held.update(pair)
            draw.cards.append(f"X{k} {pair[0]} {pair[1]} amplifier gain=4")
    renamed = [card[0] + "F" + card[1:].replace(" s", " t") for card in far.cards]
    draw.cards += [*renamed, AMPLIFIER]


KINDS: Mapping[str, Callable[[Draw], None]] = {
    "linear": linear,
    "diodes to ground": to_ground,
    "diodes between any nodes": anywhere,
    "chains of diodes": chains,
    "loops of diodes": loops,
    "bridges of diodes": bridges,
    "voltage and current sources anywhere": sources,
    "parts that hang on diodes": floating,
    "piecewise-linear diodes": bent_diodes,
    "piecewise-linear resistors": bent_resistors,
    "amplifiers": amplifiers,
}


def deck(kind: str, seed: int) -> str:
    """One circuit of a kind."""
    draw = Draw(seed)
    KINDS[kind](draw)
    return draw.text()
