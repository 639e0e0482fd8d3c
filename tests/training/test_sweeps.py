"""Sweeps by colours: they approach the exact state, and no branch joins two nodes of one colour."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tellegen.netlist.builders import deep_resistive_network, random_network
from tellegen.netlist.builders.cards import directive
from tellegen.netlist.errors import CircuitError
from tellegen.solvers import Load, ResistiveNetwork, solve
from tellegen.training.parameters import Parameters
from tellegen.training.resistive.colouring import colours
from tellegen.training.resistive.model import Model


def test_sweeps_approach_the_exact_state_and_its_diode_currents() -> None:
    circuit = deep_resistive_network([8, 6, 4, 3], seed=2)
    model = Model.of(circuit, Parameters.of(circuit))
    inputs, target = np.random.default_rng(0).normal(size=8), np.array([0.4, -0.3, 0.1])
    with jax.enable_x64(True):
        values = {each.target: jnp.asarray(circuit[each.target].parameters.get("g", np.zeros(each.shape)))
                  for each in model.values.parameters.coordinates}  # fmt: skip
        physical = model.driven(model.values(values), jnp.asarray(inputs[None, :]))
        problem = model.problem(physical, 0.2, jnp.asarray(target[None, :]))
        x, currents = map(np.asarray, jax.jit(lambda: model.settle(problem, model.rest(1), 60))().state)
    exact = solve(model.network.problem(voltages={"vin": inputs}, load=Load(0.2, 0.2 * target)), tolerance=1e-13)
    np.testing.assert_allclose(x[0], exact.v, atol=1e-12)
    np.testing.assert_allclose(currents[0], exact.diode_currents, atol=1e-12)
    assert np.count_nonzero(currents) >= 3


def test_no_branch_joins_two_nodes_of_one_colour() -> None:
    topology = ResistiveNetwork.of(random_network(40, diodes=30, voltage_sources=5, seed=3)).topology
    found = colours(topology)
    colour = np.full(topology.nodes + 1, -1)
    for number, nodes in enumerate(found):
        colour[nodes] = number
    assert sorted(np.concatenate(found)) == list(range(topology.nodes))
    for a, b in ((topology.resistor_a, topology.resistor_b), (topology.diode_a, topology.diode_b)):
        inner = (a < topology.nodes) & (b < topology.nodes)
        assert (colour[a[inner]] != colour[b[inner]]).all()


def test_a_layered_network_has_two_colours() -> None:
    topology = ResistiveNetwork.of(deep_resistive_network([4, 6, 5, 2])).topology
    assert sorted(map(len, colours(topology))) == [5, 8]


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("v(in[0:1])", r"output in\[0\] is held by sources"),
        ("i(rw1)", r"i\(rw1\) is not the voltage of a node"),
    ],
)
def test_outputs_that_cannot_learn_are_refused(output: str, message: str) -> None:
    circuit = deep_resistive_network([4, 3, 2])
    kept = [each for each in circuit.directives if each.keyword != "output"]
    changed = circuit.replace(directives=(*kept, directive("output", output)))
    with pytest.raises(CircuitError, match=message):
        Model.of(changed, Parameters.of(changed))
