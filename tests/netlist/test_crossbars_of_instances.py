"""Crossbars of instances: what one card stands for, how it is written, what it learns, what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from tellegen.netlist import CircuitError, NetlistError, parse, write
from tellegen.netlist.builders import oscillator_crossbars

HEAD = """crossbars of instances
.subckt coupling a b k=1 phase=0
Bcouple a b i=k*sin(pi*v(a,b)+phase)
.ends
.subckt held a k=1
Rhold a 0 {1/k}
.ends
Cx[0:1] x[0:1] 0 1
Ch[0:2] h[0:2] 0 1
"""
WEIGHTS = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


def test_a_crosspoint_is_an_instance_between_its_lines_with_its_own_value():
    circuit = parse(f"{HEAD}Xw[0:1,0:2] x[0:1] h[0:2] coupling k=@a.npz:w", arrays={"w": WEIGHTS})
    flat = circuit.expand()
    assert flat["xw[1,2].bcouple"].nodes == ("x[1]", "h[2]")
    assert len(flat.of_kind("B")) == 6
    same = parse(f"{HEAD}" + "\n".join(
        f"Xs{i}_{j} x[{i}] h[{j}] coupling k={WEIGHTS[i, j]}" for i in range(2) for j in range(3)
    )).expand()  # fmt: skip
    for i, j in np.ndindex(2, 3):
        one, other = flat[f"xw[{i},{j}].bcouple"], same[f"xs{i}_{j}.bcouple"]
        assert one.parameters["i"] == other.parameters["i"]
        assert one.nodes == other.nodes


def test_an_array_has_one_value_a_line_and_a_single_node_is_shared():
    values = np.array([0.5, 1.5, 2.5])
    circuit = parse(f"{HEAD}Xb[0:2] h[0:2] 0 coupling k=@a.npz:b", arrays={"b": values}).expand()
    assert [circuit[f"xb[{line}].bcouple"].nodes for line in range(3)] == [(f"h[{line}]", "0") for line in range(3)]
    resistors = parse(f"{HEAD}Xr[0:2] h[0:2] held k=@a.npz:b", arrays={"b": values}).expand()
    assert [resistors[f"xr[{line}].rhold"].value for line in range(3)] == pytest.approx(1 / values)


def test_it_is_written_with_its_sidecar_and_read_back():
    circuit = parse(f"{HEAD}Xw[0:1,0:2] x[0:1] h[0:2] coupling k=@a.npz:w phase=0.5", arrays={"w": WEIGHTS})
    text, arrays = write(circuit)
    assert "xw[0:1,0:2] x[0:1] h[0:2] coupling k=@arrays.npz:xw.k phase=0.5" in text
    assert parse(text, arrays=arrays) == circuit


def test_its_own_parameter_takes_new_values_and_learns():
    circuit = parse(f"{HEAD}Xw[0:1,0:2] x[0:1] h[0:2] coupling k=0\n*@ trainable xw min=-1 max=1")
    (trainable,) = circuit.trainables
    assert (trainable.target, trainable.kind) == ("xw", "element")
    learned = circuit.with_values({"xw": WEIGHTS})
    np.testing.assert_array_equal(learned["xw"].parameters["k"], WEIGHTS)
    assert learned.expand().trainables == ()
    with pytest.raises(CircuitError, match=r"xw has shape \(2, 3\), the array \(3, 2\)"):
        circuit.with_values({"xw": WEIGHTS.T})


@pytest.mark.parametrize(
    ("card", "message"),
    [
        ("Xw[0:1,0:2] x[0:1] h[0:1] coupling", "the node h[0:1] of xw has width 2, but 3 is needed for the port b"),
        ("Xw[0:1,0:2] x[0:1] held", "held has one port, but a crossbar lies between two buses; write xw[0:1]"),
        ("Xw[0:1,0:2] x[0:1] h[0:2] coupling k=@a.npz:b", "array @a.npz:b has shape (3,) where (2, 3) is needed"),
        ("Xw x[0] h[0] coupling k=@a.npz:b", "its k is the array @a.npz:b, but it is a single element"),
    ],
)
def test_what_does_not_fit_is_refused(card: str, message: str):
    with pytest.raises(NetlistError) as caught:
        parse(HEAD + card, arrays={"b": np.zeros(3)})
    assert message in str(caught.value)


def test_an_instance_with_several_parameters_has_no_plain_value():
    circuit = parse(f"{HEAD}Xw[0:1,0:2] x[0:1] h[0:2] coupling k=1 phase=0")
    with pytest.raises(CircuitError, match="xw gives 2 parameters to coupling, so that its value is not plain"):
        circuit.with_values({"xw": WEIGHTS})


def test_the_builder_makes_layers_of_crossbars():
    circuit = oscillator_crossbars([4, 3, 2], spread=1.0, seed=1)
    assert [each.target for each in circuit.trainables] == ["xw1", "xw2", "xb1", "xb2"]
    assert circuit["xw2"].nodes == ("h1[0:2]", "o[0:1]")
    assert circuit.outputs == ("o[0:1]",)
    assert set(circuit.expand().initial_conditions.values()) == {0.5}
    assert not circuit.checks()
    with pytest.raises(CircuitError, match="the number of sizes is 1; give at least 2"):
        oscillator_crossbars([3])
