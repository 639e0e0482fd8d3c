"""Flattening: names, scopes, multipliers, arrays of instances, and what stays as it is."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

from tellegen.netlist import Circuit, CircuitError, Element, NetlistError, Stimulus, parse, write
from tellegen.netlist.evaluation import Evaluator
from tellegen.netlist.expression import Binary
from tellegen.netlist.expression_text import write_expression
from tellegen.netlist.flatten import flatten
from tellegen.netlist.parameters import as_tree

DECK = """cells
.param gain=3 vref={gain/2}
.global vdd
.subckt cell in out params: r=1k k=1
R1 in n {r}
B1 out 0 v=k*gain*v(n,in)+i(VS)+v(vdd)
VS n 0 {vref}
E1 e 0 in n {k}
F1 out 0 VS 2
D1 n out dm 2
.model dm d(is={k*1e-14})
.ic v(n)={k}
.ends
Xa in q cell r={gain*1k} k=2
Xb q 0 CELL
V1 in 0 dc {vref} ac {gain} sin({vref} 1 1k)
R9 vdd 0 1
*@ trainable gain min=1
*@ mismatch xa.r*  r9 sigma=0.1
*@ output v(q)
.tran {gain*1u} 1m
.meas tran late when v(q)='vref/2' cross=1
.meas tran half param='late/2'
.ic v(q)={vref}
.options reltol={gain*1e-4} method=gear
.temp {gain*10}
"""


def test_names_and_values():
    flat = parse(DECK).flatten()
    assert flat["xa.r1"] == Element("xa.r1", ("in", "xa.n"), 3000.0)
    assert flat["xb.r1"] == Element("xb.r1", ("q", "xb.n"), 1000.0)
    assert flat["xa.vs"].value == 1.5
    assert flat["xa.e1"] == Element("xa.e1", ("xa.e", "0"), 2.0, controls=("in", "xa.n"))
    assert flat["xa.f1"].controls == ("xa.vs",)
    assert flat["xa.d1"].model == "xa.dm"
    assert flat.models["xa.dm"].parameters["is"] == 2e-14
    assert flat.models["xb.dm"].parameters["is"] == 1e-14
    tree = flat["xa.b1"].parameters["v"]
    assert isinstance(tree, Binary)
    assert write_expression(tree) == "2*3*v(xa.n,in)+i(xa.vs)+v(vdd)"
    assert flat["v1"].value == Stimulus(1.5, (3.0, 0.0), "sin", (1.5, 1.0, 1000.0))
    assert flat.initial_conditions == {"q": 1.5, "xa.n": 2.0, "xb.n": 1.0}
    assert flat.options == {"reltol": 3 * 1e-4, "method": "gear"}
    assert flat.temperature == 30.0
    assert flat.analyses[0].fields == ("3e-06", "1m")
    assert flat.analyses[1].fields == ("tran", "late", "when", "v(q)=0.75", "cross=1")
    assert flat.analyses[2].fields == ("tran", "half", "param='late/2'")
    assert [len(kept) for kept in (flat.parameters, flat.functions, flat.subcircuits)] == [0, 0, 0]


def test_a_flat_circuit_is_itself():
    flat = parse(DECK).flatten()
    assert flat.flatten() is flat
    assert parse(write(flat)) == flat
    plain = parse("t\nR1 a 0 1k\n*@ trainable r1\n")
    assert plain.flatten() is plain


def test_directives_of_parameters_stay_behind():
    circuit = parse(DECK)
    flat = circuit.flatten()
    assert [trainable.target for trainable in circuit.trainables] == ["gain"]
    assert flat.trainables == ()
    assert [directive.selectors for directive in flat.directives] == [("xa.r*", "r9"), ("v(q)",)]


def test_directives_inside_a_subcircuit():
    deck = """t
.subckt cell a
.model own d
R1 a n 1
D1 n 0 own
*@ ideal model=own
*@ trainable r1 min=0
*@ noise n amplitude=1m
*@ output v(n) i(r1)
.ends
X1 p cell
"""
    flat = parse(deck).flatten()
    assert flat.ideal_models == {"x1.own"}
    assert flat.outputs == ("x1.n", "i(x1.r1)")
    assert [trainable.target for trainable in flat.trainables] == ["x1.r1"]
    assert flat.directives[2].selectors == ("x1.n",)


def test_multipliers_reach_every_element():
    deck = """t
.subckt pair a b
R1 a b 1k m=2
V1 a n 0
X1 n b one m=3
.ends
.subckt one a b
C1 a b 1u
.ends
Xp p q pair m=5
"""
    flat = parse(deck).flatten()
    assert flat["xp.r1"].parameters == {"m": 10.0}
    assert flat["xp.x1.c1"].parameters == {"m": 15.0}
    assert flat["xp.v1"].parameters == {}
    with pytest.raises(NetlistError, match="m=2, but cannot be multiplied; write the instances out"):
        parse("t\n.subckt s a b\nT1 a 0 b 0 td=1\n.ends\nX1 a b s m=2\n").flatten()


def test_arrays_of_instances():
    deck = """t
.subckt cell in out ref params: r=1k
R1 in out {r}
C1 out ref 1p
.ends
Xc[0:2] a[1:3] b[0:2] 0 cell r=2k
Rw[0:2,0:1] b[0:2] o[0:1] @w.npz:w
"""
    weights = np.arange(1.0, 7.0).reshape(3, 2)
    circuit = parse(deck, arrays={"w": weights})
    flat = circuit.flatten()
    names = [element.name for element in flat.elements]
    assert names == ["xc[0].r1", "xc[0].c1", "xc[1].r1", "xc[1].c1", "xc[2].r1", "xc[2].c1", "rw"]
    assert flat["xc[1].r1"] == Element("xc[1].r1", ("a[2]", "b[1]"), 2000.0)
    assert flat["xc[1].r1"].kind == "R"
    assert parse(write(flat)) == flat
    assert parse(write(circuit)) == circuit


def test_ports_that_are_buses():
    deck = """t
.subckt layer in[0:2] out[0:1]
Rw[0:2,0:1] in[0:2] out[0:1] 1k
R1 in[1] mid 2
Rl[0:1] in[1:2] own[0:1] 3
.ends
X1 a[4:6] b[0:1] layer
"""
    flat = parse(deck).flatten()
    assert flat["x1.rw"].nodes == ("a[4:6]", "b[0:1]")
    assert flat["x1.r1"].nodes == ("a[5]", "x1.mid")
    assert flat["x1.rl"].nodes == ("a[5:6]", "x1.own[0:1]")
    with pytest.raises(NetlistError, match="has width 2, but 3 is needed for the port"):
        parse(deck.replace("a[4:6]", "a[4:5]"))


def test_values_out_of_range_name_the_card():
    deck = "t\n.subckt s a r=1\nR1 a 0 {r}\n.ends\nX1 a s r=-2\n"
    with pytest.raises(NetlistError, match=r"^d\.cir:3: x1\.r1: the resistance is -2 ohm; write a value above 0"):
        parse(deck, source="d.cir").flatten()


def test_names_without_a_definition_are_refused_where_they_are_used():
    deck = "t\n.subckt s a\nR1 a 0 {w}\n.ends\n.subckt t a w=3\nX1 a s\n.ends\nX1 a t\n{}\n"
    assert parse(deck.replace("{}", "")).flatten()["x1.x1.r1"].value == 3.0
    with pytest.raises(NetlistError, match=r"d\.cir:3: unknown parameter w in an expression"):
        parse(deck.replace("{}", "X2 a s"), source="d.cir").flatten()


def test_a_circle_of_instances_built_by_hand_ends():
    circuit = parse("t\n.subckt a p\nR1 p 0 1\n.ends\nX1 n a\n")
    definition = circuit.subcircuits["a"]
    again = Element("x2", ("p",), None, "a")
    looped = circuit.replace(
        subcircuits={"a": type(definition)("a", ("p",), {}, definition.body.with_elements([again]))}
    )
    with pytest.raises(CircuitError, match="nested more than 100 deep"):
        looped.flatten()


def test_circuits_can_be_sent_to_other_processes():
    circuit = parse(DECK)
    assert pickle.loads(pickle.dumps(circuit)) == circuit
    assert pickle.loads(pickle.dumps(circuit.flatten())) == circuit.flatten()


FREE = """one symbol through subcircuits
.param a=2
.param b={3*a}
.param k=4
.func doubled(x) {2*x+k}
.subckt cell p a=1 q={a*2}
R1 p 0 {q+b}
B1 p 0 i={doubled(a)*v(p)+b}
.ends
X1 n cell a={k*a}
X2 n cell
V1 n 0 pulse(0 {b} 0 1n 1n 1n 1n)
.ic v(n)={b/2}
.end
"""


def quantities(circuit: Circuit) -> list[Any]:
    """Everything in the flat circuit that may depend on a parameter."""
    source: Any = circuit["v1"].value
    found = [element.parameters["i"] if element.kind == "B" else element.value for element in circuit.elements[:4]]
    return [*found, source.arguments[1], circuit.initial_conditions["n"]]


@pytest.mark.parametrize("chosen", [2.0, 5.0])
def test_free_parameters_stay_symbols_and_give_the_same_numbers(chosen: float) -> None:
    circuit = parse(FREE)
    evaluate = Evaluator({"a": chosen}, lambda voltage: 0.7, behavioural=True)
    symbols = quantities(flatten(circuit, {"a"}))
    numbers = quantities(circuit.with_values({"a": chosen}).flatten())
    for symbol, number in zip(symbols, numbers, strict=True):
        assert evaluate(as_tree(symbol)) == pytest.approx(evaluate(as_tree(number)), rel=1e-14)
    assert numbers[-1] == 1.5 * chosen


def test_a_free_name_must_be_a_parameter_and_models_take_numbers() -> None:
    with pytest.raises(CircuitError, match="no parameter bb that could be free; write b"):
        flatten(parse(FREE), {"bb"})
    deck = "t\n.param is0=1p\nD1 a 0 d\nV1 a 0 1\n.model d D(is={is0})\n.end\n"
    with pytest.raises(NetlistError, match=r"a free parameter \(is0\) stands where only a number can"):
        flatten(parse(deck), {"is0"})
