"""Which device a model is, and what is refused by name and line."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

import pytest

from tellegen.netlist import CircuitError, parse
from tellegen.netlist.model_parameters import MODEL_PARAMETERS
from tellegen.solvers.devices import DEVICES, Device, Parameters, device_of, remarks
from tellegen.solvers.devices.bipolar import LATERAL_NPN, NPN, PNP, VERTICAL_PNP
from tellegen.solvers.devices.mosfet import N_CHANNEL, N_CHANNEL_WITHOUT_OXIDE
from tellegen.solvers.nodal import operating_point


def found(card: str, model: str) -> Device:
    circuit = parse(f"R1 a 0 1\n{card}\n.model q {model}").flatten()
    return device_of(circuit.elements[-1], circuit.models["q"])


@pytest.mark.parametrize(
    ("card", "model", "device"),
    [
        ("Q1 a b c q", "npn", NPN),
        ("Q1 a b c s q", "npn(subs=-1)", LATERAL_NPN),
        ("Q1 a b c q", "pnp(level=2)", PNP),
        ("Q1 a b c q", "pnp(subs=1)", VERTICAL_PNP),
        ("M1 a b c d q", "nmos(tox=10n)", N_CHANNEL),
        ("M1 a b c d q", "nmos(level=1 vto=1)", N_CHANNEL_WITHOUT_OXIDE),
        ("M1 a b c d q", "nmos(tox=0)", N_CHANNEL_WITHOUT_OXIDE),
    ],
)
def test_a_model_says_which_device_it_is(card: str, model: str, device: Device) -> None:
    assert found(card, model) is device


@pytest.mark.parametrize(
    ("card", "model", "message"),
    [
        ("M1 a b c d q", "nmos(level=8)", r"netlist:3: m1: the model q is a nmos of level 8; here is level 1 alone"),
        ("M1 a b c d q", "vdmos", r"netlist:2: m1: the model q is of type vdmos, which has no device here \(d, npn"),
        ("J1 a b c q", "njf(level=2)", r"netlist:3: j1: the model q is a njf of level 2"),
        ("Q1 a b c q", "npn(level=4)", r"level 4; here is level 1 and 2 alone; tellegen simulate --engine ngspice"),
        ("Q1 a b c s t q", "npn", r"netlist:2: q1 has 5 nodes where a npn transistor has collector, base, emitter"),
        ("Q1 a b c q", "npn(rco=3)", r"netlist:3: q1: the model q has an epitaxial layer \(rco\).*leave rco out"),
        ("Q1 a b c q", "npn(subs=2)", r"q1: the model q has subs other than 1 and -1"),
        ("M1 a b c d q l=1u", "nmos(ld=0.5u)", r"netlist:2: m1 is 1e-06 m long, and ld=5e-07.*write an l above 1e-06"),
        ("M1 a b c d q", "nmos(tox=1n nsub=1e9)", r"m1: the model q has nsub=1e\+09 a cm³.*write one above 1.45e\+10"),
        ("D1 a b q thermal", "d(rth0=3)", r"netlist:2: d1 heats itself \(thermal\)"),
        ("D1 a b q", "d(level=3)", r"the model q is a d of level 3"),
    ],
)
def test_what_has_no_device_is_refused_by_name_and_line(card: str, model: str, message: str) -> None:
    with pytest.raises(CircuitError, match=message):
        found(card, model)


def test_an_excess_phase_is_left_out_with_a_remark() -> None:
    circuit = parse("Q1 a b c q\n.model q npn(ptf=30)\n.model r npn(bf=3)").flatten()
    assert remarks(circuit.models["q"]) == ("the model q has an excess phase, ptf=30°, which is left out",)
    assert remarks(circuit.models["r"]) == ()


@pytest.mark.parametrize("model_type", DEVICES)
def test_every_parameter_of_the_netlist_reaches_its_device(model_type: str) -> None:
    assert MODEL_PARAMETERS[model_type].keys() <= DEVICES[model_type].parameters.keys()


def test_inner_nodes_are_there_only_for_resistances() -> None:
    def together(device: Device, given: Mapping[str, float]) -> dict[str, str]:
        return device.falls_together({**dict.fromkeys(device.parameters), **given})

    assert together(NPN, {"rb": 10.0}) == {"collector_inner": "collector", "emitter_inner": "emitter"}
    assert together(N_CHANNEL, {"rsh": 10.0}) == {}
    assert together(N_CHANNEL, {"rsh": 10.0, "nrd": 0.0}) == {"drain_inner": "drain"}
    assert together(N_CHANNEL, {"rd": 0.0, "rs": 0.0}) == {"drain_inner": "drain", "source_inner": "source"}


def test_options_give_the_sizes_that_a_card_leaves_out() -> None:
    """Shichman and Hodges in saturation: kp/2·(w/l)·(vgs - vto)², and gmin at the drain."""
    deck = "sizes\nV1 a 0 2\nM1 a a 0 0 n\nM2 a a 0 0 n w=20u\n.model n nmos(vto=0.5)\n.options defl=2u defw=10u"
    found = operating_point(parse(deck))
    assert found["i(v1)"] == pytest.approx(-2e-5 / 2 * (5 + 10) * 1.5**2, rel=1e-7)


def test_parameters_are_read_by_attribute_and_not_set() -> None:
    numbers = Parameters({"is": 1.0, "rs": None})
    assert numbers["is"] == 1.0
    assert numbers.rs is None
    assert dict(numbers) == {"is": 1.0, "rs": None}
    with pytest.raises(AttributeError, match="there is no parameter bf; there are is, rs"):
        _ = numbers.bf
    with pytest.raises(AttributeError, match="the parameter rs cannot be set"):
        numbers.rs = 2.0


def test_the_package_loads_jax_only_when_a_device_is_asked_for() -> None:
    script = "import sys, tellegen.solvers.devices as d; early = 'jax' in sys.modules; d.DEVICES; print(early)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]
