"""Piecewise-linear resistors: by interpolation, circuits of them by their laws and CVXPY, all of it in ngspice."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tellegen import spice_export
from tellegen.netlist import CircuitError, NetlistError, parse, write
from tellegen.netlist.piecewise import Curve, piecewise_resistors
from tellegen.solvers import METHODS, ResistiveNetwork, operating_point
from tellegen.solvers.power import power
from tellegen.solvers.reference import reference_solution

DIVIDER = "one resistor\nV1 in 0 {volts}\nR0 in a 100\nR1 a 0 1k\n*@ piecewise R1 {curve}\n"


def interpolated(volts, amperes, voltage):
    """The current by interpolation between the points, the outermost segments extended; at a vertical one its top."""
    k = int(np.clip(np.searchsorted(volts, voltage, side="right") - 1, 0, len(volts) - 2))
    rise = volts[k + 1] - volts[k]
    if rise == 0.0:
        return np.inf if voltage >= volts[k] and k == len(volts) - 2 else -np.inf
    return amperes[k] + (amperes[k + 1] - amperes[k]) / rise * (voltage - volts[k])


def assert_on_curve(curve, voltage, current):
    """The current is between those a hair below and above the voltage."""
    volts, amperes = curve
    hair = 1e-9 * max(1.0, max(map(abs, volts)), abs(voltage))
    room = 1e-9 * max(1e-3, max(map(abs, amperes)))
    assert interpolated(volts, amperes, voltage - hair) - room <= current
    assert current <= interpolated(volts, amperes, voltage + hair) + room


def option(curve):
    return " ".join(f"{key}={','.join(map(repr, part))}" for key, part in zip("vi", curve, strict=True))


@st.composite
def curves(draw):
    """Rising points, with vertical and flat segments among them; neither voltage nor current stays all along."""
    steps = st.sampled_from([(1.0, 1e-3), (0.5, 4e-3), (1.0, 0.0), (0.0, 2e-3), (0.3, 0.1e-3), (2.0, 2e-3)])
    chosen = draw(st.lists(steps, min_size=1, max_size=6))
    if not any(v for v, _ in chosen) or not any(i for _, i in chosen):
        chosen.append((0.7, 1e-3))
    start = draw(st.sampled_from([(-2.0, -3e-3), (0.0, 0.0), (-1.0, 0.0), (0.5, -1e-3), (-0.5, -0.5e-3)]))
    points = np.cumsum([start, *chosen], axis=0)
    return tuple(points[:, 0].tolist()), tuple(points[:, 1].tolist())


@settings(max_examples=80, deadline=None, derandomize=True)
@given(curves(), st.floats(-6.0, 6.0))
def test_one_resistor_is_its_table(curve, volts):
    traces = operating_point(parse(DIVIDER.format(volts=volts, curve=option(curve))))
    voltage, current = float(traces["v(a)"]), float(traces["i(r1)"])
    assert current == pytest.approx((volts - voltage) / 100, abs=1e-14)
    assert_on_curve(curve, voltage, current)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(curves(), st.floats(-6.0, 6.0))
def test_the_closed_form_is_interpolation(curve, volts):
    expected = interpolated(curve[0], curve[1], volts)
    if np.isfinite(expected) and volts not in curve[0]:
        volts_at, amperes_at = curve
        assert Curve(volts_at, amperes_at).current(volts) == pytest.approx(expected, rel=1e-12, abs=1e-18)


@pytest.mark.parametrize(
    ("curve", "volts", "across", "through"),
    [
        ("v=-1,0,1 i=-2m,0,1m", 1.1, 1.0, 1e-3),
        ("v=-1,0,1 i=-2m,0,1m", -1.2, -1.0, -2e-3),
        ("v=-1,0,1 i=-2m,0,1m", 11, 10.0, 10e-3),
        ("v=0,1,2 i=0,1m,1m", 5, 4.9, 1e-3),
        ("v=0,1,1 i=0,1m,2m", 5, 1.0, 40e-3),
        ("v=-1,-1,1,1 i=-1m,0,0,1m", 0.5, 0.5, 0.0),
        ("v=-1,-1,1,1 i=-1m,0,0,1m", -3, -1.0, -20e-3),
        ("v=1,2 i=0,1m", 0, 0.1 / 1.1, -1e-3 / 1.1),
        ("limit=1m", 0.55, 0.5, 0.5e-3),
        ("limit=1m", 5, 4.9, 1e-3),
        ("limit=1m", -5, -4.9, -1e-3),
    ],
)
def test_segments_by_hand(curve, volts, across, through):
    traces = operating_point(parse(DIVIDER.format(volts=volts, curve=curve)))
    assert float(traces["v(a)"]) == pytest.approx(across, abs=1e-12)
    assert float(traces["i(r1)"]) == pytest.approx(through, abs=1e-14)


@st.composite
def circuits(draw):
    """Resistors that hang together, sources, and up to five resistors with curves or limits between any nodes."""
    nodes = ["0", *(f"n{k}" for k in range(draw(st.integers(2, 7))))]
    any_node = st.sampled_from(nodes)
    cards = [f"R{k} {node} {draw(st.sampled_from(nodes[: k + 1]))} 100" for k, node in enumerate(nodes[1:])]
    cards += [f"V{k} s{k} 0 {draw(st.integers(-9, 9))}\nRV{k} s{k} {draw(any_node)} 50" for k in range(2)]
    cards.append(f"I1 {draw(any_node)} {draw(any_node)} 5m")
    found = {}
    for k in range(draw(st.integers(1, 5))):
        ends = draw(st.lists(any_node, min_size=2, max_size=2, unique=True))
        cards.append(f"RB{k} {ends[0]} {ends[1]} 200 m=2")
        limit = draw(st.booleans())
        found[f"rb{k}"] = ((-0.4, -0.2, 0.2, 0.4), (-1e-3, -1e-3, 1e-3, 1e-3)) if limit else draw(curves())
        cards.append(f"*@ piecewise RB{k} " + ("limit=1m" if limit else option(found[f"rb{k}"])))
    return "random\n" + "\n".join(cards), found


SOLVED: list[bool] = []


@settings(max_examples=50, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(circuits())
def check_circuit(made):
    deck, found = made
    circuit = parse(deck)
    assert parse(write(circuit)) == circuit
    try:
        traces = operating_point(circuit)
    except CircuitError as error:
        # vertical segments around a loop can contradict each other
        if "no voltages satisfy" not in str(error):
            raise
        return
    SOLVED.append(True)
    voltage = {"0": 0.0, **{name[2:-1]: float(value) for name, value in traces.signals.items() if name[0] == "v"}}
    balance = dict.fromkeys(voltage, 0.0)
    for element in circuit.elements:
        through = float(traces[f"i({element.name})"])
        for node, sign in zip(element.nodes, (-1.0, 1.0), strict=True):
            balance[node] += sign * through
        if element.name in found:
            across = voltage[element.nodes[0]] - voltage[element.nodes[1]]
            assert_on_curve(found[element.name], across, through / 2)
    assert max(map(abs, balance.values())) < 1e-11
    assert power(circuit, traces).imbalance < 1e-9
    problem = ResistiveNetwork.of(circuit).problem()
    reference = reference_solution(problem)
    energy, theirs = problem.energy(METHODS["interior_point"].solve(problem).v), problem.energy(reference.v)
    assert energy == pytest.approx(theirs, abs=1e-7)


def test_random_circuits_obey_kirchhoff_and_their_curves():
    SOLVED.clear()
    check_circuit()
    assert len(SOLVED) >= 35


ARRAYS = """arrays and subcircuits
V1[0:2] in[0:2] 0 3
R0 in[0] b 10
R1 b 0 1k m=2
Rw[0:2,0:4] in[0:2] h[0:4] 1k
Rl[0:4] h[0:4] 0 1k
R3 0 h[2] 22
X1 h[1] h[3] pair
.subckt pair p q
R1 p m 33
R2 m q 10
*@ piecewise R1 v=0,1,2 i=0,10m,11m
.ends
*@ piecewise R1 v=-1,0,0,1,2 i=-2m,-1m,1m,2m,2m
*@ piecewise rw limit=1m
*@ piecewise rl v=-1,0,0.5 i=-1m,0,2m
*@ trainable rw min=1
"""


@pytest.fixture(scope="module")
def arrays():
    circuit = parse(ARRAYS)
    return circuit, operating_point(circuit)


def test_arrays_are_their_scalars(arrays):
    circuit, whole = arrays
    scalar = dict(operating_point(circuit.expand()).scalars())
    lines = dict(whole.scalars())
    assert lines.keys() == scalar.keys()
    for name, value in lines.items():
        assert value == pytest.approx(scalar[name], abs=1e-12), name
    assert whole["i(rw)"].shape == (3, 5)
    assert np.max(np.abs(whole["i(rw)"])) == pytest.approx(1e-3, rel=1e-12)
    assert power(circuit, whole).imbalance < 1e-12


@pytest.mark.parametrize("form", ["bsource", "diode"])
def test_ngspice_confirms(arrays, form):
    circuit, ours = arrays
    theirs = spice_export.operating_point(circuit, diodes=form)
    assert ours.signals.keys() == theirs.signals.keys()
    for name, value in theirs.signals.items():
        assert np.max(np.abs(value - ours[name])) < (2e-4 if name[0] == "v" else 1e-6), name


def test_every_method_agrees(arrays):
    circuit, _ = arrays
    problem = ResistiveNetwork.of(circuit).problem()
    reference = METHODS["interior_point"].solve(problem).v
    for method in METHODS.values():
        if method.accepts(problem) is None:
            assert np.max(np.abs(method.solve(problem).v - reference)) < 1e-9, method.name


@pytest.mark.parametrize(
    ("line", "error", "words"),
    [
        ("r1 v=0,1,0.5 i=0,1,2", CircuitError, r"falls from 1 A at 1 V to 2 A at 0.5 V; give points"),
        ("r1 v=0,1,2 i=0,1,0.5", CircuitError, "the curve falls"),
        ("r1 v=0,1,1,2 i=0,1,1,2", CircuitError, "the point 1 A at 1 V stands twice; keep one"),
        ("r1 v=0,1 i=0", CircuitError, "v= has 2 and i= has 1 numbers"),
        ("r1 v=0 i=0", CircuitError, "two or more voltages"),
        ("r1 v=1,1 i=0,1", CircuitError, "write a voltage source"),
        ("r1 v=0,1 i=1,1", CircuitError, "write a current source"),
        ("r1 v=0,1", CircuitError, "has v= and i=, or limit="),
        ("r1 v=0,1 i=0,1 limit=1", CircuitError, "a limit of a curve is a flat segment at its end"),
        ("r1 limit=0", CircuitError, "limit=0 lets no current pass"),
        ("r1 limit=-1", NetlistError, "below 0"),
        ("r1 drop=2", NetlistError, "drop= goes with model=, not with names"),
        ("model=x v=1,2", NetlistError, "v= goes with names, not with model="),
        ("r1 model=x", NetlistError, "both names and model="),
        ("drop=1", NetlistError, "neither names nor model="),
        ("r1 v=0,one i=0,1", NetlistError, "v=one is not a number"),
        ("v1 limit=1", CircuitError, "v1 names no resistor"),
        ("v* limit=1", CircuitError, r"v\* selects no resistor"),
        ("r9 limit=1", NetlistError, "r9 selects no element; write r"),
        ("r1 v=0,1 i=0,1\n*@ trainable r*", CircuitError, r"r1 has a curve .* \*@ trainable would change"),
        ("r2 v=0,1 i=0,1", CircuitError, "r2 has a curve, which tc1 cannot change"),
    ],
)
def test_impossible_lines_are_refused(line, error, words):
    with pytest.raises(error, match=words):
        operating_point(parse(f"bad\nV1 a 0 1\nR1 a 0 1\nR2 a 0 1 tc1=1m\n*@ piecewise {line}\n"))


def test_a_later_line_overrides():
    deck = DIVIDER.format(volts=5, curve="v=0,1 i=0,1") + "*@ piecewise r? limit=2m\n"
    assert float(operating_point(parse(deck))["i(r1)"]) == pytest.approx(2e-3)
    assert set(piecewise_resistors(parse(deck))) == {"r0", "r1"}


def test_sources_beyond_a_vertical_segment_are_named():
    circuit = parse("forced\nV1 a 0 1.5\nR1 a 0 1k\n*@ piecewise R1 v=0,1,1 i=0,1m,2m\n")
    with pytest.raises(CircuitError, match=r"hold r1 0\.5 V beyond a vertical segment of its curve; put a resistor"):
        operating_point(circuit)
