"""Common topologies as circuits, so that a network need not be typed.

divider                 two resistors, the smallest circuit with an answer
grid                    a square lattice of resistors, with diodes between neighbours
random_network          a connected random graph of resistors, diodes and sources
disordered_network      a random network with inputs, outputs and resistors that learn
crossbar                rows of sources, columns of nodes, a resistor at every crosspoint
deep_resistive_network  layers of nodes with diodes, joined by crossbars (Kendall et al. 2020)
cellular_network        a grid of cells that one template couples (Chua and Yang 1988)
oscillator_network      phase oscillators on the pairs of a grid (`grid_edges`), on all (`all_edges`), or on any
oscillator_layers       phase oscillators in layers, between inputs and outputs, that learn
oscillator_crossbars    the same for images, all couplings by crossbars with their values in arrays
ising_machine           saturating integrators on such pairs
star                    switched transmission lines around a centre, several such stars beside each other
"""

from __future__ import annotations

from .cellular_network import cellular_network as cellular_network
from .crossbar import crossbar as crossbar
from .deep_resistive import deep_resistive_network as deep_resistive_network
from .disordered_network import disordered_network as disordered_network
from .divider import divider as divider
from .edges import all_edges as all_edges
from .edges import grid_edges as grid_edges
from .grid import grid as grid
from .ising_machine import ising_machine as ising_machine
from .oscillator_crossbars import oscillator_crossbars as oscillator_crossbars
from .oscillator_layers import oscillator_layers as oscillator_layers
from .oscillator_network import oscillator_network as oscillator_network
from .random_network import random_network as random_network
from .star import star as star
