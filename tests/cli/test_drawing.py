"""Pictures: everything is in them by name, they are whole files, and what is laid out does not collide."""

import os
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
from matplotlib import image

from tellegen.cli.drawing import draw
from tellegen.cli.drawing.bundle import Bundle
from tellegen.cli.drawing.columns import ordered_places
from tellegen.cli.drawing.embedding import embedded
from tellegen.cli.drawing.gather import gathered
from tellegen.cli.drawing.labels import quantity, value_text
from tellegen.cli.drawing.maps import pooled
from tellegen.cli.drawing.plan import Plan
from tellegen.cli.drawing.rows import link_rows
from tellegen.cli.drawing.symbols import symbol
from tellegen.cli.drawing.tones import Voltages, Widths
from tellegen.cli.exits import Misuse
from tellegen.netlist import (
    Element,
    Stimulus,
    Traces,
    crossbar,
    deep_resistive_network,
    divider,
    grid,
    parse,
    random_network,
)
from tellegen.netlist.elements import KINDS
from tellegen.netlist.expression import Binary, Name, Number

EVERYTHING = """one of each
.model nm nmos(vto=0.7)
.model q2 npn
.model jn njf
.model dx d
.model sw1 sw(vt=0.5)
.model cs csw(it=1m)
.subckt buffer p o
e1 o 0 p 0 1
.ends
v1 in 0 dc 1 ac 1 sin(0 1 1k)
c1 in a 10n
l1 a b 1m
l2 b 0 2m
k1 l1 l2 0.9
m1 d a 0 0 nm l=1u w=10u
r1 d vdd 10k
vdd vdd 0 3.3
q1 vdd b e q2
j1 vdd b e jn
r2 e 0 1k
s1 e out d 0 sw1
w1 e out v1 cs
x1 out o buffer
g1 o 0 a b 2m
e1 z 0 a b 2
h1 zh 0 v1 5
r8 zh z 1
b1 zz 0 v=tanh(v(a))
f1 0 zz v1 3
r9 z zz 1meg
d1 z out dx
i1 0 out 1m
t1 out 0 far 0 z0=50 td=1n
r10 far 0 g=20m
"""


def texts(path: Path) -> list[str]:
    """All text of an SVG; parsing it proves that it is well formed."""
    return ["".join(node.itertext()) for node in ElementTree.parse(path).iter("{http://www.w3.org/2000/svg}text")]


def drawn(circuit, folder: Path, voltages: Traces | None = None) -> list[str]:
    draw(circuit, folder / "picture.svg", voltages)
    return texts(folder / "picture.svg")


@pytest.mark.parametrize(
    "circuit",
    [
        divider(),
        parse(EVERYTHING),
        random_network(8, resistors=14, diodes=4, current_sources=2),
        grid(3, 4, diodes=4),
        parse("shorted\nr1 a a 1k\nv1 a 0 1\nr2 0 0 5\n"),
        parse("alone\nr1 a b 1k\n"),
    ],
    ids=lambda circuit: circuit.title,
)
def test_a_schematic_names_every_element_and_net(circuit, tmp_path):
    shown = drawn(circuit, tmp_path)
    assert circuit.title in shown
    for element in circuit.elements:
        assert any(element.name == text or text.startswith(f"{element.name} couples") for text in shown), element.name
        for node in element.nodes:
            assert node in shown or node == "0"


def test_a_schematic_shows_values_and_voltages(tmp_path):
    traces = Traces({"v(in)": np.array(3.0), "v(out)": np.array(2.0)})
    shown = drawn(divider(3.0, 1e3, 2e3), tmp_path, traces)
    assert {"1 kΩ", "2 kΩ", "3 V", "2 V", "0 V"} <= set(shown)


def test_a_network_of_buses_names_arrays_buses_and_shapes(tmp_path):
    circuit = deep_resistive_network([30, 8, 3], seed=1)
    voltages = {f"v({bus})": np.linspace(-1.0, 1.0, width) for bus, width in (("in", 30), ("h", 8), ("out", 3))}
    shown = drawn(circuit, tmp_path, Traces(voltages))
    assert {element.name for element in circuit.elements} <= set(shown)
    assert {"in[0:29]", "h[0:7]", "out[0:2]"} <= set(shown)
    assert any(text.startswith("30 × 8") for text in shown)
    assert any(text.split() == ["out[2]", "1", "V"] for text in shown)


def test_a_written_out_network_is_drawn_as_layers(tmp_path):
    circuit = deep_resistive_network([6, 8, 3], seed=1)
    whole = gathered(circuit.expand())
    assert whole is not None
    assert {element.name: (element.nodes, element.shape) for element in whole.elements} == {
        element.name: (element.nodes, element.shape) for element in circuit.elements
    }
    assert np.array_equal(whole["rw1"].parameters["g"], circuit["rw1"].parameters["g"])  # type: ignore[arg-type]
    assert {"rw1", "h[0:7]"} <= set(drawn(circuit.expand(), tmp_path))


def test_what_is_not_regular_is_not_gathered():
    assert gathered(grid(4, 5)) is None
    crossed = parse("x\nr[0] a[0] 0 1\nr[1] b[1] 0 1\nr[2] a[2] 0 1\nr[3] a[3] 0 1\n")
    assert gathered(crossed) is None


def test_skip_connections_and_scalar_parts(tmp_path):
    circuit = parse("""skips
vin[0:3] in[0:3] 0 0.3
rw[0:3,0:5] in[0:3] h[0:5] 1k
rs[0:3,0:1] in[0:3] out[0:1] 5k
ru[0:5,0:1] h[0:5] out[0:1] 2k
re[0:1] out[0:1] top 7k
r1 top 0 10k
r2 h[3] top 3k
""")
    shown = drawn(circuit, tmp_path)
    assert {"vin", "rw", "rs", "ru", "re", "r1", "r2", "top"} <= set(shown)


def test_a_large_network_names_its_nodes_as_long_as_they_fit(tmp_path):
    circuit = random_network(40, resistors=60, diodes=15, voltage_sources=4, current_sources=4, seed=3)
    shown = drawn(circuit, tmp_path)
    links = [element.name for element in circuit.elements if "0" not in element.nodes]
    assert {f"n{number}" for number in range(1, 41)} <= set(shown)
    assert set(links) <= set(shown)
    assert {"resistor", "diode to ground"} <= set(shown)
    assert len(drawn(grid(12, 12), tmp_path)) < 10


@pytest.mark.parametrize("circuit", [divider(), crossbar(5, 3), grid(9, 9, diodes=9, sources=3)], ids=lambda c: c.title)
def test_pictures_in_pixels_are_not_blank(circuit, tmp_path):
    draw(circuit, tmp_path / "picture.png")
    pixels = image.imread(tmp_path / "picture.png")[:, :, :3]
    assert min(pixels.shape[:2]) > 100
    assert 0.005 < np.mean(pixels.min(axis=2) < 0.9) < 0.5
    assert [path.name for path in tmp_path.iterdir()] == ["picture.png"]


def test_the_same_circuit_gives_the_same_file(tmp_path):
    for name in ("first.svg", "second.svg"):
        draw(grid(3, 3), tmp_path / name)
    assert (tmp_path / "first.svg").read_bytes() == (tmp_path / "second.svg").read_bytes()


def test_a_drawing_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "picture.svg"
    path.write_text("before")
    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(OSError, match="disk"):
        draw(divider(), path)
    assert path.read_text() == "before"
    assert len(list(tmp_path.iterdir())) == 1


def failing(*arguments):
    raise OSError("disk is full")


def test_other_endings_are_refused(tmp_path):
    with pytest.raises(Misuse, match=r"picture\.bmp does not end in \.svg or \.png"):
        draw(divider(), tmp_path / "picture.bmp")


@pytest.mark.parametrize("seed", range(8))
def test_links_of_a_schematic_do_not_overlap(seed):
    """On one row two links at most touch; every rail and box has a column of its own."""
    circuit = parse(EVERYTHING) if seed == 0 else random_network(9, resistors=16, diodes=4, seed=seed)
    plan = Plan.of(circuit)
    order = ordered_places(plan, set())
    assert sorted(map(str, order)) == sorted(map(str, plan.places))
    column = {place: number for number, place in enumerate(order)}
    taken: dict[int, list[tuple[int, int]]] = {}
    for link, row in zip(plan.links, link_rows(plan.links, column, plan.boxes), strict=True):
        taken.setdefault(row, []).append(tuple(sorted((column[link.first], column[link.second]))))  # type: ignore[arg-type]
    for stretches in taken.values():
        for (_, stop), (start, _) in zip(sorted(stretches), sorted(stretches)[1:], strict=False):
            assert stop <= start


@pytest.mark.parametrize(("rows", "columns"), [(5, 7), (35, 40)])
def test_a_grid_is_laid_out_as_a_grid(rows, columns):
    """Neighbours about one apart and the opposite corners a diagonal: for stress and for pivots alike."""
    number = np.arange(rows * columns).reshape(rows, columns)
    tails = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    heads = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    at = embedded(rows * columns, tails, heads)
    lengths = np.linalg.norm(at[tails] - at[heads], axis=1)
    assert 0.6 < lengths.min() < lengths.max() < 1.6
    diagonal = np.linalg.norm(at[number[0, 0]] - at[number[-1, -1]])
    assert diagonal == pytest.approx(np.hypot(rows, columns), rel=0.2)


def test_parts_that_do_not_hang_together_stand_apart():
    at = embedded(7, np.array([0, 1, 3, 4]), np.array([1, 2, 4, 5]))
    assert at[:3, 0].max() + 1 < at[3:6, 0].min()
    assert at[3:6, 0].max() + 1 < at[6, 0]


def test_bundles_keep_the_strongest_wires():
    g = np.arange(12.0).reshape(4, 3)
    element = Element("rw", ("a[2:5]", "b[0:2]"), parameters={"g": g}, ranges=((0, 3), (0, 2)))
    bundle = Bundle.of(element, most=2)
    assert bundle.tails.tolist() == [5, 5]
    assert bundle.heads.tolist() == [1, 2]
    assert bundle.strength.tolist() == [10 / 11, 1.0]
    assert len(Bundle.of(element).tails) == 11


def test_bundles_of_equal_wires_are_a_fair_sample():
    element = Element("rw", ("a[0:1567]", "b[0:32767]"), 1e3, ranges=((0, 1567), (0, 32767)))
    bundle = Bundle.of(element, most=600)
    assert 550 < len(bundle.tails) <= 600
    assert bundle.strength.max() == bundle.strength.min()
    for lines, width in ((bundle.tails, 1568), (bundle.heads, 32768)):
        assert abs(lines.mean() / width - 0.5) < 0.05


def test_pooling_takes_means_over_blocks():
    matrix = np.arange(24.0).reshape(6, 4)
    assert np.array_equal(pooled(matrix, 2), matrix.reshape(2, 3, 2, 2).mean(axis=(1, 3)))
    assert pooled(np.ones((1000, 7))).shape == (360, 7)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (4700.0, "ohm", "4.7 kΩ"),
        (1e-9, "F", "1 nF"),
        (-0.5, "V", "-500 mV"),
        (0.0, "A", "0 A"),
        (999.99999, "ohm", "1 kΩ"),
        (1000.0, "ohm", "1 kΩ"),
        (3e15, "ohm", "3000 TΩ"),
        (1e-18, "F", "0.001 fF"),
        (0.9, "", "0.9"),
        (float("inf"), "ohm", "inf Ω"),
    ],
)
def test_quantities_have_prefixes(value, unit, text):
    assert quantity(value, unit) == text


@pytest.mark.parametrize(
    ("element", "text"),
    [
        (Element("r1", ("a", "b"), parameters={"g": 2e-3}), "2 mS"),
        (Element("r1", ("a", "b"), Binary("*", Number(2.0), Name("r"))), "{2*r}"),
        (Element("rw", ("a[0:1]", "b"), np.array([1.0, 2e3]), ranges=((0, 1),)), "1 Ω … 2 kΩ"),
        (Element("v1", ("a", "b"), Stimulus(0.0, (1.0, 0.0), "sin", (0.0, 1.0, 50.0))), "ac 1, sin(0 1 50)"),
        (Element("g1", ("a", "b"), 2e-3, controls=("c", "0")), "0.002·v(c,0)"),
        (Element("f1", ("a", "b"), 3.0, controls=("v1",)), "3·i(v1)"),
        (Element("d1", ("a", "b"), model="ideal"), "ideal"),
    ],
)
def test_values_in_words(element, text):
    assert value_text(element) == text


def test_every_kind_has_a_symbol_within_its_unit():
    for letter in KINDS:
        for stroke in symbol(Element(f"{letter.lower()}1", ("a", "b"), model="m")):
            assert np.abs(stroke.points).max() <= 0.5


def test_voltages_are_blue_below_ground_and_orange_above():
    volts = Voltages.of(Traces({"v(a)": np.array([-2.0, 2.0])}))
    low, ground, high = np.asarray(volts.colour(np.array([-2.0, 0.0, 2.0])))
    assert low[2] > low[0]
    assert high[0] > high[2]
    assert np.ptp(ground[:3]) < 0.2
    assert volts.at("0") == 0.0
    assert volts.at("missing") is None


def test_widths_grow_with_conductance_and_open_branches_have_none():
    widths = Widths.of([1e-6, np.array([1e-3, 0.0])]).of_conductance(np.array([0.0, 1e-6, 1e-4, 1e-3]))
    assert widths[0] == 0.0
    assert np.all(np.diff(widths) > 0)
