"""Small copies of the case studies: their answers against scipy's, their gradients against central differences."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from tellegen.netlist import Mismatch
from tellegen.netlist.builders import cellular_network, grid_edges, oscillator_network
from tellegen.solvers.dynamics import DynamicalSystem, Grid
from tellegen.training.dynamics.bank import Bank
from tellegen.training.dynamics.circumstances import Circumstances
from tellegen.training.dynamics.losses import periodic, squared
from tellegen.training.dynamics.simulation import Transient, Wiring
from tellegen.training.dynamics.transforms import Draw, transform_of

SIDES = {
    "nw": (-1, -1),
    "n": (-1, 0),
    "ne": (-1, 1),
    "w": (0, -1),
    "m": (0, 0),
    "e": (0, 1),
    "sw": (1, -1),
    "s": (1, 0),
    "se": (1, 1),
}
TEMPLATES = {"a_corner": 0.1, "a_edge": -0.2, "a_centre": 2.0, "b_corner": -0.9, "b_edge": -1.1, "b_centre": 8.0}
ROWS, COLUMNS, BATCH = 2, 3, 4


@pytest.fixture(autouse=True)
def _double():
    with jax.enable_x64(True):
        yield


@pytest.fixture(scope="module")
def cells():
    """The network with every coupling of every die drawn, its inputs, and the draws by element."""
    circuit = cellular_network(ROWS, COLUMNS)
    mismatch = Mismatch.of(circuit)
    drawn = dict.fromkeys(mismatch.targets, "relative")
    system = DynamicalSystem.of(circuit, [each.target for each in circuit.trainables], drawn)
    inputs = np.sign(np.random.default_rng(0).standard_normal((ROWS * COLUMNS, BATCH)))
    return circuit, mismatch, system, inputs, mismatch.array(1, range(BATCH))


def answer_of_scipy(inputs: np.ndarray, draws: dict[str, float], bias: float) -> np.ndarray:
    """The equation as the literature writes it, cell by cell."""

    def output(x: np.ndarray) -> np.ndarray:
        return 0.5 * (np.abs(x + 1) - np.abs(x - 1))

    def rate(_: float, x: np.ndarray) -> np.ndarray:
        y, slope = output(x).reshape(ROWS, COLUMNS), np.zeros((ROWS, COLUMNS))
        u = inputs.reshape(ROWS, COLUMNS)
        for i in range(ROWS):
            for j in range(COLUMNS):
                total = bias
                for side, (down, right) in SIDES.items():
                    a, b = i + down, j + right
                    if not (0 <= a < ROWS and 0 <= b < COLUMNS):
                        continue
                    place = ("centre", "edge", "corner")[abs(down) + abs(right)]
                    total += TEMPLATES[f"a_{place}"] * draws[f"x{i}_{j}.ga{side}"] * y[a, b]
                    total += TEMPLATES[f"b_{place}"] * draws[f"x{i}_{j}.gb{side}"] * u[a, b]
                slope[i, j] = draws[f"x{i}_{j}.xcell.gcell"] * total
        return slope.ravel() - x

    found = solve_ivp(rate, (0, 1.5), np.zeros(ROWS * COLUMNS), method="DOP853", rtol=1e-9, atol=1e-11)
    return output(found.y[:, -1])


def test_cells_follow_their_equation_on_every_die(cells):
    circuit, mismatch, system, inputs, draws = cells
    wiring = Wiring.of(circuit)
    parameters = {**{name: jnp.asarray(value) for name, value in TEMPLATES.items()}, "z": jnp.asarray(-0.4)}
    around = Circumstances(jnp.asarray(draws), jax.random.PRNGKey(0))
    transient = Transient(system, wiring, Grid(1.5, 2000), "heun")
    found = np.asarray(jax.jit(transient.__call__)(parameters, jnp.asarray(inputs), around))
    for die in range(BATCH):
        expected = answer_of_scipy(inputs[:, die], mismatch.draw(1, die), -0.4)
        np.testing.assert_allclose(found[:, die], expected, atol=2e-5)
    assert np.ptp(found) > 1


def central_difference(loss, coordinates, name: str, index: tuple[int, ...], step: float) -> float:
    up, down = (loss({**coordinates, name: coordinates[name].at[index].add(sign * step)}) for sign in (1.0, -1.0))
    return (float(up) - float(down)) / (2 * step)


@pytest.mark.parametrize("gradient", ["backpropagation", "adjoint"])
def test_the_slope_of_templates_under_mismatch(cells, gradient: str):
    circuit, _, system, inputs, draws = cells
    steps = 60 if gradient == "backpropagation" else 1500
    transient = Transient(system, Wiring.of(circuit), Grid(1.5, steps), "heun", gradient)
    bank = Bank.of({each.target: transform_of(each, "round", False) for each in circuit.trainables})
    around = Circumstances(jnp.asarray(draws), jax.random.PRNGKey(0))
    aims = jnp.asarray(np.sign(np.random.default_rng(2).standard_normal(inputs.shape)))

    def loss(coordinates):
        values = bank.values(coordinates, Draw(jax.random.PRNGKey(0), BATCH, 1.0))
        return squared(transient(values, jnp.asarray(inputs), around), aims)

    coordinates = {name: jnp.asarray(u) for name, u in bank.start({**TEMPLATES, "z": -0.4}).items()}
    measure, slope = jax.jit(loss), jax.jit(jax.grad(loss))(coordinates)["group 0"]
    assert slope.shape == (7,)
    found = [central_difference(measure, coordinates, "group 0", (n,), 1e-6) for n in range(7)]
    limit = 1e-6 if gradient == "backpropagation" else 1e-3
    np.testing.assert_allclose(slope, found, rtol=limit, atol=limit * np.max(np.abs(found)))


def test_the_slope_of_levels_that_every_sample_draws_and_of_noisy_oscillators():
    circuit = oscillator_network(4, grid_edges(2, 2), bits=2)
    free = [*(each.target for each in circuit.trainables), *circuit.input_parameters]
    transient = Transient(DynamicalSystem.of(circuit, free), Wiring.of(circuit), Grid(1.0, 20), "stochastic_heun")
    bank = Bank.of({each.target: transform_of(each, "gumbel", False) for each in circuit.trainables})
    assert {name: len(group.targets) for name, group in bank.groups.items()} == {"group 0": 4, "group 1": 2}
    random = np.random.default_rng(3)
    pattern = jnp.asarray(random.integers(0, 2, (4, BATCH)), float)
    starts = pattern + jnp.asarray(random.uniform(-0.5, 0.5, (4, BATCH)))

    def loss(coordinates):
        values = bank.values(coordinates, Draw(jax.random.PRNGKey(1), BATCH, 2.0))
        outputs = transient(values, starts, Circumstances(None, jax.random.PRNGKey(2)))
        return periodic(outputs, pattern)

    values = dict(zip(bank.targets, random.uniform(-1, 1, 6), strict=True))
    coordinates = {name: jnp.asarray(u) for name, u in bank.start(values).items()}
    measure, slope = jax.jit(loss), jax.jit(jax.grad(loss))(coordinates)
    for name, found in slope.items():
        for index in np.ndindex(found.shape):
            quotient = central_difference(measure, coordinates, name, index, 1e-6)
            assert float(found[index]) == pytest.approx(quotient, rel=1e-5, abs=1e-8), (name, index)
