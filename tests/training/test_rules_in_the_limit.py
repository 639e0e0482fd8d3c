"""Every rule that reads voltages, against circuits solved one by one: its limit, its order, and that it descends."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tellegen.netlist import Element, parse
from tellegen.netlist.errors import CircuitError, ExperimentError
from tellegen.solvers import Load, ResistiveNetwork, solve
from tellegen.training.hardware.meter import Instrument
from tellegen.training.parameters import Parameters, apply
from tellegen.training.resistive.model import Model
from tellegen.training.rules import Adjoint, Agnostic, Batch, Coupled, Estimate, Frequency, estimator_for
from tellegen.training.trainer import Settings

NETLIST = """* resistors in ohm and siemens, trained sources, diodes between free nodes and to ground
V1 a 0 1
V2 b 0 -1
R1 a x g=1m
R2 b x 2k
R3 x y g=0.7m
R4 a y g=0.4m
R5 y z g=1m
R6 b z g=0.9m
R7 z w 1k
R8 w 0 g=1m
V3 w f 0.2
R9 f x g=1m
I1 0 y 0.1m
D1 x w ideal
D2 y 0 ideal
.model ideal D(is=1e-12 n=1e-4)
*@ ideal model=ideal
*@ trainable r1 r3 r8 min=0
*@ trainable r7 min=100 max=10k scale=log
*@ trainable i1 v3
*@ input v1 v2
*@ output v(z) v(w)
"""
CIRCUIT = parse(NETLIST)
PARAMETERS = Parameters.of(CIRCUIT)
START = PARAMETERS.coordinates_of({"r1": 1e-3, "r3": 0.7e-3, "r8": 1e-3, "r7": 1e3, "i1": 1e-4, "v3": 0.2})
INPUTS = np.array([[1.0, -0.5], [-0.8, 0.6], [0.3, 1.2]])
TARGETS = np.array([[0.3, 0.1], [-0.5, 0.2], [0.7, -0.1]])

Coordinates = dict[str, np.ndarray]


@dataclass(frozen=True)
class Solved:
    """One sample's outputs in volts, and its co-content in watts (the diodes hold no energy)."""

    outputs: np.ndarray
    content: float


def solved(
    coordinates: Coordinates, inputs: np.ndarray, *, clamps: np.ndarray | None = None, push: Any = 0.0
) -> Solved:
    """The circuit with these values, its outputs clamped or pushed by currents, by the solvers' own methods."""
    circuit = apply(CIRCUIT, PARAMETERS.values_of(coordinates)).flatten()
    voltages = {"v1": inputs[0], "v2": inputs[1]}
    if clamps is not None:
        sources = [Element(f"vc{k}", (node, "0"), float(clamps[k])) for k, node in enumerate(CIRCUIT.outputs)]
        network = ResistiveNetwork.of(circuit.with_elements(sources), loads=())
        values = network.values(voltages=voltages)
    else:
        network = ResistiveNetwork.of(circuit)
        values = network.values(voltages=voltages, load=Load(0.0, push))
    potentials = network.potentials(solve(network.reduce(values), tolerance=1e-12).v, values)
    u, pressed = (potentials[each.first] - potentials[each.second] for each in (network.resistors, network.currents))
    content = 0.5 * float(values.conductance @ u**2) + float(values.current @ pressed)
    return Solved(potentials[[int(network.table.index(node)) for node in CIRCUIT.outputs]], content)


def central(function: Callable[[Coordinates], Any]) -> dict[str, Any]:
    """The derivative of a function of the coordinates at START by each of them."""
    found = {}
    for target, u in START.items():
        step = 1e-5 * max(abs(float(u)), 1e-4)
        ends = [np.asarray(function({**START, target: u + sign * step})) for sign in (1, -1)]
        found[target] = (ends[0] - ends[1]) / (2 * step)
    return found


def outputs(coordinates: Coordinates) -> np.ndarray:
    return np.array([solved(coordinates, inputs).outputs for inputs in INPUTS])


@functools.cache
def gradient() -> dict[str, Any]:
    """Of the loss ½‖outputs − targets‖², batch mean."""
    return central(lambda u: 0.5 * np.sum((outputs(u) - TARGETS) ** 2) / len(INPUTS))


@functools.cache
def model() -> Model:
    return Model.of(CIRCUIT, PARAMETERS)


def compiled(rule: Callable[[Any], Any]) -> Callable[[Coordinates, Any], Estimate]:
    """Estimates of `rule(number)`, compiled once."""

    def estimate(u: Any, number: Any) -> Estimate:
        return rule(number)(u, Batch(jnp.asarray(INPUTS), jnp.asarray(TARGETS), model().rest(len(INPUTS))))

    program = jax.jit(estimate)

    def call(coordinates: Coordinates, number: Any) -> Estimate:
        with jax.enable_x64(True):
            arguments = {target: jnp.asarray(u) for target, u in coordinates.items()}
            return jax.tree.map(np.asarray, program(arguments, jax.tree.map(jnp.asarray, number)))

    return call


@functools.cache
def coupled() -> Callable[[Coordinates, Any], Estimate]:
    held = Coupled.of(model())
    return compiled(lambda eta: Coupled(model(), held.clamped, eta))


def error(found: Estimate, expected: dict[str, Any]) -> float:
    """The largest difference, relative to each coordinate's gradient."""
    assert found.residual < 1e-12
    return max(float(np.abs(found.gradients[key] - wanted) / np.abs(wanted)) for key, wanted in expected.items())


def descends(estimate: Callable[[Coordinates, Any], Estimate], number: Any) -> float:
    """The part of the loss that is left after forty steps of gradient descent scaled to each coordinate's size."""
    coordinates = dict(START)
    first = float(estimate(coordinates, number).loss)
    top = {target: abs(float(slope)) for target, slope in estimate(coordinates, number).gradients.items()}
    sizes = {"r1": 1e-3, "r3": 1e-3, "r8": 1e-3, "r7": 1.0, "i1": 1e-4, "v3": 0.2}
    for _ in range(40):
        slopes = estimate(coordinates, number).gradients
        coordinates = PARAMETERS.project(
            {each: u - 0.03 * sizes[each] * slopes[each] / top[each] for each, u in coordinates.items()}
        )
    return float(estimate(coordinates, number).loss) / first


def test_the_adjoint_circuit_gives_the_gradient_whatever_the_current() -> None:
    estimate = compiled(lambda beta: Adjoint(model(), beta))
    found = estimate(START, 1e-3)
    assert error(found, gradient()) < 1e-6
    assert float(found.loss) == pytest.approx(0.5 * np.sum((outputs(START) - TARGETS) ** 2), rel=1e-12)
    assert error(estimate(START, 10.0), {key: np.asarray(value) for key, value in found.gradients.items()}) < 1e-12
    assert descends(estimate, 1e-3) < 0.8


def test_frequency_propagation_gives_the_gradient_while_no_diode_switches() -> None:
    estimate = compiled(lambda beta: Frequency(model(), beta, 5))
    assert error(estimate(START, 1e-5), gradient()) < 1e-6
    assert error(estimate(START, 3e-2), gradient()) > 1e-3


def test_coupled_and_contrastive_learning_follow_the_contrast_of_two_circuits() -> None:
    estimate, free = coupled(), outputs(START)
    for eta in (1.0, 0.1):
        clamps = free + eta * (TARGETS - free)

        def contrast(u: Coordinates, clamps: np.ndarray = clamps, eta: float = eta) -> float:
            pairs = zip(INPUTS, clamps, strict=True)
            return sum(solved(u, x, clamps=c).content - solved(u, x).content for x, c in pairs) / (eta * len(INPUTS))

        assert error(estimate(START, eta), central(contrast)) < 1e-5


def test_coupled_learning_tends_to_the_gradient_seen_through_the_output_impedance() -> None:
    estimate = coupled()
    free, jacobian, small = outputs(START), central(outputs), 1e-9
    weighted = []
    for inputs, miss in zip(INPUTS, free - TARGETS, strict=True):
        rest = solved(START, inputs).outputs
        columns = [(solved(START, inputs, push=small * unit).outputs - rest) / small for unit in np.eye(2)]
        weighted.append(np.linalg.solve(np.array(columns).T, miss))
    limit = {key: np.sum(np.array(weighted) * slope) / len(INPUTS) for key, slope in jacobian.items()}
    errors = [error(estimate(START, eta), limit) for eta in (4e-2, 1e-2)]
    assert errors[1] < 0.5
    assert np.log(errors[0] / errors[1]) / np.log(4) == pytest.approx(1.0, abs=0.15)


def test_agnostic_equilibrium_propagation_tends_to_the_gradient_with_its_nudging_and_compliance() -> None:
    estimate = compiled(lambda both: Agnostic(model(), both[0], both[1]))
    errors = [error(estimate(START, (beta, 1e-9)), gradient()) for beta in (4e-5, 1e-5)]
    assert np.log(errors[0] / errors[1]) / np.log(4) == pytest.approx(1.0, abs=0.15)


def test_rules_that_do_not_suit_are_refused() -> None:
    bounds = Model.of(parse(NETLIST.replace("D1 x w", "D1 x 0")), PARAMETERS)
    with pytest.raises(ExperimentError, match=r"the rule coupled starts from the exact steady state"):
        estimator_for(Settings(1, 1, rule="coupled", sweeps=4), bounds)
    with pytest.raises(ExperimentError, match="computes its gradients and reads no voltages"):
        estimator_for(Settings(1, 1, rule="implicit"), model(), Instrument(1e-3, 0, 0.0))
    outputs_joined = parse(NETLIST.replace("D1 x w", "D1 z w"))
    joined = Model.of(outputs_joined, PARAMETERS)
    with pytest.raises(CircuitError, match="joins nothing but outputs and sources, so the outputs cannot be clamped"):
        estimator_for(Settings(1, 1, rule="contrastive"), joined)
