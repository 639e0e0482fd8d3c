"""Runs and verifications elsewhere: the numbers of this machine, and plain words where nobody answers."""

from __future__ import annotations

import csv
import math
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from distributed import LocalCluster

from tellegen.cli import farms
from tellegen.cli.exits import Misuse, WorkerLost
from tellegen.cli.farms import ProcessFarm, Serial, farm_at

IRIS = Path(__file__).resolve().parents[2] / "circuits" / "iris.toml"
NOBODY = "tcp://127.0.0.1:1"


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a Dask scheduler with one worker of two threads."""
    settings: dict[str, Any] = {"protocol": "tcp", "host": "127.0.0.1", "dashboard_address": None}
    with LocalCluster(n_workers=1, threads_per_worker=2, processes=False, **settings) as cluster:
        yield str(cast(Any, cluster).scheduler_address)


def sweep(invoke, out: Path, *more: str):
    return invoke("sweep", IRIS, "--seeds", "0,1", "--set", "training.epochs=1", "--out", out, *more)


def test_a_scheduler_s_workers_give_the_numbers_of_this_machine(invoke, scheduler, tmp_path) -> None:
    tables = []
    for name, more in (("here", ()), ("there", ("--scheduler", scheduler))):
        ended = sweep(invoke, tmp_path / name, *more)
        assert ended.exit_code == 0, ended.output
        assert re.search(r"^1/2 seed=0: test error \S+ %, \S+ s; about \d+ s left$", ended.stderr, re.M)
        assert re.search(r"^2/2 seed=1: test error \S+ %, \S+ s$", ended.stderr, re.M)
        with (tmp_path / name / "sweep.csv").open(newline="") as stream:
            tables.append(
                [{key: text for key, text in row.items() if key != "seconds"} for row in csv.DictReader(stream)]
            )
    assert [row["seed"] for row in tables[0]] == ["0", "1"]
    assert tables[0] == tables[1]
    for seed in ("seed=0", "seed=1"):
        here, there = (dict(np.load(tmp_path / name / seed / "learned.npz")) for name in ("here", "there"))
        assert here.keys() == there.keys()
        assert all(np.array_equal(here[key], there[key]) for key in here)

    again = sweep(invoke, tmp_path / "there", "--scheduler", scheduler)
    assert again.exit_code == 0, again.output
    assert "/2 seed=" not in again.stderr

    for name, more in (("here", ("--jobs", "1")), ("there", ("--scheduler", scheduler))):
        verified = invoke("verify", tmp_path / name / "seed=0", "--samples", "5", *more)
        assert verified.exit_code == 0, verified.output
    here, there = ((tmp_path / name / "seed=0" / "verification.csv").read_bytes() for name in ("here", "there"))
    assert here == there


def test_a_run_that_fails_is_named_and_the_others_go_on(invoke, tmp_path) -> None:
    ended = invoke("sweep", IRIS, "--over", "training.devices=99,1", "--set", "training.epochs=1", "--out", tmp_path)
    assert ended.exit_code == 1
    assert "1 of 2 runs failed, the first is training.devices=99,seed=0: [training] devices is 99" in ended.stderr
    with (tmp_path / "sweep.csv").open(newline="") as stream:
        assert [row["training.devices"] for row in csv.DictReader(stream)] == ["1"]


@pytest.mark.parametrize("command", ["sweep", "verify"])
def test_nobody_at_the_address_is_one_sentence(command, invoke, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(farms, "PATIENCE", 1)
    (tmp_path / "learned.cir").write_text("* nothing is read before somebody answers\n")
    arguments = {"sweep": (IRIS, "--out", tmp_path / "out"), "verify": (tmp_path,)}[command]
    refused = invoke(command, *arguments, "--scheduler", NOBODY)
    assert refused.exit_code == 2
    assert f"no Dask scheduler answers at {NOBODY} within 1 s; start one with dask scheduler" in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_without_dask_the_cure_is_named(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(Misuse, match=r"--scheduler needs Dask; install it with pip install 'tellegen\[dask\]'"),
        farm_at(NOBODY, 1),
    ):
        pass


def test_one_job_needs_neither_processes_nor_dask(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with farm_at(None, 1) as farm:
        assert isinstance(farm, Serial)
        assert farm.map(math.sqrt, [1.0, 4.0], ["one", "four"], lambda place, root: None) == [1.0, 2.0]


def test_processes_keep_the_order_and_name_what_a_lost_one_did() -> None:
    told: list[tuple[int, float]] = []
    roots = ProcessFarm(2).map(
        math.sqrt, [9.0, 1.0, 4.0], ["a", "b", "c"], lambda place, root: told.append((place, root))
    )
    assert roots == [3.0, 1.0, 2.0]
    assert told == [(0, 3.0), (1, 1.0), (2, 2.0)]
    with pytest.raises(WorkerLost, match="the worker of seed=7 died; call again, what is done is kept"):
        ProcessFarm(1).map(os._exit, [1], ["seed=7"], lambda place, result: None)


def test_a_dask_worker_that_is_lost_is_named() -> None:
    class Killed:
        def result(self) -> None:
            raise KeyError("gone")

    with pytest.raises(WorkerLost, match="the worker of seed=3 died"):
        farms._gather([Killed()], ["seed=3"], lambda place, result: None, KeyError)
