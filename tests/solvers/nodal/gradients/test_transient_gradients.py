"""Derivatives of transients: closed forms, central differences at fixed steps, and adapted steps beside a fine grid."""

from __future__ import annotations

import numpy as np
import pytest

import tellegen
from tellegen.netlist import CircuitError
from tellegen.solvers.nodal.evaluate import FREE, evaluate
from tellegen.solvers.nodal.gradients import DifferentiableTransient, Trajectory, differentiable_transient
from tellegen.solvers.nodal.waveforms import waveform

LIBRARY = """
.model dm d is=1e-14 n=1.1 rs=5 cjo=2p tt=5n
.model qn npn is=1e-15 bf=120 vaf=60 cje=1p cjc=0.5p tf=0.3n rb=50
.model mn nmos vto=0.6 kp=200u lambda=0.02 cgso=1n cgdo=1n cbd=0.1p tox=20n
.model mp pmos vto=-0.7 kp=80u lambda=0.05 cgso=1n cgdo=1n tox=20n
.model jn njf vto=-1.5 beta=1m cgs=1p cgd=1p
.model sw sw vt=1 vh=0.2 ron=50 roff=10meg
"""

DECKS: dict[str, tuple[str, list[str]]] = {
    "rectifier": (
        "v1 a 0 sin(0.2 2 1meg 0 1e5 30)\nr1 a b 300\nd1 b c dm\nc1 c 0 300p\nr2 c 0 2k\n.tran 20n 1u",
        ["v(c)", "i(r1)", "i(c1)", "p(d1)", "i(v1)"],
    ),
    "inverter": (
        "vdd p 0 3\nv1 a 0 pulse(0 3 5n 2n 2n 20n 100n)\nm1 b a 0 0 mn w=10u l=1u\nm2 b a p p mp w=20u l=1u\n"
        "c1 b 0 0.2p\nr1 b 0 100k\n.tran 1n 50n",
        ["v(b)", "i(vdd)", "i(m1)", "p(m2)"],
    ),
    "amplifier": (
        "vcc p 0 9\nv1 a 0 sin(0 10m 10meg)\nci a b 1n\nr1 p b 47k\nr2 b 0 10k\nrc p c 2k\nre e 0 560\nce e 0 100p\n"
        "q1 c b e qn\n.tran 5n 200n",
        ["v(c)", "i(q1)", "p(q1)"],
    ),
    "coils": (
        "v1 a 0 exp(0 1 0 20n 100n 30n)\nr1 a b 50\nl1 b c 1u\nl2 d 0 2u\nk1 l1 l2 0.6\nr2 c 0 100\nr3 d 0 80\n"
        "c1 d 0 q='1p*v(d)+0.1p*v(d)^3'\n.tran 4n 200n",
        ["v(d)", "i(l1)", "i(c1)"],
    ),
    "modulated": (
        "v1 a 0 sffm(0.1 1 1meg 2 0.2meg 10 20)\ni1 0 b am(1m 0.5 0.2meg 1meg 0)\nr1 a b 1k\nc1 b 0 200p\n"
        "j1 b 0 0 jn\n.tran 50n 2u",
        ["v(b)", "i(i1)", "i(j1)"],
    ),
    "begun": (
        "v1 a 0 pwl(0 1 100n 2 300n 0.5)\nr1 a b 1k\nc1 b 0 100p\nc2 b c 50p\nr2 c 0 3k\nd1 c 0 dm\n.ic v(b)=0.2\n"
        ".tran 10n 300n",
        ["v(b)", "i(c2)"],
    ),
    "given": (
        "v1 a 0 1\nr1 a b 1k\nc1 b 0 100p ic=0.3\nl1 b c 10u ic=0.5m\nr2 c 0 500\nc2 c 0 20p\n.ic v(c)=0.1\n"
        ".tran 4n 200n uic",
        ["v(b)", "i(l1)", "i(c1)"],
    ),
    "switched": (
        "v1 a 0 2\nvs s 0 pulse(0 2 20n 10n 10n 50n 200n)\nr1 a b 1k\nc1 b 0 20p\ns1 b 0 s 0 sw\n.tran 2n 150n",
        ["v(b)", "i(s1)"],
    ),
}
PARAMETERS = {"switched": ["r1", "v1", "c1", "model sw:ron", "model sw:roff"]}
"""Where moments of switching move with others."""
METHODS = {"trapezoidal": "method=trap", "gear": "method=gear maxord=3", "euler": "method=trap maxord=1"}


def transient_of(
    name: str, method: str = "trapezoidal", parameters: list[str] | None = None
) -> DifferentiableTransient:
    """A deck at fixed steps, solved to rounding."""
    deck, outputs = DECKS[name]
    circuit = tellegen.parse(f"a test\n{deck}\n{LIBRARY}\n.options {METHODS[method]}\n")
    found = DifferentiableTransient.of(circuit, parameters, outputs)
    settings = found.settings._replace(
        fixed=True, largest=found.asked.step, first=0.1 * found.asked.step, relative=1e-9, voltage=1e-12, current=1e-16
    )
    return DifferentiableTransient.of(circuit, parameters, outputs, settings=settings)


def weights_of(count: int, outputs: tuple[str, ...]) -> np.ndarray:
    """Weights that no symmetry cancels: about 1 a volt, 1000 an ampere or watt."""
    draws = np.random.default_rng(3).normal(size=(count, len(outputs))) + 0.5
    return draws * [1.0 if name.startswith("v(") else 1e3 for name in outputs] / count


CASES = [(name, "trapezoidal") for name in DECKS]
CASES += [("rectifier", "gear"), ("coils", "gear"), ("begun", "euler")]


@pytest.mark.parametrize(("name", "method"), CASES)
def test_gradients_agree_with_central_differences(name: str, method: str) -> None:
    transient = transient_of(name, method, PARAMETERS.get(name))
    trajectory = transient.solve()
    weights = weights_of(len(trajectory.times), transient.outputs)
    gradient = transient.pull(trajectory, weights)
    scale = np.where(transient.values == 0.0, 1e-3, np.abs(transient.values))
    wrong = {}
    for k, parameter in enumerate(transient.names):
        step = np.zeros(len(transient.names))
        step[k] = 2e-5 * scale[k]
        losses = [np.sum(transient.solve(transient.values + m * step).signals * weights) for m in (1, -1, 2, -2)]
        slope = (8 * (losses[0] - losses[1]) - (losses[2] - losses[3])) / (12 * step[k])
        # a loss of size 1 is known to 1e-12, so its slope by differences over 2e-5 of a parameter to 1e-7
        error = abs(gradient[k] - slope) * scale[k] / max(abs(slope) * scale[k], 1e-2)
        if not error < 1e-6:
            wrong[parameter] = (float(gradient[k]), float(slope), float(error))
    assert not wrong
    assert np.count_nonzero(gradient) > len(gradient) // 2


def test_a_charging_capacitor_has_its_closed_form() -> None:
    deck = "a test\n.param r=1k\nv1 a 0 pulse(0 2 0 1p 1p 1 2)\nr1 a b {r}\nc1 b 0 1n\n.tran 10n 2u\n"
    found = differentiable_transient(tellegen.parse(deck), ["v(b)"], ["r", "c1", "v1:v2"])
    times = np.linspace(0.3e-6, 1.9e-6, 9)
    share = np.exp(-times / 1e-6)
    assert np.allclose(found.at(times)["v(b)"], 2 * (1 - share), rtol=1e-4)
    for k, time in enumerate(times):
        gradient = found.gradient({"v(b)": np.eye(len(times))[k]}, times)
        slope = -2 * share[k] * time / 1e-6
        assert gradient["r"] == pytest.approx(slope / 1e3, rel=2e-3)
        assert gradient["c1"] == pytest.approx(slope / 1e-9, rel=2e-3)
        assert gradient["v1:v2"] == pytest.approx(1 - share[k], rel=2e-4)


def test_an_integral_and_adapted_steps_agree_with_a_fine_grid() -> None:
    deck, outputs = DECKS["amplifier"]
    circuit = tellegen.parse(f"a test\n{deck}\n{LIBRARY}")
    names = ["r1", "rc", "ce", "ci", "model qn:tf", "model qn:bf", "v1:va", "temp"]
    adapted = differentiable_transient(circuit, outputs, names)
    fine = transient_of("amplifier", parameters=names)
    settings = fine.settings._replace(largest=0.1 * fine.settings.largest)
    exact = differentiable_transient(circuit, outputs, names, settings=settings)
    for output in outputs:
        found, expected = (each.gradient({output: each.spans}) for each in (adapted, exact))
        for name in names:
            assert found[name] == pytest.approx(expected[name], rel=5e-3, abs=1e-20), (output, name)


def replayed(transient: DifferentiableTransient, trajectory: Trajectory, values: np.ndarray) -> np.ndarray:
    """Outputs (points, outputs) at the times of a trajectory, for other parameters, by Newton's method in NumPy with
    Lagrange's polynomials through the points that each step had."""
    fresh = transient.solve(values)  # for its numbers and its operating point alone
    problem, network = fresh.problem, transient.parametrisation.network
    equations, work = problem.equations, network.work()
    columns = np.repeat(np.arange(network.size), np.diff(equations.shape.starts))

    def laws(x: np.ndarray, time: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        driven = np.array([waveform(problem.sources, k, time) for k in range(len(problem.sources.kind))])
        evaluate(equations.tables, equations.shape, equations.numbers, x, driven, time, FREE, work)
        matrices = []
        for entries in (work.conductance, work.capacitance):
            matrix = np.zeros((network.size, network.size))
            matrix[equations.shape.rows, columns] = entries
            matrices.append(matrix)
        return work.current.copy(), work.charge.copy(), *matrices

    points = [fresh.start.x]
    charges = [laws(points[0], 0.0)[1]]
    for n in range(1, len(trajectory.times)):
        order = max(int(trajectory.pieces.orders[n]), 1)
        nodes = trajectory.times[n - order : n + 1][::-1]
        slopes = [
            np.polyder(np.poly1d(np.poly(np.delete(nodes - nodes[0], j))))(0.0)
            / np.prod(np.delete(nodes[j] - nodes, j))
            for j in range(order + 1)
        ]
        x = points[-1].copy()
        for _ in range(50):
            current, charge, conductance, capacitance = laws(x, trajectory.times[n])
            past = sum(slopes[j] * charges[-j] for j in range(1, order + 1))
            step = np.linalg.solve(conductance + slopes[0] * capacitance, -(slopes[0] * charge + past + current))
            x += np.clip(step, -0.3, 0.3)
            if np.abs(step).max() < 1e-13:
                break
        points.append(x)
        charges.append(laws(x, trajectory.times[n])[1])
    return np.array([[x[network.numbers[name[2:-1]]] for name in transient.outputs] for x in points])


def test_adapted_steps_have_the_exact_derivative_of_what_was_computed() -> None:
    deck, _ = DECKS["rectifier"]
    circuit = tellegen.parse(f"a test\n{deck}\n{LIBRARY}\n.options method=gear maxord=4\n")
    transient = DifferentiableTransient.of(circuit, ["r1", "c1", "model dm:is", "v1:va"], ["v(c)", "v(b)"])
    trajectory = transient.solve()
    assert trajectory.pieces.orders.max() >= 3
    weights = weights_of(len(trajectory.times), transient.outputs)
    gradient = transient.pull(trajectory, weights)
    # the same steps again, by orders and times, in plain NumPy
    for k in range(len(transient.names)):
        step = np.zeros(len(transient.names))
        step[k] = 1e-4 * transient.values[k]
        losses = [np.sum(replayed(transient, trajectory, transient.values + s * step) * weights) for s in (1, -1)]
        assert gradient[k] == pytest.approx((losses[0] - losses[1]) / (2 * step[k]), rel=1e-5)


def test_dropped_points_are_computed_again() -> None:
    circuit = tellegen.parse(
        f"a test\nv1 a 0 sin(0 1 1meg)\nr1 a b 1k\nd1 b 0 dm\nc1 b 0 100p\n{LIBRARY}.tran 2n 20u\n"
    )
    names = ["r1", "c1", "model dm:is", "v1:freq"]
    roomy = DifferentiableTransient.of(circuit, names, ["v(b)", "i(c1)"])
    tight = DifferentiableTransient.of(circuit, names, ["v(b)", "i(c1)"], memory=0.0)
    first, second = roomy.solve(), tight.solve()
    assert sum(piece.x is None for piece in second.pieces.pieces) > 5
    assert np.array_equal(first.signals, second.signals)
    weights = weights_of(len(first.times), roomy.outputs)
    assert np.allclose(roomy.pull(first, weights), tight.pull(second, weights), rtol=1e-12)


def test_what_has_no_derivative_in_time_is_refused() -> None:
    line = "a test\nv1 a 0 sin(0 1 1meg)\nt1 a 0 b 0 z0=50 td=1n\nr1 b 0 50\n.tran 1n 10n\n"
    with pytest.raises(CircuitError, match="t1 is a lossless line, through which no derivative in time goes"):
        differentiable_transient(tellegen.parse(line), ["v(b)"])
    deck, outputs = DECKS["switched"]
    circuit = tellegen.parse(f"a test\n{deck}\n{LIBRARY}")
    with pytest.raises(CircuitError, match="moves the moments of switching"):
        differentiable_transient(circuit, outputs, ["model sw:vt"])
    with pytest.raises(CircuitError, match="vs has no number td"):
        differentiable_transient(circuit, outputs, ["vs:td"])
    timed = "a test\n.param t=1n\nv1 a 0 pulse(0 1 {t} 1n 1n 5n 20n)\nr1 a 0 1k\n.tran 1n 10n\n"
    with pytest.raises(CircuitError, match="v1 has a time of its waveform by a free parameter"):
        differentiable_transient(tellegen.parse(timed), ["v(a)"], ["t"])
    found = differentiable_transient(circuit, outputs, ["r1"])
    with pytest.raises(CircuitError, match=r"v\(a\) is no output; write"):
        found.gradient({"v(a)": found.times})
    with pytest.raises(CircuitError, match=r"give \(\d+,\), one a time"):
        found.gradient({"v(b)": np.ones(3)})


def test_parameters_act_on_waveforms_and_first_values() -> None:
    deck = (
        "a test\n.param amp=2 level={amp/4} v0=0.3 rate=20n size=1k\nv1 a 0 exp(0 {amp} 5n {rate} 60n 30n)\n"
        "i1 0 b pwl(0 {level*1m} 50n {amp*1m} 120n 0)\nr1 a b {size}\nc1 b 0 20p\nd1 b 0 dm\n.ic v(b)={v0*amp}\n"
        f"{LIBRARY}.tran 2n 100n\n"
    )
    circuit, names = tellegen.parse(deck), ["amp", "v0", "rate", "size"]
    found = DifferentiableTransient.of(circuit, names, ["v(b)", "i(d1)"])
    settings = found.settings._replace(fixed=True, first=2e-10, relative=1e-9, voltage=1e-12, current=1e-16)
    trajectory = DifferentiableTransient.of(circuit, names, found.outputs, settings=settings).solve()
    weights = weights_of(len(trajectory.times), found.outputs)
    gradient = found.pull(trajectory, weights)
    for k, name in enumerate(names):
        losses = []
        for step in (1e-4, -1e-4):
            moved = circuit.with_values({name: found.values[k] * (1 + step)})
            fresh = DifferentiableTransient.of(moved, ["r1"], found.outputs, settings=settings)
            losses.append(float(np.sum(fresh.solve().signals * weights)))
        assert gradient[k] == pytest.approx((losses[0] - losses[1]) / (2e-4 * found.values[k]), rel=1e-6), name
