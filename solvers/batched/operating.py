"""Operating points of one circuit for many inputs: arrays of source values in, `Traces` with a sample axis out."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ...netlist import Circuit, Traces
from ...netlist.errors import CircuitError, NumericalError, TellegenError
from ..certificates import explained
from ..feasibility import resistive_parts
from ..methods.method import start_point
from ..qp import Solution
from ..resistive import ResistiveNetwork
from .network import BatchedNetwork

BUDGET = 1 << 24


def operating_points(circuit: Circuit, inputs: Mapping[str, Any], tolerance: float = 1e-9) -> Traces:
    """All node voltages and branch currents for each sample; one value of `inputs` is (samples,) or (samples, shape).

    `inputs` maps voltage sources (amperes for current sources) to their values. `about` holds engine, method, the
    largest residual and seconds.

    Raises:
        CircuitError: a name that is no source, values of a wrong shape, or a sample without a steady state.
        NumericalError: a sample is not solved to the tolerance (kkt.py): operating_point says why.
    """
    begin = time.perf_counter()
    network = ResistiveNetwork.of(circuit)
    samples = _samples(network, inputs)
    voltage = _spread(network.sources, inputs, samples)
    current = _spread(network.currents, inputs, samples)
    _check(network, voltage, current)
    x, diodes, residual = _solved(network, voltage, current)
    worst = int(np.argmax(residual)) if samples else 0
    if samples and not residual[worst] <= tolerance:
        raise NumericalError(
            f"sample {worst} has a KKT residual of {residual[worst]:.2e} of the scale, more than {tolerance:.0e}; "
            f"solve it alone with operating_point to learn why"
        )
    about = {"engine": "qp", "method": "batched", "residual": float(np.max(residual, initial=0.0))}
    traces = [
        network.traces(
            Solution(x[k], diodes[k], float(residual[k]), 0, "batched"),
            replace(network.values(), voltage=voltage[k], current=current[k]),
        )
        for k in range(samples)
    ]
    signals = {
        name: np.stack([each.signals[name] for each in traces]) for name in (traces[0].signals if samples else ())
    }
    return Traces(signals, {"sample": np.arange(samples)}, {**about, "seconds": time.perf_counter() - begin})


def _samples(network: ResistiveNetwork, inputs: Mapping[str, Any]) -> int:
    """How many samples the inputs have; all the same number."""
    known = (network.sources, network.currents)
    counts = {}
    for name, values in inputs.items():
        branches = next((each for each in known if name.lower() in each.places), None)
        if branches is None:
            raise CircuitError(f"{name} is no voltage or current source of this circuit")
        shape = np.shape(values)
        if shape[1:] != branches.shapes[name.lower()] or not shape:
            expected = "".join(f", {width}" for width in branches.shapes[name.lower()])
            raise CircuitError(f"the input {name} has shape {shape}; give (samples{expected})")
        counts[name] = shape[0]
    if len(set(counts.values())) != 1:
        raise CircuitError(f"the inputs need one and the same number of samples; there are {counts or 'no inputs'}")
    return next(iter(counts.values()))


def _spread(branches: Any, inputs: Mapping[str, Any], samples: int) -> np.ndarray:
    """The flat values (samples, count) of one kind of source, the inputs put in."""
    values = np.repeat(branches.values[None, :], samples, axis=0)
    for name, given in inputs.items():
        if (place := branches.places.get(name.lower())) is not None:
            values[:, place] = np.asarray(given, dtype=np.float64).reshape(samples, -1)
    return values


def _check(network: ResistiveNetwork, voltage: np.ndarray, current: np.ndarray) -> None:
    """Raise CircuitError where a sample has no steady state for want of a path for its currents.

    Only where parts of the circuit hang on diodes alone; there a batch could answer with potentials beyond all bounds.
    """
    values = network.values()
    if not len(voltage) or resistive_parts(network.reduce(replace(values, voltage=voltage[0])))[0] == 1:
        return
    for volts, amperes in zip(voltage, current, strict=True):
        try:
            start_point(network.reduce(replace(values, voltage=volts, current=amperes)))
        except TellegenError as error:
            raise explained(network, error) from None


def _solved(
    network: ResistiveNetwork, voltage: np.ndarray, current: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Potentials, diode currents and residuals of all samples, compiled once, in chunks that fit the memory budget."""
    batched, conductance = BatchedNetwork.of(network), network.values().conductance
    chunk = int(np.clip(BUDGET // max(network.topology.nodes, 1) ** 2, 1, len(voltage) or 1))
    pieces = []
    with jax.enable_x64(True):
        solve = jax.jit(lambda volts, amperes: batched.solve(batched.problem(jnp.asarray(conductance), volts, amperes)))
        for begin in range(0, len(voltage), chunk):
            rows = np.minimum(np.arange(begin, begin + chunk), len(voltage) - 1)
            state = solve(voltage[rows], current[rows])
            pieces.append([np.asarray(part)[: len(voltage) - begin] for part in state])
    if not pieces:
        return np.zeros((0, network.topology.nodes)), np.zeros((0, len(network.diode_rows))), np.zeros(0)
    x, diodes, residual = (np.concatenate(parts) for parts in zip(*pieces, strict=True))
    return x, diodes, residual
