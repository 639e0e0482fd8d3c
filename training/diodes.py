"""The circuit that an experiment trains: its netlist, with real diodes where it asks for them."""

from __future__ import annotations

from ..netlist import Circuit, load
from ..netlist.errors import ExperimentError
from ..netlist.real_diodes import with_real_diodes
from .experiment import Experiment
from .schema import nearest


def circuit_of(experiment: Experiment) -> Circuit:
    """The netlist's circuit, or the same with the diodes that `[diodes]` names.

    Raises:
        ExperimentError: a model that the library does not have.
        NetlistError, CircuitError: the netlist or the library cannot be used; there is no ideal diode to be made real.
    """
    circuit, diodes = load(experiment.folder / experiment.netlist), experiment.diodes
    if not diodes.model:
        return circuit
    models = load(experiment.folder / diodes.library).models
    name = diodes.model.lower()
    if name not in models:
        raise ExperimentError(
            f"{experiment.source}: [diodes] model = {diodes.model!r} is no model of {diodes.library}"
            f"{nearest(name, models)}"
        )
    return with_real_diodes(circuit, models[name])
