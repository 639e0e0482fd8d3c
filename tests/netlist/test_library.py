"""The library's elements: ngspice runs each file as it stands, and both readings of it follow the closed form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

import tellegen
from tellegen.netlist import parse
from tellegen.spice_export import deck, run

LIBRARY = Path(tellegen.__file__).parent / "circuits" / "lib"
SOLVED_ELSEWHERE = {"bidirectional_amplifier"}
TIGHT = ".options reltol=1e-7 vntol=1e-10 abstol=1e-13\n"

Time = np.ndarray


class Case(NamedTuple):
    """A deck around one file of the library, and what its nodes do."""

    file: str
    body: str
    expected: dict[str, Callable[[Time], np.ndarray]]
    tolerance: float = 2e-5
    also: tuple[str, ...] = ()


def halving(start: float, rate: float, turns: float) -> Callable[[Time], np.ndarray]:
    """The d that solves dd/dt = −rate/(turns·π)·sin(turns·π·d)."""
    return lambda t: 2 / (turns * np.pi) * np.arctan(np.tan(turns * np.pi * start / 2) * np.exp(-rate * t))


def trapezoid(t: Time, height: float, rise: float, flat: float, fall: float) -> np.ndarray:
    """The charge that one trapezoid has delivered."""
    charge = lambda u, width: np.where(u < 0, 0, np.where(u < width, u**2 / (2 * width), u - width / 2))  # noqa: E731
    return height * (charge(t, rise) - charge(t - rise - flat, fall))


def relaxing(start: float, end: float, rate: float = 1.0) -> Callable[[Time], np.ndarray]:
    return lambda t: end + (start - end) * np.exp(-rate * t)


def cell_with_feedback(t: Time) -> np.ndarray:
    """A cell with the weight 2 from its own output and bias 0.3: it leaves the linear region, then relaxes to 2.3."""
    reached = np.log(1.3 / 0.4)
    return np.where(t < reached, -0.3 + 0.4 * np.exp(t), 2.3 - 1.3 * np.exp(-(t - reached)))


def switched(t: Time, start: float, rate: float) -> np.ndarray:
    """The state of a memristor under a constant current."""
    return 1 / (1 + (1 / start - 1) * np.exp(-rate * t))


def tunnelling(v: np.ndarray, displaced: float) -> np.ndarray:
    """The current of a tunnel diode of 1 mA at 65 mV, with is=1e-12 n=1.5 at 27 °C, gmin and the capacitor's."""
    thermal = 1.5 * 1.38064852e-23 * 300.15 / 1.6021766208e-19
    return 1e-3 * v / 0.065 * np.exp(1 - v / 0.065) + 1e-12 * np.expm1(v / thermal) + 1e-12 * v + displaced


def schottky(t):
    """The voltage of a diode with is=1e-7 n=1.05 rs=5 at 27 °C that carries 1 µA, rising to 1 mA in a second."""
    thermal, current = 1.05 * 1.38064852e-23 * 300.15 / 1.6021766208e-19, 1e-6 + 999e-6 * t
    return thermal * np.log1p(current / 1e-7) + 5 * current


MODELS = frozenset({"diodes"})
"""Files of model cards alone."""
HALF = 2 * np.pi
CASES = (
    Case("phase_oscillator", "X1 p phase_oscillator frequency=0.25\n.ic v(p)=0.1\n.tran 10m 2 uic",
         {"p": lambda t: 0.1 + 0.25 * t}),
    Case("oscillator_output", "X1 p phase_oscillator frequency=1\nX2 p c s oscillator_output\n.ic v(p)=0.3\n"
         ".tran 10m 2 uic",
         {"c": lambda t: np.cos(np.pi * (0.3 + t)), "s": lambda t: np.sin(np.pi * (0.3 + t))},
         also=("phase_oscillator",)),
    Case("sine_coupling", "X1 a phase_oscillator\nX2 b phase_oscillator\nX3 a b sine_coupling k=0.4\n"
         ".ic v(a)=0.7 v(b)=0\n.tran 10m 1 0 2m uic",
         {"a": lambda t: 0.35 + halving(0.7, HALF * 0.4, 1)(t) / 2,
          "b": lambda t: 0.35 - halving(0.7, HALF * 0.4, 1)(t) / 2},
         also=("phase_oscillator",)),
    Case("injection_locking", "X1 p phase_oscillator\nX2 p injection_locking strength=0.3\n.ic v(p)=0.4\n"
         ".tran 10m 1 0 2m uic", {"p": halving(0.4, HALF * 0.3, 2)}, also=("phase_oscillator",)),
    Case("cellular_cell", "X1 s x y cellular_cell bias=0.3\nGown 0 s y 0 2\nX2 s2 x2 y2 cellular_cell bias=-0.5\n"
         ".ic v(x)=0.1 v(x2)=1\n.tran 10m 3 0 2m uic",
         {"x": cell_with_feedback, "y": lambda t: np.minimum(cell_with_feedback(t), 1), "x2": relaxing(1, -0.5)}),
    Case("saturating_integrator", "X1 s x saturating_integrator\nIs 0 s 0.7\n.ic v(x)=-1\n.tran 10m 3 0 2m uic",
         {"x": relaxing(-1, np.tanh(0.7))}),
    Case("lc_section", "C0 a 0 2n\nX1 a b lc_section l=3n c=1n\n.ic v(a)=1 v(b)=0\n.tran 0.1n 20n 0 5p uic",
         {"a": lambda t: 2 / 3 + np.cos(t * 1e9 * np.sqrt(0.5)) / 3,
          "b": lambda t: 2 / 3 - 2 / 3 * np.cos(t * 1e9 * np.sqrt(0.5))}, 2e-4),
    Case("gmc_section", "C0 a 0 2n\nX1 a b gmc_section l=3n c=1n ws_in=2 wt_in=0.5 ws_out=1.5 wt_out=2\n"
         "C1 h 0 2n\nX2 h i gmc_section on=0\n.ic v(a)=1 v(h)=1\n.tran 0.1n 10n 0 2.5p uic",
         {"x1.current": lambda t: 0.5 / 3 / OMEGA * np.sin(OMEGA * t * 1e9),
          "b": lambda t: 2 * 0.5 / 3 / OMEGA**2 * (1 - np.cos(OMEGA * t * 1e9)),
          "a": lambda t: 1 - 0.5 / 3 / OMEGA**2 * (1 - np.cos(OMEGA * t * 1e9)),
          "h": np.ones_like, "x2.current": np.zeros_like}, 2e-4),
    Case("challenge_switch", "V1 in 0 1\nX1 in a challenge_switch bit=1 ron=2\nCa a 0 0.5\n"
         "X2 in b challenge_switch bit=0\nCb b 0 0.5\n.tran 10m 3 0 2m uic",
         {"a": relaxing(0, 1), "b": np.zeros_like}),
    Case("trapezoid_current", "X1 a trapezoid_current height=2 rise=0.5 flat=1 fall=0.25\nCa a 0 1\n"
         ".tran 10m 3 0 2m uic",
         {"a": lambda t: trapezoid(t, 2, 0.5, 1, 0.25)}),
    Case("pulse_current", "X1 a pulse_current height=3 delay=0.25 rise=0.5 flat=0.5 fall=0.25 period=2\nCa a 0 1\n"
         ".tran 10m 4 0 2m uic",
         {"a": lambda t: trapezoid(t - 0.25, 3, 0.5, 0.5, 0.25) + trapezoid(t - 2.25, 3, 0.5, 0.5, 0.25)}),
    Case("memristor", "X1 a 0 w memristor ron=1 roff=10 rate=10\nI1 0 a 0.1\n.ic v(w)=0.1\n.tran 10m 1 0 1m uic",
         {"w": lambda t: switched(t, 0.1, 4.0), "a": lambda t: 1 - 0.9 * switched(t, 0.1, 4.0)}),
    Case("tunnel_diode", "V1 a 0 pwl(0 0 1 0.6)\nX1 a b tunnel_diode is=1e-12 n=1.5 c=1n\nVb b 0 0\n"
         "Bout out 0 v=1k*i(vb)\n.tran 1m 1 0 1m", {"out": lambda t: 1e3 * tunnelling(0.6 * t, 0.6e-9)}),
    Case("diodes", "I1 0 a pwl(0 1u 1 1m)\nD1 a 0 schottky\n.tran 1m 1 0 1m", {"a": schottky}),
)  # fmt: skip
OMEGA = np.sqrt((0.5 * 2 / 2 + 1.5 * 2 / 1) / 3)


def test_every_file_has_a_case():
    assert {file.stem for file in LIBRARY.glob("*.cir")} == {case.file for case in CASES} | SOLVED_ELSEWHERE


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.file)
def test_it_follows_its_closed_form(case: Case, ngspice_transient) -> None:
    """ngspice on the file itself, and ngspice on what flattening makes of it."""
    includes = "".join(f".include {LIBRARY / each}.cir\n" for each in (case.file, *case.also))
    text = f"{case.file}\n{includes}{case.body}\n{TIGHT}"
    time, signals = ngspice_transient(text, *(f"v({node})" for node in case.expected))
    answer = run(deck(parse(text, folder=LIBRARY), options={"reltol": 1e-7}), currents=False)
    for node, expected in case.expected.items():
        np.testing.assert_allclose(signals[f"v({node})"], expected(time), atol=case.tolerance)
        np.testing.assert_allclose(answer[f"v({node})"], expected(answer.axes["time"]), atol=case.tolerance)
    assert time[-1] == pytest.approx(answer.axes["time"][-1])


@pytest.mark.parametrize("case", [case for case in CASES if case.file not in MODELS], ids=lambda case: case.file)
def test_the_file_says_what_it_is(case: Case) -> None:
    """Its name is its subcircuit's, and its comments give the equation."""
    text = (LIBRARY / f"{case.file}.cir").read_text(encoding="ascii")
    (definition,) = parse(text).subcircuits.values()
    assert definition.name == case.file
    assert "ngspice runs it as it stands" in text
