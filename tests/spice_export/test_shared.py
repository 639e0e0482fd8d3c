"""ngspice inside this process gives what a process of its own gives, and leaves nothing behind."""

from __future__ import annotations

import os
import resource

import numpy as np
import pytest

from tellegen.netlist.builders import deep_resistive_network, random_network
from tellegen.netlist.errors import SpiceError
from tellegen.netlist.parser import parse
from tellegen.spice_export import deck, run_all, run_shared


def test_a_shared_run_equals_a_batch_run() -> None:
    text = (
        "* rcd\nV1 a 0 dc 1 ac 1 sin(0 1 1k)\nR1 a b 1k\nC1 b 0 1u\nD1 b c dm\nR2 c 0 1k\nB1 k 0 v=v(b)^2\nR3 k 0 1\n"
    )
    cards = ".model dm D(is=1e-14)\n.tran 10u 1m\n.op\n.ac dec 2 10 1k\n.dc v1 0 1 0.5\n.end\n"
    made = deck(parse(text + cards))
    for shared, batch in zip(run_shared(made), run_all(made), strict=True):
        assert set(shared.signals) == set(batch.signals)
        assert list(shared.axes) == list(batch.axes)
        for name, signal in batch.signals.items():
            np.testing.assert_allclose(shared[name], signal, rtol=1e-12, atol=1e-15, err_msg=name)


def test_arrays_come_back_whole() -> None:
    made = deck(deep_resistive_network([10, 6, 3]))
    (shared,), (batch,) = run_shared(made), run_all(made)
    assert {name: signal.shape for name, signal in shared.signals.items()} == {
        name: signal.shape for name, signal in batch.signals.items()
    }


def test_failures_say_where_and_the_next_run_is_well() -> None:
    with pytest.raises(SpiceError, match="singular at"):
        run_shared(deck(parse("* t\nV1 a 0 1\nV2 a 0 2\nR1 a 0 1\n.end\n")))
    (answer,) = run_shared(deck(parse("* t\nV1 a 0 1\nR1 a 0 1\n.end\n")))
    assert float(answer["i(v1)"]) == -1.0


def test_many_runs_leave_no_memory_and_no_variable_behind() -> None:
    before = dict(os.environ)
    made = deck(random_network(100, seed=0))
    run_shared(made)
    start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(60):
        run_shared(made)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - start
    assert grown < 10_000, f"{grown} kB more after 60 runs; 60 circuits left behind would be 25,000"
    assert dict(os.environ) == before
