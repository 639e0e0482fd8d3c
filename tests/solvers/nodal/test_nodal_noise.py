"""Noise: thermal, shot and flicker noise in closed form, ngspice, messages."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tellegen
from tellegen import Traces
from tellegen.netlist import CircuitError
from tellegen.solvers.nodal import noise
from tellegen.spice_export.process import run_script
from tellegen.spice_export.raw import RawPlot, read_raw

BOLTZMANN, CHARGE = 1.38064852e-23, 1.6021766208e-19
KELVIN = 300.15


def heard(cards: str, card: str = "v(b) v1 dec 10 1 1meg") -> Traces:
    circuit = tellegen.parse(f"a test\n{cards}\n.noise {card}\n")
    return noise(circuit, circuit.analyses[0])


def thermal(ohms: float, kelvin: float = KELVIN) -> float:
    """V/√Hz."""
    return math.sqrt(4.0 * BOLTZMANN * kelvin * ohms)


def total(traces: Traces, name: str) -> float:
    totals = traces.about["totals"]
    assert isinstance(totals, dict)
    return float(totals[name])


def test_a_divider_has_the_noise_of_its_resistance() -> None:
    found = heard("V1 a 0 1\nR1 a b 1k\nR2 b 0 3k")
    np.testing.assert_allclose(found["onoise_spectrum"], thermal(750.0), rtol=1e-12)
    np.testing.assert_allclose(found["inoise_spectrum"], thermal(750.0) / 0.75, rtol=1e-12)
    np.testing.assert_allclose(found["onoise_r1"], thermal(1e3) * 0.75, rtol=1e-12)
    parts = [found[name] for name in ("onoise_r1_thermal", "onoise_r2_thermal")]
    np.testing.assert_allclose(np.hypot(*parts), found["onoise_spectrum"], rtol=1e-12)
    assert total(found, "onoise_total") == pytest.approx(thermal(750.0) * math.sqrt(1e6 - 1), rel=1e-12)
    assert total(found, "inoise_total") == pytest.approx(thermal(750.0) / 0.75 * math.sqrt(1e6 - 1), rel=1e-12)


def test_a_capacitor_keeps_kt_over_c() -> None:
    """∫ 4kTR/(1 + (2πfRC)²) df = 2kT/(πC)·atan(2πfRC), all of it kT/C."""
    found = heard("V1 a 0 1\nR1 a b 1k\nC1 b 0 1n", "v(b) v1 dec 200 1 1g")
    square = 2.0 * BOLTZMANN * KELVIN / (math.pi * 1e-9) * math.atan(2.0 * math.pi * 1e9 * 1e-6)
    assert total(found, "onoise_total") == pytest.approx(math.sqrt(square), rel=1e-5)
    assert total(found, "onoise_total") == pytest.approx(math.sqrt(BOLTZMANN * KELVIN / 1e-9), rel=1e-3)


@pytest.mark.parametrize(
    ("resistor", "expected"),
    [
        ("R2 b 0 1k noisy=0", 0.0),
        ("R2 b 0 1k temp=127", thermal(1e3, 400.15)),
        ("R2 b 0 1k dtemp=100", thermal(1e3, 400.15)),
        ("R2 b 0 2k m=2", thermal(1e3)),
        ("R2 b 0 5 ac=1k", thermal(1e3)),
        ("R2 b 0 1k tc1=10m temp=127", thermal(2e3, 400.15)),
        ("S2 b 0 a 0 sw\n.model sw sw(ron=1k vt=0.5)", thermal(1e3)),
        ("B2 b 0 i=v(b)*1m", 0.0),
    ],
)
def test_resistances_make_thermal_noise(resistor: str, expected: float) -> None:
    """Into a large inductor beside it, which is silent and large at 1 GHz."""
    found = heard(f"V1 a 0 1\nL1 a b 1k\n{resistor}", "v(b) v1 lin 1 1g 1g")
    np.testing.assert_allclose(found["onoise_spectrum"], expected, rtol=1e-6)


def test_a_junction_makes_shot_noise() -> None:
    """2qi over the conductance (i + is)/vt."""
    found = heard("I1 0 b 1m\nD1 b 0 d\n.model d d(is=1f)", "v(b) i1 lin 1 1k 1k")
    resistance = BOLTZMANN * KELVIN / CHARGE / 1e-3
    np.testing.assert_allclose(found["onoise_d1_id"], math.sqrt(2 * CHARGE * 1e-3) * resistance, rtol=1e-6)
    np.testing.assert_allclose(found["inoise_spectrum"], math.sqrt(2 * CHARGE * 1e-3), rtol=1e-6)


def test_a_channel_makes_two_thirds_of_thermal_noise() -> None:
    cards = "V1 a 0 1.5\nVd d 0 5\nR1 d b 1k noisy=0\nM1 b a 0 0 m w=10u l=1u\n.model m nmos(vto=0.7 kp=100u)"
    found = heard(cards, "v(b) v1 lin 1 1k 1k")
    expected = math.sqrt(8.0 / 3.0 * BOLTZMANN * KELVIN * 0.8e-3) * 1e3
    np.testing.assert_allclose(found["onoise_m1"], expected, rtol=1e-6)


def test_flicker_noise_falls_as_its_frequency() -> None:
    found = heard("I1 0 b 2m\nR2 b 0 f 1k\n.model f r(kf=1e-12 af=2)", "v(b) i1 dec 1 1 1k")
    frequency = found.axes["frequency"]
    np.testing.assert_allclose(found["onoise_r2_1overf"], 1e3 * 2e-3 * 1e-6 / np.sqrt(frequency), rtol=1e-9)
    assert total(found, "onoise_total_r2_1overf") == pytest.approx(1e3 * 2e-9 * math.sqrt(math.log(1e3)), rel=1e-9)


AMPLIFIER = """
.options reltol=1e-9 abstol=1e-16 vntol=1e-10
vcc vcc 0 12
vin in 0 0.7 ac 1
rin in b 1k
rb1 vcc b 100k
rc vcc c 4.7k
q1 c b e qn
re e 0 100
d1 c d dm
rd d 0 rf 10k l=10u
m1 dd c s 0 mn w=20u l=2u
rdd vcc dd 10k m=2
rs s 0 1k
j1 jd dd js jn
rjd vcc jd 2k
rjs js 0 3k
qp e2 jd c2 qpm
re2 vcc c2 1k
re3 e2 0 5k
c1 e2 0 1n
.model rf r(kf=1e-19 af=1.5)
.model qn npn(is=1e-15 bf=120 rb=100 rc=10 re=1 vaf=80 ikf=0.05 cje=1p cjc=0.7p tf=0.3n kf=1e-14 af=1.1)
.model dm d(is=1e-14 n=1.1 rs=5 cjo=2p kf=1e-15 af=1.2)
.model mn nmos(vto=0.8 kp=60u gamma=0.5 phi=0.6 lambda=0.02 tox=20n rd=10 rs=10 kf=1e-26)
.model jn njf(vto=-2 beta=1m lambda=0.01 rd=5 rs=5 cgs=2p kf=1e-16)
.model qpm pnp(is=1e-15 bf=60 vaf=50 cje=1p tf=1n)
"""


def by_ngspice(cards: str, card: str) -> tuple[RawPlot, RawPlot]:
    """Spectra and totals with all contributions."""
    script = (
        "set filetype=binary",
        f"noise {card} 1",
        "setplot noise1",
        "write a.raw",
        "setplot noise2",
        "write b.raw",
    )
    files = run_script(f"a test{cards}", script).files
    return read_raw(files["a.raw"])[0], read_raw(files["b.raw"])[0]


@pytest.mark.parametrize("card", ["v(e2) vin dec 10 1 100meg", "v(dd,c) vin oct 2 10 1meg", "v(jd) vin lin 20 1k 100k"])
def test_ngspice_hears_the_same_from_every_part(card: str) -> None:
    spectra, totals = by_ngspice(AMPLIFIER, card)
    ours = heard(AMPLIFIER, card)
    for name, column in zip(spectra.names, np.real(spectra.values.T), strict=True):
        found = ours.axes["frequency"] if name == "frequency" else ours.signals.get(name, np.zeros_like(column))
        np.testing.assert_allclose(found, column, rtol=1e-6, err_msg=name)
    for name, column in zip(totals.names, np.real(totals.values.T), strict=True):
        if name[2:-1] in ours.about["totals"] and name[2:].startswith("onoise"):  # type: ignore[operator]
            assert total(ours, name[2:-1]) == pytest.approx(column[0], rel=1e-6), name


@pytest.mark.parametrize(
    ("card", "message"),
    [
        ("v(b) v1 dec 10 1", r"write \.noise v\(node\[,node\]\) source dec\|oct\|lin points start stop"),
        ("i(v1) v1 dec 10 1 1k", r"write \.noise v\(node"),
        ("b v1 dec 10 1 1k", r"'b' is no output; write v\(node\), v\(node,node\) or i\(source\)"),
        ("v(z) v1 dec 10 1 1k", "the circuit has no node z"),
        ("v(b) r1 dec 10 1 1k", "the input r1 is no V or I source of the circuit"),
        ("v(b) v2 dec 10 1 1k", r"v2 does not reach v\(b\)"),
        ("v(b) v1 lin 3 0 1k", "flicker noise has no bound at 0 Hz"),
    ],
)
def test_what_cannot_be_heard_is_refused(card: str, message: str) -> None:
    with pytest.raises(CircuitError, match=message):
        heard("V1 a 0 1\nV2 c 0 1\nR1 a b f 1k\nR2 b 0 1k\nR3 c 0 1k\n.model f r(kf=1e-12 af=2)", card)
