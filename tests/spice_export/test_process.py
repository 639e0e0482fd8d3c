"""Processes of ngspice: found, limited in time, run side by side, ended when they must."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tellegen.netlist.errors import SpiceError
from tellegen.spice_export.farm import Job, run_farm
from tellegen.spice_export.process import Finished, find_ngspice, run_script
from tellegen.spice_export.raw import read_raw

ENDLESS = ("* endless\nV1 a 0 sin(0 1 1g)\nR1 a 0 1", ("tran 1p 1",))


def divider(ohms: float) -> str:
    return f"* divider\nV1 a 0 1\nR1 a b 1\nR2 b 0 {ohms!r}"


SCRIPT = ("set filetype=binary", "op", "write a.raw")


def test_a_missing_ngspice_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("TELLEGEN_NGSPICE", raising=False)
    with pytest.raises(
        SpiceError, match="ngspice is not on PATH; install it with `apt-get install ngspice libngspice0`"
    ):
        find_ngspice()


def test_a_named_ngspice_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TELLEGEN_NGSPICE", str(tmp_path / "nothing"))
    with pytest.raises(SpiceError, match=r"TELLEGEN_NGSPICE names .*nothing, which cannot be run; .*brew install"):
        run_script(divider(1.0), SCRIPT)


def test_a_run_leaves_its_raw_files_and_exits_with_zero() -> None:
    finished = run_script(divider(3.0), SCRIPT)
    assert finished.code == 0
    (plot,) = read_raw(finished.files["a.raw"])
    assert plot.traces()["v(b)"] == pytest.approx(0.75, rel=1e-12)


def test_the_time_limit_ends_a_hanging_run() -> None:
    started = time.perf_counter()
    with pytest.raises(SpiceError, match=r"stopped after its time limit of 0\.3 s"):
        run_script(*ENDLESS, time_limit=0.3)
    assert time.perf_counter() - started < 5.0


def test_a_farm_keeps_the_order_and_reports_what_failed() -> None:
    told: list[tuple[int, int]] = []
    work = [Job(divider(float(ohms)), SCRIPT) for ohms in range(1, 9)]
    work.insert(3, Job(*ENDLESS))
    results = run_farm(work, jobs=2, time_limit=1.0, progress=lambda done, of: told.append((done, of)))
    assert isinstance(results[3], SpiceError)
    values = []
    for index, result in enumerate(results):
        if index != 3:
            assert isinstance(result, Finished)
            values.append(float(read_raw(result.files["a.raw"])[0].traces()["v(b)"]))
    assert values == pytest.approx([ohms / (1 + ohms) for ohms in range(1, 9)], rel=1e-12)
    assert told == [(done, 9) for done in range(1, 10)]


def test_an_interrupted_farm_leaves_no_process() -> None:
    def interrupt(done: int, of: int) -> None:
        raise KeyboardInterrupt

    started = time.perf_counter()
    with pytest.raises(KeyboardInterrupt):
        run_farm([Job(divider(1.0), SCRIPT), Job(*ENDLESS), Job(*ENDLESS)], jobs=2, time_limit=60.0, progress=interrupt)
    assert time.perf_counter() - started < 10.0


def test_a_farm_needs_a_worker() -> None:
    with pytest.raises(SpiceError, match="jobs is 0; give at least 1"):
        run_farm([], jobs=0)
