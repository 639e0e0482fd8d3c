"""Many dies and many inputs in time: each as if it were alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tellegen.netlist import CircuitError, NumericalError, parse
from tellegen.netlist.mismatch import Mismatch
from tellegen.solvers.nodal import Solver
from tellegen.solvers.nodal.dies import Dies
from tellegen.solvers.nodal.transient import transient, transients, transients_of_dies
from tellegen.solvers.nodal.transient.beginning import sources_in_time
from tellegen.solvers.nodal.transient.eights import record_of, simulate_eight
from tellegen.solvers.nodal.transient.settings import settings_of
from tellegen.solvers.nodal.transient.waveform import simulate
from tellegen.solvers.transient_card import Transient

SPREAD = parse(
    "t\nV1 a 0 pulse(0 1 1u 10n 10n 20u 40u)\nR1 a b 1k\nC1 b 0 1n\nD1 b 0 dd\n.model dd D(is=1e-12 cjo=10p)\n"
    ".tran 0.1u 5u\n*@ mismatch R1 sigma=0.1\n*@ mismatch C1 sigma=0.1\n"
)


def test_a_die_among_many_is_the_die_alone() -> None:
    """Eight go in step, with the times of the quickest: to what a step may err by, the answer is the same."""
    mismatch = Mismatch.of(SPREAD)
    dies = [mismatch.with_die(3, die) for die in range(12)]
    told: list[tuple[int, int]] = []
    found = transients_of_dies(dies, signals=["v(b)", "I(C1)"], progress=lambda done, count: told.append((done, count)))
    assert set(found.signals) == {"v(b)", "i(c1)"}
    assert list(found.axes) == ["die", "time"]
    assert found["v(b)"].shape == (12, 51)
    assert told == [(8, 12), (12, 12)]
    assert found.about["in step"] == 12
    for die in (0, 5, 11):
        alone = transient(dies[die])
        np.testing.assert_allclose(found["v(b)"][die], alone["v(b)"], atol=1e-4)
        np.testing.assert_allclose(found["i(c1)"][die], alone["i(c1)"], atol=1e-6)
    assert np.ptp(found["v(b)"][:, 20]) > 0.01


def test_dies_in_step_follow_their_own_closed_forms() -> None:
    deck = parse(
        "t\nI1 0 a pulse(0 1m 1u 1n 1n 1)\nR1 a 0 1k\nC1 a 0 1n\nL1 b 0 1m\nR2 b 0 1k\nI2 0 b pulse(0 1m 1u 1n 1n 1)\n"
        ".tran 0.1u 5u\n*@ mismatch R1 sigma=0.1\n*@ mismatch C1 sigma=0.1\n*@ mismatch L1 sigma=0.1\n"
    )
    mismatch = Mismatch.of(deck)
    dies = [mismatch.with_die(1, die) for die in range(9)]
    found = transients_of_dies(dies, signals=["v(a)", "i(l1)"])
    assert found.about["in step"] == 9 - 1
    time = np.maximum(found.axes["time"] - 1.0005e-6, 0.0)
    for die, circuit in enumerate(dies):
        values: Any = [circuit[name].value for name in ("r1", "c1", "l1")]
        resistance, capacitance, inductance = values
        charged = 1e-3 * resistance * (1.0 - np.exp(-time / (resistance * capacitance)))
        np.testing.assert_allclose(found["v(a)"][die], charged, atol=2e-4)
        np.testing.assert_allclose(found["i(l1)"][die], 1e-3 * (1.0 - np.exp(-time * 1e3 / inductance)), atol=2e-7)


def transistor_amplifier(beta: float) -> str:
    return (
        f"t\nV1 in 0 sin(0 20m 10k)\nC1 in b 1u\nR1 vcc b 47k\nR2 b 0 10k\nRc vcc c 2.2k\nRe e 0 470\nCe e 0 10u\n"
        f"Q1 c b e n\nM1 vcc c o o m w=10u l=1u\nRo o 0 10k\nJ1 c 0 s j\nRs s 0 1k\nV2 vcc 0 9\n.model n npn(bf={beta} "
        "cje=10p cjc=5p tf=0.3n rb=50)\n.model m nmos(vto=1 kp=100u cgso=1n cbd=1p)\n.model j njf(beta=1m)\n"
        ".tran 2u 200u\n"
    )


def test_transistors_in_step_are_those_alone_at_fixed_steps() -> None:
    """With the same steps the numbers are the same to rounding: the loops for eight have the laws of those for one."""
    dies = [parse(transistor_amplifier(100.0 + 20.0 * die)) for die in range(8)]
    network = Dies.of(dies).network
    asked = Transient.of(dies[0])
    settings = settings_of(network.flat, asked)._replace(fixed=True, relative=1e-12)
    numbers = list(Dies.of(dies).values())
    sources = sources_in_time(network, network.flat, asked)
    run, _ = simulate_eight(network, numbers, [sources] * 8, asked, settings)
    for die in (0, 3, 7):
        alone = simulate(network, Solver.of(network, numbers[die]), asked, settings, sources=sources).run.accepted
        together = record_of(run.accepted, die)
        np.testing.assert_array_equal(together.times, alone.times)
        np.testing.assert_allclose(together.x, alone.x, rtol=1e-7, atol=1e-9)


def test_switches_and_other_sources_go_alone() -> None:
    switched = [
        parse(f"t\nV1 a 0 sin(0 1 10k)\nR1 a b {r}\nS1 b 0 a 0 s\n.model s sw(vt=.5)\n.tran 1u 50u\n") for r in (1, 2)
    ]
    assert transients_of_dies(switched).about["in step"] == 0
    shifted = [parse(f"t\nV1 a 0 sin(0 {peak} 10k)\nR1 a b 1k\nC1 b 0 1n\n.tran 1u 50u\n") for peak in (1, 2)]
    found = transients_of_dies(shifted)
    assert found.about["in step"] == 0
    np.testing.assert_allclose(found["v(b)"][1], 2.0 * found["v(b)"][0], atol=1e-4)


def test_inputs_are_constant_over_time() -> None:
    circuit = parse("t\nV1 a 0 1\nV2 c 0 pulse(0 1 2u 1n 1n 1)\nR1 a b 1k\nC1 b c 1n ic=0\n.tran 0.1u 4u uic\n")
    values = np.array([-1.0, 0.5, 2.0])
    found = transients(circuit, {"v1": values})
    t = found.axes["time"]
    expected = values[:, None] * (1.0 - np.exp(-t / 1e-6)) + np.exp(-np.maximum(t - 2e-6, 0.0) / 1e-6) * (t > 2.05e-6)
    np.testing.assert_allclose(found["v(b)"], expected, atol=1e-3)
    np.testing.assert_allclose(found["v(a)"], np.broadcast_to(values[:, None], (3, len(t))), rtol=1e-12)


@pytest.mark.parametrize(
    ("inputs", "signals", "message"),
    [
        ({"v2": np.ones(2)}, None, "v2 has a waveform, which an input would replace"),
        ({"v1": np.ones(2)}, ["v(q)"], r"no signal v\(q\); there are v\(a\)"),
    ],
)
def test_what_cannot_be_an_input_is_refused(inputs: dict, signals: list[str] | None, message: str) -> None:
    circuit = parse("t\nV1 a 0 1\nV2 b 0 sin(0 1 1k)\nR1 a b 1k\n.tran 10u 1m\n")
    with pytest.raises(CircuitError, match=message):
        transients(circuit, inputs, signals=signals)


def test_the_sample_without_an_answer_is_named() -> None:
    circuit = parse("t\nI1 0 a 1\nI2 0 a pwl(0 0 1m -1)\nB1 a 0 i={v(a)^2}\n.nodeset v(a)=1\n.tran 10u 1m\n")
    with pytest.raises(NumericalError, match=r"sample 1: at 0\.000\d+ s no step converges"):
        transients(circuit, {"i1": np.array([2.0, 0.7])})
