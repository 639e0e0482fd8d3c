"""Circuits with piecewise-linear diodes are trained as they stand: gradients against central differences."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tellegen import operating_point, parse
from tellegen.solvers import ResistiveNetwork, sensitivities, solve
from tellegen.training.parameters import Parameters, apply
from tellegen.training.resistive.model import Model
from tellegen.training.rules import Batch, Implicit

CIRCUIT = parse("""devices of every segment
V1 a 0 1
Rw[0:2] a h[0:2] g=1m
Dx[0:2] h[0:2] 0 pw
Rv[0:2] h[0:2] out g=0.5m
R1 out 0 4k
I1 0 h[1] 2m
I2 h[2] 0 9m
I3 0 out 1u
.model pw D(is=1e-12)
*@ piecewise model=pw drop=0.3 on_resistance=200 leakage=50k zener=2 zener_resistance=100 limit=1.5m
*@ trainable rw rv i1 min=0
*@ trainable r1 min=100
*@ input v1
*@ output v(out)
""")
INPUTS, TARGETS = np.array([[2.0], [-1.0]]), np.array([[0.5], [0.2]])


def loss(circuit):
    outputs = [operating_point(circuit.with_values({"v1": value[0]}), tolerance=1e-12)["v(out)"] for value in INPUTS]
    return float(0.5 * np.mean((np.array(outputs)[:, None] - TARGETS) ** 2))


def test_the_gradient_agrees_with_central_differences():
    parameters = Parameters.of(CIRCUIT)
    model = Model.of(CIRCUIT, parameters)
    values = {"rw": np.array([1e-3, 0.8e-3, 1.2e-3]), "rv": np.full(3, 0.5e-3), "i1": 2e-3, "r1": 4e3}
    coordinates = parameters.coordinates_of(values)
    with jax.enable_x64(True):
        batch = Batch(jnp.asarray(INPUTS), jnp.asarray(TARGETS), model.rest(2))
        found = jax.jit(Implicit(model))({key: jnp.asarray(u) for key, u in coordinates.items()}, batch)
    for target, u in coordinates.items():
        expected = np.zeros_like(u)
        for index in np.ndindex(u.shape):
            step, sides = 1e-4 * float(u[index]), []
            for sign in (1, -1):
                moved = np.array(u)
                moved[index] += sign * step
                sides.append(loss(apply(CIRCUIT, parameters.values_of({**coordinates, target: moved}))))
            expected[index] = (sides[0] - sides[1]) / (2 * step)
        assert np.max(np.abs(expected)) > 0
        np.testing.assert_allclose(found.gradients[target], expected, rtol=1e-5, atol=1e-6 * np.max(np.abs(expected)))


def test_the_numbers_of_a_device_have_gradients_too():
    deck = (
        "one\nV1 in 0 3\nR1 in a 100\nD1 a 0 pw\n.model pw D(is=1e-12)\n*@ piecewise model=pw on_resistance=20 drop={}"
    )
    network = ResistiveNetwork.of(parse(deck.format(0.6)))
    named = sensitivities(network, solve(network.problem()), {"a": 1.0}).named()
    # v(a) = (20 (3 - drop) + 120 drop) / 120
    assert float(named["v#forward#d1"]) == pytest.approx(100 / 120, rel=1e-12)
    beside = [float(operating_point(parse(deck.format(drop)))["v(a)"]) for drop in (0.59, 0.61)]
    assert float(named["v#forward#d1"]) == pytest.approx((beside[1] - beside[0]) / 0.02, rel=1e-9)
