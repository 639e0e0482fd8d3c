"""Piecewise-linear devices as ideal parts: a circuit goes in, one of ideal parts comes out, and the way back.

diode           what a `*@ piecewise` line says of a model of diodes, and their current by the closed form
curve           a monotone current i(v) between points
resistor        what a `*@ piecewise` line says of resistors: a curve, or a limit
parts           the ideal parts of one device, and what they are called
diode_parts     one diode as ideal diodes, sources and resistors
resistor_parts  one resistor likewise, a diode a knee
reduction       every device of a circuit, and its answer under the user's names
"""

from .curve import Curve
from .diode import PiecewiseDiode, piecewise_models
from .parts import device_of, is_inner
from .reduction import Reduction, with_ideal_parts
from .resistor import PiecewiseResistor, piecewise_resistors

__all__ = [
    "Curve",
    "PiecewiseDiode",
    "PiecewiseResistor",
    "Reduction",
    "device_of",
    "is_inner",
    "piecewise_models",
    "piecewise_resistors",
    "with_ideal_parts",
]
