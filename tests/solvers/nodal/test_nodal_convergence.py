"""Newton's method on smooth resistive circuits: without detours, and downhill on the co-content from zero."""

from __future__ import annotations

import numpy as np
import pytest

import tellegen
from tellegen import spice_export
from tellegen.solvers.nodal import Network, Solver, operating_point

MODELS = ".model d0 D(is=1e-14)\n.model d1 D(is=2.52n n=1.752 rs=0.568)\n.model d2 D(is=1n n=2)\n"


def _random(seed: int) -> str:
    """A chain with diodes both ways and resistors over six decades, driven by volts and amperes."""
    random = np.random.default_rng(seed)
    nodes, lines = int(random.integers(3, 40)), ["random"]
    for k in range(1, 2 * nodes):
        a, b = (k - 1, k) if k < nodes else random.choice(nodes, 2, replace=False)
        lines.append(f"R{k} n{a} n{b} {10 ** random.uniform(0, 6):.5g}")
        lines.append(f"D{k} n{a} n{b} d{random.integers(3)}")
        lines.append(f"Db{k} n{b} n{a} d{random.integers(3)}")
    lines += ["Rg n0 0 1k", f"V1 s 0 {random.uniform(-20, 20):.4g}", f"Rs s n{nodes - 1} 10"]
    lines.append(f"I1 0 n{random.integers(nodes)} {10 ** random.uniform(-6, -1):.4g}")
    return "\n".join([*lines, MODELS])


@pytest.mark.parametrize("seed", range(12))
def test_both_ways_lead_to_the_same_point_without_detours(seed: int) -> None:
    network = Network.of(tellegen.parse(_random(seed)))
    solver = Solver.of(network)
    sources = network.sources.direct
    point = solver.solve(sources)
    assert point.method == "Newton's method"
    assert point.steps <= 40
    assert point.residual < 1e-12
    x = np.zeros(network.size)
    assert solver.downhill(x, np.zeros(0), sources, True).status == 0
    assert solver.residual(x, sources)[0] < 1e-12
    np.testing.assert_allclose(x[: network.nodes], point.x[: network.nodes], rtol=1e-7, atol=1e-7)


def test_the_point_is_that_of_ngspice() -> None:
    circuit = tellegen.parse(_random(3))
    ours = operating_point(circuit)
    theirs = spice_export.operating_point(circuit, options={"reltol": 1e-9, "vntol": 1e-12})
    for name in theirs.signals:
        if name.startswith("v("):
            assert float(ours[name]) == pytest.approx(float(theirs[name]), rel=1e-6, abs=1e-6)


def test_circuits_with_controlled_sources_have_no_co_content() -> None:
    plain = Solver.of(Network.of(tellegen.parse(_random(0))))
    active = Solver.of(Network.of(tellegen.parse("active\nV1 a 0 1\nR1 a b 1k\nR2 b 0 1k\nG1 b 0 a 0 1m\n")))
    negative = Solver.of(Network.of(tellegen.parse("negative\nV1 a 0 1\nR1 a b 1k\nR2 b 0 1k\nG1 b 0 b 0 -1u\n")))
    assert len(plain.ways) == len(active.ways) + 1 == len(negative.ways) + 1


def test_a_bistable_circuit_is_solved_by_a_detour_that_is_named() -> None:
    """A loop of gain that folds: Newton's method alone runs in a circle between its branches."""
    cards = "fold\nV1 a 0 1\nR1 a b 1k\nB1 b 0 i=1m*atan(1e4*(v(b)-0.3))+1m*sin(40*v(b))\nR2 b 0 1meg\n"
    answer = operating_point(tellegen.parse(cards))
    voltage = float(answer["v(b)"])
    current = 1e-3 * np.arctan(1e4 * (voltage - 0.3)) + 1e-3 * np.sin(40 * voltage) + voltage / 1e6
    assert (1.0 - voltage) / 1e3 == pytest.approx(current, rel=1e-6)
    assert answer.about["homotopies"] == ("pseudo-transient",)


def test_parameters_that_no_device_knows_are_left_out_and_said() -> None:
    answer = operating_point(
        tellegen.parse("vendor\nV1 a 0 1\nR1 a b 1k\nD1 b 0 dm\n.model dm D(is=1e-14 mfg=1 vpk=100)\n")
    )
    assert any("mfg" in note for note in answer.about["notes"])  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("cards", "signal", "value"),
    [
        ("V1 a 0 4\nR0 a 0 1\nB1 b 0 v=sqrt(v(a))\nR1 b 0 1k", "v(b)", 2.0),
        ("V1 a 0 1\nR0 a 0 1\nB1 b 0 v=acosh(1+v(a)*v(a))\nR1 b 0 1", "v(b)", np.arccosh(2.0)),
        ("Vc c 0 1\nV1 a 0 1\nR1 a b r='1k*v(c)'\nR2 b 0 1k\nRc c 0 1", "v(b)", 0.5),
    ],
)
def test_laws_without_a_finite_derivative_at_zero_are_begun_beside_it(cards: str, signal: str, value: float) -> None:
    answer = operating_point(tellegen.parse(f"beside zero\n{cards}\n"))
    assert float(answer[signal]) == pytest.approx(value, rel=1e-9)
    assert answer.about["homotopies"] == ()
