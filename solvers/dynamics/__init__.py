"""Circuits in time: a netlist as an explicit differential equation in JAX, and its solution.

In: a circuit, names of free parameters. Out: rates, states and signals (items, batch), differentiable in everything.

laws          what all elements say: currents, voltages, charges; readers: one a kind of element
unknowns      what every node is: held, derived, a state, algebraic
polynomial    currents as sums of products of features, by the addition theorems; algebra: trees with folded numbers
charges       the left side M dy/dt; levels: what is computed on the way, in order
names         free parameters, draws, DC sources as rows; shapes: many expressions at once
features      functions of one signal, evaluated once; sums, patterns: sparse products; matrix: small inverses
crossbars     couplings between two buses as products of dense matrices
equations     all of these for one circuit; network: as arrays; system: what users call; reading: signals by name
descent       phases at rest by exact steps down it
content       the co-content that a circuit goes down, where it has one; integral: of one element, in closed form
noise         Wiener paths by directive, thermal noise
stimuli       waveforms and their corners
circular      sine, cosine and arctangent in float32
transient     a deck's `.tran` as waveforms
integration   fixed steps by named methods, backpropagated or by the adjoint; adaptive steps and events through diffrax;
              linear circuits by exponentials
"""

from __future__ import annotations

from .integration.fixed import integrate as integrate
from .integration.grid import Grid as Grid
from .integration.linear import propagate as propagate
from .system import DynamicalSystem as DynamicalSystem
from .transient import transient as transient
