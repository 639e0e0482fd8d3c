"""Dies: closed form of each draw, the circuit of that die alone, ngspice on the same draws."""

from __future__ import annotations

import numpy as np
import pytest

import tellegen
from tellegen import spice_export
from tellegen.netlist import CircuitError
from tellegen.netlist.mismatch import Mismatch
from tellegen.solvers.nodal import operating_point
from tellegen.solvers.nodal.dies import operating_points_of_dies

DIVIDER = tellegen.parse("a divider\nV1 a 0 3\nR1 a b 1k\nR2 b 0 2k\n*@ mismatch R* sigma=0.1\n")
CLAMP = tellegen.parse(
    "a clamp\nV1 a 0 3\nR1 a b 1k\nB1 b 0 i=1m*v(b)^3\nD1 b c dm\nR2 c 0 {r}\n.param r=500\n"
    ".model dm D(is=1e-12 n=1.5)\n*@ mismatch R1 B1 r sigma=0.2\n"
)


def test_every_die_is_its_own_closed_form() -> None:
    dies = [0, 3, 17]
    mismatch = Mismatch.of(DIVIDER)
    found = operating_points_of_dies([mismatch.with_die(5, die) for die in dies])
    for place, die in enumerate(dies):
        draw = mismatch.draw(5, die)
        first, second = 1e3 * draw["r1"], 2e3 * draw["r2"]
        assert found["v(b)"][place] == pytest.approx(3.0 * second / (first + second), rel=1e-12)


def test_a_die_among_others_is_the_die_alone_and_that_of_ngspice() -> None:
    found = operating_points_of_dies([Mismatch.of(CLAMP).with_die(1, die) for die in range(5)])
    np.testing.assert_array_equal(found.axes["die"], np.arange(5))
    for die in range(5):
        alone = Mismatch.of(CLAMP).with_die(1, die)
        ours, theirs = operating_point(alone), spice_export.operating_point(alone)
        for name in ("v(b)", "v(c)", "i(d1)"):
            assert found[name][die] == pytest.approx(float(ours[name]), rel=1e-9)
            assert found[name][die] == pytest.approx(float(theirs[name]), rel=1e-5)
    assert np.std(found["v(b)"]) > 0.01


def test_corners_are_all_signs_of_the_deviations() -> None:
    mismatch = Mismatch.of(DIVIDER)
    draws = mismatch.corners(3.0)
    assert sorted(map(tuple, draws.T.round(12).tolist())) == [(0.7, 0.7), (0.7, 1.3), (1.3, 0.7), (1.3, 1.3)]
    circuits = [mismatch.with_draw(dict(zip(mismatch.targets, each, strict=True))) for each in draws.T]
    found = operating_points_of_dies(circuits)
    np.testing.assert_allclose(found["v(b)"], 3.0 * 2.0 * draws[1] / (draws[0] + 2.0 * draws[1]), rtol=1e-12)


def test_too_many_corners_are_refused() -> None:
    cards = "\n".join(f"R{k} a 0 1k" for k in range(13))
    with pytest.raises(CircuitError, match=r"2\^13 corners"):
        Mismatch.of(tellegen.parse(f"many\nV1 a 0 1\n{cards}\n*@ mismatch R* sigma=0.1\n")).corners(3.0)


def test_another_circuit_among_dies_is_named() -> None:
    other = tellegen.parse("other\nV1 a 0 3\nR1 a b 1k\nR2 b 0 2k tc1=1m\n")
    with pytest.raises(CircuitError, match="r2 of die 1 is another kind"):
        operating_points_of_dies([DIVIDER.expand(), other])
