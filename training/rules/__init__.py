"""Learning rules: each an object with one call, (coordinates, batch) → (loss, gradients, …), on any circuit's model.

`estimate` what they share · `reading` what the local ones read and how.
Two states: `equilibrium` equilibrium propagation · `agnostic` the same with trainables that move by themselves ·
`coupled` coupled and contrastive learning.
A state and a signal: `frequency` frequency propagation · `adjoint` one-shot adjoint learning.
Computed: `implicit` the adjoint equations · `backpropagation` through the sweeps. `choice` which one it is.
"""

from .adjoint import Adjoint
from .agnostic import Agnostic
from .backpropagation import Backpropagation
from .choice import estimator_for
from .coupled import Coupled
from .equilibrium import Equilibrium
from .estimate import Batch, Estimate, Estimator
from .frequency import Frequency
from .implicit import Implicit

__all__ = [
    "Adjoint",
    "Agnostic",
    "Backpropagation",
    "Batch",
    "Coupled",
    "Equilibrium",
    "Estimate",
    "Estimator",
    "Frequency",
    "Implicit",
    "estimator_for",
]
