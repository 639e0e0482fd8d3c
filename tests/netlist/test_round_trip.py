"""`parse(write(circuit)) == circuit`, exactly, for every kind of circuit the language can say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tellegen.netlist import (
    Card,
    Circuit,
    CircuitError,
    Directive,
    Element,
    Function,
    Model,
    Stimulus,
    Subcircuit,
    load,
    parse,
    save,
    write,
)
from tellegen.netlist.elements import KINDS
from tellegen.netlist.expression import Binary, Call, Conditional, Current, Name, Number, Unary, Voltage, constant
from tellegen.netlist.expression_parser import parse_expression
from tellegen.netlist.expression_text import write_expression
from tellegen.netlist.functions import FUNCTIONS

SETTINGS = settings(deadline=None, derandomize=True, max_examples=60)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
POSITIVE = st.floats(min_value=1e-300, max_value=1e100)
NODES = st.sampled_from(["0", "a", "b", "net_1", "in+", "x#2", "h[3]", "12", "n.q"])
NAMES = ("p0", "p1", "rload")
SEEDS = st.integers(0, 2**32 - 1)


def trees(names=NAMES, signals=True) -> st.SearchStrategy:
    leaves = st.floats(0.0, 1e300).map(Number) | st.sampled_from(names).map(Name)
    if signals:
        leaves |= st.builds(Voltage, NODES, st.none() | NODES)
        leaves |= st.sampled_from(["v1", "x1.v2"]).map(Current) | st.just(Name("time"))
    return st.recursive(leaves, _branches, max_leaves=12)


def _branches(inner: st.SearchStrategy) -> st.SearchStrategy:
    operators = st.sampled_from(["||", "&&", "==", "<", ">=", "+", "-", "*", "/", "%", "\\", "^"])
    binary = st.builds(Binary, operators, inner, inner)
    two = [name for name, rule in FUNCTIONS.items() if rule.least == 2]
    return (
        binary
        | st.builds(Unary, st.sampled_from(["-", "!"]), inner)
        | st.builds(Conditional, inner, inner, inner)
        | st.builds(Call, st.sampled_from(two), st.tuples(inner, inner))
    )


VALUES = FINITE | trees(signals=False)
POSITIVE_VALUES = POSITIVE | trees(signals=False)


@SETTINGS
@given(trees())
def test_expressions_read_back(tree):
    assert parse_expression(write_expression(tree)) == tree


@given(FINITE)
@SETTINGS
def test_constants_read_back(value):
    tree = constant(value)
    assert parse_expression(write_expression(tree)) == tree


def stimuli() -> st.SearchStrategy:
    pairs = st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=4, unique=True).map(sorted)
    points = pairs.flatmap(lambda times: st.tuples(*[FINITE for _ in times]).map(lambda v: _interleaved(times, v)))
    shapes = st.one_of(
        st.tuples(st.just("pulse"), st.tuples(VALUES, VALUES, VALUES)),
        st.tuples(st.just("sin"), st.tuples(VALUES, VALUES, POSITIVE, FINITE, FINITE, FINITE)),
        st.tuples(st.just("exp"), st.tuples(*[VALUES] * 6)),
        st.tuples(st.just("sffm"), st.tuples(*[FINITE] * 5)),
        st.tuples(st.just("am"), st.tuples(*[FINITE] * 5)),
        st.tuples(st.just("pwl"), points),
        st.just((None, ())),
    )
    ac = st.tuples(VALUES, VALUES)
    built = st.builds(lambda dc, ac, shape: Stimulus(dc, ac, *shape), VALUES, st.none() | ac, shapes)
    return built.filter(lambda stimulus: stimulus.ac is not None or stimulus.shape is not None) | VALUES


def _interleaved(times, values):
    return tuple(part for pair in zip(times, values, strict=True) for part in pair)


@st.composite
def scalar_elements(draw, tag: str) -> Element:
    """An element of any kind but X; models and controlling elements are those of `circuits`."""
    letter = draw(st.sampled_from("rclvideghfbkswtmqj"))
    nodes = tuple(draw(st.lists(NODES, min_size=4, max_size=4)))
    name = f"{letter}{tag}"
    pair = nodes[:2]
    match letter:
        case "r":
            return draw(
                st.builds(Element, st.just(name), st.just(pair), POSITIVE_VALUES)
                | st.builds(lambda g: Element(name, pair, None, parameters={"g": g}), st.floats(0, 1e9))
                | st.builds(lambda tree: Element(name, pair, tree), trees().filter(_reads))
                | st.builds(lambda length: Element(name, pair, None, "rmod", {"l": length, "tc2": length}), POSITIVE)
            )
        case "c" | "l":
            return Element(name, pair, draw(POSITIVE_VALUES), parameters=draw(st.just({}) | st.just({"ic": -2.5})))
        case "v" | "i":
            return Element(name, pair, draw(stimuli()))
        case "d":
            return Element(name, pair, None, "dmod", draw(st.sampled_from([{}, {"area": 2.0, "off": True}])))
        case "e" | "g":
            return draw(
                st.builds(lambda gain: Element(name, pair, gain, controls=nodes[2:]), VALUES)
                | st.builds(lambda tree: Element(name, pair, tree), trees())
                | st.builds(lambda p: Element(name, pair, None, None, {"poly": p}, nodes), st.tuples(VALUES, FINITE))
                | st.builds(lambda t: Element(name, pair, None, None, {"table": (t, 0.0, 1.0, 2.5, -1e-9)}), trees())
            )
        case "f" | "h":
            return Element(name, pair, draw(VALUES), controls=("vctl",))
        case "b":
            key = draw(st.sampled_from("vi"))
            return Element(name, pair, None, None, {key: draw(trees()), **draw(st.sampled_from([{}, {"tc1": 1e-3}]))})
        case "k":
            return Element(name, (), draw(st.floats(-1, 1)), controls=("lctl1", "lctl2"))
        case "s":
            return Element(name, pair, None, "swmod", draw(st.sampled_from([{}, {"on": True}])), nodes[2:])
        case "w":
            return Element(name, pair, None, "cswmod", {"off": True}, ("vctl",))
        case "t":
            return Element(name, nodes, parameters={"z0": draw(POSITIVE), "td": draw(POSITIVE_VALUES)})
        case "m":
            return Element(name, nodes, None, "nch", {"l": draw(POSITIVE), "w": 1e-6, "ic": (1.0, 2.0, -3.0)})
        case "q":
            return Element(name, nodes[: draw(st.sampled_from([3, 4]))], None, "qmod", {"area": draw(POSITIVE)})
        case _:
            return Element(name, nodes[:3], None, "jmod")


def _reads(tree) -> bool:
    return "v(" in write_expression(tree) or "i(" in write_expression(tree)


MODELS = {
    name: Model(name, type_, parameters)
    for name, type_, parameters in (
        ("rmod", "r", {"rsh": 50.0}),
        ("dmod", "d", {"is": 1e-14, "n": Binary("*", Name("p0"), Number(2.0))}),
        ("swmod", "sw", {"vt": 0.5}),
        ("cswmod", "csw", {}),
        ("nch", "nmos", {"level": 1.0, "vto": -0.7, "version": "3.3.0"}),
        ("qmod", "npn", {"bf": 100.0}),
        ("jmod", "njf", {}),
    )
}
CONTROLS = (Element("vctl", ("a", "0"), 0.0), Element("lctl1", ("a", "b"), 1.0), Element("lctl2", ("a", "0"), 1e-3))


@st.composite
def arrays(draw, tag: str) -> Element:
    rows, columns = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(SEEDS))
    dtype = draw(st.sampled_from([np.float64, np.float32]))
    line, line2 = f"h[0:{rows - 1}]", f"o[2:{columns + 1}]"
    match draw(st.sampled_from(["crossbar", "scalar", "g", "v", "d", "e"])):
        case "crossbar":
            values = rng.uniform(size=(rows, columns)).astype(dtype)
            return Element(f"r{tag}", (line, line2), None, None, {"g": values}, (), ((0, rows - 1), (0, columns - 1)))
        case "scalar":
            return Element(f"i{tag}", ("0", line), draw(FINITE), ranges=((0, rows - 1),))
        case "g":
            return Element(f"r{tag}", (line, "0"), rng.uniform(1, 2, rows).astype(dtype), ranges=((0, rows - 1),))
        case "v":
            return Element(f"v{tag}", (line, "0"), rng.normal(size=rows).astype(dtype), ranges=((0, rows - 1),))
        case "d":
            return Element(f"d{tag}", (line, "b"), None, "dmod", ranges=((0, rows - 1),))
        case _:
            return Element(f"e{tag}", (line, "0"), 2.0, controls=(line, "a"), ranges=((0, rows - 1),))


@st.composite
def circuits(draw, depth: int = 2) -> Circuit:
    count = draw(st.integers(0, 5))
    elements = [*CONTROLS, *(draw(scalar_elements(str(index))) for index in range(count))]
    elements += [draw(arrays(f"a{index}")) for index in range(draw(st.integers(0, 2)))]
    subcircuits = {}
    if depth:
        inner = draw(circuits(depth=depth - 1))
        own = {"rload": draw(VALUES_OF_P)}
        body = inner.replace(title="", options={}, temperature=None, analyses=(), parameters=own)
        subcircuits["cell"] = Subcircuit("cell", ("a", "b"), {"p1": draw(FINITE)}, body)
        elements.append(Element("x1", ("a", "n"), None, "cell", draw(st.just({}) | st.builds(dict, p1=VALUES))))
        elements.append(Element("xs", ("h[0:2]", "0"), None, "cell", ranges=((0, 2),)))
    return Circuit(
        title=draw(st.sampled_from(["", "a deck", "R C", "* star"])),
        elements=tuple(elements),
        models=MODELS,
        parameters={"p0": draw(POSITIVE), "p1": Binary("+", Name("rload"), Number(1.5)), "rload": draw(VALUES_OF_P)},
        functions={"twice": Function("twice", ("x",), Binary("*", Name("x"), Number(2.0)))},
        subcircuits=subcircuits,
        global_nodes=draw(st.sampled_from([(), ("vdd", "b")])),
        initial_conditions=draw(st.sampled_from([{}, {"a": 1.0, "h[3]": Name("p0")}])),
        nodesets=draw(st.sampled_from([{}, {"b": -1e-3}])),
        options=draw(st.sampled_from([{}, {"reltol": 1e-6, "method": "gear", "noacct": True}])),
        temperature=draw(st.none() | st.just(25.0) | st.just(Name("p0"))),
        analyses=draw(st.sampled_from([(), ANALYSES])),
        directives=draw(st.sampled_from([(), DIRECTIVES])),
    )


ANALYSES = (Card("tran", ("1n", "{p0*2}", "uic")), Card("print", ("tran", "v(a,b)")))
VALUES_OF_P = POSITIVE | st.just(Binary("*", Number(2.0), Name("p0")))
DIRECTIVES = (
    Directive("ideal", (), {"model": "dmod", "export": "diode"}),
    Directive("input", ("vctl",)),
    Directive("output", ("v(a)", "v(a,b)", "i(vctl)")),
    Directive("trainable", ("l*", "rload"), {"min": 1e-3, "max": 1e5, "scale": "log", "levels": (0.5, 1.0, 2.0)}),
    Directive("mismatch", ("l*",), {"sigma": 0.1}),
    Directive("noise", ("a", "thermal"), {"amplitude": 1e-3}),
)


@settings(SETTINGS, max_examples=80)
@given(circuits())
def test_circuits_read_back(circuit):
    assert parse(write(circuit)) == circuit


@given(circuits())
@settings(SETTINGS, max_examples=15)
def test_writing_is_settled_after_one_round(circuit):
    written = write(circuit)
    again = write(parse(written))
    assert again.text == written.text
    assert again.arrays.keys() == written.arrays.keys()


def test_every_kind_is_drawn():
    assert {letter.upper() for letter in "rclvideghfbkswtmqjx"} == set(KINDS)


def test_saved_files_read_back(tmp_path):
    values = np.random.default_rng(0).uniform(size=(3, 2))
    crossbar = Element("rw", ("in[0:2]", "out[0:1]"), None, None, {"g": values}, (), ((0, 2), (0, 1)))
    circuit = Circuit("deck", (crossbar, Element("v1", ("in[0]", "0"), 0.1 + 0.2)))
    save(circuit, tmp_path / "deck.cir")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["deck.cir", "deck.npz"]
    assert load(tmp_path / "deck.cir") == circuit


def test_what_no_netlist_can_say_is_refused():
    for element in (Element("r 1", ("a", "0"), 1.0), Element("r1", ("", "0"), 1.0), Element("r1", ("a", "0"), np.inf)):
        with pytest.raises(CircuitError, match=r"; (rename|give)"):
            write(Circuit(elements=(element,)))
    with pytest.raises(CircuitError, match="split it"):
        write(Circuit(analyses=(Card("tran", ("1n 2n",)),)))
