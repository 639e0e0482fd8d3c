"""Cards for the reader of a deck: ngspice carries out what is passed on, and what is not is named."""

from __future__ import annotations

import math
import re
import subprocess
from pathlib import Path

import pytest

from tellegen.netlist import parse
from tellegen.netlist.errors import SpiceError
from tellegen.spice_export import deck

LOADED = """* half of a step, through 500 ohm into 1 uF
V1 in 0 ac 1 pulse(0 1 0 1n 1n 1 2)
R1 in mid[2] 1k
R2 mid[2] 0 1k
C1 mid[2] 0 1u
"""
# Johnson and Nyquist: √(4kTR) of 500 ohm at ngspice's 27 °C, far below the corner at 318 Hz
JOHNSON = math.sqrt(4 * 1.380649e-23 * 300.15 * 500.0)
PASSED = {
    "measure": (".tran 1u 2m\n.measure tran middle when v(mid[2])=0.25\n", r"middle\s+=", 500e-6 * math.log(2)),
    "tf": (".tf v(mid[2]) V1\n", "transfer_function =", 0.5),
    "noise": (".noise v(mid[2]) V1 lin 1 1 1\n.print noise onoise_spectrum\n", r"\n0\s+1\.0+e\+00", JOHNSON),
    "print": (".ac lin 1 1 1\n.print ac vr(mid[2])\n", r"vr\(mid_2\)\s*\n-+\n0\s+1\.0+e\+00", 0.5),
}
NOT_PASSED = {
    ".measure tran twice param='2*middle'": "an expression is code of ngspice's own",
    ".print tran v(nowhere)": "there is no such node",
    ".tf v(in) V9": "there is no such source",
    ".save all": "it changes what our own runs find",
}


@pytest.mark.parametrize("keyword", PASSED)
def test_ngspice_carries_out_what_is_passed_on(keyword: str, tmp_path: Path) -> None:
    cards, place, expected = PASSED[keyword]
    file = tmp_path / "deck.cir"
    file.write_text(deck(parse(LOADED + cards)).text, encoding="ascii")
    done = subprocess.run(["ngspice", "-b", str(file)], capture_output=True, text=True, timeout=60, check=True)
    found = re.search(rf"{place}\s+([-+.\de]+)", done.stdout)
    assert found, done.stdout
    assert float(found[1]) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("card", NOT_PASSED)
def test_what_is_not_passed_on_is_named_whole(card: str) -> None:
    made = deck(parse(f"{LOADED}.tran 1u 2m\n.print tran v(in)\n{card}\n"))
    assert made.left_out == (card.lower(),)
    assert f"* left out: {card.lower()}\n" in made.text
    assert f"\n{card.lower()}" not in made.text
    assert made.passed == (".print tran v(in)",)


def test_a_multiplied_switch_is_refused_by_name() -> None:
    switch = "* s\nV1 a 0 1\nS1 a b a 0 sw m={}\nR1 b 0 1k\n.model sw sw(vt=0.5)\n"
    with pytest.raises(SpiceError, match="s1 has m=3, which ngspice does not read at a switch; write as many"):
        deck(parse(switch.format(3)))
    assert "\ns1 a b a 0 sw\n" in deck(parse(switch.format(1))).text
