"""What the netlist's tests share: ngspice's own reading of a deck."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

COMMANDS = ".control\nset numdgt=15\nop\nprint all > answer.txt\nquit 0\n.endc\n.end\n"


@pytest.fixture
def ngspice_voltages(tmp_path: Path) -> Callable[[str], dict[str, float]]:
    """A function from a deck without `.control` and `.end` to the node voltages of ngspice's operating point."""
    ngspice = shutil.which("ngspice")
    if ngspice is None:
        pytest.fail("ngspice is missing; install the packages ngspice and libngspice0")

    def voltages(deck: str) -> dict[str, float]:
        answer = tmp_path / "answer.txt"
        answer.unlink(missing_ok=True)
        (tmp_path / "asked.cir").write_text(deck + COMMANDS)
        done = subprocess.run([ngspice, "-b", "asked.cir"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
        if not answer.exists():
            pytest.fail(f"ngspice has no operating point: {done.stdout}{done.stderr}")
        found = re.findall(r"^(?:v\()?([^\s()]+)\)? = (\S+)$", answer.read_text(), re.MULTILINE)
        return {name: float(value) for name, value in found if "#" not in name}

    return voltages


@pytest.fixture
def ngspice_transient(tmp_path: Path) -> Callable[..., tuple[np.ndarray, dict[str, np.ndarray]]]:
    """A function from a deck with `.tran` and signals such as `v(a)` to the times and signals that ngspice has."""
    ngspice = shutil.which("ngspice")
    if ngspice is None:
        pytest.fail("ngspice is missing; install the packages ngspice and libngspice0")

    def transient(deck: str, *signals: str) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        answer = tmp_path / "answer.data"
        answer.unlink(missing_ok=True)
        commands = f".control\nset wr_singlescale\nset numdgt=15\nrun\nwrdata answer.data {' '.join(signals)}\nquit 0\n"
        (tmp_path / "asked.cir").write_text(f"{deck}\n{commands}.endc\n.end\n")
        done = subprocess.run([ngspice, "-b", "asked.cir"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
        if not answer.exists():
            pytest.fail(f"ngspice has no transient: {done.stdout}{done.stderr}")
        time, *columns = np.loadtxt(answer).T
        return time, dict(zip(signals, columns, strict=True))

    return transient
