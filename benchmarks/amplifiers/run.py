"""Amplifiers between layers instead of a large input: what deep resistive networks learn, at which voltages and power.

python benchmarks/amplifiers/run.py [--widths 128 1024] [--train 6000] [--epochs 3]

Three networks for each width and depth: the paper's input of thousands of volts; a few volts and bidirectional
amplifiers behind each hidden layer; the same few volts without amplifiers. Writes `results.csv` beside itself; rows of
other widths stay.
"""

from __future__ import annotations

import argparse
import csv
import os
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tellegen import deep_resistive_network, save
from tellegen.solvers.layered import LayeredNetwork, steady_state
from tellegen.training import load_experiment, train
from tellegen.training.run import Run

FOLDER = Path(__file__).parent
CIRCUITS = FOLDER.parent.parent / "circuits"
GAINS = {2: 16.0, 3: 8.0}
"""Of the amplifiers, by the number of hidden layers, as in the experiments drn_2h_amplified and drn_3h_amplified."""
KINDS = ("high input", "amplifiers", "low input")
MEASURED = 200
"""Held-out samples whose voltages and power are taken."""
HEADER = "network kind input_volts amplifier_gain train_samples epochs test_error_percent train_loss rms_input_volts \
rms_hidden_volts rms_amplified_volts rms_output_volts largest_volts watts watts_of_sources watts_of_amplifiers \
train_seconds load"


class Choice(NamedTuple):
    """A plain network's input in volts, β in siemens, and the rates of its crossbars and biases."""

    volts: float
    beta: float
    rates: tuple[float, ...]
    bias_rates: tuple[float, ...]


PAPER = {
    2: Choice(2000.0, 1.0, (0.002, 0.006, 0.018), (0.002, 0.006, 0.018)),
    3: Choice(4000.0, 2.0, (0.005, 0.02, 0.08, 0.005), (0.0005, 0.002, 0.008, 0.0005)),
}
"""Scellier 2024, Table 3: layers of 1024 units."""
NARROW = {
    2: Choice(512.0, 0.1, (0.002, 0.006, 0.018), (0.002, 0.006, 0.018)),
    3: Choice(1024.0, 0.1, (0.015, 0.06, 0.24, 0.015), (0.0015, 0.006, 0.024, 0.0015)),
}
"""For layers of 128 units, which conduct less: β must stay below what holds an output, and voltages fade less."""


class Entry(NamedTuple):
    """One network to train: hidden layers of one width, and where its voltages come from."""

    width: int
    layers: int
    kind: str

    @property
    def name(self) -> str:
        return "-".join(map(str, (784, *[self.width] * self.layers, 10)))

    @property
    def gain(self) -> float | None:
        return GAINS[self.layers] if self.kind == "amplifiers" else None

    @property
    def choice(self) -> Choice:
        return (PAPER if self.width == 1024 else NARROW)[self.layers]

    @property
    def volts(self) -> float:
        """The input of a white pixel."""
        return self.choice.volts if self.kind == "high input" else self.choice.volts / GAINS[self.layers] ** self.layers

    def rates(self) -> dict[str, float]:
        """Those of the paper; of the biases, in the units of their layer (see circuits/drn_2h_amplified.toml)."""
        found: dict[str, float] = {}
        for place, (crossbar, bias) in enumerate(zip(self.choice.rates, self.choice.bias_rates, strict=True)):
            found[f"rw{place + 1}"] = crossbar
            found[f"ib{place + 1}"] = bias / (self.gain or 1.0) ** (2 * (self.layers - place))
        return found

    def settings(self, asked: argparse.Namespace, netlist: Path) -> dict[str, str]:
        """What is put over the paper's experiment: less data, the netlist, and this entry's input, β and rates."""
        rates = ", ".join(f"{name} = {rate!r}" for name, rate in self.rates().items())
        return {
            "netlist": str(netlist),
            "data.train": str(asked.train),
            "data.test": "2000",
            "training.epochs": str(asked.epochs),
            "rule.beta": repr(self.choice.beta),
            "encoding.gain": repr(self.volts),
            "optimiser.rates": f"{{ {rates} }}",
        }

    def trained(self, asked: argparse.Namespace, folder: Path) -> Run:
        sizes = [1568, *[self.width] * self.layers, 10]
        netlist = folder / "network.cir"
        save(deep_resistive_network(sizes, gain=self.gain), netlist)
        experiment = load_experiment(CIRCUITS / f"drn_{self.layers}h.toml", self.settings(asked, netlist))
        return train(experiment, folder / "run")


def rms(values: np.ndarray) -> float:
    """The root of the mean square."""
    return float(np.sqrt(np.mean(np.square(values))))


def measured(entry: Entry, run: Run) -> dict[str, object]:
    """Voltages by layer and mean power of held-out samples in the learned circuit.

    The power is what the resistors turn into heat, Σ g (u − v)². By Tellegen's theorem the input sources, the biases
    and the amplifiers give as much; an amplifier gives v·i (A − 1/A), with i the current that it delivers at A v.
    """
    network = LayeredNetwork.of(run.circuit)
    inputs = run.encoder.voltages(run.dataset.test_inputs[:MEASURED])
    voltages = [np.asarray(each) for each in steady_state(network, inputs).voltages]
    gain = entry.gain or 1.0
    before = [inputs, *(gain * each for each in voltages[:-1])]
    heat, of_sources, of_amplifiers = 0.0, 0.0, 0.0
    for layer, (u, g, v) in enumerate(zip(before, network.weights, voltages, strict=True)):
        given = float(np.mean(np.sum(u * (u * g.sum(1) - v @ g.T), axis=1)))
        heat += given + float(np.mean(np.sum(v * (v * g.sum(0) - u @ g), axis=1)))
        if layer:
            of_amplifiers += given * (1 - 1 / gain**2)
        else:
            of_sources = given
    of_biases = sum(float(np.mean(np.sum(v * i, axis=1))) for v, i in zip(voltages, network.biases, strict=True))
    if not np.isclose(heat, of_sources + of_amplifiers + of_biases, rtol=1e-6):
        raise ArithmeticError(f"{heat} W of heat, but {of_sources + of_amplifiers + of_biases} W given")
    return {
        "rms_input_volts": f"{rms(inputs):.3g}",
        "rms_hidden_volts": " ".join(f"{rms(each):.3g}" for each in voltages[:-1]),
        "rms_amplified_volts": " ".join(f"{rms(each):.3g}" for each in before[1:]) if entry.gain else "",
        "rms_output_volts": f"{rms(voltages[-1]):.3g}",
        "largest_volts": f"{max(float(np.abs(each).max()) for each in (*before, *voltages)):.4g}",
        "watts": f"{heat:.4g}",
        "watts_of_sources": f"{of_sources:.4g}",
        "watts_of_amplifiers": f"{of_amplifiers:.4g}",
    }


def row(entry: Entry, asked: argparse.Namespace) -> dict[str, object]:
    """Train and measure one network."""
    with tempfile.TemporaryDirectory() as folder:
        run = entry.trained(asked, Path(folder))
        return {
            "network": entry.name,
            "kind": entry.kind,
            "input_volts": f"{entry.volts:g}",
            "amplifier_gain": f"{entry.gain:g}" if entry.gain else "",
            "train_samples": asked.train,
            "epochs": asked.epochs,
            "test_error_percent": " ".join(f"{100 * float(each['test_error']):.2f}" for each in run.metrics),
            "train_loss": " ".join(f"{float(each['train_loss']):.4f}" for each in run.metrics),
            **measured(entry, run),
            "train_seconds": f"{sum(float(each['train_seconds']) for each in run.metrics):.2f}",
            "load": f"{os.getloadavg()[0]:.2f}",
        }


def main() -> None:
    """Train what is asked for and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--widths", nargs="+", type=int, default=[128])
    parser.add_argument("--train", type=int, default=6000, help="training samples of MNIST")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--layers", nargs="+", type=int, default=[2, 3], choices=[2, 3])
    asked = parser.parse_args()
    table = FOLDER / "results.csv"
    rows: dict[tuple[str, str], Any] = {}
    if table.exists():
        with table.open(newline="") as lines:
            rows = {(each["network"], each["kind"]): dict(each) for each in csv.DictReader(lines)}
    for width in asked.widths:
        for layers in asked.layers:
            for kind in KINDS:
                entry = Entry(width, layers, kind)
                rows[entry.name, kind] = row(entry, asked)
                print(*rows[entry.name, kind].values(), sep="  ", flush=True)
                with table.open("w", newline="") as out:
                    writer = csv.DictWriter(out, HEADER.split(), lineterminator="\n")
                    writer.writeheader()
                    writer.writerows(rows.values())


if __name__ == "__main__":
    main()
