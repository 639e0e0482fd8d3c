"""Diode-connected MOSFETs in batches: the square law, nodal analysis, ngspice, derivatives against differences."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import Array

import tellegen
from tellegen.netlist import CircuitError
from tellegen.solvers.batched import BatchedNetwork
from tellegen.solvers.batched.wires import BatchState
from tellegen.solvers.nodal.points import operating_point
from tellegen.solvers.resistive import ResistiveNetwork
from tellegen.spice_export import operating_point as spice_operating_point

CIRCUIT = tellegen.parse("""n-channel and p-channel transistors, forwards and backwards
V1 s 0 5
V2 t 0 -8
R1 s a 1k
R2 t b 2k
R3 a b 3k
R4 b c 500
R5 c 0 10k
M1 a a 0 0 narrow
M2 b b 0 0 hollow w=300u
M3 a a c c narrow m=2
M4 a a c c hollow
.model narrow nmos(vto=0.7 kp=1m gamma=0.5 lambda=0.02)
.model hollow pmos(tox=20n nsub=1e15 uo=200 lambda=0.02)
*@ output v(c)
""")
FACTORS = (1.0, -0.3, 20.0)


@pytest.fixture(scope="module")
def network() -> BatchedNetwork:
    return BatchedNetwork.of(ResistiveNetwork.of(CIRCUIT, smooth=True), smooth=True)


def _states(network: BatchedNetwork, conductance: Array, voltage: Array) -> BatchState:
    current = jnp.asarray(network.network.values().current)
    return jax.jit(lambda g, v: network.solve(network.problem(g, v, current)))(conductance, voltage)


def _given(network: BatchedNetwork) -> tuple[Array, Array]:
    values = network.network.values()
    return jnp.asarray(values.conductance), jnp.asarray([factor * values.voltage for factor in FACTORS])


def test_every_sample_is_the_operating_point_of_nodal_analysis_and_of_ngspice(network: BatchedNetwork) -> None:
    with jax.enable_x64(True):
        conductance, voltage = _given(network)
        found = _states(network, conductance, voltage)
        potentials = np.asarray(network.potentials(found.x, voltage))
        residual, currents = np.asarray(found.residual), np.asarray(found.currents)
    assert residual.max() < 1e-12
    assert currents.min() < -1e-4  # the junctions of the bodies conduct in some sample
    assert currents.max() > 1e-4
    table = network.network.table
    for sample, factor in enumerate(FACTORS):
        circuit = CIRCUIT.with_values({"v1": 5.0 * factor, "v2": -8.0 * factor})
        for expected in (operating_point(circuit), spice_operating_point(circuit)):
            for node in range(table.ground):
                assert potentials[sample, node] == pytest.approx(float(expected[f"v({table.name(node)})"]), rel=1e-9)


def test_derivatives_are_those_of_central_differences(network: BatchedNetwork) -> None:
    with jax.enable_x64(True):
        conductance, voltage = _given(network)

        def loss(g: Array, v: Array) -> Array:
            state = _states(network, g, v)
            return jnp.sum(state.x * jnp.arange(1.0, 4.0)) + 1e3 * jnp.sum(state.currents[:, 0])

        both = jax.jit(jax.value_and_grad(loss))
        _, slopes = both(conductance, voltage)
        for place in range(len(conductance)):
            step = 1e-5 * float(conductance[place])
            ends = [both(conductance.at[place].add(sign * step), voltage)[0] for sign in (1.0, -1.0)]
            assert float(slopes[place]) == pytest.approx(float(ends[0] - ends[1]) / (2 * step), rel=1e-6)


def test_a_transistor_behind_a_resistor_has_the_root_of_its_square_law() -> None:
    deck = "one\nV1 s 0 5\nR1 s d 10k\nM1 d d 0 0 n\n.model n nmos(vto=0.7 kp=2e-4 is=0)\n.options gmin=0\n"
    network = BatchedNetwork.of(ResistiveNetwork.of(tellegen.parse(deck), smooth=True), smooth=True)
    with jax.enable_x64(True):
        conductance = jnp.asarray(network.network.values().conductance)
        drain = float(_states(network, conductance, jnp.asarray([[5.0]])).x[0, 0])
    # 10 kΩ · ½ · 2e-4 · o² + o = 4.3 V
    assert drain == pytest.approx(0.7 + (np.sqrt(1.0 + 4.0 * 4.3) - 1.0) / 2.0, rel=1e-12)


def test_steps_that_would_run_in_a_circle_arrive() -> None:
    """Transistors head to head between resistors of very different sizes, found among random ones."""
    rng = np.random.default_rng(2)
    lines = ["circles", "V1 s 0 1", ".model n nmos(vto=0.563 kp=0.09 gamma=0.736 lambda=0.0629)"]
    for k in range(20):
        before = "s" if rng.random() < 0.5 else f"n{rng.integers(20)}"
        lines.append(f"R{k} {before} n{k} {10 ** rng.uniform(1, 5):.3g}")
        lines.append(f"Rg{k} n{k} 0 {10 ** rng.uniform(3, 6):.3g}")
    for k in range(20):
        a, b = (f"n{each}" if each < 20 else "0" for each in rng.permutation(21)[:2])
        lines.append(f"M{k} {a} {a} {b} {b} n m={10 ** rng.uniform(-1, 2):.3g}")
    network = BatchedNetwork.of(ResistiveNetwork.of(tellegen.parse("\n".join(lines)), smooth=True), smooth=True)
    with jax.enable_x64(True):
        conductance = jnp.asarray(network.network.values().conductance)
        voltage = jnp.asarray([[7.37423425], [7.38911028], [7.56998073], [7.64664393], [7.66206949], [7.96113968]])
        residual = np.asarray(_states(network, conductance, voltage).residual)
    assert residual.max() < 1e-10


def test_transistors_with_resistances_of_their_own_are_refused() -> None:
    deck = tellegen.parse("one\nV1 s 0 5\nR1 s d 10k\nM1 d d 0 0 n\n.model n nmos(vto=0.7 rd=10)\n")
    with pytest.raises(CircuitError, match="leave out rd, rs and rsh, or use the nodal engine"):
        BatchedNetwork.of(ResistiveNetwork.of(deck, smooth=True), smooth=True)


def test_transistors_that_are_no_diodes_are_refused() -> None:
    deck = tellegen.parse("one\nV1 s 0 5\nR1 s d 10k\nM1 d s 0 0 n\n.model n nmos(vto=0.7)\n")
    with pytest.raises(CircuitError, match="m1 is a MOSFET"):
        ResistiveNetwork.of(deck, smooth=True)
