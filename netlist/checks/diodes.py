"""Ideal diodes that leave a circuit without an answer: forced forward by sources, or driven without bound by currents.

An ideal diode has no forward drop, so a voltage source cannot stand across it forward; and it passes no current
backwards, so a current source whose only way is against it pushes the voltage to infinity.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .diode_bounds import infeasible_cycle
from .diode_flow import stuck_blocks
from .finding import Finding, finding, listed, plural, verb
from .sources import Step, loop_text
from .survey import Survey

_ROUNDING = 1e-12


def forced_diodes(survey: Survey) -> Iterator[Finding]:
    """An error with the loop of sources and diodes, if there is one that no voltages satisfy."""
    diodes = survey.ideal_diodes
    if not len(diodes):
        return
    root, offset = survey.sources.forest.groups()
    slack = offset[diodes.head] - offset[diodes.tail]
    cycle = infeasible_cycle(root[diodes.tail], root[diodes.head], slack, survey.wiring.count)
    if cycle is None:
        return
    steps = _sources_between(survey, cycle)
    names = [diodes.name(diode, survey.circuit.elements) for diode in cycle]
    forward = -float(slack[cycle].sum())
    message = (
        f"{loop_text(survey.sources, steps)} {verb('force', steps)} {forward:g} V forward across "
        f"{plural('ideal diode', names)}, which can have no forward voltage; put a resistor in series"
    )
    elements = [survey.circuit.elements[int(diodes.owner[diode])] for diode in cycle]
    yield finding("error", message, [*elements, *(survey.sources.element(source) for _, _, source in steps)])


def _sources_between(survey: Survey, cycle: list[int]) -> list[Step]:
    """The sources from each diode's cathode to the next one's anode, each once."""
    diodes = survey.ideal_diodes
    steps: dict[int, Step] = {}
    for diode, following in zip(cycle, [*cycle[1:], cycle[0]], strict=True):
        for step in survey.sources.forest.path(int(diodes.head[diode]), int(diodes.tail[following])):
            steps.setdefault(step[2], step)
    return list(steps.values())


def unbounded_diodes(survey: Survey) -> Iterator[Finding]:
    """Errors for nodes that currents drive against diodes, warnings for nodes that only diodes hold."""
    diodes = survey.ideal_diodes
    block, island = survey.blocks, survey.islands
    if not len(diodes):
        return
    ground = int(block[0])
    at_diodes = np.unique(np.concatenate([block[diodes.tail], block[diodes.head]]))
    injected = _injected(survey, at_diodes[at_diodes != ground])
    pairs = zip(block[diodes.tail].tolist(), block[diodes.head].tolist(), strict=True)
    stuck = stuck_blocks(injected, pairs, ground)
    if stuck:
        yield _unbounded(survey, block, stuck, sum(injected.get(each, 0.0) for each in stuck))
    held = at_diodes[(at_diodes != ground) & (island[at_diodes] == island[0])].tolist()
    loose = np.isin(block, [each for each in held if each not in injected and each not in stuck])
    if loose.any():
        yield _loose(survey, loose)


def _injected(survey: Survey, blocks: np.ndarray) -> dict[int, float]:
    """The net current into each block; none where the whole island takes a net current, which is a finding already."""
    net, scale = survey.injections(survey.blocks)
    whole, whole_scale = survey.injections(survey.islands)
    island = survey.islands
    balanced = (island == island[0]) | (np.abs(whole[island]) <= _ROUNDING * whole_scale[island])
    wanted = blocks[balanced[blocks] & (np.abs(net[blocks]) > _ROUNDING * scale[blocks])]
    return dict(zip(wanted.tolist(), net[wanted].tolist(), strict=True))


def _unbounded(survey: Survey, block: np.ndarray, stuck: set[int], current: float) -> Finding:
    inside = np.isin(block, list(stuck))
    nodes = [survey.names[line] for line in np.flatnonzero(inside)]
    sources, diodes = survey.current_sources, survey.ideal_diodes
    pushing = [int(k) for k in sources.owner[inside[sources.tail] != inside[sources.head]]]
    against = [int(k) for k in diodes.owner[inside[diodes.tail] != inside[diodes.head]]]
    elements = survey.circuit.elements
    currents, blocking = _names(survey, pushing), _names(survey, against)
    way, size = ("into", current) if current > 0 else ("out of", -current)
    message = (
        f"{plural('current source', currents)} {verb('drive', currents)} {size:g} A {way} {plural('node', nodes)}, but "
        f"towards the rest there {verb('stand', blocking)} only {plural('ideal diode', blocking)} the other "
        f"way round, so the voltage has no bound; turn a diode round or add a resistor"
    )
    return finding("error", message, [elements[k] for k in dict.fromkeys(pushing + against)])


def _loose(survey: Survey, inside: np.ndarray) -> Finding:
    diodes = survey.ideal_diodes
    owners = dict.fromkeys(diodes.owner[inside[diodes.tail] | inside[diodes.head]].tolist())
    nodes = [survey.names[line] for line in np.flatnonzero(inside)]
    message = (
        f"only ideal diodes ({listed(_names(survey, list(owners)))}) hold {plural('node', nodes)}, "
        f"so the voltage may not be unique; add a resistor"
    )
    return finding("warning", message, [survey.circuit.elements[k] for k in owners])


def _names(survey: Survey, places: list[int]) -> list[str]:
    return list(dict.fromkeys(survey.circuit.elements[place].name for place in places))
