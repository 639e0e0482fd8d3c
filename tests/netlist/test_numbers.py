"""SPICE numbers, against Python's decimal arithmetic."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tellegen.netlist import CircuitError, NetlistError
from tellegen.netlist.numbers import SCALES, UNITS, format_number, looks_numeric, number

SETTINGS = settings(deadline=None, derandomize=True, max_examples=300)


@SETTINGS
@given(
    st.decimals(-1000, 1000, places=4),
    st.integers(-20, 20),
    st.sampled_from([*SCALES, ""]),
    st.sampled_from(sorted(unit for unit in UNITS if unit[0] not in "tgkmunpf")),
)
def test_the_nearest_float(mantissa, exponent, scale, unit):
    text = f"{mantissa:f}e{exponent}{scale}{unit}"
    exact = mantissa * Decimal(10) ** (exponent + SCALES.get(scale, 0))
    assert number(text) == float(exact)
    assert number(text.upper()) == float(exact)


@SETTINGS
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_writing_and_reading_is_exact(value):
    text = format_number(value)
    assert number(text) == value
    assert str(number(text)) == str(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1mil", 25.4e-6),
        ("2.5MIL", 63.5e-6),
        ("1megohm", 1e6),
        ("1Meg", 1e6),
        ("1M", 1e-3),
        ("5.", 5.0),
        (".5u", 5e-7),
        ("1A", 1.0),
    ],
)
def test_what_is_easily_misread(text, value):
    assert number(text) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("abc", "'abc' is not a number; write one such as 4.7k"),
        ("4k7", "'4k7' has digits after its suffix 'k'; write the decimal point instead, as in 4.7k"),
        ("1e400", "beyond the range of a float"),
        ("1farad", "'1farad' would be 1f to SPICE, which takes the 'f' for a suffix; write 1"),
        ("2kohn", "write the number without it, as in 2k, or 2kohm"),
        ("1e5x", "as in 1e5"),
        ("3*x", "'3*x' is an expression without braces; write {3*x}"),
    ],
)
def test_refusals(text, message):
    with pytest.raises(NetlistError) as caught:
        number(text)
    assert message in str(caught.value)


def test_what_starts_a_number():
    assert all(map(looks_numeric, ["1", "-1", "+.5", ".5", "1n4148"]))
    assert not any(map(looks_numeric, ["", "a1", "-a", "+", "."]))


def test_undefined_values_are_not_written():
    for value in (float("nan"), float("inf")):
        with pytest.raises(CircuitError, match="give a finite number"):
            format_number(value)
