"""`.measure`: numbers read from an answer, and the signals that cards name.

probe        a signal as cards write it, `v(a,b)`, `vdb(out)`, `par('…')`, read from `Traces`
crossing     where a signal goes through a value, counted
waveform     what windows of a waveform hold: integrals, averages, extremes, exact for straight lines between points
measure      the kinds of measures, each with its value
card         `.measure` cards read
evaluation   the measures of one analysis of a circuit, one after the other
"""

from __future__ import annotations

from .card import read_measure as read_measure
from .evaluation import Measured as Measured
from .evaluation import measured as measured
from .evaluation import signals_read as signals_read
from .measure import Measure as Measure
from .probe import Probe as Probe
from .probe import read_probe as read_probe
