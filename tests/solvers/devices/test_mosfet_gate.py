"""Meyer's gate: its shares by closed form, and a transistor in time beside ngspice."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from tellegen.solvers.devices.meyer import shares
from tellegen.solvers.devices.mosfet import N_CHANNEL
from tellegen.spice_export.process import run_script
from tellegen.spice_export.raw import read_raw

MODEL = {"vto": 0.8, "kp": 4e-5, "gamma": 0.4, "phi": 0.6, "tox": 2e-8, "cgdo": 2e-10, "lambda": 0.02}
CARD = {"l": 10e-6, "w": 100e-6}
GATE, LOAD, SOURCE, SUPPLY = 10e3, 5e3, 500.0, 5.0
"""Resistances in ohm, and the supply in V."""
STRAY = 0.2e-12
PERIOD = 100e-9


@pytest.mark.parametrize(
    ("over", "along", "expected"),
    [
        (-1.0, 0.0, (0.0, 0.0, 1.0)),
        (-0.3, 1.0, (0.0, 0.0, 0.5)),
        (0.0, 1.0, (2 / 3, 0.0, 0.0)),
        (2.0, 3.0, (2 / 3, 0.0, 0.0)),
        (2.0, 0.0, (0.5, 0.5, 0.0)),
        (2.0, 1.0, (2 / 3 * (1 - 1 / 9), 2 / 3 * (1 - 4 / 9), 0.0)),
    ],
)
def test_shares_of_the_oxide(over: float, along: float, expected: tuple[float, float, float]) -> None:
    """Off all of it is at the bulk, in saturation two thirds at the source; half is at each end where vds is 0."""
    with jax.enable_x64(True):
        found = np.array([float(share) for share in shares(over, along, 0.6)])
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_without_drain_voltage_the_channel_is_a_conductance(bench: Any, point: Any) -> None:
    device = bench(N_CHANNEL, "M", "nmos", {})
    volts = np.array([[0.0, 3.0, 0.0, 0.0, 0.0, 0.0]])
    at = device.linear([point({"vto": 1.0, "kp": 1e-4, "tox": 1e-8}, CARD, volts[0, :4])], volts)
    drain, source = at.rows.index("drain"), at.rows.index("source")
    assert at.conductance[0, drain, source] == pytest.approx(-1e-4 * 10 * 2.0, rel=1e-9)


def test_a_stage_in_time_is_that_of_ngspice(bench: Any, point: Any) -> None:
    """A sine drives the gate of a common-source stage from off to the linear region.

    With the oxide currents eliminated the stage is C(v)·dv/dt = -i(v, t), which an integrator of ordinary differential
    equations solves.
    """
    device = bench(N_CHANNEL, "M", "nmos", {})
    one = point(MODEL, CARD, (0.0, 0.0, 0.0, 0.0))
    frequency = 1 / PERIOD

    def rates(time: float, v: np.ndarray) -> np.ndarray:
        drain, gate, source = v
        at = device.linear([one], np.array([[drain, gate, source, 0.0, drain, source]]))
        wave = 2.0 + 2.5 * np.sin(2 * np.pi * frequency * time)
        outside = np.array([(drain - SUPPLY) / LOAD, (gate - wave) / GATE, source / SOURCE])
        held = at.admittance(frequency)[0, :3, :3].imag / (2 * np.pi * frequency) + np.diag([STRAY, 0.0, STRAY])
        return np.linalg.solve(held, -at.current[0, :3] - outside)

    expected_times, expected = stage_of_ngspice()
    found = solve_ivp(rates, (0.0, PERIOD), expected[0], method="LSODA", rtol=1e-6, atol=1e-7, dense_output=True)
    swing = np.ptp(expected, axis=0)
    assert swing[0] > 3.0
    error = np.abs(found.sol(expected_times).T - expected).max(axis=0)
    np.testing.assert_array_less(error, 1e-3 * swing)


def stage_of_ngspice() -> tuple[np.ndarray, np.ndarray]:
    """Times, and the voltages of drain, gate and source at them."""
    deck = f"""a stage
vdd vdd 0 {SUPPLY}
vin in 0 sin(2 2.5 {1 / PERIOD})
rg in gate {GATE}
rd vdd drain {LOAD}
rs source 0 {SOURCE}
cd drain 0 {STRAY}
cs source 0 {STRAY}
m1 drain gate source 0 n {" ".join(f"{key}={value}" for key, value in CARD.items())}
.model n nmos {" ".join(f"{key}={value}" for key, value in MODEL.items())}
.options reltol=1e-6 abstol=1e-12 vntol=1e-9"""
    names = [f"v({name})" for name in ("drain", "gate", "source")]
    step = PERIOD / 4000
    plot = read_raw(run_script(deck, [f"tran {step} {PERIOD} 0 {step}", f"write stage.raw {' '.join(names)}"])
                    .files["stage.raw"])[0]  # fmt: skip
    return plot.values[:, 0], plot.values[:, [plot.names.index(name) for name in names]]
