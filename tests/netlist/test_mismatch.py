"""Mismatch: a die is a seed and a number, its statistics are those the line asks for, its deck carries the draw."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from tellegen.netlist import CircuitError, Mismatch, parse
from tellegen.netlist.mismatch import standard_normals
from tellegen.spice_export import deck

DECK = """a line with one of everything
.param gain=2
.param twice={2*gain}
.subckt stage in out c=1n
Gs out 0 in 0 {gain*0.5}
Cs out 0 {c}
Bs out 0 i=tanh(v(out))
*@ mismatch cs sigma=0.3 distribution=lognormal
.ends
V1 in 0 1
X1 in a stage
X2 a b stage c=2n
R1 b 0 1k
R2[0:2] b 0 g=1m
E1 e 0 b 0 {twice}
Re e 0 1
*@ mismatch x*.g* r1 sigma=0.1
*@ mismatch r2 re sigma=0.05 per=die
*@ mismatch e1 sigma=0.01 kind=absolute
*@ mismatch x*.bs sigma=0.2 group=saturation
*@ mismatch v1 sigma=0.4 group=saturation
*@ mismatch gain sigma=0.02
"""


@pytest.fixture(scope="module")
def mismatch() -> Mismatch:
    return Mismatch.of(parse(DECK))


def test_what_spreads(mismatch):
    """Parameters first, then elements in the flat order, the arrays' branches one by one."""
    assert mismatch.targets == (
        *("gain", "v1", "x1.gs", "x1.cs", "x1.bs", "x2.gs", "x2.cs", "x2.bs", "r1"),
        *("r2[0]", "r2[1]", "r2[2]", "e1", "re"),
    )
    by_name = {each.target: each for each in mismatch.spreads}
    assert by_name["gain"].kind == "parameter"
    assert by_name["x1.cs"].draws[0].lognormal
    assert [each.target for each in mismatch.spreads if not each.relative] == ["e1"]
    assert [by_name[name].draws[0].sigma for name in ("x2.gs", "r2[1]", "v1")] == [0.1, 0.05, 0.4]


def test_a_die_is_the_same_among_any_others(mismatch):
    together = mismatch.array(7, range(5))
    assert together.shape == (14, 5)
    for order in ([3], [4, 3, 0], [1000, 3]):
        np.testing.assert_array_equal(mismatch.array(7, order)[:, order.index(3)], together[:, 3])
    assert list(mismatch.draw(7, 3).values()) == together[:, 3].tolist()
    assert not np.isclose(mismatch.array(8, [3])[:, 0], together[:, 3]).any()
    assert mismatch.array(7, []).shape == (14, 0)


def test_groups_and_lines_share_a_draw(mismatch):
    draws = [mismatch.draw(3, die) for die in range(4)]
    for draw in draws:
        assert draw["r2[0]"] == draw["r2[2]"] == draw["re"]
        assert draw["x1.bs"] == draw["x2.bs"]
        assert (draw["v1"] - 1) / 0.4 == pytest.approx((draw["x1.bs"] - 1) / 0.2)
        assert len({draw[name] for name in ("x1.gs", "x2.gs", "r1", "r2[0]", "x1.bs")}) == 5


def test_more_targets_leave_the_first_ones_alone():
    np.testing.assert_array_equal(standard_normals(1, 2, 7), standard_normals(1, 2, 100)[:7])


def philox(counter: int, key: tuple[int, int]) -> list[int]:
    """Ten rounds of Philox 4x64 (Salmon et al. 2011, doi:10.1145/2063384.2063405), in whole numbers."""
    mask = 2**64 - 1
    words, (first, second) = [counter >> 64 * k & mask for k in range(4)], key
    for _ in range(10):
        low, high = 0xD2E7470EE14C6C93 * words[0], 0xCA5A826395121157 * words[2]
        words = [high >> 64 ^ words[1] ^ first, high & mask, low >> 64 ^ words[3] ^ second, low & mask]
        first, second = first + 0x9E3779B97F4A7C15 & mask, second + 0xBB67AE8584CAA73B & mask
    return words


def test_a_die_outlives_versions():
    """The numbers follow from Philox, whose authors publish the first words of key 0, and from Box and Muller alone."""
    assert philox(0, (0, 0))[:2] == [0x16554D9ECA36314C, 0xDB20FE9D672D0FDC]
    first, second = (word >> 11 for word in philox(1, (7, 3))[:2])
    radius = np.sqrt(-2 * np.log(1 - first / 2**53))
    angle = 2 * np.pi * second / 2**53
    np.testing.assert_allclose(standard_normals(7, 3, 2), radius * np.array([np.cos(angle), np.sin(angle)]), rtol=1e-13)


def test_the_draws_are_normal_and_independent():
    """Chi-square of 40 equally likely bins over 200,000 draws; means, variances and correlations within 5 sigma."""
    dies, count = 2000, 100
    drawn = np.stack([standard_normals(11, die, count) for die in range(dies)])
    total = drawn.size
    edges = [NormalDist().inv_cdf(part / 40) for part in range(1, 40)]
    observed = np.bincount(np.searchsorted(edges, drawn.ravel()), minlength=40)
    chi_square = float(((observed - total / 40) ** 2 / (total / 40)).sum())
    assert 12 < chi_square < 82
    assert abs(drawn.mean()) < 5 / np.sqrt(total)
    assert abs(drawn.var() - 1) < 5 * np.sqrt(2 / total)
    correlations = np.corrcoef(drawn.T)[np.triu_indices(count, 1)]
    assert np.abs(correlations).max() < 5.5 / np.sqrt(dies)
    assert abs((drawn[1:] * drawn[:-1]).mean()) < 5 / np.sqrt(total)


def test_what_each_line_asks_for(mismatch):
    drawn = dict(zip(mismatch.targets, mismatch.array(5, range(4000)), strict=True))
    bound = 5 / np.sqrt(4000)
    for name, sigma in (("gain", 0.02), ("x1.gs", 0.1), ("r2[1]", 0.05), ("v1", 0.4)):
        assert abs(drawn[name].mean() - 1) < bound * sigma
        assert abs(drawn[name].std() / sigma - 1) < bound
    assert abs(drawn["e1"].mean()) < bound * 0.01
    assert abs(drawn["e1"].std() / 0.01 - 1) < bound
    assert abs(np.log(drawn["x1.cs"]).std() / 0.3 - 1) < bound
    assert abs(np.log(drawn["x1.cs"]).mean()) < bound * 0.3


def test_the_deck_carries_exactly_the_draw(mismatch):
    draw = mismatch.draw(7, 3)
    circuit = mismatch.with_die(7, 3)
    gain = 2 * draw["gain"]
    assert circuit["v1"].value == draw["v1"]
    assert circuit["x2.gs"].value == pytest.approx(gain * 0.5 * draw["x2.gs"], rel=1e-15)
    assert circuit["x2.cs"].value == 2e-9 * draw["x2.cs"]
    assert circuit["r1"].value == 1e3 * draw["r1"]
    assert circuit["r2[1]"].parameters["g"] == 1e-3 * draw["r2[1]"]
    assert circuit["e1"].value == pytest.approx(2 * gain + draw["e1"], rel=1e-15)
    text = deck(circuit).text
    assert text.startswith("* a line with one of everything, die 3 of seed 7\n")
    assert f"c_x2_cs b 0 {2e-9 * draw['x2.cs']!r}" in text
    assert f"r1 b 0 {1e3 * draw['r1']!r}" in text
    assert f"b_x1_bs a 0 i=tanh(v(a))*{draw['x1.bs']!r}" in text
    assert not Mismatch.of(circuit).spreads


def test_ngspice_reads_the_draw(mismatch, ngspice_voltages):
    """A behavioural source scaled as a whole, and a gain with an offset, in ngspice's own operating point."""
    circuit = parse(
        "t\nB1 0 a i=v(in)+1\nRa a 0 1\nV1 in 0 2\nE1 b 0 in 0 3\n"
        "*@ mismatch b1 sigma=0.2\n*@ mismatch e1 sigma=0.2 kind=absolute\n"
    )
    spread = Mismatch.of(circuit)
    draw = spread.draw(1, 1)
    voltages = ngspice_voltages(deck(spread.with_die(1, 1)).body + "\n")
    assert voltages["a"] == pytest.approx(3 * draw["b1"], rel=1e-9)
    assert voltages["b"] == pytest.approx(2 * (3 + draw["e1"]), rel=1e-9)


def test_given_draws_and_what_they_leave(mismatch):
    circuit = mismatch.with_draw({"r1": 1.5})
    assert circuit["r1"].value == 1500.0
    assert circuit["x1.gs"].value == 1.0
    with pytest.raises(CircuitError, match="r3 does not spread; write r"):
        mismatch.with_draw({"r3": 1.0})


def test_a_die_and_its_elements_may_both_spread():
    """Factors multiply, offsets add: the parts are those that each line alone draws, where its stream is the same."""
    lines = "t\nR1 a 0 1\nR2 a 0 1\nE1 b 0 a 0 2\n"
    both = Mismatch.of(parse(lines + "*@ mismatch r* sigma=0.1 per=die\n*@ mismatch r* sigma=0.02\n"))
    assert both.targets == ("r1", "r2")
    drawn = both.array(3, range(3000))
    normals = stacked(3, range(3000))
    np.testing.assert_allclose(drawn / (1 + 0.1 * normals[0]) - 1, 0.02 * normals[1:], atol=1e-12)
    assert np.corrcoef(drawn)[0, 1] == pytest.approx(0.1**2 / (0.1**2 + 0.02**2), abs=0.01)
    added = "*@ mismatch e1 sigma=0.1 kind=absolute group=g\n*@ mismatch e1 sigma=0.3 kind=absolute\n"
    offset = Mismatch.of(parse(lines + added)).draw(3, 7)["e1"]
    assert offset == pytest.approx(0.1 * stacked(3, [7])[0, 0] + 0.3 * stacked(3, [7])[1, 0], rel=1e-12)


def stacked(seed: int, dies) -> np.ndarray:
    """The first three numbers of some dies [3, dies]."""
    return np.stack([standard_normals(seed, die, 3) for die in dies], axis=1)


def test_a_later_line_overrides_an_earlier_one():
    spreads = Mismatch.of(parse("t\nR1 a 0 1\nR2 a 0 1\n*@ mismatch r* sigma=0.1\n*@ mismatch r2 sigma=0.3\n")).spreads
    assert [(each.target, [draw.sigma for draw in each.draws]) for each in spreads] == [("r1", [0.1]), ("r2", [0.3])]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("*@ mismatch x1.r9 sigma=0.1", "mismatch x1.r9 selects nothing"),
        ("*@ mismatch d1 sigma=0.1", "d1 has no single value; spread a parameter, or another element"),
        ("*@ mismatch v1 sigma=0.1", "v1 has a waveform; spread a parameter of the waveform"),
        ("*@ mismatch g1 sigma=0.1", "g1 has no single value"),
        (
            "*@ mismatch r1 sigma=0.1 kind=absolute\n*@ mismatch r1 sigma=0.1 per=die",
            "spreads r1 relatively on one line and absolutely on another",
        ),
        ("*@ mismatch r1 sigma=0.1 kind=absolute distribution=lognormal", "cannot be absolute and lognormal"),
    ],
)
def test_what_is_refused(lines, message):
    circuit = parse(
        "t\nV1 a 0 sin(0 1 1k)\nR1 a 0 1\nD1 a 0 d\n.model d d\nG1 a 0 poly(1) a 0 0 1\n" + lines + "\n", source="d.cir"
    )
    with pytest.raises(CircuitError, match=r"d\.cir:") as caught:
        Mismatch.of(circuit)
    assert message in str(caught.value)


def test_a_parameter_inside_a_subcircuit_is_refused():
    circuit = parse("t\n.subckt s a\n.param k=1\nR1 a 0 {k}\n*@ mismatch k sigma=0.1\n.ends\nX1 a s\n")
    with pytest.raises(CircuitError, match="names k, a parameter of the subcircuit s; name its elements"):
        Mismatch.of(circuit)


def test_a_draw_out_of_range_is_refused():
    spread = Mismatch.of(parse("t\nR1 a 0 1\n*@ mismatch r1 sigma=0.1\n"))
    with pytest.raises(Exception, match="r1: the resistance is -1 ohm"):
        spread.with_draw({"r1": -1.0})


@pytest.mark.parametrize("pair", [(-1, 0), (0, -1)])
def test_negative_seeds_are_refused(mismatch, pair):
    with pytest.raises(CircuitError, match="are no die; give whole numbers of at least 0"):
        mismatch.draw(*pair)
