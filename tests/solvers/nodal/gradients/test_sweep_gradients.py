"""Derivatives over `.dc` sweeps: central differences, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import tellegen
from tellegen.netlist import CircuitError
from tellegen.solvers.nodal import dc_sweep
from tellegen.solvers.nodal.gradients import differentiable_sweep

DECK = """a test
vd d 0 1
vg g 0 0
m1 d g s 0 mn w={w} l=1u
rs s 0 100
s1 d 0 g 0 sw
.model mn nmos vto=0.5 kp=100u lambda=0.02
.model sw sw vt=1 vh=0.3 ron=1k roff=1meg
.param w=10u
.dc vd 0 2 0.25 vg 0.2 1.8 0.4
"""


def test_gradients_agree_with_central_differences() -> None:
    circuit = tellegen.parse(DECK)
    card, names = circuit.analyses[0], ["w", "rs", "model mn:vto", "model mn:lambda", "model sw:ron"]
    found = differentiable_sweep(circuit, card, ["i(vd)", "v(s)"], names)
    plain = dc_sweep(circuit, card)
    assert list(found.axes) == list(plain.axes)
    assert np.allclose(found.signals["i(vd)"], plain["i(vd)"], rtol=1e-9, atol=1e-15)
    weights = np.random.default_rng(0).normal(size=found.shape)
    gradient = found.gradient({"i(vd)": 1e3 * weights, "v(s)": weights[::-1]})

    def loss(deck: str) -> float:
        moved = differentiable_sweep(tellegen.parse(deck), card, ["i(vd)", "v(s)"], ["rs"]).signals
        return float(np.sum(1e3 * weights * moved["i(vd)"] + weights[::-1] * moved["v(s)"]))

    edits = {"w": ("w=10u", 10e-6), "rs": ("s 0 100", 100.0), "model mn:vto": ("vto=0.5", 0.5)}
    edits |= {"model mn:lambda": ("lambda=0.02", 0.02), "model sw:ron": ("ron=1k", 1e3)}
    for name in names:
        text, value = edits[name]
        head = text[: max(text.rfind("="), text.rfind(" ")) + 1]
        losses = [loss(DECK.replace(text, f"{head}{value * (1 + step):.17g}")) for step in (1e-4, -1e-4)]
        assert gradient[name] == pytest.approx((losses[0] - losses[1]) / (2e-4 * value), rel=1e-6), name


def test_all_names_but_the_swept_sources() -> None:
    circuit = tellegen.parse("a test\nv1 a 0 1\nr1 a b 1k\nr2 b 0 2k\n.dc v1 0 3 1\n")
    found = differentiable_sweep(circuit, circuit.analyses[0], ["v(b)"])
    assert "v1" not in found.names
    gradient = found.gradient({"v(b)": np.ones(4)})
    assert gradient["r2"] == pytest.approx(6.0 * 1e3 / 3e3**2, rel=1e-10)
    with pytest.raises(CircuitError, match=r"have shape \(3,\); give \(4,\)"):
        found.gradient({"v(b)": np.ones(3)})
    with pytest.raises(CircuitError, match="v1 is an input and a parameter"):
        differentiable_sweep(circuit, circuit.analyses[0], ["v(b)"], ["v1"])
    card = tellegen.parse("a test\nv1 a 0 1\nr1 a b 1k\nr2 b 0 2k\n.dc r1 1k 3k 1k\n").analyses[0]
    with pytest.raises(CircuitError, match="the input r1 is no V or I"):
        differentiable_sweep(circuit, card, ["v(b)"])
