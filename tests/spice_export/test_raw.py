"""Raw files against text and numbers known beforehand."""

from __future__ import annotations

import numpy as np
import pytest

from tellegen.netlist.errors import SpiceError
from tellegen.spice_export.process import run_script
from tellegen.spice_export.raw import read_raw

TEXT = b"""Title: * known
Date: today
Plotname: Transient Analysis
Flags: real
No. Variables: 3
No. Points: 2
Variables:
\t0\ttime\ttime
\t1\tv(A)\tvoltage
\t2\ti(v1)\tcurrent dims=2
Values:
 0\t0.000000000000000e+00
\t1.5e+00
\t-2.5e-03

 1\t1.000000000000000e-06
\t1.75e+00
\t-3.5e-03

Title: * known
Date: today
Plotname: AC Analysis
Flags: complex
No. Variables: 2
No. Points: 2
Variables:
\t0\tfrequency\tfrequency grid=3
\t1\tv(a)\tvoltage
Values:
 0\t1.0e+00,0.0
\t1.0,-2.0
 1\t1.0e+01,0.0
\t3.0,4.0
"""


def test_text_plots_are_read_number_by_number() -> None:
    transient, ac = read_raw(TEXT)
    assert transient.names == ("time", "v(a)", "i(v1)")
    assert transient.types == ("time", "voltage", "current")
    np.testing.assert_array_equal(transient.values, [[0.0, 1.5, -2.5e-3], [1e-6, 1.75, -3.5e-3]])
    assert ac.kind == "AC Analysis"
    np.testing.assert_array_equal(ac.values, [[1.0, 1.0 - 2.0j], [10.0, 3.0 + 4.0j]])


def test_plots_become_traces_over_their_first_variable() -> None:
    transient, ac = (plot.traces() for plot in read_raw(TEXT))
    np.testing.assert_array_equal(transient.axes["time"], [0.0, 1e-6])
    np.testing.assert_array_equal(transient["v(a)"], [1.5, 1.75])
    assert ac.axes["frequency"].dtype == np.float64
    np.testing.assert_array_equal(ac["v(a)"], [1.0 - 2.0j, 3.0 + 4.0j])


@pytest.mark.parametrize("number", [np.float64, np.complex128])
def test_binary_plots_one_after_another(number: type) -> None:
    values = np.arange(6.0).reshape(2, 3).astype(number) * (1 if number is np.float64 else 1 + 2j)
    flags = "real" if number is np.float64 else "complex"
    variables = "Variables:\n\t0\ta\tx\n\t1\tb\tx\n\t2\tc\tx\n"
    head = f"Title: t\nPlotname: P\nFlags: {flags}\nNo. Variables: 3\nNo. Points: 2\n{variables}"
    one = head.encode() + b"Binary:\n" + values.tobytes()
    first, second = read_raw(one + one)
    np.testing.assert_array_equal(first.values, values)
    np.testing.assert_array_equal(second.values, values)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"hello", "neither 'Binary:' nor 'Values:'"),
        (TEXT.split(b" 1\t1.0000")[0], "is cut short"),
        (TEXT.replace(b"Flags: real", b"Flags: real unpadded"), "unequal length"),
        (TEXT.replace(b"No. Variables: 3", b"No. Variables: 4"), "lists 3 variables of '4'"),
    ],
)
def test_damaged_files_are_refused(content: bytes, said: str) -> None:
    with pytest.raises(SpiceError, match=said):
        read_raw(content)


def test_ngspice_writes_the_same_numbers_in_both_forms() -> None:
    cards = "* rc\nV1 a 0 dc 1 ac 1\nR1 a b 1k\nC1 b 0 1u\n.options reltol=1e-6"
    script = []
    for form in ("ascii", "binary"):
        script += [
            f"set filetype={form}",
            "set numdgt=16",
            "op",
            f"write op_{form}.raw",
            "ac dec 3 1 1k",
            f"write ac_{form}.raw",
        ]
    files = run_script(cards, script).files
    for kind in ("op", "ac"):
        (text,), (binary,) = (read_raw(files[f"{kind}_{form}.raw"]) for form in ("ascii", "binary"))
        assert text.names == binary.names
        np.testing.assert_allclose(text.values, binary.values, rtol=1e-14)
    (ac,) = read_raw(files["ac_binary.raw"])
    answer = ac.traces()
    expected = 1 / (1 + 2j * np.pi * answer.axes["frequency"] * 1e-3)
    np.testing.assert_allclose(answer["v(b)"], expected, rtol=1e-12)
