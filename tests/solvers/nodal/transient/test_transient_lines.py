"""Lossless lines: reflections in closed form, rest, initial conditions, and no wave lost between two of them."""

from __future__ import annotations

import numpy as np
import pytest

from tellegen.netlist import parse
from tellegen.solvers.nodal.transient import transient

ROUNDED = 1e-6
"""V and A: corners of waves that are a ten-thousandth of the first one are no longer met exactly (delays.BENT)."""


def run(text: str, **options):
    return transient(parse(f"t\n{text}\n"), **options)


def bounced(t: np.ndarray, start: float, end: float, delay: float, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Voltages at both ends of a line by the bounces of a wave: reflection factors at its start and its end."""
    near, far = share * pulse(t), np.zeros_like(t)
    amplitude = share
    for bounce in range(1, 40):
        arrives = pulse(t - bounce * delay)
        if bounce % 2:
            far += amplitude * (1.0 + end) * arrives
            amplitude *= end
        else:
            near += amplitude * (1.0 + start) * arrives
            amplitude *= start
    return near, far


def pulse(t: np.ndarray) -> np.ndarray:
    return np.interp(t, [1e-9, 1.2e-9, 6.2e-9, 6.5e-9], [0.0, 1.0, 1.0, 0.0])


@pytest.mark.parametrize(("source", "load"), [(25.0, 200.0), (50.0, 1e9), (10.0, 1e-3), (75.0, 50.0)])
def test_a_pulse_is_reflected(source: float, load: float) -> None:
    text = "V1 a 0 pulse(0 1 1n 0.2n 0.3n 5n)\nR1 a b {}\nT1 b 0 c 0 z0=50 td=3n\nR2 c 0 {}\n.tran 0.05n 40n"
    found = run(text.format(source, load))
    t = found.axes["time"]
    factors = (source - 50.0) / (source + 50.0), (load - 50.0) / (load + 50.0)
    near, far = bounced(t, *factors, 3e-9, 50.0 / (source + 50.0))
    np.testing.assert_allclose(found["v(b)"], near, atol=ROUNDED)
    np.testing.assert_allclose(found["v(c)"], far, atol=ROUNDED)
    np.testing.assert_allclose(found["i(t1)"], (pulse(t) - near) / source, atol=ROUNDED)


def test_a_matched_line_delays_a_smooth_wave() -> None:
    found = run("V1 a 0 sin(0 1 100meg 2n)\nR1 a b 50\nT1 b 0 c 0 z0=50 td=7.3n\nR2 c 0 50\n.tran 0.1n 60n")
    since = np.maximum(found.axes["time"] - 9.3e-9, 0.0)
    np.testing.assert_allclose(found["v(c)"], 0.5 * np.sin(2e8 * np.pi * since), atol=2e-4)


def test_a_line_by_its_wavelengths_and_ends_that_float() -> None:
    """Both ports against nodes other than ground; nl = 0.25 at f."""
    text = "V1 a r sin(0 1 50meg)\nR1 a b 50\nT1 b r c 0 z0=50 f=50meg nl=0.25\nR2 c 0 50\nR3 r 0 1k\n.tran 0.1n 60n"
    found = run(text)
    since = np.maximum(found.axes["time"] - 5e-9, 0.0)
    np.testing.assert_allclose(found["v(c)"], 0.5 * np.sin(1e8 * np.pi * since), atol=2e-4)


def test_a_capacitor_at_the_end_is_charged_by_the_wave() -> None:
    """Into z₀ ‖ nothing: v = 2w(1 − e^(−t/(z₀C))) with a wave of half the source; the source is matched."""
    found = run("V1 a 0 pulse(0 1 1n 1p 1p 1)\nR1 a b 50\nT1 b 0 c 0 z0=50 td=2n\nC1 c 0 20p\n.tran 0.05n 20n")
    since = np.maximum(found.axes["time"] - 3.0005e-9, 0.0)
    np.testing.assert_allclose(found["v(c)"], 1.0 - np.exp(-since / 1e-9), atol=6e-4)


def test_a_line_at_rest_stays_at_rest() -> None:
    found = run("V1 a 0 3\nR1 a b 100\nT1 b 0 c 0 z0=75 td=2n\nR2 c 0 200\nC1 c 0 1p\n.tran 0.5n 50n")
    np.testing.assert_allclose(found["v(c)"], 2.0, rtol=1e-9)
    np.testing.assert_allclose(found["i(t1)"], 10e-3, rtol=1e-9)


def test_a_line_that_is_let_go_rings_for_ever() -> None:
    """Open at both ends, charged by `ic=`: no wave gets out, each end has 1 V all the time; shorted, it alternates."""
    found = run("T1 a 0 b 0 z0=50 td=1n ic=1,0,1,0\nR1 a 0 1e12\nR2 b 0 1e12\n.tran 0.1n 20n uic")
    np.testing.assert_allclose(found["v(b)"], 1.0, rtol=1e-6)
    shorted = run("T1 a 0 b 0 z0=50 td=1n ic=1,0,1,0\nV1 a 0 0\nR2 b 0 1e12\n.tran 0.1n 20.05n 0 0.02n uic")
    t = shorted.axes["time"]
    inside = np.abs(t / 1e-9 - np.round(t / 1e-9)) > 1e-3
    expected = np.where(np.floor((t / 1e-9 - 1.0) / 2.0) % 2 == 0, -1.0, 1.0)
    np.testing.assert_allclose(shorted["v(b)"][inside], expected[inside], atol=1e-6)


def test_two_lines_meet() -> None:
    """z₀ of 50 into 75: the part 2·75/125 of the wave goes on, and neither delay is a multiple of the other."""
    found = run(
        "V1 a 0 pulse(0 1 1n 0.1n 0.1n 5n)\nR1 a b 50\nT1 b 0 c 0 z0=50 td=3n\nT2 c 0 d 0 z0=75 td=2.17n\nR2 d 0 75\n"
        ".tran 0.05n 30n"
    )
    t = found.axes["time"]
    wave = np.interp(t - 6.17e-9, [0.0, 0.1e-9, 5.1e-9, 5.2e-9], [0.0, 1.0, 1.0, 0.0])
    np.testing.assert_allclose(found["v(d)"], 0.5 * 1.2 * wave, atol=1e-7)
