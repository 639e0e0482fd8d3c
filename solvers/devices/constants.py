"""Constants of nature as ngspice 39 has them (CODATA 2014), so that currents agree in the last digits."""

from __future__ import annotations

CHARGE = 1.6021766208e-19
"""Elementary charge in C."""
BOLTZMANN = 1.38064852e-23
"""Boltzmann's constant in J/K."""
THERMAL = BOLTZMANN / CHARGE
"""Thermal voltage a kelvin, in V/K."""
REFERENCE = 300.15
"""The temperature in K, 27 °C, at which ngspice's silicon has its tabulated potential."""
VACUUM = 8.854214871e-12
"""Permittivity of vacuum in F/m, as the MOSFET models have it."""
OXIDE = 3.9 * VACUUM
"""Permittivity of silicon dioxide in F/m."""
SILICON = 11.70 * VACUUM
"""Permittivity of silicon in F/m."""
INTRINSIC = 1.45e16
"""Carriers of undoped silicon a m³."""
