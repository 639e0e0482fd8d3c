"""Voltages of a few held-out samples: what goes in, what every layer settles to, what comes out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from ...netlist import Circuit
from ..figure import ACCENT, BAD, DIVERGING, GOOD, MUTED, SECOND, bare, drawing
from ..held_out import Samples, output_lines
from ..results import Absent, Results
from .conductances import side
from .section import Section, picture

NAME, TITLE = "voltages", "Voltages of a sample"
_SHOWN = 3


def section(results: Results) -> Section:
    """A row a sample: the input, the voltages of every bus, the outputs with the class read and the true one."""
    samples = results.samples
    if not len(samples.labels):
        raise Absent("The test set is empty; give data.test a number in the experiment.")
    circuit = results.circuit
    panels = _panels(circuit, samples)
    read = _read(results, samples)
    chosen = _chosen(samples, read)
    with drawing(NAME, 8.0, 2.0 * len(chosen) + 0.2, "Input, node voltages and outputs of samples") as sheet:
        grid = sheet.figure.subplots(len(chosen), len(panels) + 1, squeeze=False, width_ratios=_widths(panels))
        for row, sample in zip(grid, chosen, strict=True):
            _input(row[0], samples.inputs, sample, int(samples.labels[sample]) if samples.classes else None)
            for axes, (name, values) in zip(row[1:], panels.items(), strict=True):
                is_output = name == list(panels)[-1] and samples.classes
                answer = (int(samples.labels[sample]), int(read[sample])) if is_output else None
                _bars(axes, name, values[sample], answer)
    lead = "Steady states of held-out samples, solved from the learned netlist; no node is hidden."
    caption = "Volts against ground; a node at zero with others above or below it is held there by its diode."
    return Section(NAME, TITLE, lead, picture(sheet.svg, caption))


def _read(results: Results, samples: Samples) -> np.ndarray:
    """The class read for each sample: the largest output, unless the means of classes decide, which training kept."""
    if not samples.classes:
        return np.zeros(0)
    if not samples.by_means:
        return outputs(results.circuit, samples).argmax(axis=1)
    return results.predictions.predicted


def outputs(circuit: Circuit, samples: Samples) -> np.ndarray:
    """The output voltages (samples, outputs) of the nodes that `*@ output` names."""
    lines = output_lines(circuit, samples.traces)
    if not lines:
        raise Absent("The learned circuit names no output; add a line `*@ output v(node)` to the netlist.")
    return np.stack([values for _, values in lines], axis=1)


def _panels(circuit: Circuit, samples: Samples) -> dict[str, np.ndarray]:
    """The voltages to draw by their names: every bus that no source holds, the lone nodes, the outputs last."""
    held = {node.partition("[")[0] for name in circuit.inputs for node in circuit[name].nodes}
    out = {node.partition("[")[0] for node in circuit.outputs}
    buses, lone = {}, []
    for name, signal in samples.traces.signals.items():
        node = name[2:-1]
        if not name.startswith("v(") or node.partition("[")[0] in held | out:
            continue
        if signal.ndim == 2:
            buses[node] = signal
        else:
            lone.append(signal)
    if lone:
        buses["other nodes"] = np.stack(lone, axis=1)
    return {**buses, "outputs": outputs(circuit, samples)}


def _widths(panels: Mapping[str, np.ndarray]) -> list[float]:
    return [1.0, *(1.3 + min(2.2, values.shape[1] / 40) for values in panels.values())]


def _chosen(samples: Samples, read: np.ndarray) -> list[int]:
    """The first samples; the last place goes to one that is misread, where there is one."""
    count = len(samples.labels)
    first = list(range(min(_SHOWN, count)))
    if not samples.classes:
        return first
    wrong = np.flatnonzero(read[:count] != samples.labels)
    if wrong.size and int(wrong[0]) not in first:
        first[-1] = int(wrong[0])
    return first


def _input(axes: Axes, inputs: Mapping[str, np.ndarray], sample: int, label: int | None) -> None:
    values = np.concatenate([np.atleast_1d(array[sample]).ravel() for array in inputs.values()])
    square = side(values.size)
    if square is None:
        _bars(axes, "input", values, None)
    else:
        edge, _ = square
        image = values[: edge * edge].reshape(edge, edge)
        limit = float(np.abs(image).max()) or 1.0
        axes.imshow(image, cmap=DIVERGING, vmin=-limit, vmax=limit, interpolation="nearest")
        bare(axes)
    axes.set_title(f"sample {sample}" + (f", class {label}" if label is not None else ""))


def _bars(axes: Axes, name: str, values: np.ndarray, answer: tuple[int, int] | None) -> None:
    """A bar a node; among outputs, with the true class and the one read, that is green and this, if another, red."""
    place = np.arange(values.size)
    colours = [SECOND if value < 0 else ACCENT for value in values]
    if answer is not None:
        label, read = answer
        colours = [MUTED] * values.size
        colours[label] = GOOD
        colours[read] = GOOD if read == label else BAD
    axes.bar(place, values, color=colours, width=0.8 if values.size < 60 else 1.0)
    room = max(0.0, (6 - values.size) / 2)
    axes.set_xlim(-0.7 - room, values.size - 0.3 + room)
    axes.axhline(0, color=MUTED, linewidth=0.6)
    axes.grid(axis="x", visible=False)
    axes.set_xticks(place if values.size <= 12 else [])
    wrong = answer is not None and answer[0] != answer[1]
    axes.set_title(f"{name}, V" + (f": read as {answer[1]}" if answer and wrong else ""))
