"""Pictures of circuits: `draw(circuit, path, voltages)` writes an SVG or PNG.

schematic   up to a few dozen elements: rails, symbols, names and values
layers      circuits with buses: columns of nodes, bundles of wires, maps of conductances
network     everything larger: nodes and branches placed by graph distance
plan        what is between and below which nets; columns, rows, geometry: where
symbols, ink, hanging, bundle, maps, tones, labels, style, sheet: the parts of a drawing
"""

from __future__ import annotations

from pathlib import Path

from ...netlist import Circuit, Traces
from ..exits import Misuse
from .gather import gathered
from .layers import draw_layers
from .network import draw_network
from .schematic import draw_schematic

ENDINGS = (".svg", ".png")
LARGEST_SCHEMATIC = 40
"""With more elements than these a schematic is no longer readable."""


def draw(circuit: Circuit, path: str | Path, voltages: Traces | None = None) -> None:
    """Draw a circuit into `path`, an SVG or PNG by its ending; the file is whole or absent.

    With `voltages` (an operating point) nodes and wires take the colour of their voltage; conductances are line widths.
    Subcircuits are drawn as boxes; flatten the circuit first to see inside.

    Raises:
        Misuse: another ending, or a folder that cannot be written.
    """
    path = Path(path)
    if path.suffix.lower() not in ENDINGS:
        raise Misuse(f"{path} does not end in {' or '.join(ENDINGS)}; choose one of these")
    if any(element.ranges for element in circuit.elements):
        draw_layers(circuit, path, voltages)
    elif len(circuit.elements) <= LARGEST_SCHEMATIC:
        draw_schematic(circuit, path, voltages)
    else:
        whole = gathered(circuit)
        (draw_network if whole is None else draw_layers)(whole or circuit, path, voltages)
