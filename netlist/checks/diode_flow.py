"""Whether the currents that sources bring into blocks of a circuit can leave through ideal diodes.

Blocks hang together by diodes alone, which carry current from anode to cathode only. The injected currents have a way
to ground exactly when a flow exists; else a minimum cut names the blocks that are stuck (Gale 1957,
doi:10.2140/pjm.1957.7.1073). Currents are scaled to whole numbers, so that the flow is exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import networkx as nx

_UNITS = 1 << 48
_ROUNDING = 1e-12


def stuck_blocks(injected: Mapping[int, float], diodes: Iterable[tuple[int, int]], ground: int) -> set[int]:
    """The blocks whose net injected current (amperes) cannot pass; empty if all of it can.

    `diodes` are (anode's block, cathode's block). By the preflow-push algorithm: O(blocks² √diodes).
    """
    scale = sum(map(abs, injected.values()))
    if not scale:
        return set()
    flow = nx.DiGraph()
    flow.add_nodes_from(("source", "sink", ground))
    flow.add_edges_from((anode, cathode) for anode, cathode in diodes if anode != cathode)
    supplied = drawn = 0
    for block, current in injected.items():
        units = round(current / scale * _UNITS)
        supplied, drawn = supplied + max(units, 0), drawn - min(units, 0)
        flow.add_edge("source", block, capacity=units) if units > 0 else flow.add_edge(block, "sink", capacity=-units)
    flow.add_edge("source", ground, capacity=drawn)
    flow.add_edge(ground, "sink", capacity=supplied)
    passed, (reached, rest) = nx.minimum_cut(flow, "source", "sink")
    if passed >= (supplied + drawn) - _ROUNDING * _UNITS * (len(injected) + 1):
        return set()
    stuck = rest if ground in reached else reached
    return {block for block in stuck if isinstance(block, int)}
