"""ngspice's raw files, binary and text, read without a loop over the points.

A raw file is a sequence of plots. Each has a header of `Key: value` lines, the list of its variables, and its numbers:
after `Binary:` as native doubles, point by point (two a variable when complex); after `Values:` as text.
ngspice manual, "Rawfile format".
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..netlist.errors import SpiceError
from ..netlist.traces import Traces

_BINARY, _VALUES, _NEXT = b"Binary:\n", b"Values:\n", b"\nTitle:"


@dataclass(frozen=True)
class RawPlot:
    """A plot: `kind` as ngspice calls it (`Operating Point`), lower-case `names`, `values` [points, variables]."""

    title: str
    kind: str
    names: tuple[str, ...]
    types: tuple[str, ...]
    values: np.ndarray

    def traces(self) -> Traces:
        """The plot as signals under ngspice's own names. The first variable is the axis, save in an operating point."""
        about = {"engine": "ngspice", "plot": self.kind}
        columns = self.values.T
        if self.kind.startswith("Operating"):
            return Traces({name: column[0] for name, column in zip(self.names, columns, strict=True)}, about=about)
        axis = self.names[0][2:-1] if self.names[0].startswith("v(") else self.names[0]
        signals = dict(zip(self.names[1:], columns[1:], strict=True))
        return Traces(signals, {axis: np.real(columns[0])}, about)


def read_raw(source: Path | str | bytes) -> tuple[RawPlot, ...]:
    """All plots of a raw file, given by its path or its bytes. Linear in its size.

    Raises:
        SpiceError: the file is no raw file, is cut short, or holds vectors of unequal length.
    """
    name = "raw data" if isinstance(source, bytes) else str(source)
    content = source if isinstance(source, bytes) else Path(source).read_bytes()
    plots: list[RawPlot] = []
    position = 0
    while content[position:].strip():
        plot, position = _plot(content, position, name)
        plots.append(plot)
    if not plots:
        raise SpiceError(f"{name} is empty; ngspice wrote no result")
    return tuple(plots)


def _plot(content: bytes, start: int, name: str) -> tuple[RawPlot, int]:
    binary, text = content.find(_BINARY, start), content.find(_VALUES, start)
    is_binary = binary >= 0 and (text < 0 or binary < text)
    end = binary if is_binary else text
    if end < 0:
        raise SpiceError(
            f"{name} is not a raw file: it has neither 'Binary:' nor 'Values:'; let ngspice write it again"
        )
    header, variables = _header(content[start:end].decode("utf-8", "replace"), name)
    if "unpadded" in header.get("flags", ""):
        raise SpiceError(f"{name} holds vectors of unequal length; write it without 'set nopadding'")
    number = np.dtype(np.complex128 if "complex" in header.get("flags", "") else np.float64)
    shape = (int(header["no. points"]), len(variables))
    read = _binary if is_binary else _text
    values, position = read(content, end + len(_BINARY if is_binary else _VALUES), shape, number)
    if values.size != shape[0] * shape[1]:
        raise SpiceError(f"{name} is cut short: {values.size} of {shape[0] * shape[1]} numbers; run ngspice again")
    names, types = zip(*variables, strict=True)
    plot = RawPlot(header.get("title", ""), header.get("plotname", ""), names, types, values.reshape(shape))
    return plot, position


def _header(text: str, name: str) -> tuple[dict[str, str], list[tuple[str, str]]]:
    head, found, tail = text.partition("Variables:\n")
    if not found:
        head, found, tail = text.partition("Variables:")
    fields = (line.partition(":") for line in head.splitlines())
    header = {key.strip().lower(): value.strip() for key, _, value in fields}
    variables = [(row[1].lower(), row[2]) for row in map(str.split, tail.splitlines()) if len(row) >= 3]
    count = header.get("no. variables", "")
    if not count.isdigit() or not header.get("no. points", "").isdigit() or int(count) != len(variables):
        raise SpiceError(f"{name} is not a raw file: its header lists {len(variables)} variables of '{count}'")
    return header, variables


def _binary(content: bytes, start: int, shape: tuple[int, int], number: np.dtype) -> tuple[np.ndarray, int]:
    count = min(shape[0] * shape[1], (len(content) - start) // number.itemsize)
    return np.frombuffer(content, number, count, start), start + count * number.itemsize


def _text(content: bytes, start: int, shape: tuple[int, int], number: np.dtype) -> tuple[np.ndarray, int]:
    end = content.find(_NEXT, start)
    end = len(content) if end < 0 else end + 1
    words = content[start:end].replace(b",", b" ").split()
    width = 1 + shape[1] * (2 if number.kind == "c" else 1)
    rows = len(words) // width
    table = np.array(words[: rows * width], dtype=np.float64).reshape(rows, width)[:, 1:]
    return np.ascontiguousarray(table).view(number).reshape(-1), end
