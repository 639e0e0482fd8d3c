"""Bidirectional amplifiers taken out exactly: a flat circuit goes in, one of R, V, I and ideal D comes out.

amplifier    the pair of controlled sources that is one (circuits/lib/bidirectional_amplifier.cir), recognised
domains      the parts of a circuit between amplifiers, and what voltages and currents are measured in there
scaling      the circuit in those units, and the answer back in volts and amperes
"""

from .scaling import Scaled, without_amplifiers

__all__ = ["Scaled", "without_amplifiers"]
