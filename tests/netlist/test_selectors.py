"""Names and globs in which only * and ? are special."""

import fnmatch

from hypothesis import given, settings
from hypothesis import strategies as st

from tellegen.netlist.selectors import is_glob, matches, select


def test_brackets_are_plain():
    assert matches("rw[3,7]", "rw[3,7]")
    assert matches("vin[*", "vin[12]")
    assert not matches("vin[*", "vin2[12]")
    assert matches("rw*", "rw[3,7]")
    assert not matches("rw", "rw[3,7]")
    assert not matches("r[ab]", "ra")


def test_case_does_not_matter():
    assert matches("RW*", "rw1")
    assert matches("r1", "R1")


def test_question_mark_is_one_character():
    assert matches("r?", "r1")
    assert not matches("r?", "r")
    assert not matches("r?", "r12")
    assert is_glob("r?")
    assert not is_glob("r[0]")


def test_select_keeps_the_order_of_names_and_takes_each_once():
    assert select(["r2", "r*", "v?"], ["v1", "r1", "c1", "r2"]) == ("v1", "r1", "r2")


@settings(derandomize=True, deadline=None)
@given(st.text("ab*?", max_size=6), st.text("ab", max_size=6))
def test_globs_without_brackets_agree_with_fnmatch(selector, name):
    assert matches(selector, name) == fnmatch.fnmatchcase(name, selector)
