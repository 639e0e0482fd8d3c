"""A circuit out to ngspice, and ngspice's answers back under the circuit's own names.

In: a `Circuit`, sources' values a sample, the `Traces` somebody expects. Out: a `Deck`, `Traces`, an `Agreement`.

    inputs               sources' values a sample
    names, spelling      reversible names, and elements under them
    diodes, drives, fold ideal diodes in SPICE; input crossbars as Norton equivalents
    options, analysis, passed, cards tolerances, analyses, cards for the reader, one card an element
    flat, kept, deck                 the deck itself, its subcircuits flattened or kept
    noise_path                       the same Wiener path for ngspice
    process, script, farm            ngspice found, commanded, watched; many side by side
    raw, log, signals                what it wrote and said, as signals and errors of the circuit
    batch, points, shared            one run, many operating points, one run inside this process (PySpice)
    variants                         operating points of dies and corners
transients, waveforms            many runs over time, and two answers over time on one grid
    outputs, compare, reasons, agreement, verify   two answers compared, and why they differ
"""

from __future__ import annotations

from .agreement import Agreement as Agreement
from .agreement import Change as Change
from .agreement import ClassRow as ClassRow
from .batch import operating_point as operating_point
from .batch import run as run
from .batch import run_all as run_all
from .compare import Difference as Difference
from .compare import compare as compare
from .deck import Deck as Deck
from .deck import deck as deck
from .diodes import DiodeExport as DiodeExport
from .farm import Job as Job
from .farm import run_farm as run_farm
from .fold import Fold as Fold
from .fold import fold as fold
from .noise_path import with_noise_path as with_noise_path
from .points import operating_points as operating_points
from .process import find_ngspice as find_ngspice
from .raw import RawPlot as RawPlot
from .raw import read_raw as read_raw
from .shared import run_shared as run_shared
from .transients import transients as transients
from .variants import operating_points_of as operating_points_of
from .verify import agreement as agreement
from .verify import verify as verify
from .waveforms import compare_over_time as compare_over_time
from .waveforms import on_grid as on_grid
from .waveforms import since as since
