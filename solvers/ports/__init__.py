"""Linear one-ports hanging on a node, reduced to what that node feels of them: an admittance at every frequency.

    values of the inner elements ─ OnePort.admittance ─▶ Y(s) of each port
    drive of the host node ─ Circle.transform ─▶ I(z);  V(z) = I/(Σ Y) ─ Circle.sample ─▶ v at a time step

A star of B branches with m states each costs one complex division a frequency and a switch setting, instead of a
simulation of 1 + B·m states: the branches' responses do not depend on which of them are connected.

    one_port       the pattern of a linear one-port and its admittance, eliminated unknown by unknown
    circle         the damped z-transform that takes the trapezoidal rule into the frequency domain and back, exactly
    star           the host and its one-ports, found in a circuit's equations
    host           a node with capacitance and conductance that carries one-ports, each of which may be disconnected
"""

from .circle import Circle
from .host import flipped_voltage, host_voltage
from .one_port import OnePort
from .star import Admittances, Star

__all__ = ["Admittances", "Circle", "OnePort", "Star", "flipped_voltage", "host_voltage"]
