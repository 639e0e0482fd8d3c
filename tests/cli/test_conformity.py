"""How two answers are held beside each other, and what is said of a deck."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tellegen.cli.conformity.examination import Examiner, worst_of
from tellegen.cli.conformity.gap import gap
from tellegen.cli.conformity.over_time import distance, gap_over_time
from tellegen.cli.conformity.question import questions
from tellegen.cli.conformity.reference import reference, stepped
from tellegen.cli.conformity.row import Row, Status, as_csv, read_rows
from tellegen.cli.nodal_engines import NGSPICE, NodalEngine
from tellegen.netlist import Card, Circuit, CircuitError, NumericalError, Traces, parse

DIVIDER = "two resistors\nv1 in 0 3\nr1 in out 1k\nr2 out 0 2k\n"
POINT = Traces({"v(a)": np.array(5.0), "v(b)": np.array(1e-3), "i(v1)": np.array(2e-9)})


def moved(traces: Traces, **by: float) -> Traces:
    """The traces with `v_a` and the like moved by so much."""
    named = {f"{key[0]}({key[2:]})": value for key, value in by.items()}
    return replace(traces, signals={name: each + named.get(name, 0.0) for name, each in traces.signals.items()})


@pytest.mark.parametrize(
    ("by", "relative"),
    [
        ({"v_a": 5e-6}, 1e-6),
        ({"v_b": 1e-6}, 1e-6),
        ({"v_b": -3e-6}, 3e-6),
        ({"i_v1": 1e-11}, 1e-6),
        ({"v_a": float("nan")}, float("inf")),
        ({}, 0.0),
    ],
)
def test_values_are_judged_by_themselves_or_by_a_volt_or_by_gmin_at_the_largest_voltage(by, relative) -> None:
    found = gap(moved(POINT, **by), POINT)
    assert found.relative == pytest.approx(relative, rel=1e-6)
    assert (found.compared, found.lacking) == (3, 0)


def test_the_worst_signal_is_named_with_its_place() -> None:
    axes = {"vb": np.array([1.0, 2.0]), "va": np.array([0.0, 0.5, 1.0])}
    theirs = Traces({"v(x)": np.ones((2, 3)), "v(y)": np.zeros((2, 3))}, axes)
    ours = {name: each.copy() for name, each in theirs.signals.items()}
    ours["v(x)"][1, 2] += 1e-3
    found = gap(replace(theirs, signals=ours), theirs)
    assert str(found) == "v(x) at vb 2, va 1"
    assert found.absolute == pytest.approx(1e-3)


def test_phasors_are_judged_by_their_magnitude_at_each_frequency() -> None:
    axes = {"frequency": np.array([1.0, 10.0, 100.0])}
    theirs = Traces({"v(a)": np.array([1.0 + 0.0j, 0.5j, 1e-5])}, axes)
    ours = replace(theirs, signals={"v(a)": theirs["v(a)"] + np.array([0.0, 1e-6j, 1e-9])})
    found = gap(ours, theirs)
    assert found.relative == pytest.approx(2e-6)
    assert found.place == "frequency 10"


def test_points_that_only_one_answer_has_are_passed_over() -> None:
    ours = Traces({"v(a)": np.array([1.0, 2.0, 3.0])}, {"v1": np.array([1.0, 2.0, 3.0])})
    theirs = Traces({"v(a)": np.array([1.0, 2.0])}, {"v1": np.array([1.0, 2.0 + 1e-12])})
    assert gap(ours, theirs).relative == 0.0
    with pytest.raises(CircuitError, match="no point on the axis v1 that ngspice has"):
        gap(ours, replace(theirs, axes={"v1": np.array([5.0, 6.0])}))
    with pytest.raises(CircuitError, match="no signal in common"):
        gap(ours, replace(theirs, signals={"v(b)": theirs["v(a)"]}))


def test_currents_of_switches_are_not_believed() -> None:
    theirs = Traces({"v(a)": np.array(1.0), "i(s1)": np.array(1.0), "i(x1.w2)": np.array(1.0)})
    found = gap(Traces({"v(a)": np.array(1.0), "i(s1)": np.array(0.0), "i(x1.w2)": np.array(0.0)}), theirs)
    assert (found.relative, found.compared) == (0.0, 1)


TIMES = np.linspace(0.0, 1.0, 4001)
STEP = np.where(TIMES < 0.4, 0.0, 1.0)


def over_time(times: np.ndarray, values: np.ndarray) -> Traces:
    return Traces({"v(a)": values}, {"time": times})


def test_an_edge_may_lie_a_ten_thousandth_beside_and_a_height_may_not() -> None:
    dense = np.linspace(0.0, 1.0, 100_001)
    sharp = over_time(dense, np.where(dense < 0.4, 0.0, 1.0))
    assert gap_over_time(over_time(TIMES, np.where(TIMES < 0.4 - 9e-5, 0.0, 1.0)), sharp).relative == 0.0
    late = gap_over_time(over_time(TIMES, np.where(TIMES < 0.4 + 6e-4, 0.0, 1.0)), sharp)
    assert late.relative == pytest.approx(1.0)
    high = gap_over_time(over_time(TIMES, 1.002 * STEP), sharp)
    assert high.relative == pytest.approx(2e-3)
    assert gap_over_time(over_time(TIMES, np.full(4001, np.nan)), sharp).relative == np.inf


def test_a_ripple_is_judged_by_the_supply_it_is_on() -> None:
    supply = 5.0 + 1e-4 * np.sin(20.0 * TIMES)
    found = gap_over_time(over_time(TIMES, supply + 1e-5), over_time(TIMES, supply))
    assert found.relative == pytest.approx(1e-5 / 0.0500011, rel=1e-3)


def test_an_answer_that_ends_early_is_no_answer() -> None:
    with pytest.raises(CircuitError, match=r"ends at 0\.5 s, ngspice's at 1 s"):
        gap_over_time(over_time(TIMES[:2001], STEP[:2001]), over_time(TIMES, STEP))


@given(st.lists(st.floats(-10.0, 10.0), min_size=5, max_size=20), st.floats(0.0, 0.3), st.floats(-5.0, 5.0))
def test_the_distance_is_none_on_the_curve_and_never_more_than_straight_up(values, moment, offset) -> None:
    dense, theirs = np.linspace(0.0, 1.0, len(values)), np.array(values)
    times = np.linspace(0.0, 1.0, 37)
    on_it = np.interp(times, dense, theirs)
    np.testing.assert_allclose(distance(times, on_it, dense, theirs, moment), 0.0, atol=1e-9)
    apart = distance(times, on_it + offset, dense, theirs, moment)
    assert np.all(apart <= abs(offset) + 1e-9)
    np.testing.assert_allclose(distance(times, on_it + offset, dense, theirs, 0.0), abs(offset), atol=1e-9)


def test_transients_get_steps_enough_and_keep_what_the_card_says() -> None:
    assert stepped(Card("tran", ("1u", "1m")), 1000).fields == ("1e-06", "0.001", "0", "1e-06")
    assert stepped(Card("tran", ("1u", "1m", "0.5m", "0.1u", "uic")), 1000).fields[-2:] == ("1e-07", "uic")
    unread = Card("tran", ("1u", "what"))
    assert stepped(unread, 1000) is unread


def test_a_deck_is_asked_each_card_once_and_an_operating_point_where_it_has_none() -> None:
    assert [each.text for each in questions(parse(DIVIDER))] == ["op"]
    several = parse(
        f"{DIVIDER}.param top=2\n.op\n.dc v1 0 {{top}} 1\n.op\n.print dc v(out)\n.noise v(out) v1 dec 1 1 2\n"
    )
    assert [each.text for each in questions(several)] == ["op", "dc v1 0 2 1"]
    assert questions(several)[0].tight.options["reltol"] == 1e-6


def engine(solve) -> NodalEngine:
    return NodalEngine("stand-in", {"op": solve})


def wrong_by(volts: float):
    def solve(circuit: Circuit, card: Card) -> Traces:
        answer = NGSPICE.answers["op"](circuit, card)
        return replace(answer, signals={**answer.signals, "v(out)": answer["v(out)"] + volts})

    return solve


def fails(circuit: Circuit, card: Card) -> Traces:
    raise NumericalError("node out does not settle")


def breaks(circuit: Circuit, card: Card) -> Traces:
    raise IndexError("index 7 is out of bounds")


def refuses(circuit: Circuit, card: Card) -> Traces:
    raise CircuitError("r1 is no resistor", circuit["r1"].location)


@pytest.mark.parametrize(
    ("solve", "status", "why"),
    [
        (wrong_by(0.0), Status.agrees, ""),
        (wrong_by(1e-5), Status.differs, "v(out) differs by more than 1e-06"),
        (fails, Status.failed, "node out does not settle"),
        (breaks, Status.failed, "IndexError: index 7 is out of bounds"),
        (refuses, Status.refused, "deck.cir:3: r1 is no resistor"),
    ],
)
def test_what_an_engine_does_becomes_a_row(solve, status, why) -> None:
    (asked,) = questions(parse(DIVIDER, source="deck.cir"))
    row = Examiner(engine(solve)).question(asked, "deck.cir")
    assert (row.status, row.why, row.analysis) == (status, why, "op")
    if status is Status.differs:
        assert row.signal == "v(out)"
        assert row.absolute == pytest.approx(1e-5, rel=1e-3)
        assert row.relative == pytest.approx(5e-6, rel=1e-3)


def test_an_analysis_that_the_engine_lacks_and_one_without_an_answer() -> None:
    (sweep,) = questions(parse(f"{DIVIDER}.dc v1 0 1 1\n", source="deck.cir"))
    row = Examiner(engine(fails)).question(sweep, "deck.cir")
    assert (row.status, row.why) == (Status.refused, "deck.cir:5: .dc is not carried out by stand-in; it takes .op")
    (loop,) = questions(parse("two sources\nv1 a 0 1\nv2 a 0 2\nr1 a 0 1\n"))
    assert Examiner(engine(fails)).question(loop, "deck.cir").status is Status.ngspice_failed


BISTABLE = """two states
v1 vdd 0 5
r1 vdd a 1k
r2 vdd b 1k
b1 a 0 i=5m/(1 + exp(-4*(v(b) - 2.5)))
b2 b 0 i=5m/(1 + exp(-4*(v(a) - 2.5)))
.nodeset v(a)={a} v(b)={b}
"""


def test_another_operating_point_of_the_circuit_is_none_the_worse() -> None:
    first, second = (parse(BISTABLE.format(a=a, b=b)) for a, b in ((4.9, 0.1), (0.1, 4.9)))
    other = reference(questions(second)[0], time_limit=60.0)
    row = Examiner(engine(lambda circuit, card: other)).question(questions(first)[0], "deck.cir")
    assert row.status is Status.agrees
    assert row.why.startswith("one of several operating points")
    assert abs(float(other["v(a)"]) - float(reference(questions(first)[0], time_limit=60.0)["v(a)"])) > 4.0


def test_the_worst_analysis_speaks_for_a_deck() -> None:
    good = Row("a", Status.agrees, analysis="op", relative=1e-9, seconds_tellegen=1.0, seconds_ngspice=0.5)
    bad = Row("a", Status.differs, "v(x) differs", "ac", 1.0, 0.5, "v(x)", 2.0, 0.25)
    assert worst_of([good, bad]) == replace(bad, seconds_tellegen=3.0, seconds_ngspice=0.75)
    assert worst_of([good, replace(good, relative=1e-8, analysis="dc")]).analysis == "dc"


def test_the_table_comes_back(tmp_path) -> None:
    rows = [
        Row("a.cir", Status.agrees, "", "op", 0.0, 1e-9, "v(a)", 0.25, 0.5),
        Row("b/c.cir", Status.refused, 'b/c.cir:3: "x", and more'),
    ]
    (tmp_path / "table.csv").write_text(as_csv(rows), encoding="utf-8")
    assert list(read_rows(tmp_path / "table.csv").values()) == rows
    assert read_rows(tmp_path / "none.csv") == {}


SWITCHED = """a switch that is closed, by voltage, by current, and by its card
v1 in 0 ac 1
vc k 0 3
r1 in a 1k
s1 a 0 k 0 sw1
r2 in b 1k
x1 b late
vk k2 0 0
i1 0 k2 2m
r3 in c 1k
w1 c 0 vk sw2
.subckt late p
s1 p 0 p 0 sw1 on
.ends
.model sw1 sw(vt=1 vh=2 ron=1k roff=1meg)
.model sw2 csw(it=1m ron=3k)
.ac lin 3 1k 3k
"""


def test_switches_are_resistors_to_ngspice_in_small_signals() -> None:
    answer = reference(questions(parse(SWITCHED))[0], time_limit=60.0)
    for node, share in (("a", 1000.0 / 1001.0), ("b", 0.5), ("c", 0.75)):
        np.testing.assert_allclose(np.abs(answer[f"v({node})"]), share, rtol=1e-9)
