"""The layered steady state against Kirchhoff's laws, a dense linear solve and the paper's convergence."""

import numpy as np
import pytest

from tellegen.netlist import parse
from tellegen.netlist.builders import deep_resistive_network
from tellegen.netlist.errors import CircuitError, NumericalError
from tellegen.solvers.layered import LayeredNetwork, steady_state


def random_network(sizes: list[int], seed: int) -> LayeredNetwork:
    """A deep resistive network with conductances in (0, 1) S and biases in (−1, 1) A."""
    rng = np.random.default_rng(seed)
    network = LayeredNetwork.of(deep_resistive_network(sizes))
    circuit = deep_resistive_network(sizes).with_values(
        network.values(
            [rng.uniform(0, 1, w.shape) for w in network.weights],
            [rng.uniform(-1, 1, b.shape) for b in network.biases],
        )
    )
    return LayeredNetwork.of(circuit)


def currents(network: LayeredNetwork, inputs: np.ndarray, voltages: list[np.ndarray], layer: int) -> np.ndarray:
    """What Kirchhoff's law leaves for the diode at every unit of a layer, branch by branch, in amperes."""
    here = voltages[layer]
    before = inputs if layer == 0 else voltages[layer - 1]
    total = network.biases[layer] + np.einsum(
        "jk,bjk->bk", network.weights[layer], before[:, :, None] - here[:, None, :]
    )
    if layer + 1 < len(voltages):
        after = voltages[layer + 1]
        total += np.einsum("jk,bjk->bj", network.weights[layer + 1], after[:, None, :] - here[:, :, None])
    return total


@pytest.mark.parametrize("sizes", [[6, 4, 3], [8, 6, 5, 3], [8, 6, 5, 4, 2]])
def test_every_unit_obeys_kirchhoff_and_its_diode(sizes):
    network = random_network(sizes, seed=len(sizes))
    inputs = np.random.default_rng(0).uniform(-5, 5, (7, sizes[0]))
    state = steady_state(network, inputs)
    voltages = [np.asarray(v) for v in state.voltages]
    scale = 5 * sizes[0]
    for layer, v in enumerate(voltages):
        left = currents(network, inputs, voltages, layer)
        low, high = network.lows[layer], network.highs[layer]
        assert np.all(v >= low)
        assert np.all(v <= high)
        # A conducting diode carries what is left, in its own direction; where none conducts nothing is left.
        free = (v > low) & (v < high)
        assert np.max(np.abs(left[free]), initial=0) < 1e-10 * scale
        assert np.all(left[v == low] <= 1e-10 * scale)
        assert np.all(left[v == high] >= -1e-10 * scale)
    assert any(np.any(v == 0) for v in voltages[:-1])


def test_given_which_diodes_conduct_it_is_a_linear_network():
    network = random_network([6, 4, 3], seed=2)
    inputs = np.random.default_rng(1).uniform(-5, 5, (4, 6))
    state = steady_state(network, inputs)
    hidden, output = (np.asarray(v) for v in state.voltages)
    for b in range(len(inputs)):
        on = np.flatnonzero(hidden[b] == 0)
        free = [k for k in range(4) if k not in on]
        first, second = network.weights
        matrix = np.zeros((7, 7))
        matrix[:4, :4] = np.diag(first.sum(0) + second.sum(1))
        matrix[4:, 4:] = np.diag(second.sum(0))
        matrix[:4, 4:], matrix[4:, :4] = -second, -second.T
        right = np.concatenate([inputs[b] @ first + network.biases[0], network.biases[1]])
        keep = [*free, 4, 5, 6]
        solved = np.linalg.solve(matrix[np.ix_(keep, keep)], right[keep])
        np.testing.assert_allclose(np.concatenate([hidden[b, free], output[b]]), solved, rtol=1e-9, atol=1e-9)


def test_sweeps_converge_to_the_residual_that_is_asked():
    network = random_network([8, 6, 3], seed=3)
    inputs = np.random.default_rng(2).uniform(-1, 1, (5, 8))
    exact = np.asarray(steady_state(network, inputs, tolerance=1e-14).voltages[-1])
    errors, counts = [], []
    for tolerance in (1e-2, 1e-5, 1e-8):
        state = steady_state(network, inputs, tolerance=tolerance)
        assert state.residual <= tolerance
        errors.append(np.max(np.abs(np.asarray(state.voltages[-1]) - exact)))
        counts.append(state.sweeps)
    assert counts == sorted(counts)
    assert errors[2] < 1e-6
    assert errors[2] < errors[0]


def test_nudging_pulls_the_output_as_a_conductance_to_the_target():
    network = random_network([6, 4, 2], seed=4)
    inputs = np.random.default_rng(3).uniform(-1, 1, (3, 6))
    target = np.array([[1.0, 0.0]] * 3)
    state = steady_state(network, inputs, beta=2.0, target=target)
    voltages = [np.asarray(v) for v in state.voltages]
    left = currents(network, inputs, voltages, 1)
    np.testing.assert_allclose(left, 2.0 * (voltages[1] - target), atol=1e-10)


def test_single_precision_agrees_with_double():
    network = random_network([20, 12, 5], seed=5)
    inputs = np.random.default_rng(4).uniform(-1, 1, (6, 20))
    double = np.asarray(steady_state(network, inputs).voltages[-1])
    single = np.asarray(steady_state(network, inputs, precision=np.float32).voltages[-1])
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, double, atol=3e-6)


def test_values_return_to_the_circuit_by_name():
    circuit = deep_resistive_network([6, 4, 3])
    network = LayeredNetwork.of(circuit)
    rng = np.random.default_rng(6)
    weights = [rng.uniform(0, 1, w.shape) for w in network.weights]
    biases = [rng.uniform(-1, 1, b.shape) for b in network.biases]
    again = LayeredNetwork.of(circuit.with_values(network.values(weights, biases)))
    for one, other in zip((*weights, *biases), (*again.weights, *again.biases), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_unit_without_any_conductance_is_named():
    network = random_network([4, 2, 2], seed=7)
    dead = [np.array(w) for w in network.weights]
    dead[1][:, 1] = 0
    with pytest.raises(CircuitError, match=r"node out\[1\]"):
        steady_state(network, np.ones((1, 4)), weights=dead)


def test_too_few_sweeps_are_a_numerical_error_with_the_residual():
    network = random_network([6, 4, 3], seed=7)
    with pytest.raises(NumericalError, match="after 1 sweeps, more than the tolerance 1e-12"):
        steady_state(network, np.ones((1, 6)), most=1)


GOOD = """layered
vin[0:3] in[0:3] 0 0
rw[0:3,0:1] in[0:3] h[0:1] g=1
ib[0:1] 0 h[0:1] 0
d1[0:1] 0 h[0:1] ideal
ru[0:1,0:1] h[0:1] out[0:1] g=1
.model ideal D(n=1e-4)
*@ ideal model=ideal
*@ input vin
*@ output v(out[0:1])
"""


@pytest.mark.parametrize(
    ("found", "instead", "cause"),
    [
        ("rw[0:3,0:1] in[0:3] h[0:1] g=1", "rw[0:3] in[0:3] 0 1k", "two ranges"),
        ("ib[0:1] 0 h[0:1] 0", "ib[0:1] h[0:1] 0 0", "from ground"),
        ("ib[0:1] 0 h[0:1] 0", "ib[0:1] 0 h[0:1] 0\nc1 out[0] 0 1u", "c1 does not fit"),
        ("ib[0:1] 0 h[0:1] 0", "v2 h[0] 0 1", "one array of voltage sources"),
        ("d1[0:1] 0 h[0:1] ideal", "d1[0:1] out[0:1] h[0:1] ideal", "one end at ground"),
        (
            "ru[0:1,0:1] h[0:1] out[0:1] g=1",
            "ru[0:1,0:1] h[0:1] out[0:1] g=1\nrv[0:1,0:1] h[0:1] out[0:1] g=1",
            "onwards",
        ),
        ("*@ ideal model=ideal\n", "", "not declared ideal"),
    ],
)
def test_a_circuit_that_is_not_layered_is_refused_with_the_reason(found, instead, cause):
    assert LayeredNetwork.of(parse(GOOD)).sizes == (2, 2)
    with pytest.raises(CircuitError, match=cause):
        LayeredNetwork.of(parse(GOOD.replace(found, instead)))
