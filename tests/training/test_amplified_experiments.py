"""The deep networks with amplifiers are those of the paper in other units."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tellegen.netlist import load
from tellegen.netlist.builders import deep_resistive_network
from tellegen.solvers.layered import LayeredNetwork
from tellegen.training import load_experiment
from tellegen.training.datasets import Dataset
from tellegen.training.encoding import Encoder
from tellegen.training.engines import engine_for
from tellegen.training.optimiser import rates
from tellegen.training.parameters import Parameters
from tellegen.training.settings import settings_of
from tellegen.training.wiring import check_wiring

CIRCUITS = Path(__file__).parents[2] / "circuits"
SIZES = {"drn_2h": [1568, 1024, 1024, 10], "drn_3h": [1568, 1024, 1024, 1024, 10]}


@pytest.mark.parametrize("name", SIZES)
def test_the_netlist_is_what_the_builder_makes(name: str) -> None:
    circuit = load(CIRCUITS / f"{name}_amplified.cir")
    shapes = [np.broadcast_to(1e-3, each) for each in zip(SIZES[name], SIZES[name][1:], strict=False)]
    gain = float(circuit["xamp1"].parameters["gain"])  # type: ignore[arg-type]
    built = deep_resistive_network(SIZES[name], conductances=shapes, gain=gain)
    assert [each.name for each in built.elements] == [each.name for each in circuit.elements]
    for mine, theirs in zip(circuit.elements, built.elements, strict=True):
        assert (mine.nodes, mine.ranges, mine.model) == (theirs.nodes, theirs.ranges, theirs.model)
        if mine.name.startswith("xamp"):
            assert mine.parameters == theirs.parameters
    network = LayeredNetwork.of(circuit)
    assert network.scales == tuple(gain**layer for layer in range(len(SIZES[name]) - 1))


@pytest.mark.parametrize("name", SIZES)
def test_the_settings_are_those_of_the_paper_in_the_units_of_each_layer(name: str) -> None:
    plain, amplified = (load_experiment(CIRCUITS / f"{each}.toml") for each in (name, f"{name}_amplified"))
    scales = LayeredNetwork.of(load(CIRCUITS / amplified.netlist)).scales
    assert amplified.encoding.gain * scales[-1] == plain.encoding.gain
    assert amplified.encoding.gain < 10
    assert (amplified.rule, amplified.training, amplified.initial) == (plain.rule, plain.training, plain.initial)
    assert (amplified.optimiser.name, amplified.optimiser.decay) == (plain.optimiser.name, plain.optimiser.decay)
    crossbars = [f"rw{layer}" for layer in range(1, len(scales) + 1)]
    biases = [f"ib{layer}" for layer in range(1, len(scales) + 1)]
    ours, theirs = (rates(each.optimiser, (*crossbars, *biases), 0) for each in (amplified, plain))
    assert [ours[each] for each in crossbars] == [theirs[each] for each in crossbars]
    larger = [ours[bias] * (scales[-1] / scale) ** 2 for bias, scale in zip(biases, scales, strict=True)]
    assert larger == [theirs[each] for each in biases]


def test_they_fit_their_data_and_the_layered_engine() -> None:
    experiment = load_experiment(CIRCUITS / "drn_2h_amplified.toml")
    circuit = load(CIRCUITS / experiment.netlist)
    pixels, labels = np.zeros((8, 784), np.uint8), np.arange(8)
    dataset = Dataset("mnist", pixels, labels, pixels, labels, 10, 255.0)
    encoder = Encoder.of(experiment.encoding, dataset)
    check_wiring(circuit, encoder, dataset, "drn_2h_amplified")
    engine = engine_for(experiment, circuit, Parameters.of(circuit), settings_of(experiment, encoder, dataset))
    assert engine.name == "layered"
