"""Methods by their order, noise by its variance, gradients by every route beside central differences."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.constants import Boltzmann

from tellegen.netlist import CircuitError, parse
from tellegen.solvers.dynamics import DynamicalSystem, Grid, integrate


@pytest.fixture(autouse=True)
def double() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


LOGISTIC = DynamicalSystem.of(parse("t\nC1 a 0 1\nB1 0 a i={v(a)*(1-v(a))}\n.ic v(a)=0.1\n.end\n"))
"""v' = v(1 − v), v(0) = 0.1: v = 1/(1 + 9e^(−t))."""

NOISY = DynamicalSystem.of(
    parse(
        "t\n.param g=1.5\nC1 a 0 2\nC2 b 0 1\nR1 a b 1\nG1 0 b a 0 {g}\nB1 a 0 i={sin(v(a))}\n"
        "*@ noise a b amplitude=0.3\n.end\n"
    ),
    ["g"],
)


@pytest.mark.parametrize(
    ("method", "order", "pair"),
    [("euler", 1, (16, 32)), ("heun", 2, (16, 32)), ("rk4", 4, (16, 32)), ("tsit5", 5, (64, 128))],
)
def test_orders_of_convergence(method: str, order: int, pair: tuple[int, int]) -> None:
    values = LOGISTIC.values()
    exact = 1 / (1 + 9 * np.exp(-2.0))
    errors = [abs(float(integrate(LOGISTIC, values, Grid(2.0, steps), method=method)[0, 0]) - exact) for steps in pair]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.15)


@pytest.mark.parametrize("method", ["euler_maruyama", "stochastic_heun"])
def test_strong_order_for_additive_noise(method: str) -> None:
    values = NOISY.values()
    rng = np.random.default_rng(5)
    fine = rng.standard_normal((512, 2, 400)) * np.sqrt(1 / 512)
    start = jnp.full((2, 400), 0.7)

    def last(steps: int) -> np.ndarray:
        increments = fine.reshape(steps, 512 // steps, 2, 400).sum(axis=1)
        return np.asarray(integrate(NOISY, values, Grid(1.0, steps), method=method, start=start, noise=increments))

    exact = (
        last(512)
        if method == "stochastic_heun"
        else np.asarray(integrate(NOISY, values, Grid(1.0, 512), method="stochastic_heun", start=start, noise=fine))
    )
    errors = [float(np.mean(np.abs(last(steps) - exact))) for steps in (16, 32)]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(1.0, abs=0.15)


def test_thermal_noise_makes_the_variance_that_equipartition_demands() -> None:
    deck = "t\nC1 a 0 1p\nR1 a 0 1k\nR2 a 0 3k\n*@ noise thermal temperature=76.85\n.end\n"
    system = DynamicalSystem.of(parse(deck))
    batch, tau = 4000, 750.0 * 1e-12
    last = integrate(
        system,
        system.values(),
        Grid(6 * tau, 120),
        method="stochastic_heun",
        start=jnp.zeros((1, batch)),
        noise=3,
    )
    expected = Boltzmann * 350.0 / 1e-12
    assert float(jnp.var(last)) == pytest.approx(expected, rel=4 * np.sqrt(2 / batch) + 0.005)


CORRELATED = """three nodes that only noise moves, two of them together and one against them
C1 a 0 1
C2 b 0 1
C3 c 0 1
*@ noise a b amplitude=0.3
*@ noise a amplitude=0.4 group=rail
*@ noise b amplitude=0.2 group=rail
*@ noise c amplitude=-0.5 group=rail
.end
"""


def test_nodes_of_a_group_move_together() -> None:
    system = DynamicalSystem.of(parse(CORRELATED))
    assert system.noise == ("v(a)", "rail", "v(b)")
    start = jnp.zeros((3, 40_000))
    last = integrate(system, system.values(), Grid(4.0, 8), method="euler_maruyama", start=start, noise=1)
    own, shared = np.diag([0.09, 0.09, 0.0]), np.array([0.4, 0.2, -0.5])
    expected = 4.0 * (own + np.outer(shared, shared))
    np.testing.assert_allclose(np.cov(last), expected, atol=5 * np.sqrt(2 / 40_000))


def test_noise_on_a_node_without_capacitance_is_refused() -> None:
    with pytest.raises(CircuitError, match="noise is on the node b, which is no state; add a capacitor"):
        DynamicalSystem.of(parse("t\nC1 a 0 1\nR1 a b 1\nR2 b 0 1\n*@ noise a b amplitude=1\n.end\n"))


def loss(route: str, method: str = "heun", noise: np.ndarray | None = None) -> Callable[[jax.Array], jax.Array]:
    def value(g: jax.Array) -> jax.Array:
        values = NOISY.values({"g": g})
        start = jnp.array([[0.7], [-0.2]])
        last = integrate(NOISY, values, Grid(1.0, 400), method=method, start=start, noise=noise, gradient=route)
        return jnp.sum(last**2)

    return value


@pytest.mark.parametrize("noisy", [False, True])
def test_every_route_to_the_gradient_agrees_with_central_differences(noisy: bool) -> None:
    noise = np.random.default_rng(1).standard_normal((400, 2, 1)) * 0.05 if noisy else None
    method = "stochastic_heun" if noisy else "rk4"
    plain = jax.jit(loss("backpropagation", method, noise))
    g, h = jnp.asarray(1.5), 1e-4
    expected = float((plain(g + h) - plain(g - h)) / (2 * h))
    assert float(jax.grad(plain)(g)) == pytest.approx(expected, rel=1e-7)
    assert float(jax.jvp(plain, (g,), (jnp.ones(()),))[1]) == pytest.approx(expected, rel=1e-7)
    assert float(jax.grad(loss("adjoint", method, noise))(g)) == pytest.approx(expected, rel=1e-4 if noisy else 1e-7)


def test_kept_states_end_where_the_run_ends() -> None:
    values = NOISY.values()
    kept = integrate(NOISY, values, Grid(1.0, 20), keep=5, start=jnp.ones((2, 3)))
    assert kept.shape == (5, 2, 3)
    np.testing.assert_allclose(kept[0], 1.0)
    np.testing.assert_allclose(kept[-1], integrate(NOISY, values, Grid(1.0, 20), start=jnp.ones((2, 3))), rtol=1e-14)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"method": "heum"}, "no method heum of fixed steps; write heun"),
        ({"method": "euler_maruyama"}, "euler_maruyama needs noise"),
        ({"noise": 1}, "heun takes no noise; use euler_maruyama or stochastic_heun"),
        ({"method": "stochastic_heun", "noise": np.zeros((3, 2, 1))}, r"give \(10, 2, 1\): steps, paths, batch"),
        ({"gradient": "magic"}, "no gradient magic"),
        ({"keep": 3}, "cannot be kept every 3"),
        ({"keep": 5, "gradient": "adjoint"}, "the adjoint keeps no states"),
    ],
)
def test_refusals(given: dict, message: str) -> None:
    with pytest.raises(CircuitError, match=message):
        integrate(NOISY, NOISY.values(), Grid(1.0, 10), **given)
