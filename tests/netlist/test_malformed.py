"""Every malformed netlist is one sentence: file and line, what was found, what to write instead."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tellegen.netlist import Circuit, TellegenError, parse, write
from tellegen.netlist.elements import KINDS

CASES = [
    ("R1 a b", 2, "r1: its resistance is missing", "write Rname n+ n- ohms"),
    ("R1 a b 0", 2, "r1: the resistance is 0 ohm", "join its nodes, or put a voltage source of 0 V between them"),
    ("R1 a b -5", 2, "r1: the resistance is -5 ohm", "write a value above 0"),
    ("R1 a b 1k5", 2, "'1k5' has digits after its suffix 'k'", "write the decimal point instead, as in 1.5k"),
    (
        "R1 a b 1kohmz",
        2,
        "'1kohmz' has a unit 'ohmz' after the suffix 'k' that is not known",
        "write the number without it, as in 1k, or 1kohm",
    ),
    ("R1 a b 1mho", 2, "'1mho' would be 1m to SPICE, which takes the 'm' for a suffix", "write 1"),
    ("R1 a b 1e400", 2, "'1e400' is beyond the range of a float (1.8e308)", "write a smaller number"),
    ("R1 a b 2*3", 2, "'2*3' is an expression without braces", "write {2*3}"),
    ("R1 a", 2, "r1: its negative node is missing", "write Rname n+ n- ohms"),
    ("R1 a b 1k 3", 2, "r1: '3' is one field too many", "write Rname n+ n- ohms"),
    ("R1 a b rval\n.param rvall=3", 2, "r1: 'rval' is neither a number, a parameter nor a model", "write rvall"),
    ("R1 a b {x", 2, "the expression '{x' has no closing brace", "write {…}"),
    ("R1 a b {1+x}", 2, "unknown parameter x in an expression", "define it by .param x=1"),
    ("R1 a b {1+}", 2, "the expression '1+' has no value at its end", "put a number or name there"),
    (
        "R1 a b {1/0}",
        2,
        "the expression '1/0' has no value because of a division by zero",
        "change it or its parameters",
    ),
    ("R1 a b {((1)}", 2, "the expression '((1)' has no ')'", "add the ')'"),
    ("R1 a b {}", 2, "the expression is empty", "write a number or a formula in it"),
    ("R1 a b {1 & 2}", 2, "the expression '1 & 2' has the character '&'", "write &&"),
    (
        "R1 a b {1 < 2 < 3}",
        2,
        "the expression '1 < 2 < 3' has two comparisons in a row",
        "put parentheses around one of them",
    ),
    (
        "R1 a b {1 ? 0 ? 2 : 3 : 4}",
        2,
        "the expression '1 ? 0 ? 2 : 3 : 4' has a ?: between ? and :, which ngspice groups wrongly",
        "put parentheses around the inner one",
    ),
    ("R1 a b {1 ? 2}", 2, "the expression '1 ? 2' has no ':'", "add the ':'"),
    (
        "R1 a b {sqrt(-1)}",
        2,
        "the expression 'sqrt(-1)' has no value because of sqrt(-1) out of its domain",
        "change it or its parameters",
    ),
    ("R1 a b {sine(1)}", 2, "unknown function sine(…) in an expression", "write sin"),
    ("R1 a b '1+", 2, '"\'1+" has no matching quote', "complete it on this card"),
    ("R1 a b 1k tcc=3", 2, "r1: a resistor has no parameter tcc=", "write tc="),
    ("R1 a b 1k m=0", 2, "r1: the number of equal elements in parallel is 0", "write a value above 0"),
    ("R1 a b 1k tc1=", 2, "r1: tc1= has no value", "write tc1=1, say"),
    ("R1 a b r=1 r=2", 2, "r1: its value stands twice", "keep one of the two"),
    ("R1 a b 1 g=2", 2, "r1: it has a resistance and g=", "keep one of the two"),
    ("R1 a b g=-1", 2, "r1: the conductance is -1 S", "write a value 0 or more"),
    (
        "R1 a b 1k\nC1 a 0 1u\nr1 a 0 2",
        4,
        "the element r1 is defined twice, first at deck.cir:2",
        "rename or remove one of them",
    ),
    ("R( a b 1", 2, "'r(' is no name for an element", "write letters, digits and _ . [3]"),
    (
        "Y1 a b 3",
        2,
        "'Y1' begins with no element's letter",
        "start the name with one of R C L K V I D E F G H B S W T M Q J X",
    ),
    ("C1 a b -1p", 2, "c1: the capacitance is -1e-12 F", "write a value 0 or more"),
    ("L1 a b 1 ic=", 2, "l1: ic= has no value", "write ic=1, say"),
    ("K1 l1 l2 0.5\nL1 a b 1\nL22 a b 1", 2, "k1 names l2, which is no inductor here", "write l22"),
    ("L1 a b 1\nL2 a b 1\nK1 l1 l2 1.5", 4, "k1: the coupling coefficient is 1.5", "write a value from -1 to 1"),
    ("Rw[1:3] a[1:3] 0 1", 2, "the range 1:3 of rw does not count from 0", "write 0:2"),
    ("Rw[3:0] a[0:3] 0 1", 2, "the range 3:0 of rw counts down", "write 0:3"),
    ("Rw[0:3] a[0:5] 0 1", 2, "a[0:5] has 6 nodes, but the range of rw has 4", "write a[0:3]"),
    ("Rw[0:3,0:2,0:1] a[0:5] 0 1", 2, "'rw[0:3,0:2,0:1]' has no readable range", "write name[0:9] or name[0:9,0:4]"),
    ("R1 a[0:3] 0 1", 2, "a[0:3] is a bus of 4 nodes, but r1 is a single resistor", "write r1[0:3], or one node"),
    ("Rw[0:3] a[3:0] 0 1", 2, "rw: the bus a[3:0] counts down", "write a[0:3]"),
    ("Rw[0:3] a[0:3 0 1", 2, "'[0:3 0 1' has no matching closing bracket", "complete it on this card"),
    ("Vin[0:3,0:2] a[0:3] b[0:2] 1", 2, "vin: a voltage source cannot be a crossbar", "write vin[0:9]"),
    ("B1[0:2] a[0:2] 0 v=1", 2, "b1: a behavioural source cannot be an elementwise array", "write the elements out"),
    (
        "Rw[0:3] a[0:3] 0 @x.npz:w",
        2,
        "@x.npz cannot be found because this text has no folder",
        "load the netlist from its file, or give parse() arrays= or folder=",
    ),
    ("Rw[0:3] a[0:3] 0 @x.npz", 2, "'@x.npz' is no reference to an array", "write @file.npz:key"),
    ("B1 a b 3", 2, "b1: '3' stands where v= or i= should", "write Bname n+ n- v=expression (or i=expression)"),
    ("B1 a b v=", 2, "the expression is empty", "write a number or a formula in it"),
    ("B1 a b v=v(a", 2, "the expression 'v(a' has v(…) without a plain name in it", "name one node, as in v(x)"),
    ("B1 a b v=sinn(v(a))", 2, "unknown function sinn(…) in an expression", "write sin"),
    (
        "B1 a b v=v(a) foo=3",
        2,
        "b1: a behavioural source has no parameter foo=",
        "write one of v, i, tc, tc1, tc2, m, temp, dtemp",
    ),
    ("B1 a b v=v(a)+gain", 2, "unknown parameter gain in an expression", "define it by .param gain=1"),
    ("V1 a b sine(0 1)", 2, "v1: 'sine' is no waveform", "write sin"),
    ("V1 a b sin(0)", 2, "v1: sin has 1 argument where 2 are needed", "write sin(vo va [freq td theta phase])"),
    (
        "V1 a b sin(0 1 2 3 4 5 6 7)",
        2,
        "v1: sin has 8 arguments, more than it takes",
        "write sin(vo va [freq td theta phase])",
    ),
    ("V1 a b pwl(0 1 2)", 2, "v1: pwl has 3 numbers, which are no pairs", "write pwl(t1 v1 t2 v2 …)"),
    ("V1 a b pwl(0 1 0 2)", 2, "v1: the times 0 and 0 of pwl do not increase", "put the points in order of time"),
    ("V1 a b 1 2", 2, "v1: '2' is a second DC value", "keep one of the two"),
    (
        "V1 a b dc",
        2,
        "v1: its DC value is missing",
        "write Vname n+ n- [dc] volts [ac magnitude [phase]] [pulse(…) or another waveform]",
    ),
    ("V1 a b pulse(0 1) sin(0 1)", 2, "v1: it has two waveforms, pulse and sin", "keep one of the two"),
    (
        "V1 a b pulse(0 1 -1n)",
        2,
        "v1: its waveform begins before time zero, which leaves its operating point open",
        "write dc too",
    ),
    ("D1 a b", 2, "d1: its model is missing", "write Dname anode cathode model [area]"),
    ("D1 a b 1N4148\n.model 1N4184 d", 2, "d1: unknown model '1N4148'", "write 1n4184"),
    ("D1 a b q\n.model q npn", 2, "d1: the model q is of type npn, not d", "name a .model of type d"),
    (
        ".model x doide(is=1)",
        2,
        "the model x has the unknown type 'doide'",
        "write one of r, res, c, cap, l, ind, d, sw, csw, nmos, pmos, vdmos, …",
    ),
    (".model x", 2, ".model x lacks a type", "write .model NAME TYPE(parameter=value …)"),
    (".model x d(is=)", 2, "is= has no value", "write one after the equals sign"),
    (".model x d(is 3)", 2, "'is' where key=value was expected", "write is=…, or remove it"),
    (".model x d(is=1 is=2)", 2, "the model x has is= twice", "keep one of the two"),
    (".model x d\n.model x d", 3, "the model x is defined twice, first at deck.cir:2", "rename or remove one of them"),
    ("Q1 c b e qm", 2, "q1: unknown model 'qm'", "add .model qm npn(…)"),
    ("M1 d g s b nch\n.model nchh nmos", 2, "m1: unknown model 'nch'", "write nchh"),
    ("X1 a b foo", 2, "x1: unknown subcircuit 'foo'", "define it by .subckt foo or include its file"),
    ("X1", 2, "x1: its subcircuit is missing", "write Xname node … subcircuit [parameter=value …]"),
    (
        ".subckt foo a b\nR1 a b 1\n.ends\nX1 a foo",
        5,
        "x1: it has 1 node, but foo (deck.cir:2) has 2 ports",
        "write x1 a b foo",
    ),
    (".subckt foo a b\nR1 a b 1\n.ends\nX1 a b fooo", 5, "x1: unknown subcircuit 'fooo'", "write foo"),
    (
        ".subckt foo a b gain=1\nR1 a b 1\n.ends\nX1 a b foo gaim=3",
        5,
        "x1: the subcircuit foo has no parameter gaim=",
        "write gain=",
    ),
    (".subckt foo a b\nR1 a b 1", 2, "the subcircuit foo has no .ends", "add it after its last card"),
    (".subckt foo a b\nR1 a b 1\n.ends bar", 4, ".ends bar closes the subcircuit foo", "write .ends foo"),
    (".ends", 2, ".ends without a .subckt before it", "remove it"),
    (".subckt", 2, ".subckt lacks a name", "write .subckt NAME port … [parameter=value …]"),
    (".subckt foo a a\n.ends", 2, "the port a of foo stands twice", "name each port once"),
    (".subckt foo a 0\n.ends", 2, "port 2 of foo is ground", "name it otherwise, ground is known inside"),
    (
        ".subckt foo a b\nX1 a b bar\n.ends\n.subckt bar a b\nX1 a b foo\n.ends",
        2,
        "subcircuits contain each other in a circle: foo → bar → foo",
        "remove one of these instances",
    ),
    (".subckt foo a b\n.tran 1 2\n.ends", 3, ".tran stands inside the subcircuit foo", "move it out, behind .ends"),
    (".param", 2, ".param defines nothing", "write .param name=value"),
    (".param a", 2, "'a' where key=value was expected", "write a=…, or remove it"),
    (".param a=", 2, "a= has no value", "write one after the equals sign"),
    (
        ".param a=1\n.param a=2",
        3,
        "the parameter a is defined twice, first at deck.cir:2",
        "rename or remove one of them",
    ),
    (
        ".param a={b} b={a+1}",
        2,
        "parameters are defined by each other in a circle: a → b → a",
        "give one of them a number",
    ),
    (".param a={zz} z=3", 2, "unknown parameter zz in an expression", "write z, or define it by .param"),
    (".param a=2 * 3", 2, "the value of a goes on after a blank with '*'", "put it in braces, as in a={2 * 3}"),
    (".param 1a=3", 2, "'1a' is no name for a parameter", "start it with a letter"),
    (".func f(x {x}", 2, "'f(x {x}' defines no function", "write .func f(x,y) {x*y}"),
    (".func f(x) {f(x)}\nR1 a b {f(2)}", 2, "functions call each other in a circle: f → f", "break it"),
    (".func f(x) {x*y}", 2, "unknown parameter y in an expression", "define it by .param y=1"),
    (".func f(x) {x}\nR1 a b {f(1,2)}", 3, "f is called with 2 arguments, but deck.cir:2 defines f(x)", "give as many"),
    (".optoins x=1", 2, "unknown card .optoins", "write .options"),
    (
        ".include foo.cir",
        2,
        "'foo.cir' cannot be included because this text has no folder",
        "load the netlist from its file, or give parse() a folder=",
    ),
    (
        ".lib foo.lib",
        2,
        ".lib with 1 name and no .endl after it",
        "write .lib FILE SECTION, or .include FILE for a whole file",
    ),
    (".endl", 2, ".endl cannot stand here: it has no .lib section before it", "remove it"),
    (".control\nrun", 2, ".control has no .endc", "add it after the last command"),
    (
        ".if (1)",
        2,
        ".if cannot stand here: conditional netlists are not read",
        "keep the branch that holds and remove the others",
    ),
    ("+ 3", 2, "a continuation line '+ 3' has no card before it", "remove the leading + or put the card's line first"),
    ("*@", 2, "a *@ line without a keyword", "write one of ideal, trainable, mismatch, noise, input, output"),
    ("*@ trainabel r1", 2, "unknown directive *@ trainabel", "write trainable"),
    (
        "*@ trainable",
        2,
        "*@ trainable names nothing",
        "write *@ trainable NAME … [min=…] [max=…] [scale=linear|log] [levels=…] [bits=…]",
    ),
    ("R1 a b 1\n*@ trainable r2", 3, "*@ trainable r2 selects no element or parameter", "write r1"),
    ("R1 a b 1\n*@ trainable r1 mim=3", 3, "*@ trainable has no option mim=", "write min="),
    ("R1 a b 1\n*@ trainable r1 min=abc", 3, "min=abc is not a number", "write one such as min=1k"),
    ("R1 a b 1\n*@ trainable r1 scale=lin", 3, "*@ trainable cannot have scale=lin", "write scale=linear"),
    ("R1 a b 1\n*@ trainable r1 levels=2.5", 3, "levels=2.5 is no whole number of at least 1", "write levels=4"),
    ("R1 a b 1\n*@ trainable r1 min=1 min=2", 3, "min= stands twice on this line", "keep one"),
    (
        "R1 a b 1\n*@ trainable r1\n+ r2",
        4,
        "the line '+ r2' continues a *@ line, which ends on its own line",
        "repeat the directive for the rest",
    ),
    ("R1 a b 1\n*@ mismatch r1", 3, "*@ mismatch lacks sigma=", "write *@ mismatch NAME … sigma=…"),
    ("R1 a b 1\n*@ mismatch r1 sigma=-1", 3, "sigma=-1 is below 0", "write 0 or more"),
    ("R1 a b 1\n*@ output out", 3, "'out' is no signal", "write v(out) or i(element)"),
    ("R1 out 0 1\n*@ output v(outt)", 3, "*@ output names the node outt, which no card has", "write out"),
    (
        "R1 a b 1\n*@ ideal model=foo",
        3,
        "*@ ideal names foo, which is no model of a diode",
        "add .model foo d(is=1e-12 n=1e-4)",
    ),
    (
        "R1 a b 1\n*@ ideal model=dd\n.model ddd d",
        3,
        "*@ ideal names dd, which is no model of a diode",
        "write model=ddd",
    ),
    ("R1 a b 1\n*@ ideal", 3, "*@ ideal lacks model=", "write *@ ideal model=NAME [export=bsource|diode]"),
    ("R1 a b 1\n*@ noise zz amplitude=1", 3, "*@ noise names the node zz, which no card has", "write one of 0, a, b"),
    ("R1 a b 1\n*@ input r1", 3, "*@ input r1 selects r1, a resistor", "select voltage or current sources"),
    ("E1 a b c 5", 2, "e1: its gain is missing", "write Ename n+ n- nc+ nc- gain"),
    ("E1 a b poly(x) c d 1", 2, "e1: poly(x) names no number of dimensions", "write poly(1), poly(2), …"),
    ("E1 a b table {v(c)} = (0,0)", 2, "e1: table has 2 numbers", "write two points (x,y) or more"),
    (
        "E1 a b laplace {v(a)} = {1/s}",
        2,
        "e1: laplace sources are not read",
        "write the transfer function with R, L and C elements",
    ),
    ("F1 a b vx 2\nVxx a 0 1", 2, "f1 names vx, which is no voltage source here", "write vxx"),
    ("S1 a b c d swm", 2, "s1: unknown model 'swm'", "add .model swm sw(…)"),
    ("T1 a b c d z0=-5", 2, "t1: the characteristic impedance is -5 ohm", "write a value above 0"),
    (".ic a=1", 2, "'a=1' is no condition", "write .ic v(node)=1"),
    (".ic v(a)=", 2, "v(a)= has no value", "write a number after it"),
    (".temp 1 2", 2, ".temp has 2 values", "write one temperature in °C, as in .temp 27"),
    (".global", 2, ".global names no node", "write .global vdd"),
    (".tran 1n {x}", 2, "unknown parameter x in an expression", "define it by .param x=1"),
    (".tran (1n", 2, "the parentheses of '(1n' do not match", "close every one"),
]
"""A deck after its title line, the line at fault, the cause, the cure."""


@pytest.mark.parametrize(
    ("deck", "line", "cause", "cure"), CASES, ids=[case[0].splitlines()[-1][:40] for case in CASES]
)
def test_malformed(deck, line, cause, cure):
    with pytest.raises(TellegenError) as caught:
        parse(f"title\n{deck}\n", source="deck.cir").flatten()
    assert str(caught.value) == f"deck.cir:{line}: {cause}; {cure}"


def test_there_are_enough_distinct_cases():
    assert len({cause for _, _, cause, _ in CASES}) >= 100


def test_line_numbers_count_comments_and_continuations():
    deck = "title\n* comment\n\nR1 a b\n* between\n+ 1k ; good\n\n\nR2 a\n"
    with pytest.raises(TellegenError, match=r"^deck\.cir:9: r2: its negative node is missing"):
        parse(deck, source="deck.cir")


def test_deep_nesting_is_refused_not_a_full_stack():
    for text in ("(" * 5000 + "1" + ")" * 5000, "-" * 5000 + "1", "1" + "+1" * 5000, "f(" * 5000 + "1" + ")" * 5000):
        with pytest.raises(TellegenError, match="more than 200 nested operations; split it"):
            parse(f"t\nR1 a b {{{text}}}\n")


def test_growing_functions_are_refused():
    """Thirty functions, each calling the one before twice, are a thousand million terms."""
    cards = [".func f0(x) {x+x}", *(f".func f{k}(x) {{f{k - 1}(x)+f{k - 1}(x)}}" for k in range(1, 30))]
    circuit = parse("\n".join(["t", *cards, "R1 a b {f29(1)}"]))
    with pytest.raises(TellegenError, match="grows beyond 100000 terms when its functions are inlined; use parameters"):
        circuit.flatten()


def test_multiplying_instances_are_refused(monkeypatch):
    """Forty subcircuits, each with two of the one before."""
    monkeypatch.setattr("tellegen.netlist.flatten.MAX_ELEMENTS", 10_000)
    cards = [".subckt c0 a", "R1 a 0 1", ".ends"]
    for k in range(1, 40):
        cards += [f".subckt c{k} a", f"X1 a c{k - 1}", f"X2 a c{k - 1}", ".ends"]
    circuit = parse("\n".join(["t", *cards, "X1 a c39"]))
    with pytest.raises(TellegenError, match="more than 10000 elements; use arrays"):
        circuit.flatten()


WORD_LIST = (
    "a b 0 1k -3 {x} {1+ '2' ' = ( ) , sin( pulse dc ac poly(1) poly table v= i=v(a) r=2 g= m=0 ic=1,2 off on @f.npz:k "
    "@x h[0:3] h[3:0] h[ ] d1 npn model .model params: x1 + * ; $ // v(a,b) 1k5 1e999 nan inf 1_0 ? : && temp= } {} "
    '{{1}} " level=1 0:3 tc=1,2 gnd l1 v1 \\ % # a=1'
)
WORDS = st.sampled_from(WORD_LIST.split())
STARTS = st.sampled_from(
    [f"{letter}1" for letter in KINDS]
    + [
        "Rw[0:3]",
        "Rw[0:1,0:2]",
        "X[0:2]",
        ".param",
        ".model",
        ".subckt",
        ".ends",
        ".func f(x)",
        ".ic",
        ".options",
        ".tran",
    ]
    + [
        "*@ trainable",
        "*@ ideal",
        "*@ output",
        "*@ noise",
        ".lib",
        ".include",
        ".temp",
        "+",
        ".nodeset",
        ".global",
        "?",
        "é",
    ]
)
LINES = st.builds(lambda start, words: " ".join([start, *words]), STARTS, st.lists(WORDS, max_size=7))


@settings(deadline=None, derandomize=True, max_examples=600)
@given(st.lists(LINES, min_size=1, max_size=3))
def test_nothing_but_a_sentence_comes_out(lines):
    """Whatever the text, it parses or raises a TellegenError with a place, a cause and a cure."""
    outcome = _outcome("\n".join(["title", *lines]))
    if isinstance(outcome, str):
        assert re.fullmatch(r"deck\.cir:\d+: .+; .+", outcome), outcome
    else:
        assert parse(write(outcome)) == outcome
        assert parse(write(outcome.flatten())) == outcome.flatten()


def _outcome(deck: str) -> Circuit | str:
    """The circuit, if it can be flattened too, or the message."""
    try:
        circuit = parse(deck, source="deck.cir")
        circuit.flatten()
    except TellegenError as error:
        return str(error)
    return circuit
