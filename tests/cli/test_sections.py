"""The report's numbers: counts by hand, power branch by branch, figures that need nothing outside the page."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tellegen.cli.figure import ACCENT, drawing
from tellegen.cli.held_out import Samples
from tellegen.cli.sections.conductances import reduced, side
from tellegen.cli.sections.confusion import counts
from tellegen.cli.sections.settling import settling
from tellegen.netlist import Circuit, Element, Traces, parse
from tellegen.netlist.readings import field_voltages
from tellegen.solvers.power import dissipation, power


def test_confusion_counts_rows_by_truth_and_columns_by_answer() -> None:
    labels, predicted = np.array([0, 0, 1, 2, 2, 2]), np.array([0, 1, 1, 2, 0, 2])
    assert counts(labels, predicted).tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 2]]


@pytest.mark.parametrize(
    ("width", "expected"), [(1568, (28, True)), (784, (28, False)), (128, (8, True)), (64, (8, False)), (8, None)]
)
def test_images_are_recognised_by_their_number_of_pixels(width: int, expected: tuple[int, bool] | None) -> None:
    assert side(width) == expected


def test_a_map_too_large_is_reduced_to_the_means_of_its_blocks() -> None:
    image = np.arange(1000.0 * 6).reshape(1000, 6)
    small = reduced(image, most=500)
    assert small.shape == (500, 6)
    np.testing.assert_allclose(small[0], image[:2].mean(axis=0))
    np.testing.assert_allclose(small.mean(), image.mean())


def test_dissipation_is_the_sum_over_every_branch() -> None:
    rng = np.random.default_rng(0)
    value, first, second = rng.uniform(0, 1, (4, 3)), rng.normal(size=(5, 4)), rng.normal(size=(5, 6))
    signals = {"v(a)": first, "v(h)": second, "v(n)": rng.normal(size=5)}
    crossbar = Element("rw", ("a[0:3]", "h[2:4]"), parameters={"g": value}, ranges=((0, 3), (0, 2)))
    expected = [
        sum(value[j, k] * (first[s, j] - second[s, 2 + k]) ** 2 for j in range(4) for k in range(3)) for s in range(5)
    ]
    np.testing.assert_allclose(dissipation(crossbar, signals, 5), expected)
    row = Element("rr", ("a[0:3]", "n"), parameters={"g": value[:, 0]}, ranges=((0, 3),))
    expected = [sum(value[j, 0] * (first[s, j] - signals["v(n)"][s]) ** 2 for j in range(4)) for s in range(5)]
    np.testing.assert_allclose(dissipation(row, signals, 5), expected)
    grounded = Element("rg", ("0", "h[5]"), value=4.0)
    np.testing.assert_allclose(dissipation(grounded, signals, 5), second[:, 5] ** 2 / 4)


def test_sources_deliver_with_spice_signs() -> None:
    signals = {
        "v(a)": np.array([2.0, 3.0]),
        "v(h)": np.array([[1.0, -1.0], [0.5, 2.0]]),
        "i(v1)": np.array([-0.5, 0.25]),
        "i(ib)": np.array([[0.1, 0.2], [0.1, 0.2]]),
    }
    elements = (
        Element("v1", ("a", "0"), value=1.0),
        Element("ib", ("0", "h[0:1]"), value=0.0, ranges=((0, 1),)),
        Element("r1", ("a", "h[0]"), value=1.0),
    )
    # A source takes v·i from its first node to its second; what it delivers is the negative of that.
    expected = [2.0 * 0.5 + 1.0 * 0.1 - 1.0 * 0.2, -3.0 * 0.25 + 0.5 * 0.1 + 2.0 * 0.2]
    traces = Traces(signals, {"sample": np.arange(2)})
    np.testing.assert_allclose(power(Circuit(elements=elements), traces).delivered, expected)


LOADED = """* a loaded divider; its diode conducts below ground
Vx in 0 1
R1 in out 2k
R2 out 0 1k
C1 out 0 1n
D1 0 out ideal
.model ideal D(is=1e-12 n=1e-4)
*@ ideal model=ideal
"""


def test_an_answer_s_energy_is_its_power_over_five_time_constants() -> None:
    volts = np.array([3.0, 6.0])
    samples = Samples({"vx": volts}, np.zeros(2), Traces({}, {"sample": np.arange(2)}))
    found = settling(parse(LOADED), samples, volts**2 / 3e3)
    # τ = C (R1 ∥ R2) = 666.7 ns for both; 5 τ (3 V)²/3 kΩ = 10 nJ, and four times that at 6 V.
    assert "settles with 667 ns as the slowest" in found.body
    assert "takes 10 nJ to 40 nJ" in found.body
    assert "<td>out</td><td>666.7 ns</td>" in found.body
    assert [tile.value for tile in found.tiles] == ["667 ns", "25 nJ"]


def test_without_capacitors_nothing_is_said_of_settling_and_without_a_way_out_why() -> None:
    samples = Samples({"vx": np.array([3.0])}, np.zeros(1), Traces({}, {"sample": np.arange(1)}))
    bare = LOADED.replace("C1 out 0 1n\n", "")
    assert settling(parse(bare), samples, np.ones(1)) == ("", ())
    with_inductor = settling(parse(LOADED.replace("R2 out 0 1k", "L2 out 0 1m")), samples, np.ones(1))
    assert "How soon it settles is not known" in with_inductor.body
    assert "l2 is an inductor" in with_inductor.body


def test_node_fields_read_buses_slices_lines_and_ground() -> None:
    signals = {"v(h)": np.arange(8.0).reshape(2, 4), "v(out)": np.array([5.0, 6.0])}
    np.testing.assert_array_equal(field_voltages(signals, "h[1:2]"), [[1, 2], [5, 6]])
    np.testing.assert_array_equal(field_voltages(signals, "h[3]"), [3, 7])
    np.testing.assert_array_equal(field_voltages(signals, "out"), [5, 6])
    np.testing.assert_array_equal(field_voltages(signals, "0"), [0])


def test_figures_carry_css_variables_and_names_of_their_own() -> None:
    figures = []
    for name in ("one", "two"):
        with drawing(name, 2, 1, "a line") as sheet:
            axes = sheet.figure.subplots()
            axes.plot([0, 1], [0, 1], color=ACCENT)
        figures.append(sheet.svg)
    assert all("var(--accent)" in svg and "#0102" not in svg for svg in figures)
    names = [set(re.findall(r'\bid="([^"]+)"', svg)) for svg in figures]
    assert names[0]
    assert not names[0] & names[1]
    used = re.findall(r'(?:href="#|url\(#)([^")]+)', figures[0])
    assert used
    assert set(used) <= names[0]
    assert 'role="img" aria-label="a line"' in figures[0]
