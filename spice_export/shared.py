"""ngspice inside this process, through PySpice's binding to its shared library (GPL-3, and imported only here).

One circuit at a time, no time limit, and a crash of ngspice ends Python: batch processes are the safe default, this is
for many small runs without the start of a process each. After each run the circuit and its results are removed, else
ngspice keeps about 420 kB a 100-node circuit.
"""

from __future__ import annotations

import ctypes.util
import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from ..netlist.errors import SpiceError
from ..netlist.traces import Traces
from .analysis import Analysis
from .batch import answer
from .deck import Deck
from .log import failure, homotopies, unsound
from .process import INSTALL, Finished
from .raw import RawPlot
from .script import RELOAD, in_order, save_commands

if TYPE_CHECKING:
    from PySpice.Spice.NgSpice.Shared import NgSpiceShared

LIBRARY_VARIABLE = "NGSPICE_LIBRARY_PATH"
DEFAULT_LIBRARY = "libngspice.so.0"

_LOCK = threading.Lock()
_LOGGER = "PySpice.Spice.NgSpice.Shared.NgSpiceShared"


def run_shared(made: Deck, *, currents: bool = True) -> tuple[Traces, ...]:
    """Every analysis of a deck, as `run_all` does it in a process of its own. Threads take turns.

    Raises:
        SpiceError: PySpice or the library is missing, or ngspice finds no solution.
    """
    wanted = made.layout.saved_currents() if currents else []
    with _LOCK, _silence():
        ngspice = _instance()
        said = _command(ngspice, None, made.body + "\n.end\n")
        try:
            answers: dict[int, Traces] = {}
            for place, (number, each) in enumerate(in_order(made.analyses)):
                if place:
                    said += _command(ngspice, RELOAD)
                if each.keyword != "ac":
                    said += "".join(_command(ngspice, command) for command in save_commands(wanted))
                answers[number] = _run(ngspice, made, each, said, currents)
            return tuple(answers[number] for number in range(len(made.analyses)))
        finally:
            _command(ngspice, "remcirc")
            _command(ngspice, "destroy all")


def _run(ngspice: NgSpiceShared, made: Deck, asked: Analysis, said: str, currents: bool) -> Traces:
    started = time.perf_counter()
    before = set(ngspice.plot_names)
    said += _command(ngspice, asked.command)
    seconds = time.perf_counter() - started
    finished = Finished({}, "", said, 0, seconds)
    plots = [name for name in ngspice.plot_names if name not in before]
    plot = _plot(ngspice, plots[0]) if plots else None
    if plot is None:
        raise failure(finished, made.layout, asked.keyword)
    doubt = unsound(finished, made.layout)
    if doubt:
        raise doubt
    library = f"ngspice-{ngspice.ngspice_version} (shared library)"
    about = {"engine": library, "seconds": seconds, "homotopies": homotopies(finished)}
    return answer(made, asked, plot, about, currents)


def _plot(ngspice: NgSpiceShared, name: str) -> RawPlot | None:
    """A plot in memory as a raw file would hold it; None where the analysis left it empty."""
    vectors = ngspice.plot(None, name)
    if not vectors or any(not len(vector._data) for vector in vectors.values()):
        return None
    names = sorted(vectors, key=lambda each: each not in ("time", "frequency") and not each.endswith("-sweep"))
    values = np.stack([vectors[each]._data for each in names], axis=1)
    return RawPlot("", "Operating Point" if name.startswith("op") else name, tuple(map(_raw_name, names)), (), values)


def _raw_name(vector: str) -> str:
    """The name that a vector has in a raw file: `v(out)`, `i(v1)`, `i(@d1[id])`."""
    if vector.startswith("@"):
        return f"i({vector})"
    if vector.endswith("#branch"):
        return f"i({vector.removesuffix('#branch')})"
    return vector if vector in ("time", "frequency") else f"v({vector})"


def _command(ngspice: NgSpiceShared, command: str | None, deck: str = "") -> str:
    """Carry out a command, or load a deck, and return what ngspice said on its error stream.

    PySpice takes ngspice's notes for errors; whether there is a result decides, not what was said.
    """
    from PySpice.Spice.NgSpice.Shared import NgSpiceCircuitError, NgSpiceCommandError

    try:
        if command is None:
            ngspice.load_circuit(deck)
        else:
            ngspice.exec_command(command)
    except (NgSpiceCircuitError, NgSpiceCommandError):
        return f"{ngspice.stderr}\n{ngspice.stdout}\n"
    return f"{ngspice.stderr}\n"


def _instance() -> NgSpiceShared:
    try:
        from PySpice.Spice.NgSpice.Shared import NgSpiceShared
    except ImportError as error:
        raise SpiceError(f"PySpice cannot be imported ({error}); install it with `pip install PySpice`") from error
    if LIBRARY_VARIABLE not in os.environ:
        NgSpiceShared.LIBRARY_PATH = ctypes.util.find_library("ngspice") or DEFAULT_LIBRARY
    try:
        return NgSpiceShared.new_instance()
    except OSError as error:
        raise SpiceError(f"the shared library of ngspice cannot be loaded ({error}); {INSTALL}") from error


@contextmanager
def _silence() -> Iterator[None]:
    """Keep PySpice from logging ngspice's every line, and its doubts about version 39."""
    logger = logging.getLogger(_LOGGER)
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before
