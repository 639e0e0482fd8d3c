"""Noise currents of the semiconductors, part by part, beside ngspice's `.noise`."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import numpy as np
import pytest

from tellegen.solvers.devices import Device, Parameters
from tellegen.solvers.devices.bipolar import NPN
from tellegen.solvers.devices.diode import DIODE
from tellegen.solvers.devices.junction_fet import N_CHANNEL as NJF
from tellegen.solvers.devices.mosfet import N_CHANNEL as NMOS
from tellegen.solvers.devices.mosfet import N_CHANNEL_WITHOUT_OXIDE as NMOS_WITHOUT_OXIDE
from tellegen.spice_export.process import run_script
from tellegen.spice_export.raw import read_raw

FREQUENCY = 1e4
FET_INNER = {"drain_inner": ("v({}#drain)", 1), "source_inner": ("v({}#source)", 1)}
BIPOLAR_INNER = {
    "base_inner": ("v({}#base)", 1),
    "emitter_inner": ("v({}#emitter)", 1),
    "collector_inner": ("base_inner", "@{}[vbc]", -1),
}


class Case(NamedTuple):
    """A device with all its noise, at one point; the noise is that of the current into the terminal `output`."""

    device: Device
    letter: str
    type: str
    inner: dict[str, tuple[Any, ...]]
    model: dict[str, float]
    card: dict[str, float]
    voltages: tuple[float, ...]
    output: str
    parts: int


CASES = (
    Case(DIODE, "D", "d", {"inner": ("v({}#internal)", 1)}, {"rs": 50.0, "kf": 1e-15, "af": 1.2, "cjo": 1e-12}, {},
         (0.75, 0.0), "anode", 3),
    Case(NPN, "Q", "npn", BIPOLAR_INNER,
         {"rb": 200.0, "rc": 30.0, "re": 5.0, "rbm": 50.0, "irb": 1e-4, "kf": 1e-15, "af": 1.1, "vaf": 40.0},
         {"area": 2.0, "m": 3.0}, (2.0, 0.75, 0.0, 0.0), "collector", 6),
    Case(NJF, "J", "njf", FET_INNER, {"rd": 50.0, "rs": 40.0, "kf": 1e-15, "af": 0.9, "beta": 1e-3}, {"m": 2.0},
         (3.0, -0.5, 0.0), "drain", 4),
    Case(NJF, "J", "njf", FET_INNER, {"rd": 50.0, "rs": 40.0, "beta": 1e-3, "nlev": 3.0, "gdsnoi": 0.8}, {},
         (0.3, -0.5, 0.0), "drain", 3),
    Case(NMOS, "M", "nmos", FET_INNER,
         {"vto": 0.7, "kp": 5e-5, "rd": 50.0, "rsh": 20.0, "tox": 5e-8, "kf": 1e-25, "af": 1.1, "ld": 1e-7},
         {"l": 5e-6, "w": 5e-5, "nrs": 2.0, "m": 2.0}, (3.0, 2.0, 0.0, 0.0), "drain", 4),
    Case(NMOS_WITHOUT_OXIDE, "M", "nmos", FET_INNER, {"vto": 0.7, "rd": 50.0, "rs": 20.0, "kf": 1e-25},
         {"l": 5e-6, "w": 5e-5}, (-0.5, 2.0, 0.0, -1.0), "drain", 4),
)  # fmt: skip


def noise_of_ngspice(case: Case) -> dict[str, float]:
    """Densities in A²/Hz of the current into the output terminal, by the parts' own names."""
    card, model = (" ".join(f"{key}={value:.17g}" for key, value in each.items()) for each in (case.card, case.model))
    nodes = case.device.terminals[: len(case.voltages)]
    sources = [f"v{node} {node} 0 {volts}" for node, volts in zip(nodes, case.voltages, strict=True)]
    deck = "\n".join(
        ["noise", *sources, f"{case.letter}1 {' '.join(nodes)} q {card}", f".model q {case.type} {model}",
         f"hout out 0 v{case.output} 1", f"v{nodes[0]}ac extra 0 0 ac 1", ".options reltol=1e-8 abstol=1e-15"]
    )  # fmt: skip
    ask = f"noise v(out) v{nodes[0]}ac lin 1 {FREQUENCY} {FREQUENCY} 1"
    finished = run_script(deck, ["set sqrnoise", ask, "setplot noise1", "write noise.raw all"])
    plot = read_raw(finished.files["noise.raw"])[0]
    begin = f"onoise_{case.letter.lower()}1_"
    found = dict(zip(plot.names, plot.values[0], strict=True))
    named = {name[name.find(begin) + len(begin) :].rstrip(")"): value for name, value in found.items() if begin in name}
    return {"flicker" if name == "1overf" else name: float(np.real(value)) for name, value in named.items()}


def our_noise(case: Case, bench: Any, point: Any) -> dict[str, float]:
    """The device's densities, each carried to the output terminal by its own conductances."""
    device = bench(case.device, case.letter, case.type, case.inner)
    one = point(case.model, case.card, case.voltages)
    _, volts = device.currents([one])
    at = device.linear([one], volts)
    raw = device.raw(one)
    given = frozenset(raw) - {"temperature", "nominal", "gmin"}
    default = {name: each.default for name, each in case.device.parameters.items()}
    nodes = dict(zip([*case.device.terminals, *case.device.internal], volts[0], strict=True))
    controls = [nodes[plus] - nodes[minus] if minus else 0.0 for plus, minus in case.device.controls]
    assert case.device.noise is not None
    with jax.enable_x64(True):
        numbers = case.device.prepare(Parameters({**default, **raw}), given)
        sources = case.device.noise(controls, Parameters({**default, **raw, **numbers}))
    together = device.together(one)
    t, found = at.terminals, {}
    for source in sources:
        injected = np.zeros(len(at.rows))
        injected[at.rows.index(together.get(source.plus, source.plus))] += 1.0
        injected[at.rows.index(together.get(source.minus, source.minus))] -= 1.0
        inner = np.linalg.solve(at.conductance[0, t:, t:], injected[t:])
        out = injected[:t] - at.conductance[0, :t, t:] @ inner
        density = float(source.white) + (0.0 if source.flicker is None else float(source.flicker) / FREQUENCY)
        found[source.name] = density * out[at.rows.index(case.output)] ** 2
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.device.name} {case.parts}")
def test_every_part_of_the_noise_is_that_of_ngspice(case: Case, bench: Any, point: Any) -> None:
    expected, found = noise_of_ngspice(case), our_noise(case, bench, point)
    assert len(found) == case.parts
    for name, density in found.items():
        assert density == pytest.approx(expected[name], rel=1e-4), name
