"""One-ports against closed forms and against the trapezoidal rule on all states at once."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tellegen.netlist import CircuitError
from tellegen.solvers.ports import Circle, OnePort, flipped_voltage, host_voltage


@pytest.fixture(autouse=True)
def _double():
    with jax.enable_x64(True):
        yield


class Star(NamedTuple):
    """A host with capacitance `own` and branches that are chains of Gm-C sections."""

    port: OnePort
    conductances: np.ndarray
    capacitances: np.ndarray
    own: float


def chain(length: int) -> OnePort:
    """Capacitive nodes one behind the other, each coupled to the next by a source either way."""
    couplings = tuple(entry for k in range(1, length + 1) for entry in ((k - 1, k), (k, k - 1)))
    return OnePort(length + 1, couplings, tuple((k, k) for k in range(1, length + 1)))


def random_star(branches: int, length: int, seed: int) -> Star:
    """Couplings of both signs near 1 S, capacitances near 1 F, no two alike."""
    draw = np.random.default_rng(seed).uniform(0.7, 1.3, (3 * length, branches))
    signs = np.tile([1.0, -1.0], length)
    return Star(chain(length), draw[: 2 * length] * signs[:, None], draw[2 * length :], 1.7)


def admittances(star: Star, circle: Circle) -> jax.Array:
    """Every branch's, compiled in one piece."""
    return jax.jit(star.port.admittance)(circle.s, star.conductances, star.capacitances)


def all_states(star: Star, connected: np.ndarray, drive: np.ndarray, step: float) -> np.ndarray:
    """The host's voltage at every step, by the trapezoidal rule on the host and all branches together."""
    length, branches = star.capacitances.shape
    size = 1 + branches * length
    matrix, capacitance = np.zeros((size, size)), np.full(size, star.own)
    for b in range(branches):
        places = [0, *range(1 + b * length, 1 + (b + 1) * length)]
        for (i, j), value in zip(star.port.conductances, star.conductances[:, b], strict=True):
            matrix[places[i], places[j]] += value * (connected[b] if 0 in (i, j) else 1)
        capacitance[places[1:]] = star.capacitances[:, b]
    after, before = np.diag(2 * capacitance / step) + matrix, np.diag(2 * capacitance / step) - matrix
    states: list[np.ndarray] = [np.zeros(size)]
    for left, right in pairwise(drive):
        source = np.zeros(size)
        source[0] = left + right
        states.append(np.linalg.solve(after, before @ states[-1] + source))
    return np.array(states)[:, 0]


STEPS, STEP = 60, 0.1
DRIVE = np.interp(np.arange(STEPS + 1) * STEP, [0, 0.5, 1.5, 2.0], [0.0, 1.0, 1.0, 0.0])


def test_a_star_by_its_admittances_is_the_star_by_all_its_states():
    star, circle = random_star(branches=5, length=6, seed=0), Circle(STEPS, STEP)
    connected = np.random.default_rng(1).integers(0, 2, (7, 5))
    ports = admittances(star, circle)
    own, drive = jnp.asarray(circle.s * star.own), circle.transform(jnp.asarray(DRIVE))
    for time_step in (20, STEPS):
        found = host_voltage(drive, own, ports, jnp.asarray(connected), jnp.asarray(circle.weights(time_step)))
        expected = [all_states(star, setting, DRIVE, STEP)[time_step] for setting in connected]
        np.testing.assert_allclose(found, expected, atol=1e-9)


def test_flips_are_settings_with_one_switch_over():
    star, circle = random_star(branches=4, length=3, seed=2), Circle(STEPS, STEP)
    connected = np.array([[0, 1, 1, 0], [1, 1, 0, 0]])
    ports = admittances(star, circle)
    own, drive = jnp.asarray(circle.s * star.own), circle.transform(jnp.asarray(DRIVE))
    found = flipped_voltage(drive, own, ports, jnp.asarray(connected), jnp.asarray(circle.weights(STEPS)))
    for setting, row in zip(connected, np.asarray(found), strict=True):
        for b, voltage in enumerate(row):
            flipped = np.where(np.arange(4) == b, 1 - setting, setting)
            assert voltage == pytest.approx(all_states(star, flipped, DRIVE, STEP)[STEPS], abs=1e-9)


def test_the_admittance_of_a_resistor_in_series_with_an_inductor_and_a_capacitor_across_it():
    resistance, inductance, capacitance = 50.0, 1e-6, 2e-9
    s = jnp.asarray([1e6j, 3e6 + 2e7j])
    # Unknowns: the port, the node between R and L, L's current: v1 − s·L·i = 0, and KCL at node 1: (v1 − v0)/R + i = 0.
    port = OnePort(3, ((0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 1)), ((0, 0), (2, 2)))
    g = 1 / resistance
    found = port.admittance(s, jnp.asarray([g, -g, -g, g, 1.0, 1.0]), jnp.asarray([capacitance, -inductance]))
    np.testing.assert_allclose(found, s * capacitance + 1 / (resistance + s * inductance), rtol=1e-13)


def test_the_circle_keeps_every_sample():
    samples = np.random.default_rng(3).standard_normal((2, 41))
    circle = Circle(40, 1e-9)
    transform = circle.transform(jnp.asarray(samples))
    np.testing.assert_allclose(circle.waveform(transform), samples, atol=1e-10)
    for time_step in (0, 17, 40):
        picked = np.real(np.asarray(transform) @ circle.weights(time_step))
        np.testing.assert_allclose(picked, samples[:, time_step], atol=1e-10)


def test_a_charging_capacitor_is_the_closed_form_of_the_trapezoidal_rule():
    resistance, capacitance, step = 2.0, 3.0, 0.5
    circle = Circle(30, step)
    current = np.r_[0.0, np.ones(30)]
    voltage = circle.waveform(circle.transform(jnp.asarray(current)) / (1 / resistance + circle.s * capacitance))
    ratio = (capacitance / step - 0.5 / resistance) / (capacitance / step + 0.5 / resistance)
    first = 0.5 / (capacitance / step + 0.5 / resistance)
    expected = [0.0, *(resistance + (first - resistance) * ratio**n for n in range(30))]
    np.testing.assert_allclose(voltage, expected, atol=1e-9)


def test_the_gradient_with_respect_to_every_value_is_the_difference_quotient():
    star, circle = random_star(branches=3, length=2, seed=4), Circle(STEPS, STEP)
    drive, weights = circle.transform(jnp.asarray(DRIVE)), jnp.asarray(circle.weights(STEPS))
    connected = jnp.asarray([[1, 0, 1], [1, 1, 1]])

    @jax.jit
    def voltage(conductances, capacitances, own):
        ports = star.port.admittance(jnp.asarray(circle.s), conductances, capacitances)
        return host_voltage(drive, own * circle.s, ports, connected, weights) @ jnp.asarray([1.0, -0.5])

    values = (jnp.asarray(star.conductances), jnp.asarray(star.capacitances), jnp.asarray(star.own))
    gradient = jax.grad(voltage, (0, 1, 2))(*values)
    for position, leaf in enumerate(gradient):
        for place in list(np.ndindex(leaf.shape))[::5]:
            shift = np.zeros(leaf.shape)
            shift[place] = 1e-5
            moved = [
                voltage(*(v + sign * shift if n == position else v for n, v in enumerate(values))) for sign in (1, -1)
            ]
            assert (moved[0] - moved[1]) / 2e-5 == pytest.approx(float(leaf[place]), rel=1e-6, abs=1e-8)


def test_a_part_without_a_way_to_the_port_is_named():
    with pytest.raises(CircuitError, match=r"does not determine v\(lost\); connect it"):
        OnePort(3, ((0, 1), (1, 0)), ((1, 1),), ("v(port)", "v(a)", "v(lost)"))
