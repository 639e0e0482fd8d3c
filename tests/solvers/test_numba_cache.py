"""Compiled code of another version in numba's cache, whose records have other names now."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from tellegen.solvers.nodal import compiling as compiling

SOURCE = """
from typing import NamedTuple
from numba import njit

class {name}(NamedTuple):
    first: float
    second: float

@njit(cache=True)
def total(record):
    return {sign}record.first + record.second
"""


@pytest.fixture
def version(tmp_path: Path, monkeypatch):
    """A module of that name, written and imported anew."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("numba.config.CACHE_DIR", "")

    def made(name: str, sign: str):
        (tmp_path / "versioned.py").write_text(SOURCE.format(name=name, sign=sign))
        sys.modules.pop("versioned", None)
        importlib.invalidate_caches()
        return importlib.import_module("versioned")

    yield made
    sys.modules.pop("versioned", None)


def test_a_record_of_another_name_is_compiled_anew(version, tmp_path) -> None:
    old = version("Old", "")
    assert old.total(old.Old(1.0, 2.0)) == 3.0
    assert list(tmp_path.rglob("*.nbi"))
    new = version("Renamed", "-")
    assert new.total(new.Renamed(1.0, 2.0)) == 1.0
    again = version("Renamed", "-")
    assert again.total(again.Renamed(1.0, 2.0)) == 1.0
