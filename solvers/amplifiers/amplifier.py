"""The bidirectional amplifier (Kendall et al. 2020, arXiv:2006.01981), recognised in a flat circuit.

Eforward inner 0 in 0 A        v(out) = A v(in)
Vsense   inner out 0
Fbackward in 0 Vsense B        i(in) = B i(out)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ...netlist import Circuit, Element
from ...netlist.buses import node_fields

GROUND = "0"


@dataclass(frozen=True, slots=True)
class Amplifier:
    """Voltage gain A = `gain` from node `before` to node `after`, current gain B = `backward` the other way.

    `forward` (E), `sense` (V) and `back` (F) are its elements, `inner` the node between the first two.
    """

    before: str
    after: str
    inner: str
    gain: float
    backward: float
    forward: Element
    sense: Element
    back: Element


def amplifiers(circuit: Circuit) -> Sequence[Amplifier]:
    """The amplifiers of a flat circuit; controlled sources that form none are passed over. Linear in its elements."""
    feedbacks = circuit.of_kind("F")
    if not feedbacks:
        return ()
    touched = Counter(field for element in circuit.elements for field in node_fields(element))
    forwards = {element.nodes[0]: element for element in circuit.of_kind("E")}
    senses = {element.name: element for element in circuit.of_kind("V")}
    readers = Counter(name for element in circuit.of_kind("F", "H", "W") for name in element.controls)
    found = []
    for back in feedbacks:
        sense = senses.get(back.controls[0])
        forward = forwards.get(sense.nodes[0]) if sense is not None else None
        if sense is None or forward is None or readers[sense.name] != 1 or touched[sense.nodes[0]] != 2:
            continue
        if (each := _amplifier(forward, sense, back)) is not None:
            found.append(each)
    return found


def _amplifier(forward: Element, sense: Element, back: Element) -> Amplifier | None:
    """The amplifier that three elements form, or None."""
    inner, after = sense.nodes
    before = forward.controls[0]
    wired = (
        forward.nodes == (inner, GROUND)
        and forward.controls == (before, GROUND)
        and back.nodes == (before, GROUND)
        and len({inner, after, before, GROUND}) == 4
    )
    plain = not (forward.ranges or sense.ranges or forward.parameters or sense.parameters or back.parameters)
    gain, backward = forward.value, back.value
    if not (wired and plain and sense.value == 0.0 and isinstance(gain, float) and isinstance(backward, float)):
        return None
    if gain <= 0.0 or backward <= 0.0:
        return None
    return Amplifier(before, after, inner, gain, backward, forward, sense, back)
