"""`import tellegen`: every public name is there, when it is asked for and not before."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import tellegen

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("name", tellegen.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(tellegen, name) is not None
    assert name in dir(tellegen)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'simulate'"):
        tellegen.__getattr__("simulate")


def test_type_checkers_see_the_same_names() -> None:
    tree = ast.parse((ROOT / "__init__.py").read_text(encoding="utf-8"))
    guarded = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {
        alias.asname or alias.name for node in guarded.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert seen | {"__version__"} == set(tellegen.__all__)
    homes = {
        alias.name: node.module
        for node in guarded.body
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    assert homes == tellegen._HOME


def test_the_front_door_solves_a_divider() -> None:
    circuit = tellegen.parse("* divider\nV1 in 0 1\nR1 in out 1k\nR2 out 0 1k\n")
    assert float(tellegen.operating_point(circuit)["v(out)"]) == pytest.approx(0.5)
