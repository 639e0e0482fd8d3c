"""Layers of oscillators: the built circuit against its equations, and its descent."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tellegen.netlist import CircuitError
from tellegen.netlist.builders import oscillator_layers
from tellegen.solvers.dynamics import DynamicalSystem
from tellegen.solvers.dynamics.content import CoContent

INPUTS, HIDDEN, OUTPUTS = 3, 2, 2


def value(circuit, name: str) -> float:
    return float(circuit.parameters[name])


def test_the_circuit_is_its_equation_and_goes_down_one_energy():
    circuit = oscillator_layers(INPUTS, HIDDEN, OUTPUTS, quadrature=0.6, seed=4)
    w = np.array([[value(circuit, f"w{i}_{j}") for j in range(INPUTS)] for i in range(HIDDEN)])
    u = np.array([[value(circuit, f"u{k}_{i}") for i in range(HIDDEN)] for k in range(OUTPUTS)])
    x, phases = np.array([0.2, -1.0, 0.7]), np.random.default_rng(0).normal(size=HIDDEN + OUTPUTS)
    h, o = phases[:HIDDEN], phases[HIDDEN:]
    apart = np.sin(np.pi * (o[:, None] - h[None, :]))
    expected = np.r_[-(w @ x) * np.sin(np.pi * h) + (u * apart).sum(0), -(u * apart).sum(1)]
    expected -= 0.6 * np.sin(np.pi * (phases - 0.5))
    with jax.enable_x64(True):
        system = DynamicalSystem.of(circuit)
        values = system.values(sources={f"vx{j}": x[j] for j in range(INPUTS)})
        order = [system.states.index(f"v({name})") for name in ("h0", "h1", "o0", "o1")]
        y = jnp.zeros((len(order), 1)).at[np.array(order), 0].set(phases)
        rate = np.asarray(jax.jit(system.rate)(0.0, y, values))[order, 0]
        content = CoContent.of(system)
        slope = np.asarray(jax.jit(jax.grad(lambda y: content(0.0, y, values).sum()))(y))[order, 0]
    np.testing.assert_allclose(rate, expected, atol=1e-10)
    np.testing.assert_allclose(slope, -expected, atol=1e-10)


def test_all_phases_start_half_way():
    circuit = oscillator_layers(1, HIDDEN, OUTPUTS)
    assert set(circuit.flatten().initial_conditions.values()) == {0.5}
    assert len(circuit.flatten().initial_conditions) == HIDDEN + OUTPUTS


def test_a_layer_needs_a_member():
    with pytest.raises(CircuitError, match="the number of hidden oscillators is 0; give at least 1"):
        oscillator_layers(3, 0, 2)
