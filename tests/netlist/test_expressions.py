"""Expressions: the tree, its value, what it reads, and trees in the place of names and functions."""

from __future__ import annotations

import math

import pytest

from tellegen.netlist import Function, NetlistError, parse
from tellegen.netlist.evaluation import _OPERATIONS, _VALUES, Evaluator
from tellegen.netlist.expression import (
    NODE_TYPES,
    PRECEDENCE,
    Binary,
    Call,
    Current,
    Expression,
    Name,
    Number,
    Unary,
    Voltage,
    children,
    depth,
    names,
    reads_signals,
    rebuild,
    walk,
)
from tellegen.netlist.expression_parser import parse_expression
from tellegen.netlist.expression_text import _WRITERS, write_expression
from tellegen.netlist.functions import FUNCTIONS
from tellegen.netlist.substitution import inline, rename, substitute


def test_the_tables_know_every_node_and_operator():
    assert {cls.__name__ for cls in Expression.__subclasses__()} == {cls.__name__ for cls in NODE_TYPES}
    assert set(NODE_TYPES) == set(_VALUES) == set(_WRITERS)
    assert set(_OPERATIONS) | {"&&", "||"} == set(PRECEDENCE)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1+2*3^2", 19.0),
        ("-2^2", -4.0),
        ("2^3^2", 64.0),
        ("7\\2 + 7%4", 6.0),
        ("1k*1u", 1e-3),
        ("1 > 2 ? 3 : 4 > 3 ? 5 : 6", 5.0),
        ("!(1 && 0) + (0 || 2)", 2.0),
        ("{1+2}*(3)", 9.0),
        ("max(min(1,2),sqrt(16))", 4.0),
        ("pwl(0.5, 0,0, 1,2, 2,8)", 1.0),
        ("pwl(3, 0,0, 1,2, 2,8)", 14.0),
        ("ternary_fcn(0, 1/0, 2)", 2.0),
        ("limit(5, 3, 1)", 3.0),
        ("u(0)+u2(0.25)+uramp(-1)+sgn(-2)", -0.25),
        ("pi", math.pi),
        ("exp(1)-e", 0.0),
        ("1 <> 1", 0.0),
    ],
)
def test_values(text, value):
    assert Evaluator({})(parse_expression(text)) == value


def test_the_branch_not_taken_is_not_computed():
    assert Evaluator({"x": -1.0})(parse_expression("x > 0 ? ln(x) : 0")) == 0.0


def test_signals_are_asked_for():
    evaluate = Evaluator({"k": 2.0, "time": 3.0}, lambda node: 5.0 if isinstance(node, Voltage) else 7.0)
    assert evaluate(parse_expression("k*v(a,b) + i(v1)*time")) == 31.0
    with pytest.raises(NetlistError, match=r"v\(a\), which has no value before the circuit is solved"):
        Evaluator({})(parse_expression("1+v(a)"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1/0", "a division by zero"),
        ("5%0", "a division by zero"),
        ("ln(0)", "ln(0) out of its domain"),
        ("exp(1000)", "out of its domain or range"),
        ("min(1)", "min with 1 arguments"),
        ("1e308*10", "the value inf"),
        ("0^(-1)", "out of its domain or range"),
    ],
)
def test_what_has_no_value(text, reason):
    with pytest.raises(NetlistError) as caught:
        Evaluator({})(parse_expression(text))
    assert f"has no value because of {reason}" in str(caught.value).replace("an operation ", "")


def test_nodes_are_lower_case_ground_is_zero_and_names_may_have_brackets():
    tree = parse_expression("V(GND, Out[3]) + I(Rw[3,7]) + v( h[0:9] )")
    assert [node for node in walk(tree) if not children(node)] == [
        Voltage("0", "out[3]"),
        Current("rw[3,7]"),
        Voltage("h[0:9]"),
    ]


def test_equal_expressions_are_equal_keys():
    texts = ["a*v(x)+1", "A * V(X) + 1.0", "(a*v(x))+1"]
    assert len({parse_expression(text) for text in texts}) == 1


def test_what_a_tree_reads():
    tree = parse_expression("a*sin(b)+v(x)")
    assert names(tree) == {"a", "b"}
    assert reads_signals(tree)
    assert reads_signals(Name("time"))
    assert not reads_signals(parse_expression("a+temper"))
    assert depth(tree) == 4
    assert rebuild(tree, children(tree)) == tree


def test_a_constant_is_not_negative():
    with pytest.raises(ValueError, match="at least 0"):
        Number(-1.0)
    assert parse_expression("-1") == Unary("-", Number(1.0))


def test_substitution_and_renaming():
    tree = parse_expression("k*v(n)+i(v1)")
    assert substitute(tree, {"k": Number(2.0)}) == parse_expression("2*v(n)+i(v1)")
    assert rename(tree, lambda node: f"x1.{node}", lambda name: f"x1.{name}") == parse_expression("k*v(x1.n)+i(x1.v1)")


def test_functions_are_inlined_through_each_other():
    functions = {
        "double": Function("double", ("x",), parse_expression("2*x")),
        "hypot": Function("hypot", ("x", "y"), parse_expression("sqrt(double(x)*x/2+y*y)")),
    }
    tree = inline(parse_expression("hypot(a, double(b))"), functions)
    assert Evaluator({"a": 3.0, "b": 2.0})(tree) == 5.0
    assert all(node.function in FUNCTIONS for node in walk(tree) if isinstance(node, Call))


def test_long_sums_within_the_limit_and_their_text():
    text = "+".join(f"v(n{index})" for index in range(190))
    tree = parse_expression(text)
    assert write_expression(tree) == text
    assert hash(tree) == hash(parse_expression(text))
    assert isinstance(tree, Binary)


def test_bare_parameters_stand_for_expressions():
    """HSPICE writes `w=wn` without braces; ngspice accepts it for parameters that exist."""
    circuit = parse("t\n.param rval=2k\nR1 a 0 rval\nV1 a 0 dc rval\n").flatten()
    assert circuit["r1"].value == circuit["v1"].value == 2000.0
