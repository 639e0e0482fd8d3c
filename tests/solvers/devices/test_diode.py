"""What a diode must do by its equations, ngspice apart: breakdown, knees, rest, and where ngspice jumps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tellegen.solvers.devices.constants import THERMAL
from tellegen.solvers.devices.diode import DIODE

VT = THERMAL * 300.15
GMIN = 1e-12


@pytest.fixture
def current(bench: Any, point: Any) -> Any:
    """A function from a model and voltages to currents, charges, conductances and capacitances, each [points]."""

    def at(model: dict[str, float], voltages: np.ndarray) -> tuple[np.ndarray, ...]:
        device = bench(DIODE, "D", "d", {})
        points = [point(model, {}, (voltage, 0.0)) for voltage in voltages]
        volts = np.stack([voltages, np.zeros_like(voltages), voltages], axis=1)
        found = device.linear(points, volts)
        return tuple(
            each[:, 0] if each.ndim == 2 else each[:, 0, 0]
            for each in (found.current, found.charge, found.conductance, found.capacitance)
        )

    return at


@pytest.mark.parametrize("emission", [1.0, 2.5])
def test_at_its_breakdown_voltage_the_breakdown_current_flows(current: Any, emission: float) -> None:
    """Nagel 1975: xbv is such that is·(exp((bv - xbv)/(nbv·vt)) - 1 + xbv/vt) = ibv."""
    model = {"is": 1e-13, "bv": 6.2, "ibv": 2e-3, "nbv": emission}
    found, *_ = current(model, np.array([-6.2]))
    start = 6.2 - emission * VT * np.log(2e-3 / 1e-13)
    assert found[0] == pytest.approx(-2e-3 - 6.2 * GMIN - 1e-13 * (1 - start / VT), rel=1e-9)


def test_a_breakdown_current_below_saturation_leaves_the_voltage_as_it_is(current: Any) -> None:
    found, *_ = current({"is": 1e-9, "bv": 5.0, "ibv": 1e-12}, np.array([-5.0 - 10 * VT]))
    assert found[0] == pytest.approx(-1e-9 * np.exp(10) - (5 + 10 * VT) * GMIN, rel=1e-9)


def test_at_rest_the_conductance_is_the_saturation_current_over_the_thermal_voltage(current: Any) -> None:
    found, charge, conductance, capacitance = current({"is": 1e-12, "n": 1.5, "cjo": 2e-12}, np.zeros(1))
    assert found[0] == charge[0] == 0.0
    assert conductance[0] == pytest.approx(1e-12 / (1.5 * VT) + GMIN, rel=1e-12)
    assert capacitance[0] == pytest.approx(2e-12, rel=1e-12)


def test_under_high_injection_the_current_rises_half_as_steeply(current: Any) -> None:
    found, *_ = current({"is": 1e-12, "ikf": 1e-6}, np.array([0.8, 0.8 + 2 * VT * np.log(10)]))
    assert found[1] / found[0] == pytest.approx(10.0, rel=1e-3)


def test_the_sidewall_charge_is_continuous_where_ngspice_jumps(current: Any) -> None:
    """ngspice takes the bottom's constant for the sidewall; here the charge's rise is the capacitance's integral."""
    voltages = np.linspace(-1.0, 0.9, 2001)
    model = {"vj": 0.9, "php": 0.6, "cjp": 1e-12, "mjsw": 0.4, "pj": 1.0, "fcs": 0.5}
    _, charge, _, capacitance = current(model, voltages)
    integral = np.sum((capacitance[1:] + capacitance[:-1]) / 2 * np.diff(voltages))
    assert charge[-1] - charge[0] == pytest.approx(integral, rel=1e-6)


def test_a_given_zero_is_as_good_as_nothing(current: Any) -> None:
    voltages = np.linspace(-3.0, 0.7, 12)
    plain = current({"is": 1e-14}, voltages)
    zeros = current({"is": 1e-14, "rs": 0.0, "ikf": 0.0, "cjo": 0.0, "tt": 0.0, "isr": 0.0}, voltages)
    for one, other in zip(plain, zeros, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-30)
