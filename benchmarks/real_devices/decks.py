"""The decks of this benchmark, as text: random smooth resistive circuits, and square grids with junction diodes."""

from __future__ import annotations

import networkx as nx
import numpy as np

MODELS = ".model d0 D(is=1e-14)\n.model d1 D(is=2.52n n=1.752 rs=0.568)\n.model d2 D(is=1n n=2)\n"


def random_circuit(seed: int) -> str:
    """3 to 300 nodes: a random tree and more branches of resistors (1 Ω to 1 MΩ) and Shockley diodes, alone beside a
    resistor or both ways; up to 4 voltage sources of up to 20 V and up to 4 current sources of up to 0.1 A."""
    random = np.random.default_rng(seed)
    nodes = int(random.integers(3, 300))
    edges = list(nx.random_labeled_tree(nodes, seed=seed).edges)
    edges += [tuple(random.choice(nodes, 2, replace=False)) for _ in range(int(random.integers(0, 2 * nodes)))]
    lines = ["random"]
    for k, (a, b) in enumerate(edges):
        lines += _branch(random, k, *((a, b) if random.random() < 0.5 else (b, a)))
    lines.append("Rground n0 0 1k")
    for k in range(int(random.integers(1, 5))):
        lines.append(f"V{k} s{k} 0 {random.uniform(-20, 20):.4g}")
        lines.append(f"Rs{k} s{k} n{random.integers(nodes)} {10 ** random.uniform(0, 4):.4g}")
    for k in range(int(random.integers(0, 5))):
        a, b = random.integers(nodes, size=2)
        lines.append(f"I{k} n{a} n{b} {10 ** random.uniform(-6, -1):.4g}")
    return "\n".join([*lines, MODELS])


def _branch(random: np.random.Generator, k: int, a: int, b: int) -> list[str]:
    kind = random.random()
    if kind < 0.5:
        return [f"R{k} n{a} n{b} {10 ** random.uniform(0, 6):.5g}"]
    first = f"D{k} n{a} n{b} d{random.integers(3)}"
    if kind < 0.8:
        return [first, f"Rd{k} n{a} n{b} {10 ** random.uniform(3, 7):.5g}"]
    return [first, f"Db{k} n{b} n{a} d{random.integers(3)}"]


def grid(side: int, seed: int = 0) -> str:
    """side² nodes, resistors of 1 to 100 Ω between neighbours, a junction diode beside every fourth of them in a random
    direction, 50 voltage sources of up to 1 V and 50 current sources of up to 0.1 A."""
    random = np.random.default_rng(seed)
    number = np.arange(side * side).reshape(side, side)
    a = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    b = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    ohms = 10.0 ** random.uniform(0, 2, len(a))
    lines = ["grid", *(f"R{k} n{a[k]} n{b[k]} {ohms[k]:.6g}" for k in range(len(a)))]
    for k in random.choice(len(a), side * side // 2, replace=False):
        ends = (a[k], b[k]) if random.random() < 0.5 else (b[k], a[k])
        lines.append(f"D{k} n{ends[0]} n{ends[1]} d0")
    driven = random.choice(side * side, min(100, side * side // 4), replace=False)
    half = len(driven) // 2
    lines += [f"V{k} n{node} 0 {random.uniform(-1, 1):.6g}" for k, node in enumerate(driven[:half])]
    lines += [f"I{k} 0 n{node} {random.uniform(-0.1, 0.1):.6g}" for k, node in enumerate(driven[half:])]
    return "\n".join([*lines, MODELS])


BRIDGE = """a diode bridge with a capacitor and a load
V1 a b sin(0 10 1k)
D1 a p d1n4148
D2 b p d1n4148
D3 0 a d1n4148
D4 0 b d1n4148
C1 p 0 10u
R1 p 0 1k
Rb b 0 1meg
.model d1n4148 D(is=2.52n rs=0.568 n=1.752 cjo=4p m=0.4 tt=20n)
"""

MULTIPLIER = """a voltage multiplier of four stages
V1 in 0 sin(0 5 10k)
C1 in n1 100n
D1 0 n1 d1n4148
D2 n1 n2 d1n4148
C2 n2 0 100n
C3 n1 n3 100n
D3 n2 n3 d1n4148
D4 n3 n4 d1n4148
C4 n4 n2 100n
R1 n4 0 1meg
.model d1n4148 D(is=2.52n rs=0.568 n=1.752 cjo=4p m=0.4 tt=20n)
"""
