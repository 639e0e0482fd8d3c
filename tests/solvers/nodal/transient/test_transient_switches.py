"""Switches: moved at the time their control passes its level, states kept between the levels."""

from __future__ import annotations

import numpy as np
import pytest

from tellegen.netlist import parse
from tellegen.solvers.nodal import operating_point
from tellegen.solvers.nodal.transient import transient
from tellegen.spice_export import compare_over_time, deck, run


def ours(text: str, **options):
    return transient(parse(f"t\n{text}\n"), **options)


def test_a_switch_moves_when_its_control_passes_the_levels() -> None:
    """On at 1.5 V of a triangle, off at 0.5 V: between, what was before."""
    text = (
        "V1 a 0 pwl(0 0 10u 2 20u 0)\nV2 p 0 1\nS1 p q a 0 sw\nR1 q 0 1k\n"
        ".model sw sw(vt=1 vh=0.5 ron=1 roff=1g)\n.tran 1u 20u"
    )
    found = ours(text, every_point=True)
    t, conducts = found.axes["time"], found["v(q)"] > 0.5
    assert t[conducts][0] == pytest.approx(7.5e-6, abs=2e-12)
    assert t[conducts][-1] == pytest.approx(17.5e-6, abs=2e-12)
    np.testing.assert_allclose(found["v(q)"][conducts], 1000 / 1001, rtol=1e-9)
    np.testing.assert_allclose(found["i(s1)"][conducts], 1 / 1001, rtol=1e-9)


def test_a_negative_hysteresis_moves_a_switch_as_soon_as_its_control_is_in_the_band() -> None:
    """Up it closes at 0.5 V, down it opens at 1.5 V; one that turns round in the band opens it where it closed."""
    text = (
        "V1 a 0 pwl(0 0 10u 1 20u 0 40u 2 60u 0)\nV2 p 0 1\nS1 p q a 0 sw\nR1 q 0 1k\n"
        ".model sw sw(vt=1 vh=-0.5 ron=1 roff=1g)\n.tran 1u 60u"
    )
    found = ours(text, every_point=True)
    t, conducts = found.axes["time"], found["v(q)"] > 0.5
    moves = t[1:][conducts[1:] != conducts[:-1]]
    np.testing.assert_allclose(moves, [5e-6, 15e-6, 25e-6, 45e-6], atol=1e-11)


@pytest.mark.parametrize(("word", "closed"), [("", False), ("on", True)])
def test_at_rest_a_switch_within_its_band_is_what_its_card_says(word, closed) -> None:
    text = "t\nV1 a 0 1\nV2 p 0 1\nS1 p q a 0 sw {}\nR1 q 0 1k\n.model sw sw(vt=1 vh={} ron=1 roff=1g)\n.end\n"
    for hysteresis in (0.5, -0.5):
        found = operating_point(parse(text.format(word, hysteresis)))
        assert (float(found["v(q)"]) > 0.5) is closed


def test_a_current_moves_a_switch() -> None:
    text = (
        "I1 0 a pwl(0 0 10u 2m 20u 0)\nVs a 0 0\nV2 p 0 1\nW1 p q Vs sw\nR1 q 0 1k\n"
        ".model sw csw(it=1m ih=0.2m ron=1 roff=1g)\n.tran 1u 20u"
    )
    found = ours(text, every_point=True)
    t, conducts = found.axes["time"], found["v(q)"] > 0.5
    assert t[conducts][0] == pytest.approx(6e-6, abs=2e-12)
    assert t[conducts][-1] == pytest.approx(16e-6, abs=2e-12)


def test_a_relaxation_oscillator_has_the_period_of_its_levels() -> None:
    """A capacitor charged through R and emptied by a switch at once: period RC ln((V−low)/(V−high))."""
    text = (
        "V1 a 0 5\nR1 a b 10k\nC1 b 0 1n\nS1 b 0 b 0 sw\n.model sw sw(vt=2 vh=1 ron=1 roff=1t)\n"
        ".ic v(b)=1\n.tran 1u 100u uic"
    )
    found = ours(text, every_point=True)
    t, v = found.axes["time"], found["v(b)"]
    falls = t[1:-1][(v[1:-1] > v[:-2]) & (v[1:-1] > v[2:])]
    fall = 1e-9 * np.log(3.0)
    assert len(falls) >= 10
    np.testing.assert_allclose(np.diff(falls), 1e-5 * np.log(4.0 / 2.0) + fall, rtol=2e-4)


def test_a_rectifier_with_a_switch_is_that_of_ngspice() -> None:
    """On short steps, for ngspice moves switches at the end of a step."""
    text = (
        "t\nV1 a 0 sin(0 5 10k)\nR1 a b 100\nS1 b c a 0 sw\nC1 c 0 0.1u\nR2 c 0 1k\n"
        ".model sw sw(vt=1 vh=0.5 ron=1 roff=1meg)\n.tran 0.5u 200u 0 {}\n.options reltol=1e-6 vntol=1n abstol=1p\n"
    )
    found = transient(parse(text.format("0.5u")))
    theirs = run(deck(parse(text.format("5n"))))
    for difference in compare_over_time(found, theirs):
        assert difference.relative < 1e-3, difference
