"""Piecewise-linear diodes as ideal parts: a circuit goes in, one of ideal parts comes out, and the way back.

diode        what a `*@ piecewise` line says of a model, and its current by the closed form
parts        one device as ideal diodes, sources and resistors
reduction    every device of a circuit, and its answer under the user's names
"""

from .diode import PiecewiseDiode, piecewise_models
from .parts import device_of, is_inner
from .reduction import Reduction, with_ideal_parts

__all__ = ["PiecewiseDiode", "Reduction", "device_of", "is_inner", "piecewise_models", "with_ideal_parts"]
