"""Steps down the energy of phases: every one is exact, the end is at rest, and what is not sines is refused."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tellegen.netlist import CircuitError, parse
from tellegen.netlist.builders import grid_edges, oscillator_crossbars, oscillator_network
from tellegen.solvers.dynamics import DynamicalSystem
from tellegen.solvers.dynamics.circular import direction
from tellegen.solvers.dynamics.content import CoContent
from tellegen.solvers.dynamics.descent import Descent


@pytest.fixture(autouse=True)
def _double():
    with jax.enable_x64(True):
        yield


def test_layers_alternate_and_come_to_rest_downhill():
    circuit = oscillator_crossbars([5, 4, 3], spread=0.8, quadrature=1.0, seed=2)
    system = DynamicalSystem.of(circuit)
    descent, content = Descent.of(system), CoContent.of(system)
    assert [colour.tolist() for colour in descent.colours] == [[True] * 4 + [False] * 3, [False] * 4 + [True] * 3]
    values = system.values(None, {"vx": np.random.default_rng(0).uniform(size=(5, 6))})
    y = jnp.broadcast_to(system.start(values), (7, 6))
    sweep = jax.jit(lambda y: descent.sweep(lambda y: system.rate(0.0, y, values), y))
    energies = [content(0.0, y, values)]
    for _ in range(60):
        y = sweep(y)
        energies.append(content(0.0, y, values))
    assert np.diff(np.array(energies), axis=0).max() < 1e-12
    assert float(jnp.abs(system.rate(0.0, y, values)).max()) < 1e-9
    settled = descent.settle(lambda y: system.rate(0.0, y, values), system.start(values) + jnp.zeros((7, 6)), 60)
    np.testing.assert_allclose(settled, y, atol=1e-12)


def test_one_phase_goes_where_its_fields_add_up_at_once():
    deck = """one phase between a field of 3 at 0 and one of 4 at half a turn's half
    Vhalf half 0 0.5
    Ca a 0 2
    B0 a 0 i=3*sin(pi*v(a))
    B1 a half i=4*sin(pi*v(a,half))
    .ic v(a)=-0.9
    """
    system = DynamicalSystem.of(parse(deck))
    values = system.values()
    y = Descent.of(system).sweep(lambda y: system.rate(0.0, y, values), system.start(values))
    turn = float(y[0, 0]) - np.arctan2(4, 3) / np.pi
    assert turn == pytest.approx(-2.0, abs=1e-12)  # the nearer way, a whole turn from there


def test_phases_that_meet_never_move_together():
    circuit = oscillator_network(9, grid_edges(3, 3))
    system = DynamicalSystem.of(
        circuit.replace(elements=[e for e in circuit.elements if "locking" not in str(e.model)])
    )
    edges = grid_edges(3, 3)
    numbers = [int(state.removeprefix("v(").strip("abcdefghijklmnopqrstuvwxyz()")) for state in system.states]
    for colour in Descent.of(system).colours:
        members = {numbers[row] for row in np.flatnonzero(colour)}
        assert not any(i in members and j in members for i, j in edges)


@pytest.mark.parametrize(
    ("card", "reason"),
    [
        ("B1 a 0 i=sin(2*pi*v(a))", "more than sines of one multiple of it move it"),
        ("R1 a 0 1", "more than sines of one multiple of it move it"),
        ("I1 a 0 1", None),
    ],
)
def test_what_is_not_sines_is_refused(card: str, reason: str | None):
    deck = f"a phase\nCa a 0 1\nB0 a 0 i=sin(pi*v(a))\n{card}\n"
    system = DynamicalSystem.of(parse(deck))
    if reason is None:
        Descent.of(system)
        return
    with pytest.raises(CircuitError, match=rf"v\(a\) cannot be moved to its minimum at once, for {reason}"):
        Descent.of(system)


def test_the_direction_in_single_precision():
    angles = np.linspace(-np.pi, np.pi, 4001)[1:]
    y, x = (jnp.asarray(3 * each, jnp.float32) for each in (np.sin(angles), np.cos(angles)))
    assert (
        np.abs(np.asarray(direction(y, x), float) - np.arctan2(np.asarray(y, float), np.asarray(x, float))).max() < 5e-7
    )
    assert float(direction(jnp.float32(0), jnp.float32(0))) == 0.0
