"""Subcircuits left to ngspice: its own flattening is the independent check of ours."""

from __future__ import annotations

import numpy as np
import pytest

from tellegen.netlist.errors import SpiceError
from tellegen.netlist.parser import parse
from tellegen.spice_export import deck, operating_points, run, run_all, run_shared

NESTED = """* nested
.param big=2k
.func twice(x) {2*x}
.global vdd
V1 a 0 dc 1 ac 1
Vd vdd 0 5
.subckt two p n params: r=1k
R1 p m {twice(r)}
R2 m n {r+big}
D1 m n dm
D2 m vdd id
B1 n 0 i=v(m,n)*1u*r/1k+i(vs)
Vs q[1] 0 0
Rq m q[1] g={1/r}
C1 m 0 1n
.model dm d(is=1e-14)
.ends
.subckt outer p time
X1 p mid two r=2k
X.2 mid time two
E1 e 0 mid time 2
Re e 0 1k
V2 k 0 1
Rk k mid 1k
.ends
X1 a b outer
Xo b 0 outer
R9 b 0 1k
.model id d(is=1e-12 n=1e-4)
*@ ideal model=id
.op
.tran 1u 10u
.dc v1 0 1 0.5
.ac dec 1 1k 10k
.end
"""


@pytest.mark.parametrize("form", ["bsource", "diode"])
def test_kept_and_flattened_decks_give_the_same_signals(form: str) -> None:
    circuit = parse(NESTED)
    flat, kept = deck(circuit, diodes=form), deck(circuit, diodes=form, keep_subcircuits=True)
    assert kept.cards < flat.cards
    for one, other in zip(run_all(flat), run_all(kept), strict=True):
        assert set(one.signals) == set(other.signals)
        for name, signal in one.signals.items():
            np.testing.assert_allclose(other[name], signal, rtol=1e-6, atol=1e-9, err_msg=name)
    assert set(run_shared(kept)[0].signals) == set(run_all(kept)[0].signals)


def test_names_inside_instances_are_tellegens() -> None:
    answer = run(deck(parse(NESTED).replace(analyses=()), keep_subcircuits=True))
    for name in ("v(x1.mid)", "v(xo.x.2.m)", "v(x1.x1.q[1])", "i(x1.x1.vs)", "i(x1.x1.d1)", "i(xo.x1.d2)"):
        assert name in answer, name


def test_conditions_inside_are_set_by_their_flat_names() -> None:
    text = "* ic\nX1 0 rc\n.subckt rc n\nC1 m n 1u\nR1 m n 1k\n.ends\n.ic v(x1.m)=2\n.tran 10u 1m\n.end\n"
    answer = run(deck(parse(text), keep_subcircuits=True))
    np.testing.assert_allclose(answer["v(x1.m)"], 2 * np.exp(-answer.axes["time"] / 1e-3), atol=1e-4)


def test_sources_outside_can_be_fed() -> None:
    circuit = parse("* t\nV1 a 0 1\nX1 a 0 half\n.subckt half p n\nR1 p m 1k\nR2 m n 1k\n.ends\n.end\n")
    fed = operating_points(circuit, {"v1": np.array([1.0, 4.0])})
    np.testing.assert_allclose(fed["v(x1.m)"], [0.5, 2.0])


def test_definitions_that_nobody_uses_are_left_out() -> None:
    text = "* t\nV1 a 0 1\nR1 a 0 1\n.subckt idle p n\nR1 p n 1k\n.ends\n.end\n"
    assert "idle" not in deck(parse(text), keep_subcircuits=True).text


@pytest.mark.parametrize(
    ("text", "arguments", "said"),
    [
        ("V1 a 0 1\nR1[0:2] a h[0:2] 1\nR2[0:2] h[0:2] 0 1", {}, "r1 is an array, which cannot stand in"),
        ("V1 a 0 1\nR1 a 0 1", {"folded": True}, "no subcircuits to keep"),
    ],
)
def test_what_cannot_be_kept_is_refused(text: str, arguments: dict, said: str) -> None:
    with pytest.raises(SpiceError, match=said):
        deck(parse(f"* t\n{text}\n.end\n"), keep_subcircuits=True, **arguments)
