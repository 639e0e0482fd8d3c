"""How the node fields of an array element spread over its branches.

With one range every bus runs along it. With two, a crossbar, the first node field runs along the first range and the
second along the second. A field that names one node is shared by all branches. Axis lengths must match exactly.
"""

from __future__ import annotations

from .bus import bus_slice
from .element import Element
from .errors import CircuitError


def field_shape(element: Element, position: int) -> tuple[int, ...]:
    """The shape, broadcastable against `element.shape`, of the node field (`nodes` then `controls`) at `position`.

    Raises:
        CircuitError: a bus in a scalar element or on a crossbar's control, or a width that is not the range's.
    """
    fields = element.nodes + element.controls
    part = bus_slice(fields[position])
    if part is None:
        return ()
    shape = element.shape
    if not shape:
        raise CircuitError(
            f"{element.name} is one branch but its field {fields[position]} is a bus of {part.width} "
            f"nodes; give the name a range, {element.name}[0:{part.width - 1}], or name one node",
            element.location,
        )
    if len(shape) > 1 and position > 1:
        raise CircuitError(
            f"{fields[position]} of {element.name} cannot be a bus: in an element with two ranges "
            f"only the first two node fields can",
            element.location,
        )
    axis = position if len(shape) > 1 else 0
    if part.width != shape[axis]:
        raise CircuitError(
            f"{element.name} has {shape[axis]} branches along range {axis + 1} but "
            f"{fields[position]} has {part.width} nodes; make the two equally long",
            element.location,
        )
    return tuple(length if axis == place else 1 for place, length in enumerate(shape))
