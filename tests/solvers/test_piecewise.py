"""Piecewise-linear diodes: every segment by its closed form, random circuits against CVXPY, all of it in ngspice."""

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tellegen import spice_export
from tellegen.netlist import CircuitError, NetlistError, SpiceError, parse
from tellegen.netlist.piecewise import piecewise_models, with_ideal_parts
from tellegen.solvers import METHODS, ResistiveNetwork, operating_point, solve
from tellegen.solvers.feasibility import Infeasible
from tellegen.solvers.kkt import kkt_residual
from tellegen.solvers.reference import reference_solution

CARD = ".model pw D(is=1e-12 n=1e-4)\n"
FULL = "drop=0.6 on_resistance=10 leakage=10k zener=5.1 zener_resistance=2 limit=20m"
CLAMP = "one device\nV1 in 0 {volts}\nR1 in a 100\nD1 a 0 pw\n" + CARD + "*@ piecewise model=pw {options}\n"
SOLVED: list[bool] = []


def current(options, voltage):
    """The device's current by hand, infinite beyond a knee without resistance."""
    given = {key: NUMBER[value] for key, value in (word.split("=") for word in options.split())}
    total = voltage / given["leakage"] if "leakage" in given else 0.0
    total += beyond(voltage - given.get("drop", 0.0), given.get("on_resistance", 0.0))
    if "zener" in given:
        total -= beyond(-voltage - given["zener"], given.get("zener_resistance", 0.0))
    return min(total, given.get("limit", math.inf))


def beyond(volts, ohms):
    if volts <= 0.0:
        return 0.0
    return volts / ohms if ohms else math.inf


NUMBER = {
    "0.6": 0.6, "0.3": 0.3, "10": 10.0, "2": 2.0, "10k": 1e4, "5.1": 5.1, "1.5": 1.5, "20m": 0.02, "0.1": 0.1,
}  # fmt: skip


@pytest.mark.parametrize(
    ("volts", "expected"),
    [
        (0.5, 0.5 / 10100),  # only the leakage
        (1.6, None),  # conducting
        (40.0, 0.02),  # limited
        (-3.0, -3.0 / 10100),
        (-8.0, None),  # broken through
    ],
)
def test_every_segment_is_the_closed_form(volts, expected):
    traces = operating_point(parse(CLAMP.format(volts=volts, options=FULL)))
    voltage, through = float(traces["v(a)"]), float(traces["i(d1)"])
    assert through == pytest.approx(current(FULL, voltage), rel=1e-12)
    assert through == pytest.approx((volts - voltage) / 100, rel=1e-12)
    if expected is not None:
        assert through == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("options", "volts", "across"),
    [
        ("drop=0.6", 3, 0.6),
        ("drop=0.6", 0.4, 0.4),
        ("drop=0.6", -9, -9.0),
        ("zener=5.1", -9, -5.1),
        ("zener=5.1", 3, 0.0),
        ("drop=0.6 zener=5.1", -9, -5.1),
        ("drop=0.6 limit=20m", 3, 1.0),
        ("limit=20m", 1, 0.0),
        ("on_resistance=10", 1.1, 0.1),
    ],
)
def test_vertical_segments_hold_the_voltage(options, volts, across):
    traces = operating_point(parse(CLAMP.format(volts=volts, options=options)))
    assert float(traces["v(a)"]) == pytest.approx(across, abs=1e-12)
    assert float(traces["i(d1)"]) == pytest.approx((volts - across) / 100, abs=1e-13)


def test_the_answer_has_the_users_names_alone():
    circuit = parse(CLAMP.format(volts=3, options=FULL))
    assert list(operating_point(circuit).signals) == ["v(in)", "v(a)", "i(v1)", "i(r1)", "i(d1)"]
    assert set(spice_export.operating_point(circuit).signals) == {"v(in)", "v(a)", "i(v1)", "i(r1)", "i(d1)"}
    assert operating_point(
        parse("open\nD1 a 0 pw\nR1 b 0 1\nI1 0 b 1\n" + CARD + "*@ piecewise model=pw drop=1")
    ).about["undetermined"] == ("a",)


def test_a_circuit_without_devices_is_left_alone():
    circuit = parse("plain\nV1 a 0 1\nR1 a 0 1\n")
    reduction = with_ideal_parts(circuit)
    assert reduction.circuit is circuit
    assert reduction.restored({"v(a)": np.ones(())}) == {"v(a)": np.ones(())}


def test_multiples_and_areas_are_devices_in_parallel():
    deck = CLAMP.format(volts=3, options="drop=0.6 on_resistance=10 leakage=10k limit=20m")
    alone = operating_point(parse(deck.replace("D1 a 0 pw", "D1 a 0 pw\nD2 a 0 pw\nD3 a 0 pw\nD4 a 0 pw")))
    merged = operating_point(parse(deck.replace("D1 a 0 pw", "D1 a 0 pw m=2 area=2")))
    assert merged["v(a)"] == pytest.approx(alone["v(a)"], rel=1e-12)
    assert merged["i(d1)"] == pytest.approx(4 * alone["i(d1)"], rel=1e-12)


ARRAYS = (
    """arrays and subcircuits
Vin[0:3] in[0:3] 0 1.2
Rw[0:3,0:4] in[0:3] h[0:4] g=1m
Dexc[0:1] 0 h[0:1] pw
Dinh[0:1] h[2:3] 0 led m=2
Dx[0:3,0:4] in[0:3] h[0:4] led
X1 in[2] h[4] pair
X2 h[1] h[3] pair
.subckt pair a b
D1 a m pw
D2 m b own
R1 m 0 1k
.model own D(is=1e-12 n=1e-4)
*@ piecewise model=own zener=0.1 on_resistance=10
.ends
.model led D(is=1e-12 n=1e-4)
*@ piecewise model=pw drop=0.6 on_resistance=10 leakage=1meg zener=5.1 zener_resistance=5
*@ piecewise model=led drop=0.3 on_resistance=10 limit=1m leakage=10k
*@ trainable r* d* min=0
*@ input v*
*@ output v(h[0:4])
"""
    + CARD
)


def test_arrays_are_their_scalars_and_globs_stay_with_the_user():
    circuit = parse(ARRAYS)
    whole, scalar = operating_point(circuit), dict(operating_point(circuit.expand()).scalars())
    lines = dict(whole.scalars())
    assert lines.keys() == scalar.keys()
    for name, value in lines.items():
        assert value == pytest.approx(scalar[name], abs=1e-12), name
    assert whole["i(dx)"].shape == (4, 5)
    reduced = with_ideal_parts(circuit).circuit
    assert reduced.inputs == circuit.inputs == ("vin",)
    rows = {f"dx#{row}" for row in range(4)}
    trainable = {each.target for each in circuit.flatten().trainables}
    assert {each.target for each in reduced.trainables} == trainable - {"dx"} | rows


@pytest.mark.parametrize("form", ["bsource", "diode"])
def test_ngspice_confirms(form):
    circuit = parse(ARRAYS)
    ours, theirs = operating_point(circuit), spice_export.operating_point(circuit, diodes=form)
    assert ours.signals.keys() == theirs.signals.keys()
    for name, value in theirs.signals.items():
        assert np.max(np.abs(value - ours[name])) < (1e-4 if name[0] == "v" else 1e-6), name


def test_every_method_that_takes_it_agrees():
    problem = ResistiveNetwork.of(parse(ARRAYS)).problem()
    reference = reference_solution(problem).v
    for method in METHODS.values():
        if method.accepts(problem) is None:
            assert np.max(np.abs(method.solve(problem).v - reference)) < 1e-7, method.name


OPTIONS = st.sampled_from(
    [
        FULL,
        "drop=0.3",
        "drop=0.6 on_resistance=10",
        "leakage=10k zener=1.5",
        "on_resistance=2 limit=0.1",
        "drop=0.3 leakage=10 limit=20m zener=1.5 zener_resistance=10",
    ]
)


@st.composite
def decks(draw):
    """A connected circuit of resistors, grounded sources and devices between any nodes, a model each."""
    nodes = ["0", *(f"n{k}" for k in range(draw(st.integers(3, 9))))]
    any_node = st.sampled_from(nodes)
    cards = [f"R{k} {node} {draw(st.sampled_from(nodes[: k + 1]))} 10" for k, node in enumerate(nodes[1:])]
    cards += [f"RX{k} {draw(any_node)} {draw(any_node)} 33" for k in range(draw(st.integers(0, 5)))]
    cards += [f"V{k} s{k} 0 {draw(st.integers(-9, 9))}\nRV{k} s{k} {draw(any_node)} 5" for k in range(2)]
    cards += [f"I1 {draw(any_node)} {draw(any_node)} 0.3"]
    for k in range(draw(st.integers(1, 6))):
        ends = draw(st.lists(any_node, min_size=2, max_size=2, unique=True))
        cards.append(f"D{k} {ends[0]} {ends[1]} d{k}\n.model d{k} D(is=1e-12 n=1e-4)")
        cards.append(f"*@ piecewise model=d{k} {draw(OPTIONS)}")
    return "random\n" + "\n".join(cards)


@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(decks())
def check_one(deck):
    circuit = parse(deck)
    network = ResistiveNetwork.of(circuit)
    try:
        problem = network.problem()
        solution = solve(problem)
    except Infeasible:
        return
    SOLVED.append(True)
    assert kkt_residual(problem, solution.v, solution.diode_currents).scaled <= 1e-10
    reference = reference_solution(problem).v
    assert np.max(np.abs(solution.v - reference)) <= 1e-6 * max(1.0, float(np.max(np.abs(reference))))
    check_characteristics(circuit, network.traces(solution))


def check_characteristics(circuit, traces):
    """Kirchhoff's current law at the user's nodes, and every device on its own curve."""
    voltage = {"0": 0.0, **{name[2:-1]: float(value) for name, value in traces.signals.items() if name[0] == "v"}}
    balance = dict.fromkeys(voltage, 0.0)
    for element in circuit.elements:
        through = float(traces[f"i({element.name})"])
        plus, minus = element.nodes
        balance[plus] -= through
        balance[minus] += through
        if element.kind == "D":
            words = next(d.options for d in circuit.directives if d.options["model"] == element.model)
            options = " ".join(f"{key}={short(value)}" for key, value in words.items() if key != "model")
            across = voltage[plus] - voltage[minus]
            assert current(options, across - 1e-9) - 1e-8 <= through <= current(options, across + 1e-9) + 1e-8
    assert max(map(abs, balance.values())) < 1e-9


def short(value):
    return next(word for word, number in NUMBER.items() if number == value)


def test_a_hundred_random_circuits_against_cvxpy():
    SOLVED.clear()
    check_one()
    assert len(SOLVED) >= 100


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ("drop=-1", NetlistError, "below 0"),
        ("leakage=0", CircuitError, "a leakage of 0 ohm is a short"),
        ("zener_resistance=3", CircuitError, "needs zener="),
        ("dorp=1", NetlistError, "drop"),
    ],
)
def test_impossible_lines_are_refused(options, error, words):
    with pytest.raises(error, match=words):
        operating_point(parse(CLAMP.format(volts=1, options=options)))


def test_ideal_and_piecewise_exclude_each_other():
    circuit = parse(CLAMP.format(volts=1, options="drop=1") + "*@ ideal model=pw\n")
    with pytest.raises(CircuitError, match="both ideal and piecewise"):
        piecewise_models(circuit)


def test_sources_across_a_device_without_resistance_are_named():
    circuit = parse("forced\nV1 a 0 1\nD1 a 0 pw\n" + CARD + "*@ piecewise model=pw drop=0.6\n")
    with pytest.raises(CircuitError, match=r"diode d1 forward by 0\.4 V"):
        operating_point(circuit)


def test_a_kept_subcircuit_cannot_hold_devices():
    with pytest.raises(SpiceError, match="export it flattened"):
        spice_export.deck(parse(CLAMP.format(volts=1, options="drop=1")), keep_subcircuits=True)


def test_the_closed_form_of_a_model():
    diode = piecewise_models(parse(CLAMP.format(volts=1, options=FULL)))["pw"]
    for voltage in (-6.0, -1.0, 0.5, 0.7, 3.0):
        assert diode.current(voltage) == pytest.approx(current(FULL, voltage), rel=1e-12)


@pytest.mark.parametrize(
    ("cards", "options", "words"),
    [
        ("I1 0 a 1\nD1 0 a pw", "drop=0.6", "i1 pushes 1 A into node a and"),
        ("I1 0 a 1\nD1 a 0 pw", "limit=0.5", "i1 and d1 push 0.5 A into node a and"),
        ("V1 a 0 -3\nD1 a b pw\nD2 b 0 pw", "zener=1", "diodes d1 and d2"),
    ],
)
def test_what_forbids_a_steady_state_is_said_in_the_users_names(cards, options, words):
    with pytest.raises(CircuitError, match=words):
        operating_point(parse(f"none\n{cards}\n{CARD}*@ piecewise model=pw {options}\n"))
