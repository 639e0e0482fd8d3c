"""What Tellegen reads in a deck is what ngspice reads: numbers, expressions, scopes, comments, polynomial sources."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import pytest

from tellegen.netlist import NetlistError, Stimulus, parse, write
from tellegen.netlist.evaluation import Evaluator
from tellegen.netlist.expression import Binary, Call, Conditional, Expression, Name, Number, Unary
from tellegen.netlist.expression_text import write_expression

NUMBERS = [
    "1",
    "-2.5",
    ".5",
    "3.",
    "1e3",
    "1.5e-3",
    "2E2",
    "1t",
    "2g",
    "3meg",
    "4k",
    "5m",
    "6u",
    "7n",
    "8p",
    "9f",
    "1mil",
    "2.5Meg",
    "1K",
    "10kohm",
    "1uF",
    "3MEGohm",
    "5V",
    "2.2kOhm",
    "1e3k",
    "1.5e-2m",
    "100Hz",
    "4.7nF",
    "1a",
    "2mH",
    "3mV",
    "+7",
    "-1.25u",
    "12pF",
    "7volts",
    "1Megohm",
]


def test_numbers(ngspice_voltages):
    cards = "".join(f"I{index} 0 n{index} {text}\nR{index} n{index} 0 1\n" for index, text in enumerate(NUMBERS))
    circuit = parse(f"numbers\n{cards}")
    theirs = ngspice_voltages(f"numbers\n{cards}")
    for index, text in enumerate(NUMBERS):
        assert circuit[f"i{index}"].value == pytest.approx(theirs[f"n{index}"], rel=1e-12), text


def test_numbers_are_rounded_once():
    """`4.7k` is the float nearest to 4700, not 4.7·1000; the truth is Python's own decimal reading."""
    for text, value in (("4.7k", 4700.0), ("0.1m", 0.1e-3), ("2.3u", 2.3e-6), ("1.1meg", 1.1e6), ("3mil", 76.2e-6)):
        assert parse(f"t\nR1 a 0 {text}\n")["r1"].value == value


NAMES = {"a": 1.75, "b": -0.5, "c": 3.0}
ONE = ["abs", "atan", "ceil", "cos", "exp", "floor", "nint", "sgn", "sin", "tanh"]


def random_tree(rng: random.Random, size: int) -> Expression:
    """A tree of about `size` leaves, of operators and functions that have a value nearly everywhere."""
    if size < 2:
        return rng.choice([Number(rng.choice([0.5, 1.0, 2.0, 3.0, 7.0])), Name(rng.choice(list(NAMES)))])
    left = random_tree(rng, size // 2)
    right = random_tree(rng, size - size // 2)
    match rng.randrange(8):
        case 0:
            return Unary("-", left)
        case 1:
            return Conditional(Binary(rng.choice(["<", ">", "!="]), left, right), left, right)
        case 2:
            return Call(rng.choice(ONE), (left,))
        case 3:
            return Call(rng.choice(["min", "max"]), (left, right))
        case _:
            return Binary(rng.choice(["+", "-", "*", "/", "^", "<", ">=", "==", "&&", "||"]), left, right)


def _values(found: list[Expression], behavioural: bool) -> list[tuple[str, float]]:
    """The expressions that have a moderate value, with it."""
    evaluate = Evaluator(NAMES, behavioural=behavioural)
    kept = []
    for tree in found:
        try:
            value = evaluate(tree)
        except NetlistError:
            continue
        if abs(value) < 1e6:
            kept.append((write_expression(tree), value))
    return kept


def _check(cards: list[str], kept: list[tuple[str, float]], ngspice_voltages: Callable[[str], dict]) -> None:
    theirs = ngspice_voltages("\n".join(["expressions", *cards, ""]))
    assert len(theirs) >= len(kept)
    differing = [
        (text, value, theirs[f"n{index}"])
        for index, (text, value) in enumerate(kept)
        if theirs[f"n{index}"] != pytest.approx(value, rel=1e-9, abs=1e-12)
    ]
    assert differing == []


def test_parameter_expressions(ngspice_voltages):
    kept = _values([random_tree(random.Random(seed), seed % 9 + 1) for seed in range(400)], behavioural=False)
    assert len(kept) > 300
    cards = [f".param {' '.join(f'{name}={value}' for name, value in NAMES.items())}"]
    for index, (text, _) in enumerate(kept):
        cards += [f"V{index} n{index} 0 {{{text}}}", f"R{index} n{index} 0 1"]
    _check(cards, kept, ngspice_voltages)


def test_behavioural_expressions(ngspice_voltages):
    kept = _values([random_tree(random.Random(seed), seed % 9 + 1) for seed in range(400, 800)], behavioural=True)
    assert len(kept) > 300
    cards = [f"V{name} {name} 0 {value}\n.nodeset v({name})={value}" for name, value in NAMES.items()]
    for index, (text, _) in enumerate(kept):
        signals = re.sub(r"\b([abc])\b", r"v(\1)", text)
        cards += [f"B{index} n{index} 0 v={signals}", f"R{index} n{index} 0 1"]
    _check(cards, kept, ngspice_voltages)


SPECIAL = {
    "-2^2": -4.0,
    "2^3^2": 64.0,
    "(-8)^3": 512.0,
    "2^-1": 0.5,
    "-3**2": -9.0,
    "2*-3": -6.0,
    "10-4-3": 3.0,
    "16/4/2": 2.0,
    "1?(0?7:8):9": 8.0,
    "0?1:1?2:3": 2.0,
    "log(10)": 2.302585092994046,
    "nint(2.5)": 2.0,
    "!0": 1.0,
    "3!=2": 1.0,
    "3<>2": 1.0,
    "pow(2,-1)": 0.5,
}


def test_what_is_easily_read_differently(ngspice_voltages):
    """Precedence and powers: the values are ngspice 39's own, and ours."""
    cards = []
    for index, (text, value) in enumerate(SPECIAL.items()):
        cards += [f"V{index} n{index} 0 {{{text}}}", f"R{index} n{index} 0 1"]
        circuit = parse(f"t\nV1 a 0 {{{text}}}\n").flatten()
        assert circuit["v1"].value == pytest.approx(value, rel=1e-15), text
    theirs = ngspice_voltages("\n".join(["special", *cards, ""]))
    for index, (text, value) in enumerate(SPECIAL.items()):
        assert theirs[f"n{index}"] == pytest.approx(value, rel=1e-12), text


def test_functions_that_differ_between_parameters_and_sources():
    in_parameters, in_sources = Evaluator({}), Evaluator({}, behavioural=True)
    power, signed = Call("pow", (Number(2.0), Number(3.0))), Call("pwr", (Unary("-", Number(2.0)), Number(3.0)))
    assert in_parameters(power) == in_sources(power) == 8.0
    assert in_parameters(signed) == 8.0
    assert in_sources(signed) == -8.0
    assert in_parameters(Call("pow", (Unary("-", Number(2.0)), Number(3.0)))) == -8.0
    assert in_sources(Call("pow", (Unary("-", Number(2.0)), Number(3.0)))) == 8.0


SCOPES = """scopes of parameters, comments, and polynomials
.param w=5 k='w*2' late={early+1} early=2 $ a comment
.func half(x) {x/2}
.subckt inner a
R1 a 0 {w}
.ends
.subckt outer a params: w=7
X1 a inner
.ends outer
.subckt chain a p=2 q={p*2}
.param r={q+p}
R1 a 0 {r}
.ends
.subckt nest a
.subckt own a
.model local r(r=3)
R1 a 0 local
.ends
X1 a own
.ends
X1 n1 outer
X2 n2 outer
+ w=9
X3 n3 chain p=4 ; another comment
X4 n4 chain q=3 // and one more
X5 n5 inner
X6 n6 chain m=2
X7 n7 nest
R8 n8 gnd {late*half(k)}
* a whole line of comment
I1 0 n1 1
I2 0 n2 1
I3 0 n3 1
I4 0 n4 1
I5 0 n5 1
I6 0 n6 1
I7 0 n7 1
I8 0 N8 1
E9 n9 0 poly(2) n1 0 n2 0 1 2 3 0.5
R9 n9 0 1
"""


def test_scopes(ngspice_voltages):
    """The current of 1 A into each resistor makes its node's voltage its resistance."""
    circuit = parse(SCOPES)
    flat = circuit.flatten()
    theirs = ngspice_voltages(SCOPES)
    ours = {e.nodes[0]: e for e in flat.elements if e.kind == "R" and e.name not in ("r9", "x7.x1.r1")}
    assert len(ours) == 7
    for node, resistor in ours.items():
        multiplier = resistor.parameters.get("m", 1.0)
        assert resistor.value == pytest.approx(theirs[node] * multiplier, rel=1e-12), node
    assert flat["x7.x1.r1"].model == "x7.x1.local"
    assert flat.models["x7.x1.local"].parameters["r"] == pytest.approx(theirs["n7"])
    coefficients = flat["e9"].parameters["poly"]
    assert isinstance(coefficients, tuple)
    p0, p1, p2, p3 = coefficients
    a, b = theirs["n1"], theirs["n2"]
    assert p0 + p1 * a + p2 * b + p3 * a * a == pytest.approx(theirs["n9"], rel=1e-9)


WAVEFORMS = """the start of a waveform is the operating point
V1 n1 0 pulse(1.5 2 0 1n)
V2 n2 0 sin(0.5 2 1k)
V3 n3 0 sin(0.5 2 1k 0 0 30)
V4 n4 0 exp(0.25 3 1u)
V5 n5 0 pwl(0 2.5 1u 3)
V6 n6 0 pwl(1u 2.5 2u 3)
V7 n7 0 sffm(0.75 2 10k 3 1k 40 30)
V8 n8 0 dc 4 pulse(1 2 0 1n)
V9 n9 0 ac 1
V10 n10 0 ac 2 90 dc 3
V11 n11 0 sin(0.5 2 1k 1m 0 90)
V12 n12 0 sffm(0.75 2 10k 3 1k 40)
V13 n13 0 am(1 2 1k 10k)
V14 n14 0 pwl(-1 1 1 3)
V15 n15 0 pwl(-2 1 -1 3)
"""


def test_operating_point_of_waveforms(ngspice_voltages):
    loads = "".join(f"R{index} n{index} 0 1\n" for index in range(1, 16))
    theirs = ngspice_voltages(WAVEFORMS + loads)
    for source in parse(WAVEFORMS + loads).of_kind("V"):
        assert isinstance(source.value, Stimulus)
        assert source.value.dc == pytest.approx(theirs[source.nodes[0]], abs=1e-12), source.name


def test_the_writers_deck_runs_in_ngspice(ngspice_voltages):
    """A flat, scalar deck that Tellegen wrote has the same operating point as the one it read."""
    written = write(parse(SCOPES).flatten()).text
    renamed = re.sub(r"^(x[\w.]*)\.r1", lambda match: "r" + match[1].replace(".", "_"), written, flags=re.MULTILINE)
    theirs = ngspice_voltages(SCOPES)
    again = ngspice_voltages(renamed.replace(".end\n", ""))
    for node in (f"n{index}" for index in range(1, 10)):
        assert again[node] == pytest.approx(theirs[node], rel=1e-9), node
