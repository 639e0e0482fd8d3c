"""The experiments on disordered networks fit their circuits and rules; every rule can be named and does its task."""

from __future__ import annotations

from pathlib import Path

import pytest

from tellegen.netlist import save
from tellegen.netlist.builders import disordered_network
from tellegen.netlist.errors import ExperimentError
from tellegen.training import load_experiment, train
from tellegen.training.experiment import RULES
from tellegen.training.progress import silent
from tellegen.training.rules.choice import BUILDERS, RESISTIVE
from tellegen.training.session import Session

ROOT = Path(__file__).resolve().parents[2]
NETWORKS = {
    "allostery": "coupled",
    "regression": "adjoint",
    "laboratory_iris": "coupled",
    "disordered_iris": "frequency",
    "two_moons": "equilibrium",
}
SMALL = """netlist = "small.cir"
[data]
name = "table"
rows = [[1.0, 0.3], [-1.0, -0.3]]
test_fraction = 0
[encoding]
scale = "none"
[loss]
tolerance = 0.03
[training]
epochs = 100
batch = 2
"""


@pytest.mark.parametrize("name", NETWORKS)
def test_experiments_fit_their_circuits(name: str, tmp_path: Path) -> None:
    session = Session.of(load_experiment(ROOT / "circuits" / f"{name}.toml"), tmp_path, silent)
    assert session.experiment.rule.name == NETWORKS[name]
    assert session.engine.name == "generic"


def test_every_rule_can_be_named() -> None:
    assert set(RULES) == {*BUILDERS, *RESISTIVE}


@pytest.mark.parametrize(
    ("rule", "rate", "more"),
    [
        ("contrastive", 1000.0, {}),
        ("frequency", 5.0, {"rule.beta": "1e-4", "rule.samples": "4"}),
        ("agnostic", 5.0, {"rule.beta": "1e-4", "rule.compliance": "10.0"}),
    ],
)
def test_a_rule_reaches_its_task(rule: str, rate: float, more: dict[str, str], tmp_path: Path) -> None:
    save(disordered_network(1, 1, hidden=2, resistors=8, seed=1), tmp_path / "small.cir")
    (tmp_path / "small.toml").write_text(SMALL)
    settings = {"rule.name": rule, "optimiser.rate": str(rate), **more}
    run = train(tmp_path / "small.toml", tmp_path / "run", settings)
    assert run.metrics[-1]["train_loss"] < 0.02 * run.metrics[0]["train_loss"]
    assert run.metrics[-1]["test_error"] == 0.0


def test_the_layered_engine_refuses_rules_and_limits_it_has_not(tmp_path: Path) -> None:
    digits = ROOT / "circuits" / "digits.toml"
    chosen = {"training.engine": "layered", "rule.sweeps": "0", "rule.name": "adjoint"}
    with pytest.raises(ExperimentError, match="its rules are equilibrium, implicit, backpropagation, not adjoint"):
        Session.of(load_experiment(digits, chosen), tmp_path, silent)
    limited = {"training.engine": "layered", "hardware.update_noise": "0.1"}
    with pytest.raises(ExperimentError, match=r"\[hardware\] has limits, which the generic engine has"):
        Session.of(load_experiment(digits, limited), tmp_path, silent)
