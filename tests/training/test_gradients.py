"""Every estimator against central differences of independently solved steady states."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.typing import ArrayLike

from tellegen.netlist import parse
from tellegen.netlist.errors import CircuitError, ExperimentError
from tellegen.solvers import Load, ResistiveNetwork, solve
from tellegen.training.parameters import Parameters, apply
from tellegen.training.resistive.model import Model
from tellegen.training.rules import Backpropagation, Batch, Equilibrium, Estimate, Implicit, estimator_for
from tellegen.training.trainer import Settings

NETLIST = """* every kind of trainable: ohm and siemens, shared parameters, sources, diodes to ground {between}
.param rshare=2.2k gain=3
.func doubled(x) {{2*x}}
V1 a 0 1
V2 b 0 -1
V3 c f 0.3
R1 a x {{rshare}}
R2 b x {{doubled(rshare)/gain}}
R3 x y 1.5k
R4 a y g=0.4m
R5 y 0 1k m=2
R6 y z 700
R7 b z g=0.9m
R8 z f 800
R9 c w 600
R10 w 0 900
Rq[0:1] z q[0:1] g=1m
Rp[0:1,0:1] q[0:1] p[0:1] g=0.7m
Rl[0:1] p[0:1] 0 2k
I1 0 x 0.1m
I2 z 0 0.05m
D1 0 x ideal
D2 y 0 ideal
{diodes}
.model ideal D(is=1e-12 n=1e-4)
*@ ideal model=ideal
*@ trainable rshare gain min=1 max=100k scale=log
*@ trainable r3 r6 min=100
*@ trainable r4 r7 rp min=0
*@ trainable r5 r8 min=100 max=10k scale=log
*@ trainable i1 i2 v3
*@ input v1 v2
*@ output v(z) v(w) v(p[0:1])
"""
CIRCUITS = {
    "bounds": parse(NETLIST.format(between="only", diodes="D3 q[0] 0 ideal")),
    "between": parse(
        NETLIST.format(between="and between free nodes", diodes="D3 x z ideal\nD4 w q[1] ideal\nD5 w q[1] ideal")
    ),
}
SETTLED = 400
"""Sweeps after which nothing changes in the first circuit; they compile faster than the exact method."""
INPUTS = np.array([[1.0, -0.5], [-0.8, 0.6], [0.3, 1.2]])
TARGETS = np.array([[0.3, 0.1, -0.2, 0.4], [-0.5, 0.2, 0.1, 0.0], [0.7, -0.1, 0.3, 0.2]])


@functools.cache
def start(name: str) -> tuple[Model, Parameters, dict[str, np.ndarray]]:
    """A model and coordinates away from every bound."""
    circuit = CIRCUITS[name]
    parameters = Parameters.of(circuit)
    values = {
        "rshare": 2200.0, "gain": 3.0, "r3": 1500.0, "r6": 700.0, "r4": 0.4e-3, "r7": 0.9e-3, "r5": 1e3, "r8": 800.0,
        "rp": np.array([[0.7e-3, 0.2e-3], [0.4e-3, 1e-3]]), "i1": 1e-4, "i2": 5e-5, "v3": 0.3,
    }  # fmt: skip
    return Model.of(circuit, parameters), parameters, parameters.coordinates_of(values)


def independent_loss(name: str, coordinates: dict[str, np.ndarray]) -> float:
    """The mean loss from the netlist with those values, solved sample by sample by the solvers' own methods."""
    _, parameters, _ = start(name)
    network = ResistiveNetwork.of(apply(CIRCUITS[name], parameters.values_of(coordinates)))
    total = 0.0
    for inputs, target in zip(INPUTS, TARGETS, strict=True):
        values = network.values(voltages={"v1": inputs[0], "v2": inputs[1]})
        potentials = network.potentials(solve(network.reduce(values), tolerance=1e-12).v, values)
        total += 0.5 * float(np.sum((potentials[network.loads] - target) ** 2))
    return total / len(INPUTS)


@functools.cache
def central_differences(name: str) -> dict[str, np.ndarray]:
    _, _, coordinates = start(name)
    gradients = {}
    for target, u in coordinates.items():
        gradient = np.zeros_like(u)
        for index in np.ndindex(u.shape):
            step = 1e-5 * max(abs(float(u[index])), 1e-4)
            sides = []
            for sign in (1, -1):
                moved = u.copy()
                moved[index] += sign * step
                sides.append(independent_loss(name, {**coordinates, target: moved}))
            gradient[index] = (sides[0] - sides[1]) / (2 * step)
        gradients[target] = gradient
    return gradients


def estimate(name: str, rule, **settings) -> Estimate:
    return estimates(name, lambda model, _: rule(model, **settings), [0.0])[0]


def estimates(name: str, rule, numbers: list[float]) -> list[Estimate]:
    """The estimates of `rule(model, number)` for several numbers, compiled once."""
    model, _, coordinates = start(name)
    with jax.enable_x64(True):
        batch = Batch(jnp.asarray(INPUTS), jnp.asarray(TARGETS), model.rest(len(INPUTS)))
        u = {key: jnp.asarray(value) for key, value in coordinates.items()}
        compiled = jax.jit(lambda number: rule(model, number)(u, batch))
        return [jax.tree.map(np.asarray, compiled(number)) for number in numbers]


def error(found: Estimate, expected: Mapping[str, ArrayLike]) -> float:
    """The largest difference, relative to each target's largest gradient."""
    return max(
        float(np.abs(np.asarray(found.gradients[key]) - wanted).max() / np.abs(wanted).max())
        for key, wanted in expected.items()
    )


@functools.cache
def implicit(name: str) -> Estimate:
    return estimate(name, Implicit)


@pytest.mark.parametrize("name", CIRCUITS)
def test_implicit_differentiation_agrees_with_central_differences(name: str) -> None:
    found = implicit(name)
    assert found.residual < 1e-12
    assert float(found.loss) / len(INPUTS) == pytest.approx(independent_loss(name, start(name)[2]), rel=1e-9)
    assert np.count_nonzero(found.state.currents) >= 3
    assert error(found, central_differences(name)) < 1e-6


@pytest.mark.parametrize(("variant", "order"), [("centred", 2.0), ("positive", 1.0), ("negative", 1.0)])
def test_equilibrium_propagation_converges_with_its_order(variant: str, order: float) -> None:
    exact = implicit("bounds").gradients
    found = estimates("bounds", lambda model, beta: Equilibrium(model, variant, beta, SETTLED), [4e-5, 1e-5])
    errors = [error(each, exact) for each in found]
    assert np.log(errors[0] / errors[1]) / np.log(4) == pytest.approx(order, abs=0.15)


def test_equilibrium_propagation_works_with_diodes_between_free_nodes() -> None:
    exact = implicit("between").gradients
    assert error(estimate("between", Equilibrium, variant="centred", beta=1e-7), exact) < 1e-5


def test_truncated_backpropagation_tends_to_implicit_differentiation() -> None:
    exact = implicit("bounds").gradients
    few, many = (
        error(estimate("bounds", Backpropagation, sweeps=100, differentiated=count), exact) for count in (8, 64)
    )
    assert 1e-2 < few < 1
    assert many < 1e-6


def test_the_local_rule_reads_only_the_voltages_across_each_resistor() -> None:
    beta, circuit = 2e-4, CIRCUITS["bounds"]
    network = ResistiveNetwork.of(circuit)
    squares = {1: [], -1: []}
    for inputs, target in zip(INPUTS, TARGETS, strict=True):
        for sign in squares:
            values = network.values(
                voltages={"v1": inputs[0], "v2": inputs[1]},
                conductances={"rp": np.array([[0.7e-3, 0.2e-3], [0.4e-3, 1e-3]])},
                load=Load(sign * beta, sign * beta * target),
            )
            traces = network.traces(solve(network.reduce(values), tolerance=1e-12), values)
            squares[sign].append(0.5 * (traces["v(q)"][:, None] - traces["v(p)"][None, :]) ** 2)
    expected = (np.mean(squares[1], axis=0) - np.mean(squares[-1], axis=0)) / (2 * beta)
    found = estimate("bounds", Equilibrium, variant="centred", beta=beta, sweeps=SETTLED).gradients["rp"]
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-12)


def test_sweeps_are_refused_where_they_stall() -> None:
    model, _, _ = start("between")
    with pytest.raises(ExperimentError, match="sweeps stall where a diode joins two free nodes"):
        estimator_for(Settings(1, 1, sweeps=4), model)
    with pytest.raises(ExperimentError, match="use the rule implicit"):
        estimator_for(Settings(1, 1, rule="backpropagation", nudged_sweeps=4), model)
    with pytest.raises(ExperimentError, match="differentiates a number of sweeps"):
        estimator_for(Settings(1, 1, rule="backpropagation"), start("bounds")[0])


SUBCIRCUIT = """* a parameter that only a subcircuit sees
.param rin=1k rnone=1k
.subckt half a b
R1 a b {rin}
.ends
V1 a 0 1
X1 a out half
R2 out 0 1k
*@ trainable TARGET min=1 max=10k
*@ input v1
*@ output v(out)
"""


@pytest.mark.parametrize(
    ("target", "message"),
    [("rin", r"trainable rin sets x1\.r1 inside a subcircuit"), ("rnone", "rnone sets no element's value")],
)
def test_parameters_that_cannot_be_reached_are_refused(target: str, message: str) -> None:
    circuit = parse(SUBCIRCUIT.replace("TARGET", target))
    with pytest.raises(CircuitError, match=message):
        Model.of(circuit, Parameters.of(circuit))
