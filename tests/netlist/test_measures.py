"""`.measure`: closed forms of simple waveforms, ngspice's own measures of a deck, and cards that cannot be read."""

from __future__ import annotations

import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tellegen.netlist import CircuitError, NetlistError, Traces, parse
from tellegen.netlist.measures import measured, read_probe
from tellegen.netlist.measures.crossing import crossings
from tellegen.netlist.measures.waveform import STATISTICS, Waveform, integral
from tellegen.spice_export import deck, run_all

TIMES = np.linspace(0.0, 1.0, 10_001)


def sine_and_ramp() -> Traces:
    """v(s) = sin(2π·2t), v(r) = t, i(v1) = -t/2, over one second."""
    signals = {"v(s)": np.sin(4.0 * np.pi * TIMES), "v(r)": TIMES.copy(), "i(v1)": -0.5 * TIMES}
    return Traces(signals, {"time": TIMES})


CLOSED_FORMS = {
    "avg v(r)": 0.5,
    "avg v(r) from=0.2 to=0.6": 0.4,
    "avg v(s)": 0.0,
    "rms v(s)": np.sqrt(0.5),
    "rms v(r)": np.sqrt(1.0 / 3.0),
    "integ v(r) to=0.5": 0.125,
    "integral i(v1)": -0.25,
    "max v(s)": 1.0,
    "min v(s) from=0.5": -1.0,
    "pp v(r) from=0.25 to=0.75": 0.5,
    "max_at v(s) to=0.3": 0.125,
    "min_at v(s) to=0.5": 0.375,
    "when v(s)=0.5": 1.0 / 24.0,
    "when v(s)=0.5 rise=2": 0.5 + 1.0 / 24.0,
    "when v(s)=0.5 fall=1": 5.0 / 24.0,
    "when v(s)=-0.5 cross=last": 1.0 - 1.0 / 24.0,
    "when v(s)=0.5 td=0.3": 0.5 + 1.0 / 24.0,
    "when v(s) = 0.5 from = 0.1 to = 0.4": 5.0 / 24.0,
    "when v(r)=0.25": 0.25,
    "find v(r) when v(s)=0.5 fall=2": 0.5 + 5.0 / 24.0,
    "find v(r) at=0.3": 0.3,
    "find v(r,s) at=0.25": 0.25,
    "find par('v(r)*2+1') at=0.25": 1.5,
    "deriv v(s) at=0.25": -4.0 * np.pi,
    "derivative v(r) when v(s)=0.5": 1.0,
    "trig v(s) val=0.5 rise=1 targ v(s) val=0.5 rise=2": 0.5,
    "trig at=0.1 targ v(r) val={level} rise=1": 0.5,
    "trig v(s) val='level-0.1' fall=1 targ at=1": 1.0 - (0.5 - np.arcsin(0.5) / (2.0 * np.pi)) / 2.0,
    "param='2*level'": 1.2,
    "param = {level+1}": 1.6,
}


@pytest.mark.parametrize("card", CLOSED_FORMS)
def test_closed_forms(card) -> None:
    circuit = parse(f"t\nR1 s r 1\n.param level=0.6\n.measure tran it {card}\n")
    found = measured(circuit, sine_and_ramp(), "tran")
    assert not found.failures
    assert found.values["it"] == pytest.approx(CLOSED_FORMS[card], rel=2e-6, abs=2e-6)


def test_measures_use_those_before_them_and_say_when_there_is_nothing() -> None:
    circuit = parse(
        "t\nR1 s r 1\n.meas top max v(s)\n.meas tran never when v(s)=2\n.meas tran twice param='2*top'\n"
        ".meas tran lost param='never+1'\n.meas tran third when v(s)=0.5 rise=3\n.meas tran out find v(s) at=3\n"
        ".meas ac other max vm(s)\n"
    )
    found = measured(circuit, sine_and_ramp(), "tran")
    assert found.values == pytest.approx({"top": 1.0, "twice": 2.0})
    assert found.failures["never"] == "v(s) crosses 2 never, and is asked for time 1"
    assert found.failures["third"] == "v(s) rises through 0.5 2 times, and is asked for time 3"
    assert found.failures["out"] == "v(s) is not known at 3; the answer ends at 1"
    assert "unknown parameter never" in found.failures["lost"]
    assert measured(circuit, sine_and_ramp(), "dc").values == {}


@pytest.mark.parametrize(
    ("card", "message"),
    [
        ("tran it maxi v(s)", "deck.cir:3: the measure it begins with 'maxi'; write max"),
        ("tran it", ".measure tran it measures nothing; write .measure tran name max v(out)"),
        ("tran it max", "the measure it has no signal; add it"),
        ("tran it max v(s) form=1", "the measure it has the word 'form=1'; write from="),
        ("tran it when v(s)", "the measure it has the condition 'v(s)'; write when v(out)=0.5"),
        ("tran it find v(s)", "the measure it has neither at= nor when; write find v(s) at=1u"),
        ("tran it trig v(s) rise=1 targ at=1", "the measure it has no val= for v(s); write the value it goes through"),
        ("tran it trig v(s) val=1 rise=1", "the measure it has no targ; add it"),
        ("tran it when v(s)=1 rise=0", "the measure it has rise=0; count from 1, or write last"),
        ("tran it when v(s)=1 rise=1 fall=1", "the measure it has rise and fall at once; keep one of them"),
        ("tran it max v(a,b,c)", "'v(a,b,c)' names no signal"),
        ("tran it max w(a)", "'w(a)' is no signal; write v(node), v(a,b), i(element) or par('expression')"),
    ],
)
def test_cards_that_cannot_be_read_say_why(card, message) -> None:
    circuit = parse(f"t\nR1 s r 1\n.measure {card}\n", source="deck.cir")
    with pytest.raises(NetlistError) as caught:
        measured(circuit, sine_and_ramp(), "tran")
    assert message in str(caught.value)


def test_answers_that_cannot_be_measured_are_refused() -> None:
    circuit = parse("t\nR1 s r 1\n.measure dc it max v(s)\n.meas dc it min v(s)\n")
    with pytest.raises(CircuitError, match="the measure it stands twice"):
        measured(circuit, sine_and_ramp(), "dc")
    nested = Traces({"v(s)": np.zeros((2, 3))}, {"b": np.arange(2.0), "a": np.arange(3.0)})
    with pytest.raises(CircuitError, match="needs an answer over one axis, and this one has b, a"):
        measured(parse("t\nR1 s r 1\n.measure dc it max v(s)\n"), nested, "dc")
    lacking = measured(parse("t\nR1 s r 1\n.measure tran it max v(t)\n"), sine_and_ramp(), "tran")
    assert "the answer has no v(t); write v(" in lacking.failures["it"]


def test_probes_take_the_parts_of_a_phasor() -> None:
    phasors = Traces({"v(a)": np.array([3.0 + 4.0j]), "v(b)": np.array([1.0j])}, {"frequency": np.array([10.0])})
    wanted = {
        "vm(a)": 5.0,
        "vdb(a)": 20.0 * np.log10(5.0),
        "vp(b)": np.pi / 2.0,
        "vr(a)": 3.0,
        "vi(a)": 4.0,
        "vm(a,b)": abs(3.0 + 3.0j),
        "v(a)": 3.0,
        "a": 3.0,
        "par('v(a)*hertz')": 30.0,
        "v(0,a)": -3.0,
    }
    for text, value in wanted.items():
        assert read_probe(text, None).numbers(phasors) == pytest.approx(value), text


samples = st.lists(st.sampled_from([-2.0, -1.0, 0.0, 1.0, 2.0]), min_size=2, max_size=30)


@given(samples)
def test_rises_and_falls_alternate_and_lie_where_the_line_is_zero(values) -> None:
    level, x = np.array(values), np.arange(len(values), dtype=float)
    rises, falls, both = (crossings(x, level, edge) for edge in ("rise", "fall", "cross"))
    np.testing.assert_array_equal(np.sort(np.concatenate([rises, falls])), both)
    np.testing.assert_allclose(np.interp(both, x, level), 0.0, atol=1e-12)
    assert abs(len(rises) - len(falls)) <= 1
    signs = [sign for sign in np.sign(level) if sign]
    changes = sum(first != second for first, second in pairwise(signs))
    touches = len(both) - changes
    assert touches >= 0
    assert touches == 0 or 0.0 in values


@given(samples, st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_windows_add_up_and_averages_lie_between_extremes(values, first, second) -> None:
    x = np.linspace(0.0, 1.0, len(values))
    wave = Waveform(x, np.array(values))
    low, high = sorted((first, second))
    window = wave.between(low, high)
    parts = [wave.between(None, low), window, wave.between(high, None)]
    assert sum(map(integral, parts)) == pytest.approx(integral(wave), abs=1e-9)
    found = {word: rule(window) for word, rule in STATISTICS.items()}
    assert found["min"] - 1e-9 <= found["avg"] <= found["max"] + 1e-9
    assert abs(found["avg"]) <= found["rms"] + 1e-9
    assert window.at(found["max_at"]) == pytest.approx(found["max"])


SAME_IN_NGSPICE = """measures of three analyses
.param half=0.5 k={2*half}
v1 in 0 dc 1 ac 1 pulse(0 1 0.1u 50n 50n 0.4u 1u)
v2 b 0 sin(0 1 3meg)
r1 in out 1k
c1 out 0 100p
r2 b c 1k
c2 c 0 50p
.tran 1n 2u 0 1n
.ac dec 40 10k 100meg
.dc v1 -1 2 0.05
.measure tran tplh trig v(in) val=0.5 rise=1 targ v(out) val=0.5 rise=1
.measure tran tphl trig v(in) val={half} fall=2 targ v(out) val='half' fall=2
.measure tran width trig at=0.2u targ v(out) val=0.5 fall=last
.measure tran vmax max v(out)
.measure tran vmin min v(c)
.measure tran vpp pp v(out)
.measure tran vavg avg v(out)
.measure tran vrms rms v(out) from=0.1u to=1.1u
.measure tran area integ v(out) from=0.2u to=0.7u
.measure tran at1 find v(out) at=0.3u
.measure tran at2 find v(c) when v(out)=0.5 rise=2
.measure tran w1 when v(out)=0.7
.measure tran w2 when v(out)=0.7 cross=3
.measure tran w3 when v(out)=0.7 rise=last
.measure tran w4 when v(out)=v(c) cross=4
.measure tran w5 when v(c)=0 fall=3 td=0.5u
.measure tran iavg avg i(v1)
.measure tran mx max_at v(out)
.measure tran ratio param='vmax/vavg*k'
.meas ac corner when vdb(out)=-3
.meas ac peak max vm(out)
.meas ac ph find vp(out) at=1meg
.meas ac re find vr(out) at=1meg
.meas ac im find vi(out) at=1meg
.meas ac pl find v(out) at=1meg
.meas ac bw trig vdb(out) val=-1 fall=1 targ vdb(out) val=-20 fall=1
.meas dc cross when v(out)=0.52
.meas dc dmax max v(out)
.meas dc davg avg v(out)
.meas dc dfind find i(v1) at=0.52
"""


def _of_ngspice(keyword: str, folder: Path) -> dict[str, float]:
    """What ngspice itself measures in one analysis; it measures one at a time in a batch."""
    executable = shutil.which("ngspice")
    if executable is None:
        pytest.fail("ngspice is missing; install the packages ngspice and libngspice0")
    kept = [
        line
        for line in SAME_IN_NGSPICE.splitlines()
        if not line.startswith(".") or re.match(rf"\.(param|{keyword}|meas(ure)? {keyword}) ", line)
    ]
    text = "\n".join([*kept, ".options reltol=1e-6 vntol=1e-9", f".print {keyword} v(out)", ".end", ""])
    (folder / "measures.cir").write_text(text)
    done = subprocess.run([executable, "-n", "-b", "measures.cir"], cwd=folder, capture_output=True, text=True)
    found = re.findall(r"^(\w+)\s*=\s+([-+\d.e]+)", done.stdout, re.MULTILINE)
    return {name: float(value) for name, value in found}


def test_ngspice_measures_the_same(tmp_path) -> None:
    circuit = parse(SAME_IN_NGSPICE)
    made = deck(circuit)
    names: list[str] = []
    for asked, answer in zip(made.analyses, run_all(made), strict=True):
        ours, theirs = measured(circuit, answer, asked.keyword), _of_ngspice(asked.keyword, tmp_path)
        assert not ours.failures
        for name, value in ours.values.items():
            assert value == pytest.approx(theirs[name], rel=1e-5, abs=1e-12), name
        names += ours.values
    assert len(names) == 30
