"""Answers over time on one grid, and many transients at once: closed forms, and values that were changed on purpose."""

from __future__ import annotations

import numpy as np
import pytest

from tellegen.netlist import SpiceError, Traces, parse
from tellegen.netlist.errors import NoAnswer
from tellegen.spice_export import compare_over_time, on_grid, since, transients

TIMES = np.linspace(0.0, 2.0, 21)
DECAY = "t\nC1 a 0 {c}\nR1 a b 1\nR2 b 0 1\n.param c=1\n.ic v(a)=1\n.tran 10m 2 0 5m uic\n"


def over(times, **signals) -> Traces:
    return Traces({f"v({name})": np.asarray(values, dtype=float) for name, values in signals.items()}, {"time": times})


def test_between_its_points_an_answer_is_linear() -> None:
    coarse = np.array([0.0, 0.5, 2.0])
    found = on_grid(over(coarse, a=3.0 * coarse - 1.0, b=np.abs(coarse - 0.5)), TIMES)
    np.testing.assert_allclose(found["v(a)"], 3.0 * TIMES - 1.0, atol=1e-14)
    np.testing.assert_allclose(found["v(b)"], np.abs(TIMES - 0.5), atol=1e-14)


def test_runs_before_and_lines_behind_the_time_stay_where_they_are() -> None:
    times = np.array([0.0, 1.0, 2.0])
    bus = np.arange(2.0)[:, None, None] + 10.0 * times[None, :, None] + 100.0 * np.arange(3.0)
    found = on_grid(Traces({"v(h)": bus}, {"run": np.arange(2), "time": times}), np.array([0.25, 1.5]))
    expected = np.arange(2.0)[:, None, None] + 10.0 * np.array([0.25, 1.5])[None, :, None] + 100.0 * np.arange(3.0)
    np.testing.assert_allclose(found["v(h)"], expected)


@pytest.mark.parametrize(
    ("traces", "times", "message"),
    [
        (Traces({"v(a)": np.ones(2)}, {"sample": np.arange(2)}), TIMES, "runs over sample, not over time"),
        (over([0.0], a=[1.0]), TIMES, "1 points cannot be read at 21 times"),
        (over([0.0, 1.0], a=[1.0, 2.0]), TIMES, "runs from 0 to 1 s, and is asked for at 0 to 2 s"),
    ],
)
def test_what_cannot_be_read_is_refused(traces, times, message) -> None:
    with pytest.raises(SpiceError, match=message):
        on_grid(traces, times)


def test_two_answers_are_compared_where_both_are() -> None:
    """A ramp against one that leaves it by 0.2 at 1.5 s: found at the common times, however each was sampled."""
    fine, other = np.linspace(0.0, 2.0, 201), np.array([0.5, 1.0, 1.5, 2.5])
    (found,) = compare_over_time(over(fine, a=fine), over(other, a=[0.5, 1.0, 1.7, 2.5]))
    assert found.largest == pytest.approx(0.2)
    assert found.swing == pytest.approx(1.5)
    assert found.relative == pytest.approx(0.2 / 1.5)
    with pytest.raises(SpiceError, match="no time in common"):
        compare_over_time(over([0.0, 1.0], a=[0.0, 1.0]), over([1.5, 2.0], a=[0.0, 1.0]))
    with pytest.raises(SpiceError, match="no transient"):
        compare_over_time(over([0.0, 1.0], a=[0.0, 1.0]), Traces({"v(a)": np.ones(())}))


def test_a_first_point_behind_zero_is_followed_back() -> None:
    found = since(over([0.1, 0.2, 2.0], a=[1.2, 1.4, 5.0]), TIMES * 2)
    assert found["v(a)"][0] == pytest.approx(1.0)
    late = over([0.5, 2.0], a=[1.0, 2.0])
    assert since(late, TIMES) is late


def test_every_circuit_runs_its_own_transient() -> None:
    """v = exp(−t/(2C)) for three capacitances, the difference of two nodes its half, and the resistor's current."""
    farads = (0.5, 1.0, 2.0)
    circuits = [parse(DECAY).with_values({"c": c}) for c in farads]
    found = transients(circuits, ("v(a)", "v(a,b)", "v(0,b)", "i(r1)"), TIMES, jobs=2)
    exact = np.exp(-TIMES[None, :] / (2.0 * np.array(farads)[:, None]))
    assert list(found.axes) == ["run", "time"]
    np.testing.assert_allclose(found["v(a)"], exact, atol=1e-5)
    for signal, factor in (("v(a,b)", 0.5), ("v(0,b)", -0.5), ("i(r1)", 0.5)):
        np.testing.assert_allclose(found[signal], factor * exact, atol=1e-5, err_msg=signal)
    assert found.about["reltol"] == 1e-6
    assert not found.about["failed"]


def test_a_run_that_fails_leaves_a_gap_and_its_reason() -> None:
    """dv/dt = v² from v = 1 ends at t = 1: no integration reaches 2 s."""
    runaway = parse("t\nC1 a 0 1\nB1 0 a i=v(a)*v(a)\n.ic v(a)=1\n.tran 10m 2 0 5m uic\n")
    good = parse(DECAY)
    found = transients([good, runaway], ("v(a)",), TIMES, jobs=2)
    assert str(found.about["failed"]).startswith("{1: 'ngspice found no transient")
    assert np.isnan(found["v(a)"][1]).all()
    np.testing.assert_allclose(found["v(a)"][0], np.exp(-TIMES / 2.0), atol=1e-5)
    with pytest.raises(NoAnswer, match="none of 1 runs came to its end"):
        transients([runaway], ("v(a)",), TIMES)


@pytest.mark.parametrize(
    ("text", "signal", "message"),
    [
        ("t\nC1 a 0 1\nR1 a 0 1\n", "v(a)", r"no \.tran card"),
        (DECAY, "v(c)", "no node c to follow"),
        (DECAY, "i(r9)", r"no i\(r9\)"),
    ],
)
def test_what_cannot_be_followed_is_named(text, signal, message) -> None:
    with pytest.raises(SpiceError, match=message):
        transients([parse(text)], (signal,), TIMES)
