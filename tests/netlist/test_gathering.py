"""Lines of buses and arrays put together again: the inverse of writing a circuit out."""

from __future__ import annotations

import numpy as np
import pytest

import tellegen
from tellegen.netlist import CircuitError
from tellegen.netlist.gathering import gathered
from tellegen.netlist.real_diodes import with_real_diodes

ARRAYS = tellegen.parse(
    "arrays\nVin[0:1] in[0:1] 0 1\nRw[0:1,0:2] in[0:1] h[0:2] 1k\nDd[0:2] h[0:2] 0 ideal\nR1 h[1] 0 1k\n"
    ".model ideal D(is=1e-12 n=1e-4)\n.model real D(is=1n n=2)\n*@ ideal model=ideal\n"
)


def test_gathering_undoes_expansion() -> None:
    answer = tellegen.operating_point(ARRAYS)
    lines = dict(answer.scalars())
    found = gathered(lines, ARRAYS)
    assert set(found) == set(answer.signals)
    for name, values in answer.signals.items():
        np.testing.assert_array_equal(found[name], values)


def test_a_bus_with_a_missing_line_stays_in_lines() -> None:
    lines = dict(tellegen.operating_point(ARRAYS).scalars())
    del lines["v(h[1])"]
    found = gathered(lines, ARRAYS)
    assert "v(h)" not in found
    assert "v(h[0])" in found


def test_ideal_diodes_become_real_and_those_another_kind() -> None:
    real = with_real_diodes(ARRAYS, ARRAYS.models["real"])
    assert real["dd"].model == "real"
    assert not real.ideal_models
    assert "ideal" not in real.models
    again = with_real_diodes(real, ARRAYS.models["ideal"])
    assert again["dd"].model == "ideal"


def test_a_circuit_without_ideal_diodes_says_so() -> None:
    with pytest.raises(CircuitError, match="no ideal diodes"):
        with_real_diodes(tellegen.parse("none\nR1 a 0 1k\nV1 a 0 1\n"), ARRAYS.models["real"])
