"""What models declare: ngspice's own names and defaults, and what other levels keep."""

from __future__ import annotations

import re

import pytest

from tellegen.netlist import NetlistError, parse, write
from tellegen.netlist.model_parameters import ALIASES, MODEL_PARAMETERS, declared
from tellegen.spice_export.process import run_script

CARDS = {"d": "d1 a 0 q", "npn": "q1 a a 0 q", "nmos": "m1 a a 0 0 q", "njf": "j1 a a 0 q"}
LEVEL_3 = {"lm", "lp", "wm", "wp", "xom", "xoi", "xm", "xp"}
"""Geometry of the diode of level 3."""
INACTIVE = {"isr", "tpg"}
"""ngspice shows a number, and does as if there were none (isr) or another (tpg) where the card has none."""
SHOWN_AS_ZERO = {"af"}
"""ngspice 39 shows 0 for a bipolar transistor's; its noise goes by 1."""


def shown(model_type: str) -> dict[str, float]:
    """ngspice's `showmod` of a model without parameters."""
    card = CARDS[model_type]
    deck = f"defaults\nv1 a 0 0\n{card}\n.model q {model_type}"
    printed = run_script(deck, ["op", f"showmod {card[:2]}"]).stdout
    return {name: float(value) for name, value in re.findall(r"^\s*([a-z]\w*)\s+(-?[\d.e+-]+)\s*$", printed, re.M)}


@pytest.mark.parametrize("model_type", CARDS)
def test_names_and_defaults_are_those_of_ngspice(model_type: str) -> None:
    found, known = shown(model_type), MODEL_PARAMETERS[model_type]
    assert len(found) > 15
    assert {ALIASES[model_type].get(name, name) for name in found} - LEVEL_3 <= known.keys()
    for name in found.keys() & known.keys() - INACTIVE - SHOWN_AS_ZERO:
        default = known[name].default
        assert default is None or found[name] == pytest.approx(default, rel=1e-5), name


def test_another_level_is_kept_as_it_is_written() -> None:
    circuit = parse("M1 d g s b n\n.model n nmos(level=14 u0=0.06 vth0=0.4 version=4.5.0 tox=-3)")
    assert circuit.models["n"].parameters == {
        "level": 14.0, "u0": 0.06, "vth0": 0.4, "version": "4.5.0", "tox": -3.0
    }  # fmt: skip
    assert not circuit.notes
    assert declared("nmos", 14.0) is None


def test_level_1_has_one_spelling_and_says_what_it_does_not_know() -> None:
    circuit = parse("M1 d g s b n\n.model n nmos(vt0=0.4 u0=600 level=1 vth0=0.4)")
    assert circuit.models["n"].parameters == {"vto": 0.4, "uo": 600.0, "level": 1.0, "vth0": 0.4}
    (note,) = circuit.notes
    assert "the model n has a parameter vth0, which a model of type nmos does not know" in note.message
    assert parse(write(circuit).text).models == circuit.models


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("npn(bf=-3)", r"netlist:2: the model q: the ideal forward current gain is -3; write a value above 0"),
        ("npn(is=1e-16 va=50 vaf=60)", r"the model q has vaf= twice"),
        ("njf(pb=0)", r"the gate junction potential is 0 V; write a value above 0"),
        ("nmos(tox=-1n)", r"the thickness of the gate oxide is -1e-09 m; write a value 0 or more"),
    ],
)
def test_numbers_out_of_range_are_refused(model: str, message: str) -> None:
    with pytest.raises(NetlistError, match=message):
        parse(f"R1 a 0 1\n.model q {model}")
