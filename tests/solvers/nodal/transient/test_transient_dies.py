"""Many dies and many inputs in time: each as if it were alone."""

from __future__ import annotations

import numpy as np
import pytest

from tellegen.netlist import CircuitError, NumericalError, parse
from tellegen.netlist.mismatch import Mismatch
from tellegen.solvers.nodal.transient import transient, transients, transients_of_dies

SPREAD = parse(
    "t\nV1 a 0 pulse(0 1 1u 10n 10n 20u 40u)\nR1 a b 1k\nC1 b 0 1n\nD1 b 0 dd\n.model dd D(is=1e-12 cjo=10p)\n"
    ".tran 0.1u 5u\n*@ mismatch R1 sigma=0.1\n*@ mismatch C1 sigma=0.1\n"
)


def test_a_die_among_many_is_the_die_alone() -> None:
    mismatch = Mismatch.of(SPREAD)
    dies = [mismatch.with_die(3, die) for die in range(12)]
    told: list[tuple[int, int]] = []
    found = transients_of_dies(dies, signals=["v(b)", "I(C1)"], progress=lambda done, count: told.append((done, count)))
    assert set(found.signals) == {"v(b)", "i(c1)"}
    assert list(found.axes) == ["die", "time"]
    assert found["v(b)"].shape == (12, 51)
    assert told == [(done, 12) for done in range(1, 13)]
    for die in (0, 5, 11):
        alone = transient(dies[die])
        np.testing.assert_array_equal(found["v(b)"][die], alone["v(b)"])
        np.testing.assert_array_equal(found["i(c1)"][die], alone["i(c1)"])
    assert np.ptp(found["v(b)"][:, 20]) > 0.01


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
