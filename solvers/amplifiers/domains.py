"""What voltages and currents are measured in, on either side of amplifiers.

Nodes that elements other than amplifiers join are a domain. In a domain with the scale s and the weight W write

    v = s x,      E = Σ over domains W · (½ Σ g (v_a − v_b)² + Σ i (v_a − v_b))

An amplifier from domain p to q with v(after) = A v(before) joins the nodes, x_before = x_after, where s_q = A s_p; and
Kirchhoff's law at `before`, Σ i_p + B Σ i_q = 0, is the slope of E there where W_q s_q = B W_p s_p. So E stays one
convex energy whenever the ways round all loops of amplifiers agree. B = A has W = 1 throughout, the ideal transformer;
B = 1/A has W s² = 1, so that the conductances stay as they are.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...netlist import Circuit, CircuitError
from ...netlist.components import Components
from ...netlist.wiring import Wiring
from .amplifier import Amplifier

_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Domains:
    """Of every line of a wiring: `volts`, its scale s; and `amperes`, 1/(W s): a scaled current times it is a current.

    Ground, which belongs to none, has 1.
    """

    wiring: Wiring
    volts: np.ndarray
    amperes: np.ndarray

    @classmethod
    def of(cls, circuit: Circuit, found: Sequence[Amplifier]) -> Domains:
        """The domains between these amplifiers of a flat circuit. Linear in its branches.

        Raises:
            CircuitError: amplifiers whose gains multiply to different numbers along two ways.
        """
        wiring = Wiring.of(circuit)
        parts = _parts(circuit, wiring, {each.name for one in found for each in (one.forward, one.sense, one.back)})
        ways: dict[int, list[tuple[int, float, float, Amplifier]]] = defaultdict(list)
        for one in found:
            before, after = (int(parts[wiring.line(node)]) for node in (one.before, one.after))
            ways[before].append((after, one.gain, one.backward, one))
            ways[after].append((before, 1.0 / one.gain, 1.0 / one.backward, one))
        targets = {int(parts[wiring.line(one.after)]) for one in found}
        roots = [*(part for part in ways if part not in targets), *ways]
        volts, amperes = np.ones(wiring.count), np.ones(wiring.count)
        for part, (scale, pull) in _spread(roots, ways).items():
            members = parts == part
            volts[members], amperes[members] = scale, 1.0 / pull
        volts[0] = amperes[0] = 1.0
        return cls(wiring, volts, amperes)


def _parts(circuit: Circuit, wiring: Wiring, away: set[str]) -> np.ndarray:
    """The smallest line of each line's domain."""
    joined = Components(wiring.count)
    for element in circuit.elements:
        if element.name in away or len(element.nodes) < 2 or "0" in element.nodes:
            continue
        first, second = (np.ravel(wiring.terminal(element, place)) for place in (0, 1))
        if len(element.shape) == 2 and len(first) > 1 and len(second) > 1:
            joined.join(first[:1], second)
            joined.join(first, second[:1])
        else:
            joined.join(first, second)
    return joined.labels


def _spread(
    roots: Sequence[int], ways: dict[int, list[tuple[int, float, float, Amplifier]]]
) -> dict[int, tuple[float, float]]:
    """(s, W s) of every domain, from 1 at the roots on."""
    known: dict[int, tuple[float, float]] = {}
    for root in roots:
        if root in known:
            continue
        known[root] = (1.0, 1.0)
        waiting = deque([root])
        while waiting:
            here = waiting.popleft()
            for there, gain, backward, one in ways[here]:
                reached = (known[here][0] * gain, known[here][1] * backward)
                if there not in known:
                    known[there] = reached
                    waiting.append(there)
                elif not np.allclose(known[there], reached, rtol=_ROUNDING, atol=0.0):
                    raise CircuitError(
                        f"the amplifier of {one.forward.name} multiplies voltages by {one.gain:g} and currents by "
                        f"{one.backward:g}, but another way between the same parts does by other numbers; give all "
                        f"amplifiers between two parts the same gains, or use the ngspice engine",
                        one.forward.location,
                    )
    return known
