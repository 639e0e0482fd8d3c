"""The circuit: what was learned as a drawing, with the voltages of one held-out sample."""

from __future__ import annotations

import base64
import math
import tempfile
from pathlib import Path

from ...netlist import Circuit, Traces
from ..drawing import draw
from ..held_out import Samples
from ..results import Absent, Results
from .section import Section, Tile

NAME, TITLE = "circuit", "The circuit"


def section(results: Results) -> Section:
    """The drawing as an image of its own, so that neither its colours nor its names meet the page's."""
    circuit = results.circuit
    lead = "What was learned; widths are conductances"
    try:
        driven, voltages = _first_sample(circuit, results.samples)
        lead += ", colours the voltages of held-out sample 0."
    except Absent:
        driven, voltages, lead = circuit, None, f"{lead}."
    data = base64.b64encode(_drawn(driven, voltages)).decode()
    body = f'<img class="paper" alt="The learned circuit" src="data:image/svg+xml;base64,{data}">'
    branches = sum(math.prod(element.shape) for element in circuit.elements)
    tile = Tile("Branches", f"{branches:,}", f"{len(circuit.elements)} elements in the netlist")
    return Section(NAME, TITLE, lead, body, tiles=(tile,))


def _first_sample(circuit: Circuit, samples: Samples) -> tuple[Circuit, Traces]:
    """The circuit with the first held-out sample at its sources, and the steady state of that."""
    if not len(samples.labels):
        raise Absent("The test set is empty.")
    values = {name: array[0] if array.ndim > 1 else float(array[0]) for name, array in samples.inputs.items()}
    return circuit.with_values(values), Traces({name: signal[0] for name, signal in samples.traces.signals.items()})


def _drawn(circuit: Circuit, voltages: Traces | None) -> bytes:
    with tempfile.TemporaryDirectory(prefix="tellegen-") as folder:
        path = Path(folder) / "circuit.svg"
        draw(circuit, path, voltages)
        return path.read_bytes()
