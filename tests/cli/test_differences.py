"""The largest difference between two answers, where it stands, and what can hide it."""

from __future__ import annotations

import numpy as np
import pytest

from tellegen.cli.differences import difference
from tellegen.netlist import Traces


def test_finds_the_line_of_a_bus_that_differs_most() -> None:
    ours = Traces({"v(a)": np.array(2.0), "v(h)": np.array([0.0, -4.0, 1.0]), "i(r)": np.array(9.0)})
    theirs = Traces({"v(a)": np.array(2.1), "v(h)": np.array([0.0, -4.0, 1.5]), "i(r)": np.array(0.0)})
    found = difference(theirs, ours, "v")
    assert found is not None
    assert found.signal == "v(h[2])"
    assert found.absolute == pytest.approx(0.5)
    assert found.relative == pytest.approx(0.5 / 4.0)


def test_what_is_no_number_differs_infinitely_whatever_comes_after_it() -> None:
    ours = Traces({"v(a)": np.array(1.0), "v(b)": np.array(1.0)})
    theirs = Traces({"v(a)": np.array(np.nan), "v(b)": np.array(1.5)})
    found = difference(theirs, ours, "v")
    assert found is not None
    assert (found.absolute, found.signal) == (np.inf, "v(a)")


def test_counts_the_signals_that_the_other_answer_lacks() -> None:
    ours = Traces({"v(a)": np.array(1.0), "v(b)": np.array(1.0), "i(r)": np.array(1.0)})
    found = difference(Traces({"v(a)": np.array(1.0)}), ours, "v")
    assert found is not None
    assert (found.lacking, found.absolute) == (1, 0.0)
    assert difference(Traces({"v(a)": np.array(1.0)}), ours, "i") is None


def test_nodes_whose_voltage_is_open_do_not_count() -> None:
    signals = {"v(a)": np.array(1.0), "v(h)": np.array([1.0, 2.0]), "v(c)": np.array(0.0)}
    ours = Traces(signals, about={"undetermined": ("c", "h[1]")})
    theirs = Traces({"v(a)": np.array(1.25), "v(h)": np.array([1.0, 9.0]), "v(c)": np.array(7.0)})
    found = difference(theirs, ours, "v")
    assert found is not None
    assert (found.absolute, found.signal) == (0.25, "v(a)")
