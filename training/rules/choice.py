"""Which estimator the settings name, and whether it suits the circuit."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ...netlist.errors import ExperimentError
from ..hardware.meter import Meter, exact
from ..learner import Learner
from ..resistive.model import Model
from ..trainer import Settings
from .adjoint import Adjoint
from .agnostic import Agnostic
from .backpropagation import Backpropagation
from .coupled import Coupled
from .equilibrium import Equilibrium
from .estimate import Estimator
from .frequency import Frequency
from .implicit import Implicit

Builder = Callable[[Settings, Learner, Meter], Estimator]


def estimator_for(settings: Settings, model: Learner, meter: Meter = exact) -> Estimator:
    """The estimator that the settings name, reading voltages by `meter`.

    Raises:
        ExperimentError: the circuit, its sweeps or the meter forbid the rule.
        CircuitError: outputs that cannot be clamped, where the rule clamps them.
    """
    if settings.sweeps:
        _check_sweeps(model)
    if settings.sweeps and settings.rule not in SWEEPING:
        name = NAMES.get(settings.rule, f"the rule {settings.rule}")
        raise ExperimentError(f"{name} starts from the exact steady state; set [rule] sweeps = 0")
    if meter is not exact and settings.rule in COMPUTED:
        raise ExperimentError(
            f"the rule {settings.rule} computes its gradients and reads no voltages, so [hardware] measurement_noise "
            f"and measurement_bits have no meaning; use a rule that reads, such as adjoint or equilibrium"
        )
    if settings.rule in BUILDERS:
        return BUILDERS[settings.rule](settings, model, meter)
    if isinstance(model, Model):
        return RESISTIVE[settings.rule](settings, model, meter)
    raise ExperimentError(
        f"the rule {settings.rule} is for networks of resistors, diodes and sources; take one of {', '.join(BUILDERS)}"
    )


def _check_sweeps(model: Learner) -> None:
    if not isinstance(model, Model) or model.batched.laws is not None:
        raise ExperimentError("sweeps move ideal diodes, and these are real; set [rule] sweeps = 0")
    if not model.network.topology.bounds_only:
        raise ExperimentError(
            "sweeps stall where a diode joins two free nodes, as here; set [rule] sweeps = 0 for exact steady states"
        )


def _equilibrium(settings: Settings, model: Learner, meter: Meter) -> Estimator:
    return Equilibrium(model, settings.variant, settings.beta, settings.sweeps, settings.nudged_sweeps, meter)


def _backpropagation(settings: Settings, model: Model, meter: Meter) -> Estimator:
    differentiated = settings.nudged_sweeps or settings.sweeps
    if not differentiated or not model.network.topology.bounds_only:
        raise ExperimentError(
            "backpropagation differentiates a number of sweeps, where every diode has an end at a fixed voltage; "
            "set [rule] sweeps, or use the rule implicit"
        )
    return Backpropagation(model, settings.sweeps, differentiated)


BUILDERS: Mapping[str, Builder] = {
    "equilibrium": _equilibrium,
    "coupled": lambda settings, model, meter: Coupled.of(model, settings.eta, meter),
    "contrastive": lambda settings, model, meter: Coupled.of(model, 1.0, meter),
    "frequency": lambda settings, model, meter: Frequency(model, settings.beta, settings.samples, meter),
    "implicit": lambda settings, model, meter: Implicit(model),
}
"""Rules of any circuit at rest."""
RESISTIVE: Mapping[str, Callable[[Settings, Model, Meter], Estimator]] = {
    "agnostic": lambda settings, model, meter: Agnostic(model, settings.beta, settings.compliance, meter=meter),
    "adjoint": lambda settings, model, meter: Adjoint(model, settings.beta, meter),
    "backpropagation": _backpropagation,
}
"""Rules that read the co-content, send signals into a twin or count sweeps."""
SWEEPING = frozenset({"equilibrium", "backpropagation"})
COMPUTED = frozenset({"implicit", "backpropagation"})
NAMES = {"implicit": "implicit differentiation"}
