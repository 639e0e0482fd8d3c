"""Which rules train circuits in time, and that equilibrium propagation does so by the same command."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import tellegen
from tellegen.netlist import CircuitError
from tellegen.netlist.errors import ExperimentError

NETLIST = """a phase between an input and a reference
.param k=0.2 bias=0.1
V1 in 0 0
Cp p 0 1
Bk in p i={k}*sin(pi*v(in,p))
Vhalf half 0 0.5
Bq p half i=sin(pi*v(p,half))
Bf p 0 i={bias}*sin(pi*v(p))
.ic v(p)=0.5
.tran 0.1 5 uic
*@ trainable k bias
*@ input v1
*@ output v(p)
"""
FOLLOWED = NETLIST.replace(".ic", "Gx 0 x p 0 1\nRx x 0 1\nCx x 0 1\n.ic")
"""With a node that follows the phase and does not act back."""


def settled(k: float, bias: float, x: np.ndarray) -> np.ndarray:
    """Where k·sin π(φ − x) + sin π(φ − ½) + bias·sin πφ = 0: the angle of the sum of three arrows."""
    arrow = k * np.exp(1j * np.pi * x) + np.exp(0.5j * np.pi) + bias
    return np.angle(arrow) / np.pi


def experiment(folder: Path, netlist: str, *lines: str) -> Path:
    x = np.random.default_rng(0).uniform(-0.3, 0.8, 64)
    np.savetxt(
        folder / "points.csv", np.column_stack([x, settled(0.8, -0.4, x)]), delimiter=",", header="x,p", comments=""
    )
    (folder / "net.cir").write_text(netlist)
    head = ['netlist = "net.cir"', "[data]", 'name = "table"', 'file = "points.csv"', "[encoding]", 'scale = "none"']
    (folder / "net.toml").write_text("\n".join([*head, *lines]))
    return folder / "net.toml"


def test_equilibrium_propagation_finds_the_couplings_that_made_the_data(tmp_path: Path):
    lines = ["[rule]", 'name = "equilibrium"', "beta = 0.05", "[optimiser]", 'name = "adam"', "rate = 0.03"]
    lines += ["decay = 0.99", "[training]", "epochs = 300", "batch = 0", "evaluate_every = 300"]
    lines += ["[dynamics]", 'method = "rk4"', 'precision = "float64"']
    run = tellegen.train(experiment(tmp_path, NETLIST, *lines), tmp_path / "run")
    assert run.metrics[-1]["train_loss"] < 1e-4 * run.metrics[0]["train_loss"]
    learned = {name: float(run.circuit.parameters[name]) for name in ("k", "bias")}  # type: ignore[arg-type]
    assert learned == pytest.approx({"k": 0.8, "bias": -0.4}, abs=0.01)


@pytest.mark.parametrize(
    ("netlist", "lines", "error", "message"),
    [
        (
            NETLIST,
            ('name = "coupled"',),
            ExperimentError,
            "is not for circuits in time; take backpropagation or equil",
        ),
        (
            FOLLOWED,
            ('name = "equilibrium"',),
            CircuitError,
            "the current of gx depends on v.p., not on its own voltage",
        ),
        (
            NETLIST,
            ('name = "equilibrium"', "[dynamics]", 'method = "stochastic_heun"'),
            ExperimentError,
            "equilibrium propagation takes .dynamics. method descent, euler, heun, rk4, tsit5 and",
        ),
        (
            f"{NETLIST}*@ noise p amplitude=1m\n",
            ('name = "backpropagation"',),
            ExperimentError,
            "the netlist has noise, which .dynamics. method heun leaves out; take euler_maruyama or stochastic_heun",
        ),
    ],
)
def test_words_that_do_not_go_together_are_refused(tmp_path: Path, netlist, lines, error, message):
    with pytest.raises(error, match=message):
        tellegen.train(experiment(tmp_path, netlist, "[rule]", *lines), tmp_path / "run")
