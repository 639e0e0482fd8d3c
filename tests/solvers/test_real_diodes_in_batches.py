"""Batches with real diodes: the diodes' own law, nodal analysis, derivatives against differences, the ideal limit."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import Array

import tellegen
from tellegen.netlist import CircuitError
from tellegen.solvers.batched import BatchedNetwork
from tellegen.solvers.batched.wires import BatchState, State
from tellegen.solvers.nodal import operating_point
from tellegen.solvers.resistive import ResistiveNetwork

CARDS = """a bridge of several diodes
V1 s 0 5
V2 t 0 -8
R1 s a 1k
R2 t b 2k
R3 a b 3k
R4 b c 500
R5 c 0 10k
D1 a 0 real
D2 0 b silicon
D3 a c real
D4 c a silicon 2
.model real D(is=2.52n n=1.752 rs=0.568)
.model silicon D(is=1e-14)
*@ output v(c)
"""
CIRCUIT = tellegen.parse(CARDS)


@pytest.fixture(scope="module")
def network() -> BatchedNetwork:
    return BatchedNetwork.of(ResistiveNetwork.of(CIRCUIT, smooth=True), smooth=True)


def _states(network: BatchedNetwork, conductance: Array, voltage: Array) -> BatchState:
    current = jnp.asarray(network.network.values().current)
    return network.solve(network.problem(conductance, voltage, current), jnp.zeros((len(voltage), 4)))


def _given(network: BatchedNetwork) -> tuple[Array, Array]:
    values = network.network.values()
    return jnp.asarray(values.conductance), jnp.asarray([values.voltage, 0.3 * values.voltage, -values.voltage])


def test_every_sample_is_the_operating_point_of_nodal_analysis(network: BatchedNetwork) -> None:
    with jax.enable_x64(True):
        conductance, voltage = _given(network)
        found = _states(network, conductance, voltage)
        potentials = np.asarray(network.potentials(found.x, voltage))
        residual, currents = np.asarray(found.residual), np.asarray(found.currents)
    assert residual.max() < 1e-12
    table = network.network.table
    for sample, factor in enumerate((1.0, 0.3, -1.0)):
        expected = operating_point(CIRCUIT.with_values({"v1": 5.0 * factor, "v2": -8.0 * factor}))
        for node in range(table.ground):
            assert potentials[sample, node] == pytest.approx(float(expected[f"v({table.name(node)})"]), abs=1e-10)
        for place, name in enumerate(("d1", "d2", "d3", "d4")):
            assert currents[sample, place] == pytest.approx(float(expected[f"i({name})"]), rel=1e-9, abs=1e-14)


def test_derivatives_are_those_of_central_differences(network: BatchedNetwork) -> None:
    with jax.enable_x64(True):
        conductance, voltage = _given(network)

        def loss(g: Array, v: Array) -> Array:
            state = _states(network, g, v)
            return jnp.sum(state.x * jnp.arange(1.0, 4.0)) + 1e3 * jnp.sum(state.currents[:, 0])

        by_conductance, by_voltage = jax.jit(jax.grad(loss, (0, 1)))(conductance, voltage)
        value = jax.jit(loss)
        for place in range(len(conductance)):
            step = 1e-5 * float(conductance[place])
            ends = [value(conductance.at[place].add(sign * step), voltage) for sign in (1.0, -1.0)]
            assert float(by_conductance[place]) == pytest.approx(float(ends[0] - ends[1]) / (2 * step), rel=1e-6)
        ends = [value(conductance, voltage.at[0, 1].add(sign * 1e-4)) for sign in (1.0, -1.0)]
        assert float(by_voltage[0, 1]) == pytest.approx(float(ends[0] - ends[1]) / 2e-4, rel=1e-6)


def test_the_response_is_how_the_state_follows_a_small_current(network: BatchedNetwork) -> None:
    with jax.enable_x64(True):
        conductance, voltage = _given(network)
        into = jnp.zeros((3, 3)).at[:, 2].set(1e-7)
        values = jnp.asarray(network.network.values().current)
        problem = network.problem(conductance, voltage, values)
        found = network.solve(problem, jnp.zeros((3, 4)))
        response = network.response(problem, State(found.x, found.currents), into)
        moved = [network.solve(problem._replace(c=problem.c + sign * into), found.currents).x for sign in (1.0, -1.0)]
        difference = np.asarray(moved[0] - moved[1]) / 2.0
    np.testing.assert_allclose(np.asarray(response.x), difference, rtol=1e-5, atol=1e-12)


def test_diodes_of_less_and_less_emission_tend_to_ideal_ones() -> None:
    exact = tellegen.operating_point(tellegen.parse(CARDS + "*@ ideal model=real\n*@ ideal model=silicon\n"))
    gaps = []
    for emission in (0.1, 0.01):
        text = CARDS.replace("n=1.752 rs=0.568", f"n={emission}").replace("is=1e-14)", f"is=1e-14 n={emission})")
        with jax.enable_x64(True):
            circuit = tellegen.parse(text)
            network = BatchedNetwork.of(ResistiveNetwork.of(circuit, smooth=True), smooth=True)
            conductance, voltage = _given(network)
            found = np.asarray(network.potentials(_states(network, conductance, voltage).x, voltage))[0]
        names = [network.network.table.name(node) for node in range(network.network.table.ground)]
        gaps.append(max(abs(found[k] - float(exact[f"v({name})"])) for k, name in enumerate(names)))
    assert gaps[1] < 0.02
    assert gaps[1] == pytest.approx(gaps[0] / 10.0, rel=0.5)


def test_ideal_diodes_among_real_ones_are_refused() -> None:
    mixed = tellegen.parse(CARDS + "*@ ideal model=silicon\n")
    with pytest.raises(CircuitError, match="diode d2 is ideal and others are not"):
        ResistiveNetwork.of(mixed, smooth=True)
