"""Every semiconductor beside ngspice's, alone between voltage sources, at random points, sizes and temperatures.

Truths: ngspice's currents and admittances, Kirchhoff's law, central differences.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from tellegen.solvers.devices import Device
from tellegen.solvers.devices.bipolar import LATERAL_NPN, NPN, PNP
from tellegen.solvers.devices.diode import DIODE
from tellegen.solvers.devices.junction_fet import N_CHANNEL as NJF
from tellegen.solvers.devices.junction_fet import P_CHANNEL as PJF
from tellegen.solvers.devices.mosfet import N_CHANNEL as NMOS
from tellegen.solvers.devices.mosfet import N_CHANNEL_WITHOUT_OXIDE as NMOS_WITHOUT_OXIDE
from tellegen.solvers.devices.mosfet import P_CHANNEL as PMOS

POINTS = 60
SPREAD = 0.2
FREQUENCY = 1e6
Random = np.random.Generator


@dataclass(frozen=True)
class Case:
    """A device, a model around which parameters are drawn, and how cards and voltages are drawn.

    `rough` are parameters with which ngspice's small signals are not the derivatives of its own currents; they are left
    out there, and `calm` draws voltages for small signals where it is about them.
    """

    name: str
    device: Device
    letter: str
    type: str
    inner: Mapping[str, tuple[Any, ...]]
    model: Mapping[str, float]
    voltages: Callable[[Random], tuple[float, ...]]
    card: Callable[[Random], dict[str, float]] = lambda random: {"area": random.uniform(0.5, 3.0)}
    rough: tuple[str, ...] = ()
    calm: Callable[[Random], tuple[float, ...]] | None = None
    whole: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def __repr__(self) -> str:
        return self.name


def diode_voltages(random: Random) -> tuple[float, ...]:
    cathode = random.uniform(-0.1, 0.1)
    return cathode + random.uniform(-9.0, 1.1), cathode


def bipolar_voltages(polarity: float, lateral: bool) -> Callable[[Random], tuple[float, ...]]:
    def draw(random: Random) -> tuple[float, ...]:
        emitter = random.uniform(-0.2, 0.2)
        base = emitter + random.uniform(-2.0, 0.9)
        collector = base - random.uniform(-4.0, 0.7)
        held = base if lateral else collector
        below = random.uniform(-3.0, 0.4) * (-1.0 if lateral else 1.0)
        return polarity * collector, polarity * base, polarity * emitter, polarity * (held + below)

    return draw


def field_effect_voltages(polarity: float) -> Callable[[Random], tuple[float, ...]]:
    def draw(random: Random) -> tuple[float, ...]:
        drain, source = random.uniform(-4.0, 4.0), random.uniform(-0.3, 0.3)
        gate = min(drain, source) + random.uniform(-3.0, 0.6)
        return polarity * drain, polarity * gate, polarity * source

    return draw


def mosfet_voltages(polarity: float, bulk: tuple[float, float]) -> Callable[[Random], tuple[float, ...]]:
    def draw(random: Random) -> tuple[float, ...]:
        drain, source = random.uniform(-3.0, 4.0), random.uniform(-0.3, 0.3)
        gate = min(drain, source) + random.uniform(-2.0, 5.0)
        below = min(drain, source) + random.uniform(*bulk)
        return polarity * drain, polarity * gate, polarity * source, polarity * below

    return draw


def mosfet_card(random: Random) -> dict[str, float]:
    areas = {name: random.uniform(1e-11, 1e-10) for name in ("ad", "as")}
    lengths = {name: random.uniform(1e-5, 1e-4) for name in ("pd", "ps")}
    squares = {name: random.uniform(0.5, 3.0) for name in ("nrd", "nrs")}
    return {"l": random.uniform(2e-6, 1e-5), "w": random.uniform(5e-6, 5e-5), **areas, **lengths, **squares}


DIODE_INNER = {"inner": ("v({}#internal)", 1)}
FET_INNER = {"drain_inner": ("v({}#drain)", 1), "source_inner": ("v({}#source)", 1)}


def bipolar_inner(polarity: float) -> dict[str, tuple[Any, ...]]:
    return {
        "base_inner": ("v({}#base)", 1),
        "emitter_inner": ("v({}#emitter)", 1),
        "collector_inner": ("base_inner", "@{}[vbc]", -polarity),
    }


def numbers(text: str) -> dict[str, float]:
    """`a=1 b=2` as numbers by name."""
    return {name: float(value) for name, value in (word.split("=") for word in text.split())}


FULL_DIODE = numbers(
    "n=1.3 cjo=2e-12 vj=0.7 m=0.4 tt=5e-09 bv=6 ibv=0.0001 nbv=1.5 eg=1.2 xti=2.5 ikf=0.02 ikr=0.001 "
    "jsw=1e-13 ns=1.4 cjp=1e-12 php=0.8 mjsw=0.3 trs1=0.001 trs2=1e-05 tm1=0.0001 ttt1=0.001 tcv=0.001 "
    "fc=0.45 fcs=0.6 pj=1.5 jtun=1e-12 jtunsw=1e-13 ntun=25 keg=0.9 rs=3 tnom=30 is=3e-14"
)
LEAKY_DIODE = numbers(
    "jsw=1e-12 pj=2 isr=1e-09 nr=1.9 vj=0.8 m=0.45 cjo=1e-12 bv=4 tlevc=1 cta=0.001 tpb=0.001 is=1e-15"
)
FULL_BIPOLAR = numbers(
    "bf=120 nf=1.02 vaf=60 ikf=0.02 nkf=0.55 ise=2e-14 ne=1.6 br=4 nr=1.05 var=15 ikr=0.05 isc=3e-14 "
    "nc=1.8 rb=40 irb=0.0001 rbm=5 re=0.8 rc=3 cje=2e-12 vje=0.8 mje=0.35 tf=3e-10 xtf=3 vtf=4 itf=0.03 "
    "cjc=1.5e-12 vjc=0.6 mjc=0.4 xcjc=0.6 tr=4e-09 cjs=1e-12 vjs=0.7 mjs=0.3 iss=1e-15 ns=1.1 xtb=1.4 "
    "eg=1.15 xti=3.2 fc=0.6 tbf1=0.001 tnf1=1e-05 trb1=0.001 trc2=1e-06 tikf1=0.001 tmje1=0.0001 "
    "tvaf1=0.001 tnom=25 is=5e-15"
)
PLAIN_BIPOLAR = numbers(
    "bf=80 ibe=2e-15 ibc=3e-15 nf=1.01 nr=1.02 iss=1e-16 rb=100 ikf=0.01 subs=-1 tlevc=1 cje=1e-12 "
    "cte=0.001 tvje=0.001 tlev=3 tis1=0.001 tise1=0.001 ise=1e-13"
)
FULL_JUNCTION_FET = numbers(
    "vto=-1.8 beta=0.0013 rd=20 rs=15 cgs=3e-12 cgd=2e-12 pb=0.8 fc=0.6 b=0.8 vtotc=-0.002 betatce=-0.5 "
    "xti=2 eg=1.2 tnom=30 is=1e-14 lambda=0.02"
)
PLAIN_JUNCTION_FET = numbers("vto=-2.5 beta=0.001 tcv=0.001 bex=-1.5 cgs=1e-12")
FULL_MOSFET = numbers(
    "vto=0.7 kp=5e-05 gamma=0.5 phi=0.65 rd=20 rs=15 cbd=3e-13 cbs=2e-13 pb=0.8 cjsw=1e-09 mj=0.45 "
    "mjsw=0.3 fc=0.6 cgso=2e-10 cgdo=3e-10 cgbo=2e-10 tox=5e-08 ld=5e-07 tnom=30 js=1e-06 is=1e-14 "
    "lambda=0.02"
)
PROCESS_MOSFET = numbers("tox=3e-08 nsub=2e+15 nss=1e+10 tpg=1 uo=550 rsh=30 cj=0.0001 cjsw=1e-09 ld=3e-07 lambda=0.03")
PLAIN_MOSFET = numbers("vto=0.9 kp=4e-05 cgso=1e-10")

CASES = (
    Case("diode", DIODE, "D", "d", DIODE_INNER, FULL_DIODE, diode_voltages),
    Case("leaky diode", DIODE, "D", "d", DIODE_INNER, LEAKY_DIODE, diode_voltages, rough=("isr", "nr"),
         whole={"tlevc": (1.0,)}),
    Case("npn", NPN, "Q", "npn", bipolar_inner(1.0), FULL_BIPOLAR, bipolar_voltages(1.0, False),
         rough=("irb", "rbm", "trb1", "iss")),
    Case("pnp", PNP, "Q", "pnp", bipolar_inner(-1.0), FULL_BIPOLAR, bipolar_voltages(-1.0, True),
         rough=("irb", "rbm", "trb1", "iss")),
    Case("lateral npn", LATERAL_NPN, "Q", "npn", {"base_inner": ("v({}#base)", 1)}, PLAIN_BIPOLAR,
         bipolar_voltages(1.0, True), rough=("iss", "ikf"),
         whole={"subs": (-1.0,), "tlev": (3.0,), "tlevc": (1.0,)}),
    Case("njf", NJF, "J", "njf", FET_INNER, FULL_JUNCTION_FET, field_effect_voltages(1.0)),
    Case("pjf", PJF, "J", "pjf", FET_INNER, PLAIN_JUNCTION_FET, field_effect_voltages(-1.0)),
    Case("nmos", NMOS, "M", "nmos", FET_INNER, FULL_MOSFET, mosfet_voltages(1.0, (-5.0, 0.6)), mosfet_card,
         calm=mosfet_voltages(1.0, (-5.0, -0.1))),
    Case("pmos", PMOS, "M", "pmos", FET_INNER, PROCESS_MOSFET, mosfet_voltages(-1.0, (-5.0, 0.6)), mosfet_card,
         calm=mosfet_voltages(-1.0, (-5.0, -0.1)), whole={"tpg": (-1.0, 0.0, 1.0)}),
    Case("nmos without oxide", NMOS_WITHOUT_OXIDE, "M", "nmos", {}, PLAIN_MOSFET, mosfet_voltages(1.0, (-5.0, 0.5)),
         mosfet_card, calm=mosfet_voltages(1.0, (-5.0, -0.1))),
)  # fmt: skip


@pytest.fixture(params=CASES, ids=repr)
def case(request: pytest.FixtureRequest) -> Case:
    return request.param


@pytest.fixture
def device(case: Case, bench: Any) -> Any:
    return bench(case.device, case.letter, case.type, case.inner)


def drawn(case: Case, point: Any, leave_out: tuple[str, ...] = (), calm: bool = False) -> list[Any]:
    """Points around the case's model: parameters within 20 %, any size, up to three in parallel, -40 °C to 125 °C."""
    random = np.random.default_rng(1)
    voltages = case.calm if calm and case.calm else case.voltages

    def parameter(name: str, value: float) -> float:
        return random.choice(case.whole[name]) if name in case.whole else value * random.uniform(1 - SPREAD, 1 + SPREAD)

    return [
        point(
            {name: parameter(name, value) for name, value in case.model.items() if name not in leave_out},
            {**case.card(random), "m": float(random.integers(1, 4)), "temp": random.uniform(-40.0, 125.0)},
            voltages(random),
        )
        for _ in range(POINTS)
    ]


def assert_within(error: np.ndarray, allowed: np.ndarray | float) -> None:
    """No error is larger than what is allowed."""
    share = np.abs(error) / allowed
    worst = np.unravel_index(np.argmax(share), share.shape)
    assert share[worst] <= 1.0, f"{share[worst]:.3g} times what is allowed, at {worst}"


def test_currents_are_those_of_ngspice(case: Case, device: Any, point: Any) -> None:
    points = drawn(case, point)
    expected, volts = device.currents(points)
    found = device.linear(points, volts).terminal_currents()[:, : expected.shape[1]]
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-12)


def test_small_signals_are_those_of_ngspice(case: Case, device: Any, point: Any) -> None:
    """ngspice has no gmin at the substrate here, so conductances agree to a few times that."""
    points = drawn(case, point, case.rough, calm=True)
    _, volts = device.currents(points)
    expected = device.admittances(points, FREQUENCY)
    count = expected.shape[1]
    found = device.linear(points, volts).admittance(FREQUENCY)[:, :count, :count]
    largest = np.abs(expected).max(axis=(1, 2), keepdims=True)
    assert_within(found.real - expected.real, 1e-6 * largest + 1e-11)
    assert_within(found.imag - expected.imag, 1e-6 * np.abs(expected.imag).max() + 1e-18)


def test_derivatives_are_central_differences(case: Case, device: Any, point: Any) -> None:
    points = drawn(case, point)
    random = np.random.default_rng(2)
    volts = random.uniform(-1.0, 0.7, (POINTS, len(case.device.terminals) + len(case.device.internal)))
    at, step = device.linear(points, volts), 1e-6
    nodes = [row for row in at.rows if row not in case.device.branch_currents]
    for column, _ in enumerate(nodes):
        aside = np.zeros(volts.shape[1])
        aside[[*case.device.terminals, *case.device.internal].index(nodes[column])] = step
        for node, terminal in device.together(points[0]).items():
            if terminal == nodes[column]:
                aside[[*case.device.terminals, *case.device.internal].index(node)] = step
        above, below = device.linear(points, volts + aside), device.linear(points, volts - aside)
        for name, slopes in (("current", at.conductance), ("charge", at.capacitance)):
            rise = (getattr(above, name) - getattr(below, name)) / (2 * step)
            size = np.abs(slopes).max(axis=(1, 2))[:, None]
            noise = 1e-9 * np.abs(getattr(at, name)).max(axis=1)[:, None]
            assert_within(rise - slopes[:, :, column], 1e-4 * size + noise + 1e-24)


def test_nothing_overflows_at_a_kilovolt(case: Case, device: Any, point: Any) -> None:
    points = drawn(case, point)
    random = np.random.default_rng(3)
    volts = random.choice([-1e3, 0.0, 1e3], (POINTS, len(case.device.terminals) + len(case.device.internal)))
    volts[: POINTS // 3] += random.uniform(-1.0, 1.0, (POINTS // 3, volts.shape[1]))
    far = device.linear(points, volts)
    for each in (far.current, far.charge, far.conductance, far.capacitance):
        assert np.isfinite(each).all()


def test_what_enters_leaves(case: Case, device: Any, point: Any) -> None:
    """Kirchhoff's current law, for currents and for charges."""
    points = drawn(case, point)
    volts = np.random.default_rng(4).uniform(
        -2.0, 0.8, (POINTS, len(case.device.terminals) + len(case.device.internal))
    )
    at = device.linear(points, volts)
    nodes = len(at.rows) - len(case.device.branch_currents)
    for each in (at.current, at.charge):
        assert_within(each[:, :nodes].sum(axis=1), 1e-14 * np.abs(each[:, :nodes]).max(axis=1) + 1e-30)


def test_derivatives_by_netlist_parameters_are_central_differences(case: Case, device: Any, point: Any) -> None:
    """All parameters at once, temperatures too: the slope of everything as they grow by one share."""
    points = drawn(case, point)
    volts = np.random.default_rng(5).uniform(
        -1.0, 0.6, (POINTS, len(case.device.terminals) + len(case.device.internal))
    )
    step, choices = 1e-6, tuple(case.whole)
    at, slopes = device.along(points, volts, 0.0, choices)
    above, below = (device.along(points, volts, share, choices)[0] for share in (step, -step))
    rise = (above - below) / (2 * step)
    size = np.abs(at).max(axis=1)[:, None] + np.abs(slopes).max(axis=1)[:, None]
    assert_within(rise - slopes, 1e-6 * size + 1e-24)
