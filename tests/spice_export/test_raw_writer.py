"""Raw files that we write: read back number by number, and by ngspice itself."""

from __future__ import annotations

import subprocess

import numpy as np
import pytest

from tellegen.netlist import Traces
from tellegen.spice_export import read_raw
from tellegen.spice_export.process import find_ngspice
from tellegen.spice_export.raw_writer import write_raw

TIMES = np.array([0.0, 1e-6, 3e-6])
POINT = Traces({"v(a)": np.array(1.5), "i(v1)": np.array(-2e-3)})
TRANSIENT = Traces({"v(a)": np.array([0.0, 1.0, 2.5]), "v(h)": np.arange(6.0).reshape(3, 2)}, {"time": TIMES})
PHASORS = Traces({"v(a)": np.array([1.0 + 2.0j, -3.0j])}, {"frequency": np.array([1.0, 10.0])})
SWEEP = Traces({"v(a)": np.arange(6.0).reshape(2, 3)}, {"vb": np.array([5.0, 6.0]), "va": np.array([0.0, 1.0, 2.0])})
ANSWERS = [("op", POINT), ("tran", TRANSIENT), ("ac", PHASORS), ("dc", SWEEP)]


def test_every_number_comes_back() -> None:
    op, tran, ac, dc = read_raw(write_raw(ANSWERS, "four\nplots"))
    assert [plot.kind for plot in (op, tran, ac, dc)] == [
        "Operating Point",
        "Transient Analysis",
        "AC Analysis",
        "DC transfer characteristic",
    ]
    assert op.title == "four plots"
    assert (op.names, op.types) == (("v(a)", "i(v1)"), ("voltage", "current"))
    np.testing.assert_array_equal(op.values, [[1.5, -2e-3]])
    assert tran.names == ("time", "v(a)", "v(h[0])", "v(h[1])")
    np.testing.assert_array_equal(tran.values[:, 0], TIMES)
    np.testing.assert_array_equal(tran.values[:, 3], [1.0, 3.0, 5.0])
    np.testing.assert_array_equal(ac.values, [[1.0, 1.0 + 2.0j], [10.0, -3.0j]])
    assert dc.names[0] == "v-sweep"
    np.testing.assert_array_equal(dc.values, [[0, 0], [1, 1], [2, 2], [0, 3], [1, 4], [2, 5]])
    assert dict(tran.traces().axes).keys() == {"time"}


def test_ngspice_loads_it(tmp_path) -> None:
    (tmp_path / "ours.raw").write_bytes(write_raw(ANSWERS, "ours"))
    commands = ["load ours.raw", "setplot tran1", "print v(a)", "setplot ac1", "print vm(a)", "setplot dc1"]
    ends = ["print v(a)[5]", "quit 0", ".endc", ".end"]
    script = "\n".join(["by ngspice", ".control", "set numdgt=9", *commands, *ends])
    (tmp_path / "load.cir").write_text(script)
    done = subprocess.run(
        [str(find_ngspice()), "-n", "-b", "load.cir"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    words = done.stdout.split()
    assert "2.500000000e+00" in words, done.stdout + done.stderr
    assert "2.236067977e+00" in words
    assert float(words[words.index("v(a)[5]") + 2]) == pytest.approx(5.0)
