"""Waveforms of sources: ngspice on the same cards, corners where the slopes jump, refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tellegen.netlist import CircuitError, parse
from tellegen.solvers.nodal.stimuli import sources_of
from tellegen.solvers.nodal.waveforms import OPERATING_POINT, corners, next_corner_of_all, waveform
from tellegen.spice_export.process import run_script
from tellegen.spice_export.raw import read_raw

STEP, STOP = 10e-6, 2e-3

CARDS = """
v1 n1 0 pulse(0 1)
v2 n2 0 pulse(1 3 0.1m)
v3 n3 0 pulse(0 1 0.1m 0.05m 0.07m 0.1m 0.5m)
v4 n4 0 pulse(0 1 0.1m 0.05m 0.05m 0.1m 0.5m 2)
v5 n5 0 pulse(0 1 0.1m 0.05m 0.05m 0 0.5m)
v6 n6 0 pulse(0 1 0.1m 0.05m 0.05m 0.1m 0.5m 0.5)
v7 n7 0 dc 3 pulse(0 1 -0.12m 0.05m 0.05m 0.1m 0.5m)
v8 n8 0 sin(1 2)
v9 n9 0 sin(1 2 0 0.1m)
v10 n10 0 sin(1 2 3k 0.1m 200 30)
v11 n11 0 sin(1 2 1k -0.1m 200 30)
v12 n12 0 exp(0 1)
v13 n13 0 exp(0 1 0.2m 0.1m 0.5m 0.3m)
v14 n14 0 exp(0 1 0 0.1m)
v15 n15 0 pwl(0.1m 0.5 0.2m 1 0.4m 0)
v16 n16 0 pwl(-0.1m 0.5 0.2m 1 0.4m 0)
v17 n17 0 pwl(0 0.5 0.2m 1 0.4m 0.5) r=0 td=0.3m
v18 n18 0 pwl(0 0.5 0.2m 1 0.4m 0) r=-1 td=0.3m
v19 n19 0 pwl(0 0 0.2m 1 0.3m 1 0.4m 1) r=0.2m td=0.1m
v20 n20 0 pwl(0.1m 0.5 0.2m 1 0.4m 0) td=-0.15m
v21 n21 0 sffm(1 2 3k 5 1k 20 40)
v22 n22 0 sffm(1 2 3k 5 1k)
v23 n23 0 sffm(1 2 0 5 0)
v24 n24 0 am(2 0.5 1k)
v25 n25 0 am(2 0.5 1k 5k 0.1m)
v26 n26 0 am(2 0.5 0 5k 0.1m 30)
v27 n27 0 am(2 0.5 1k 5k 0.1m 20 30)
i1 0 n28 pulse(0 1 0.1m 0.05m 0.07m 0.1m 0.5m)
i2 0 n29 am(2 0.5 1k 5k 0.1m 20 30)
i3 0 n30 pwl(0.1m 0.5 0.2m 1 0.4m 0)
i4 0 n31 sffm(1 2 3k 5 1k 20 40)
r1 n28 0 1
r2 n29 0 1
r3 n30 0 1
r4 n31 0 1
"""


def table(cards: str, step: float | None = STEP, stop: float | None = STOP):
    return sources_of(parse(f"t\n{cards}\n").of_kind("V", "I"), step, stop)


def at(cards: str, times: np.ndarray | list[float]) -> np.ndarray:
    sources = table(cards)
    return np.array([waveform(sources, 0, float(time)) for time in times])


def test_every_waveform_is_that_of_ngspice() -> None:
    """At each of its time points, with arguments left out and zero, on V and on I."""
    body = f"waveforms\n{CARDS}"
    script = ("set filetype=binary", f"tran {STEP} {STOP}", "write a.raw")
    plot = read_raw(run_script(body, script).files["a.raw"])[0]
    times = plot.values[:, 0]
    assert len(times) > 200
    sources = table(CARDS)
    for source in range(len(sources.kind)):
        theirs = plot.values[:, plot.names.index(f"v(n{source + 1})")]
        ours = np.array([waveform(sources, source, time) for time in times])
        np.testing.assert_allclose(ours, theirs, atol=2e-9, err_msg=f"source of n{source + 1}")


def test_the_operating_point_has_the_direct_value_and_a_transient_the_waveform() -> None:
    sources = table("v1 a 0 dc 3 pulse(0 1 1m 1u 1u 1m)")
    assert waveform(sources, 0, OPERATING_POINT) == 3.0
    assert waveform(sources, 0, 0.0) == 0.0
    assert waveform(table("v1 a 0 dc 3 pulse(0 1 1m 1u 1u 1m)", None, None), 0, 1.5e-3) == 3.0


def test_a_sine_dies_away_as_its_formula_says() -> None:
    times = np.linspace(0, 1e-3, 50)
    since = np.maximum(times - 2e-4, 0.0)
    expected = 1.0 + 2.0 * np.exp(-since * 300) * np.sin(2 * np.pi * 4e3 * since + np.pi / 3)
    np.testing.assert_allclose(at("v1 a 0 sin(1 2 4k 0.2m 300 60)", times), expected, atol=1e-12)


SHAPES = st.sampled_from(
    [
        "pulse(0 1 0.1m 0.05m 0.07m 0.1m 0.5m)",
        "pulse(0 1 0.1m 0.05m 0.07m 0.1m 0.5m 3)",
        "pwl(0 0 0.2m 1 0.3m 0.5 0.4m 1) r=0.2m td=0.1m",
        "pwl(0.1m 0.5 0.2m 1 0.4m 0) td=0.33m",
        "pwl(0 0.5 0.2m 1 0.4m 0.5) r=0",
    ]
)


@settings(max_examples=40, deadline=None)
@given(SHAPES, st.floats(0.0, 1.9e-3))
def test_between_corners_the_pieces_are_straight(shape: str, time: float) -> None:
    sources = table(f"v1 a 0 {shape}")
    ends = np.array([0.0, *corners(sources, 0, STOP * (1 - 1e-9), 1e-15), STOP])
    assert (np.diff(ends) > 0.0).all()
    begin = ends[np.searchsorted(ends, time, side="right") - 1]
    end = ends[np.searchsorted(ends, time, side="right")]
    inner = begin + (end - begin) * np.array([1e-6, 0.25, 0.5, 0.75, 1 - 1e-6])
    values = np.array([waveform(sources, 0, each) for each in inner])
    slopes = np.diff(values) / np.diff(inner)
    np.testing.assert_allclose(slopes, slopes[0], atol=1e-6 * 3e4)


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        ("v1 a 0 3", []),
        ("v1 a 0 pulse(0 1 1m 1m 2m 3m 10m)", [1, 2, 5, 7, 11, 12, 15, 17]),
        ("v1 a 0 pulse(0 1 1m 1m 2m 3m 10m 1)", [1, 2, 5, 7, 11]),
        ("v1 a 0 pulse(0 1 1m 4m 4m 4m 10m)", [1, 5, 9, 11, 15, 19]),
        ("v1 a 0 pwl(0 0 1m 1 4m 2)", [1, 4]),
        ("v1 a 0 pwl(0 0 1m 1 4m 2) r=1m td=2m", [2, 3, 6, 9, 12, 15, 18]),
        ("v1 a 0 pwl(0 0 1m 1 4m 2) r=0", [1, 4, 5, 8, 9, 12, 13, 16, 17]),
        ("v1 a 0 exp(0 1 2m 1m 5m 1m)", [2, 5]),
        ("v1 a 0 sin(0 1 1k 2m)", [2]),
        ("v1 a 0 am(1 0 1k 2k 3m)", [3]),
        ("v1 a 0 sffm(0 1 1k 2 3k)", []),
    ],
)
def test_corners_are_where_slopes_jump(card: str, expected: list[float]) -> None:
    found = corners(sources_of(parse(f"t\n{card}\n").of_kind("V"), 1e-4, 20e-3), 0, 19.5e-3, 1e-12)
    np.testing.assert_allclose(found, np.array(expected) * 1e-3, rtol=1e-12)


def test_corners_of_all_come_in_order() -> None:
    sources = table("v1 a 0 pulse(0 1 0.1m 0.05m 0.07m 0.1m 0.5m)\ni1 a 0 pwl(0 0 0.12m 1)\nv2 b 0 1")
    first = next_corner_of_all(sources, 0.0, 1e-15)
    assert first == pytest.approx(1e-4)
    assert next_corner_of_all(sources, first, 1e-15) == pytest.approx(1.2e-4)
    assert next_corner_of_all(sources, 1.0, 1e-15) > 1.0
    assert math.isinf(next_corner_of_all(table("v2 b 0 1"), 0.0, 0.0))


@pytest.mark.parametrize(
    ("card", "message"),
    [
        ("v1 a 0 dc 0 trnoise(1 1u)", r"v1 has the waveform trnoise, which is random; write its path as a pwl"),
        ("i1 a 0 dc 0 trrandom(1 1u)", r"i1 has the waveform trrandom, which is random"),
        ("v1 a 0 pulse(0 1 0 -1u)", "v1 has the rise time -1e-06 s, which takes no time; write a positive one"),
        ("v1 a 0 pulse(0 1 0 1u 1u 1u -1)", "v1 has the period -1 s"),
        ("v1 a 0 exp(0 1 1m 1u 0.5m)", "v1 falls at 0.0005 s, before it rises at 0.001 s"),
        (
            "v1 a 0 pwl(0 0 1m 1 2m 2) r=0.5m",
            "v1 repeats its pwl from 0.0005 s, where it has no point.*of 0, 0.001",
        ),
        ("v1 a 0 pwl(0 0 1m 1) r=1m", "repeats its pwl from 0.001 s"),
        ("i1 a 0 pwl(0 0 1m 1) td=1m", "i1 has td=, which ngspice reads on voltage sources alone"),
    ],
)
def test_what_has_no_meaning_is_refused(card: str, message: str) -> None:
    with pytest.raises(CircuitError, match=message):
        table(card)
