"""A given Wiener path in ngspice: the exact solution step by step, and no other node moved."""

from __future__ import annotations

import numpy as np
import pytest

from tellegen.netlist import SpiceError, parse
from tellegen.spice_export import deck, run, with_noise_path

STEPS = 40
TIMES = np.linspace(0.0, 2.0, STEPS + 1)


def path(seed: int, amplitude: float = 0.5) -> np.ndarray:
    """Increments of amplitude·dW over the steps."""
    return amplitude * np.sqrt(np.diff(TIMES)) * np.random.default_rng(seed).standard_normal(STEPS)


def at_the_ends(circuit, node):
    answer = run(deck(circuit), currents=False)
    return np.interp(TIMES, answer.axes["time"], answer[f"v({node})"])


@pytest.mark.parametrize("farads", [1.0, 2.5])
def test_an_ornstein_uhlenbeck_process_follows_its_exact_steps(farads):
    """dv = −v/(RC) dt + σ dW with a path linear in each step: v' = v·q + dv·τ/h·(1 − q), q = exp(−h/τ)."""
    increments = path(1)
    circuit = parse(f"t\nC1 a 0 {farads}\nR1 a 0 0.4\n.ic v(a)=0.3\n.tran 10m 2 0 5m uic\n")
    h, tau = TIMES[1], 0.4 * farads
    decay = np.exp(-h / tau)
    exact = [0.3]
    for step in increments:
        exact.append(exact[-1] * decay + step * tau / h * (1 - decay))
    found = at_the_ends(with_noise_path(circuit, TIMES, {"a": increments}), "a")
    assert np.ptp(exact) > 0.5
    np.testing.assert_allclose(found, exact, atol=5e-4)


def test_capacitors_between_nodes_carry_no_noise_over():
    """Two coupled nodes, each with its own path: the voltages are the paths themselves."""
    circuit = parse("t\nC1 a 0 1\nCab a b 0.7 m=2\nC2 b 0 3\n.ic v(a)=0 v(b)=1\n.tran 10m 2 0 5m uic\n")
    noisy = with_noise_path(circuit, TIMES, {"A": path(2), "b": path(3)})
    for node, start, seed in (("a", 0.0, 2), ("b", 1.0, 3)):
        walked = start + np.concatenate(([0.0], np.cumsum(path(seed))))
        np.testing.assert_allclose(at_the_ends(noisy, node), walked, atol=5e-4)


def test_a_path_may_begin_late_and_end_early():
    circuit = parse("t\nC1 a 0 2\n.ic v(a)=0\n.tran 10m 2 0 5m uic\n")
    noisy = with_noise_path(circuit, [0.5, 1.0, 1.25], {"a": np.array([0.3, -0.1])})
    expected = np.interp(TIMES, [0, 0.5, 1.0, 1.25, 2], [0, 0, 0.3, 0.2, 0.2])
    np.testing.assert_allclose(at_the_ends(noisy, "a"), expected, atol=1e-4)


@pytest.mark.parametrize(
    ("times", "increments", "message"),
    [
        (TIMES, {"c": path(1)}, "node c has no capacitor that could hold noise; write"),
        (TIMES, {"r": path(1)}, "node r has no capacitor"),
        (TIMES, {"q": path(1)}, "the capacitance of cq is no plain number of farads"),
        (TIMES, {"a": path(1)[1:]}, "the increments of node a have shape (39,), or are not finite; give 40 numbers"),
        (TIMES, {"a": path(1) * np.nan}, "or are not finite"),
        (TIMES[::-1], {"a": path(1)}, "the times of a noise path are no steps"),
        ([0.0], {"a": np.zeros(0)}, "the times of a noise path are no steps"),
    ],
)
def test_what_is_refused(times, increments, message):
    circuit = parse("t\nC1 a 0 1\nR1 a r 1\nR2 r 0 1\nCq q 0 q={v(q)}\n")
    with pytest.raises(SpiceError) as caught:
        with_noise_path(circuit, times, increments)
    assert message in str(caught.value)


def test_a_name_that_is_taken_is_refused():
    with pytest.raises(SpiceError, match="the circuit has an element inoise0_0 already; rename it"):
        with_noise_path(parse("t\nC1 a 0 1\nInoise0_0 a 0 1\n"), TIMES, {"a": path(1)})
