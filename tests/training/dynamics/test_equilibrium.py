"""Equilibrium propagation in time against the gradient of the loss itself."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tellegen.netlist import parse
from tellegen.solvers.dynamics import DynamicalSystem, Grid, integrate
from tellegen.solvers.dynamics.content import CoContent
from tellegen.solvers.dynamics.integration.methods import METHODS
from tellegen.training.dynamics.circumstances import Circumstances
from tellegen.training.dynamics.equilibrium import EquilibriumPropagation
from tellegen.training.dynamics.losses import squared
from tellegen.training.dynamics.phases import Steps
from tellegen.training.dynamics.simulation import Wiring

DECK = """three oscillators between a fixed phase and a target, all locked
.param k1=1.1 k2=0.8 k3=-0.3 locking=0.5 bias=0.2
Vin in 0 0
Ca a 0 1
Cb b 0 1
Cc c 0 2
B1 in a i={k1}*sin(pi*v(in,a))
B2 a b i={k2}*sin(pi*v(a,b))
B3 b c i={k2}*sin(pi*v(b,c))
B4 a c i={k3}*sin(pi*v(a,c))
Ba a 0 i={locking}*sin(2*pi*v(a))
Bb b 0 i={locking}*sin(2*pi*v(b))
Ib 0 b {bias}
*@ input Vin
*@ output v(b) v(c)
.end
"""
PARAMETERS = {"k1": 1.1, "k2": 0.8, "k3": -0.3, "locking": 0.5, "bias": 0.2}
INPUTS = jnp.asarray([[0.1, -0.2, 0.3]])
TARGETS = jnp.asarray([[0.4, 0.1, 0.0], [0.2, -0.3, 0.5]])


@pytest.fixture(autouse=True)
def _double():
    with jax.enable_x64(True):
        yield


def slopes(beta: float, variant: tuple[float, float]) -> dict[str, float]:
    circuit = parse(DECK)
    system = DynamicalSystem.of(circuit, list(PARAMETERS))
    phase = Steps(METHODS["rk4"], Grid(stop=40.0, steps=800))
    nudges = (variant[0] * beta, variant[1] * beta)
    rule = EquilibriumPropagation(
        CoContent.of(system), Wiring.of(circuit), squared, phase, phase, nudges, 40.0, 1.0, 1e-6, lambda y, key: y
    )
    parameters = {name: jnp.asarray(value) for name, value in PARAMETERS.items()}
    around = Circumstances(None, jax.random.PRNGKey(0))
    found = jax.jit(rule.__call__)(parameters, INPUTS, TARGETS, around)
    assert int(found.unsettled) == 0
    return {name: float(slope) for name, slope in found.slopes.items()}


@pytest.fixture(scope="module")
def expected() -> dict[str, float]:
    """The gradient of the loss where the circuit has settled, by differentiating all the way there."""
    with jax.enable_x64(True):
        circuit = parse(DECK)
        system = DynamicalSystem.of(circuit, list(PARAMETERS))

        def loss(parameters):
            values = system.values(parameters, {"vin": INPUTS[0]})
            y = integrate(system, values, Grid(stop=40.0, steps=800), method="rk4")
            assert y.shape == (3, 3)
            return squared(system.read(40.0, y, values, ["v(b)", "v(c)"]), TARGETS)

        found = jax.jit(jax.grad(loss))({name: jnp.asarray(value) for name, value in PARAMETERS.items()})
        return {name: float(slope) for name, slope in found.items()}


@pytest.mark.parametrize(("variant", "order"), [((1.0, 0.0), 1), ((1.0, -1.0), 2)])
def test_it_meets_the_gradient_with_the_order_of_its_variant(expected, variant: tuple[float, float], order: int):
    errors = []
    for beta in (0.04, 0.02):
        found = slopes(beta, variant)
        errors.append(max(abs(found[name] - expected[name]) for name in expected))
    assert max(abs(value) for value in expected.values()) > 0.01
    assert errors[1] < 0.1 * max(abs(value) for value in expected.values())
    assert np.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.15)
