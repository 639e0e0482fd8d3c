"""The clock of the compiler runs while something is compiled, and an answer says how long that was."""

import numba
import numpy as np
import pytest

from tellegen.cli.comparison import Answer, Comparison
from tellegen.netlist import Traces, parse
from tellegen.solvers import numba_clock, operating_point
from tellegen.solvers.compilation import compiled_seconds


def test_the_clock_runs_while_a_kernel_compiles():
    before = compiled_seconds()

    @numba.njit
    def twice(x):
        return 2 * x

    assert compiled_seconds() == before
    assert twice(3) == 6
    after = compiled_seconds()
    assert after > before
    assert twice(4) == 8
    assert compiled_seconds() == after == pytest.approx(numba_clock.seconds())


def test_a_method_without_compiled_code_takes_none():
    traces = operating_point(parse("divider\nV1 a 0 1\nR1 a b 1\nR2 b 0 1\n"), method="active_set")
    assert isinstance(traces, Traces)
    assert traces.about["compiling"] == 0.0


def test_a_comparison_says_what_went_into_compiling():
    slow = Answer("laplacian", Traces({"v(a)": np.asarray(1.0)}, about={"compiling": 21.4}), 22.0)
    quick = Answer("qp", Traces({"v(a)": np.asarray(1.0)}, about={"compiling": 0.0}), 0.1)
    rows = Comparison((quick, slow)).rows()
    assert rows[0][-1] == "reference"
    assert rows[1][-1] == "the same; 21 s went into compiling, at the first use only"
