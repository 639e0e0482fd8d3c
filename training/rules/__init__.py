"""Learning rules: each an object with one call, (coordinates, batch) → (loss, gradients, …), on any circuit's model.

`estimate` what they share · `equilibrium` equilibrium propagation · `implicit` the adjoint circuit · `backpropagation`
through the sweeps.
"""

from ...netlist.errors import ExperimentError
from ..resistive.model import Model
from ..trainer import Settings
from .backpropagation import Backpropagation
from .equilibrium import Equilibrium
from .estimate import Batch, Estimate, Estimator
from .implicit import Implicit

__all__ = ["Backpropagation", "Batch", "Equilibrium", "Estimate", "Estimator", "Implicit", "estimator_for"]


def estimator_for(settings: Settings, model: Model) -> Estimator:
    """The estimator that the settings name. Raises `ExperimentError` where the circuit or its sweeps forbid it."""
    if settings.sweeps and not model.network.topology.bounds_only:
        raise ExperimentError(
            "sweeps stall where a diode joins two free nodes, as here; set [rule] sweeps = 0 for exact steady states"
        )
    if settings.rule == "equilibrium":
        return Equilibrium(model, settings.variant, settings.beta, settings.sweeps, settings.nudged_sweeps)
    if settings.rule == "implicit":
        if settings.sweeps:
            raise ExperimentError("implicit differentiation starts from the exact steady state; set [rule] sweeps = 0")
        return Implicit(model)
    differentiated = settings.nudged_sweeps or settings.sweeps
    if not differentiated or not model.network.topology.bounds_only:
        raise ExperimentError(
            "backpropagation differentiates a number of sweeps, where every diode has an end at a fixed voltage; "
            "set [rule] sweeps, or use the rule implicit"
        )
    return Backpropagation(model, settings.sweeps, differentiated)
