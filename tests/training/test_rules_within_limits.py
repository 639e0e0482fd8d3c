"""The limits of hardware hold for every rule: what is read goes through the meter, what moves moves as devices do."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tellegen.netlist import parse
from tellegen.netlist.errors import ExperimentError
from tellegen.training.experiment import RULES, VARIANTS, Optimiser
from tellegen.training.hardware import Hardware
from tellegen.training.hardware.devices import Devices
from tellegen.training.hardware.meter import Instrument, exact
from tellegen.training.optimiser import Stepper
from tellegen.training.parameters import Parameters
from tellegen.training.resistive.model import Model
from tellegen.training.rules import Batch, estimator_for
from tellegen.training.rules.choice import COMPUTED
from tellegen.training.trainer import Settings

CIRCUIT = parse("""* six conductances between a source, two free nodes and ground
V1 a 0 1
R1 a x g=1m
R2 x y g=0.5m
R3 y 0 g=1m
R4 a y g=0.3m
R5 x 0 g=0.4m
R6 a x g=0.2m
*@ trainable r* min=0.1m max=10m scale=log
*@ input v1
*@ output v(x) v(y)
""")
PARAMETERS = Parameters.of(CIRCUIT)
LEVELS = 101
HARDWARE = Hardware(conductance_levels=LEVELS, update_asymmetry=1.0, stuck_fraction=0.34)
DEVICES = Devices.of(Stepper.of(Optimiser(), PARAMETERS), HARDWARE, seed=0)
START = DEVICES.place(PARAMETERS.coordinates_of(dict.fromkeys(PARAMETERS.targets, 1e-3)))
INPUTS, TARGETS = np.array([[1.0], [-0.5]]), np.array([[0.9, 0.1], [-0.45, -0.05]])
CASES = [("equilibrium", variant) for variant in VARIANTS] + [
    (rule, "centred") for rule in RULES if rule != "equilibrium"
]
Step = Callable[[float, float], tuple[dict[str, np.ndarray], dict[str, np.ndarray]]]


def settings(rule: str, variant: str) -> Settings:
    sweeps = 8 if rule == "backpropagation" else 0
    return Settings(batch=2, steps=1, rule=rule, variant=variant, beta=1e-4, eta=0.5, samples=4, sweeps=sweeps)


@functools.cache
def step(rule: str, variant: str) -> Step:
    """One step of a rule at a rate, its 8-bit meter reaching some volts: the gradients, and how far devices move."""
    model = Model.of(CIRCUIT, PARAMETERS, attempts=1)

    def program(start: dict[str, Any], reach: Any, rate: Any) -> Any:
        meter = exact if rule in COMPUTED else Instrument(0.0, 8, reach)
        estimator = estimator_for(settings(rule, variant), model, meter)
        found = estimator(start, Batch(jnp.asarray(INPUTS), jnp.asarray(TARGETS), model.rest(2), jax.random.PRNGKey(0)))
        rates: dict[str, Any] = dict.fromkeys(PARAMETERS.targets, rate)
        moved, _ = DEVICES.step(start, found.gradients, [], rates, jax.random.PRNGKey(1))
        return found.gradients, {target: moved[target] - u for target, u in start.items()}

    compiled = jax.jit(program)

    def call(reach: float, rate: float) -> Any:
        with jax.enable_x64(True):
            start = {target: jnp.asarray(u) for target, u in START.items()}
            return jax.tree.map(np.asarray, compiled(start, jnp.asarray(reach), jnp.asarray(rate)))

    return call


def flat(values: dict[str, np.ndarray]) -> np.ndarray:
    return np.array([float(values[target]) for target in PARAMETERS.targets])


@pytest.mark.parametrize(("rule", "variant"), CASES)
def test_devices_of_every_rule_move_as_devices_do(rule: str, variant: str) -> None:
    """Stuck ones never, none down where the asymmetry is whole, by whole levels, the nearest to what was asked."""
    gradients, moves = map(flat, step(rule, variant)(1.0, 1.0))
    rate = 1.0 / np.max(np.abs(gradients))
    gradients, moves = map(flat, step(rule, variant)(1.0, rate))
    stuck = flat({target: np.asarray(each, float) for target, each in DEVICES.stuck.items()}) > 0
    assert stuck.sum() == round(0.34 * len(stuck))
    distance = np.log(10e-3 / 0.1e-3) / (LEVELS - 1)
    asked = np.where(stuck, 0.0, 2.0 * np.maximum(-rate * gradients, 0.0))
    np.testing.assert_allclose(moves / distance, np.round(moves / distance), atol=1e-9)
    assert np.max(np.abs(moves - asked)) <= 0.5 * distance * (1 + 1e-9)
    assert np.all(moves[stuck] == 0)
    assert np.all(moves >= 0)
    assert np.any(moves > 0)


@pytest.mark.parametrize(("rule", "variant"), [case for case in CASES if case[0] not in COMPUTED])
def test_a_rule_knows_nothing_but_what_its_meter_tells(rule: str, variant: str) -> None:
    """Where every voltage is less than half of a code, all readings are zero, and so is the gradient."""
    gradients, moves = map(flat, step(rule, variant)(1e3, 1e6))
    np.testing.assert_array_equal(gradients, 0.0)
    np.testing.assert_allclose(moves, 0.0, atol=1e-12)


@pytest.mark.parametrize("rule", sorted(COMPUTED))
def test_rules_that_read_nothing_refuse_a_meter(rule: str) -> None:
    with pytest.raises(ExperimentError, match="computes its gradients and reads no voltages"):
        estimator_for(settings(rule, "centred"), Model.of(CIRCUIT, PARAMETERS), Instrument(0.0, 8, 1.0))
