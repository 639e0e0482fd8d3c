"""The map of names: one to one, safe, and back."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tellegen.spice_export.names import RESERVED, element_names, model_names, node_names

NAMES = st.lists(
    st.one_of(
        st.text("abn_0123456789[],.:#", min_size=1, max_size=8),
        st.sampled_from(
            ["h[7]", "h_7", "h[7]_2", "h_7_2", "x1.n", "x1_n", "time", "n_time", "gnd", "1", "01", "1e3", "é"]
        ),
    ),
    max_size=30,
    unique=True,
)


@given(NAMES)
@settings(max_examples=300, derandomize=True, deadline=None)
def test_nodes_round_trip_without_collisions(nodes: list[str]) -> None:
    names = node_names(["0", *nodes])
    spelled = [names[node] for node in names.to_spice]
    assert len(set(spelled)) == len(spelled)
    assert all(names.to_tellegen[names[node]] == node for node in names.to_spice)
    assert all(re.fullmatch(r"0|[a-z][a-z0-9_]*|[1-9][0-9]*", name) and name not in RESERVED for name in spelled)
    assert names["0"] == "0"


@given(NAMES, st.sampled_from("rvibdmx"))
@settings(max_examples=200, derandomize=True, deadline=None)
def test_elements_round_trip_and_start_with_their_letter(elements: list[str], letter: str) -> None:
    names = element_names((element, letter) for element in elements)
    spelled = [names[element] for element in elements]
    assert len(set(spelled)) == len(spelled)
    assert all(re.fullmatch(rf"{letter}[a-z0-9_]+", name) for name in spelled)
    assert [names.to_tellegen[name] for name in spelled] == elements


@pytest.mark.parametrize(
    ("name", "spelled"),
    [("h[7]", "h_7"), ("x1.n", "x1_n"), ("out", "out"), ("time", "n_time"), ("12", "12"), ("1a", "n_1a")],
)
def test_names_stay_readable(name: str, spelled: str) -> None:
    assert node_names([name])[name] == spelled


def test_safe_names_keep_themselves_whatever_comes_before() -> None:
    names = node_names(["h[7]", "h_7"])
    assert (names["h_7"], names["h[7]"]) == ("h_7", "h_7_2")


def test_a_diode_as_a_b_source_gets_its_letter() -> None:
    names = element_names([("d1", "b"), ("rw[3,7]", "r"), ("x1.r2", "r"), ("b_d1", "b")])
    assert [names[name] for name in ("d1", "rw[3,7]", "x1.r2", "b_d1")] == ["b_d1_2", "rw_3_7", "r_x1_r2", "b_d1"]


def test_models_are_words() -> None:
    names = model_names(["ideal", "1n4148", "x1.m"])
    assert [names[name] for name in ("ideal", "1n4148", "x1.m")] == ["ideal", "m_1n4148", "x1_m"]
