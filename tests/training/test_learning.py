"""The paper's smallest network learns to read: MNIST where TELLEGEN_DATA has it, scikit-learn's digits otherwise."""

import os
from pathlib import Path

import numpy as np

import tellegen
from tellegen.netlist.resistance import conductance

CIRCUITS = Path(tellegen.__file__).parent / "circuits"
HAS_MNIST = (Path(os.environ.get("TELLEGEN_DATA", "")) / "mnist.npz").is_file()
EXPERIMENT, SETTINGS = (
    ("drn_xs.toml", {"data.train": "12000", "data.test": "1000", "training.epochs": "1"})
    if HAS_MNIST
    else ("digits.toml", {"training.epochs": "10"})
)


def test_one_pass_reads_nine_digits_of_ten_and_keeps_every_range(tmp_path):
    run = tellegen.train(CIRCUITS / EXPERIMENT, tmp_path / "run", SETTINGS)
    predictions = np.load(tmp_path / "run" / "predictions.npz")
    errors = np.mean(predictions["predicted"] != predictions["labels"])
    # Ten classes: guessing misreads nine of ten, a linear classifier of either set about one of ten.
    assert errors < 0.12
    for element in run.circuit.of_kind("R"):
        assert np.min(conductance(element)) >= 0


def test_what_was_learned_reads_the_same_from_its_netlist(tmp_path):
    run = tellegen.train(CIRCUITS / EXPERIMENT, tmp_path / "run", SETTINGS)
    circuit = tellegen.load(tmp_path / "run" / "learned.cir")
    sources, _ = run.test_set()
    predictions = np.load(tmp_path / "run" / "predictions.npz")
    (name,) = circuit.inputs
    for sample in range(3):
        one = circuit.with_values({name: sources[name][sample]})
        answer = tellegen.operating_point(one)
        scale = np.max(np.abs(predictions["outputs"][sample]))
        np.testing.assert_allclose(answer["v(out)"], predictions["outputs"][sample], atol=1e-4 * scale)
