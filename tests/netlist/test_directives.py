"""`*@` lines: what they select and what they say."""

from __future__ import annotations

import numpy as np
import pytest

from tellegen.netlist import CircuitError, Directive, NetlistError, Noise, Stimulus, TellegenError, Trainable, parse
from tellegen.netlist.directive_table import DIRECTIVES
from tellegen.netlist.noise import Wiener

DECK = """two-input divider that learns
Vx  in 0 1
Vy[0:9] h[0:9] 0 0
R1  in out {r1}
R2  out 0  2k
Rw[0:9,0:1] h[0:9] o[0:1] g=1m
D1  out 0  ideal
.model ideal D(is=1e-12 n=1e-4)
.model real D
.param r1=1k rs=2 c=3
*@ ideal     model=ideal                     ; solved as an ideal diode
*@ trainable R1 min=100 max=100k scale=log   ; the parameter, not the resistor
*@ trainable rw r2 min = 0 levels=0, 1m, 2m
*@ Trainable c bits=3 $ a comment
*@ mismatch  R* sigma=0.1 kind=relative distribution=lognormal
*@ noise     Out amplitude=1mV
*@ noise thermal
*@ input     Vx V*
*@ output    V(Out) v( o[0:1] ) v(in, out) i(Rw) v(h[3])
"""


def test_what_they_mean():
    circuit = parse(DECK, source="deck.cir")
    assert circuit.ideal_models == {"ideal"}
    assert circuit.inputs == ("vx", "vy")
    assert circuit.outputs == ("out", "o[0:1]", "v(in,out)", "i(rw)", "h[3]")
    places = [trainable.location.line for trainable in circuit.trainables if trainable.location]
    assert places == [12, 13, 13, 14]
    assert [(each.target, each.kind) for each in circuit.trainables] == [
        ("r1", "parameter"),
        ("rw", "element"),
        ("r2", "element"),
        ("c", "parameter"),
    ]
    r1, rw, _, c = circuit.trainables
    assert (r1.minimum, r1.maximum, r1.scale) == (100.0, 100e3, "log")
    assert (rw.minimum, rw.maximum, rw.scale, rw.levels) == (0.0, None, "linear", (0.0, 1e-3, 2e-3))
    assert c == Trainable("c", "parameter", bits=3, location=c.location)


def test_they_are_kept_in_order():
    circuit = parse(DECK)
    assert circuit.directives[1] == Directive("trainable", ("r1",), {"min": 100.0, "max": 1e5, "scale": "log"})
    assert circuit.directives[4].selectors == ("r*",)
    assert circuit.directives[-1].selectors == ("v(out)", "v(o[0:1])", "v(in,out)", "i(rw)", "v(h[3])")
    assert [directive.keyword for directive in circuit.directives].count("noise") == 2


def test_a_later_line_overrides_an_earlier_one():
    circuit = parse("t\nR1 a 0 1\nR2 a 0 1\n*@ trainable r* min=1\n*@ trainable r2 max=5\n")
    assert [(each.target, each.minimum, each.maximum) for each in circuit.trainables] == [
        ("r1", 1, None),
        ("r2", None, 5),
    ]


def test_a_glob_means_parameters_before_elements():
    circuit = parse("t\n.param ra=1 rb=2\nR1 a 0 {ra}\n*@ trainable r*\n")
    assert [(each.target, each.kind) for each in circuit.trainables] == [("ra", "parameter"), ("rb", "parameter")]


def test_the_first_line_is_the_title_even_for_a_directive():
    with pytest.raises(NetlistError, match="this \\*@ line would be lost; put a title line before it"):
        parse("*@ input v1\nV1 a 0 1\n")


def test_spice_sees_comments_only():
    """A line that starts with `*` is a comment to SPICE, so a `+` line after it would change another card."""
    circuit = parse("t\nR1 a 0\n* a comment\n+ 1k\n*@ trainable r1\nR2 a 0 1\n")
    assert circuit["r1"].value == 1000.0
    with pytest.raises(NetlistError, match="continues a \\*@ line"):
        parse("t\nR1 a 0 1k\n*@ trainable r1\n+ min=0\n")


@pytest.mark.parametrize("keyword", DIRECTIVES)
def test_every_keyword_says_how_it_is_written(keyword):
    kind = DIRECTIVES[keyword]
    assert kind.card.startswith(f"*@ {keyword}")
    assert kind.description
    assert all(
        (option.description and f"{option.name}=" in kind.card) or not option.required
        for option in kind.options.values()
    )


def test_new_values():
    circuit = parse(DECK)
    weights = np.linspace(0, 1, 20).reshape(10, 2)
    other = circuit.with_values({"R1": 5.0, "r2": 7, "rw": weights, "vx": -2.0, "vy": np.arange(10)})
    assert other.parameters["r1"] == 5.0
    assert other["r2"].value == 7.0
    assert other["vx"].value == -2.0
    np.testing.assert_array_equal(other["rw"].parameters["g"], weights)
    assert np.asarray(other["vy"].value).dtype == np.float64
    assert circuit["r2"].value == 2000.0
    assert other.flatten()["r1"].value == 5.0


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"rww": 1.0}, "the circuit has no parameter or element rww; write rw"),
        ({"r2": 0.0}, "r2: the resistance is 0 ohm; join its nodes"),
        ({"rw": -1.0}, "rw: the conductance is -1 S; write a value 0 or more"),
        ({"rw": np.ones((2, 10))}, "rw has shape (10, 2), the array (2, 10); give one number, or an array"),
        ({"d1": 1.0}, "d1 has no value to set; set a parameter of its model"),
        ({"r2": "1k"}, "the value of r2 is '1k'; give one number"),
        ({"r2": float("nan")}, "r2: the resistance is nan ohm"),
    ],
)
def test_values_that_are_refused(values, message):
    with pytest.raises(TellegenError) as caught:
        parse(DECK).with_values(values)
    assert message in str(caught.value)


def test_the_dc_value_of_a_source_with_a_waveform():
    circuit = parse("t\nV1 a 0 dc 1 ac 2 sin(0 1 1k)\n").with_values({"v1": 3.0})
    assert circuit["v1"].value == Stimulus(3.0, (2.0, 0.0), "sin", (0.0, 1.0, 1e3))


PHASES = """oscillators
.subckt oscillator phase
Cphase phase 0 1
R1 inner phase 1
C1 inner 0 1
*@ noise inner amplitude=2
.ends
.param start1=0.5 start2=0 b1=1
.temp 50
X1 p1 oscillator
X2 p2 oscillator
V1[0:1] q[0:1] 0 1
R3 q[0] p1 {1+b1}
.ic v(p1)={start1} v(p2)={start2}
"""


def test_inputs_may_be_parameters():
    """A glob means parameters before elements, and parameters are no sources."""
    circuit = parse(PHASES + "*@ input start* b1\n*@ input v1 b*\n")
    assert circuit.inputs == ("v1",)
    assert circuit.input_parameters == ("start1", "start2", "b1")
    assert circuit.with_values({"start2": 0.25}).flatten().initial_conditions == {"p1": 0.5, "p2": 0.25}
    assert circuit.flatten().inputs == ("v1",)
    with pytest.raises(NetlistError, match="input x1 selects x1, a subcircuit; select voltage or current sources"):
        parse(PHASES + "*@ input x1\n")


def test_what_noise_means():
    """Globs mean nodes of the flat circuit; a later line overrides an earlier one of its sort; a group has one path."""
    lines = ("p* amplitude=1", "p* amplitude=0.025", "p2 amplitude=3 group=rail", "p2 q amplitude=-1m group=rail")
    circuit = parse(PHASES + "".join(f"*@ noise {line}\n" for line in (*lines, "thermal")))
    assert Noise.of(circuit) == Noise(
        (
            Wiener("p1", 0.025),
            Wiener("x1.inner", 2.0),
            Wiener("p2", 0.025),
            Wiener("p2", -1e-3, "rail"),
            Wiener("x2.inner", 2.0),
            *(Wiener(f"q[{line}]", -1e-3, "rail") for line in range(2)),
        ),
        50.0,
    )
    assert Noise.of(parse(DECK)) == Noise((Wiener("out", 1e-3),), 27.0)
    assert Noise.of(parse("t\nR1 a 0 1\n*@ noise thermal temperature=-20\n")).thermal == -20.0
    assert Noise.of(parse("t\nR1 a 0 1\n")) == Noise()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("*@ noise p1", "needs an amplitude and has no temperature; write *@ noise p1 amplitude=1m"),
        ("*@ noise p1 amplitude=1 temperature=3", "needs an amplitude and has no temperature"),
        ("*@ noise thermal amplitude=1", "follows from the resistors and takes a temperature only"),
        ("*@ noise y* amplitude=1", "*@ noise y* selects no node"),
        ("*@ noise x1.outer amplitude=1", "*@ noise x1.outer selects no node; write x1.inner"),
    ],
)
def test_noise_that_is_refused(line, message):
    with pytest.raises(TellegenError) as caught:
        Noise.of(parse(PHASES + line + "\n"))
    assert message in str(caught.value)
    assert isinstance(caught.value, CircuitError | NetlistError)
