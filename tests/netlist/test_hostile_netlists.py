"""Netlists meant to break the reader: nested without end, growing without end, or made of random words."""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tellegen.netlist import Circuit, TellegenError, parse, write
from tellegen.netlist.elements import KINDS


def test_deep_nesting_is_refused_not_a_full_stack():
    for text in ("(" * 5000 + "1" + ")" * 5000, "-" * 5000 + "1", "1" + "+1" * 5000, "f(" * 5000 + "1" + ")" * 5000):
        with pytest.raises(TellegenError, match=r"more than [12]00 nested operations; split it"):
            parse(f"t\nR1 a b {{{text}}}\n")


def test_growing_functions_are_refused():
    """Thirty functions, each calling the one before twice, are a thousand million terms."""
    cards = [".func f0(x) {x+x}", *(f".func f{k}(x) {{f{k - 1}(x)+f{k - 1}(x)}}" for k in range(1, 30))]
    circuit = parse("\n".join(["t", *cards, "R1 a b {f29(1)}"]))
    with pytest.raises(TellegenError, match="grows beyond 100000 terms when its functions are inlined; use parameters"):
        circuit.flatten()


def test_deep_functions_are_refused():
    cards = [".func f0(x) {x+1}", *(f".func f{k}(x) {{f{k - 1}(x)+1}}" for k in range(1, 2000))]
    circuit = parse("\n".join(["t", *cards, "R1 a b {f1999(1)}"]))
    with pytest.raises(TellegenError, match="more than 200 nested operations once its functions are inlined; split it"):
        circuit.flatten()


def test_the_deepest_trees_are_handled_well_below_the_stack():
    """With three hundred frames of a caller already on the stack."""
    texts = ["+".join(["a"] * 199), "abs(" * 96 + "a" + ")" * 96, "a>0?1:" * 48 + "2", "-(" * 48 + "a" + ")" * 48]

    def deep(frames: int, action: Callable[[], object]) -> object:
        return deep(frames - 1, action) if frames else action()

    for text in texts:
        deck = f"t\n.param a=1\nV1 n 0 {{{text}}}\nB1 m 0 v=v(n)*({text})\n"
        circuit = parse(deck)
        assert deep(300, lambda deck=deck, circuit=circuit: parse(write(parse(deck))) == circuit)
        assert deep(300, lambda circuit=circuit: circuit.flatten()["v1"].kind) == "V"
        assert pickle.loads(pickle.dumps(circuit)) == circuit
        assert copy.deepcopy(circuit) == circuit


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
