"""Learning at rest by nodal analysis: against the resistive engine, central differences, and ngspice."""

from __future__ import annotations

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tellegen.netlist import Circuit, parse
from tellegen.netlist.errors import CircuitError, ExperimentError
from tellegen.solvers.nodal.points import operating_point
from tellegen.spice_export import operating_points
from tellegen.training import load_experiment, train
from tellegen.training.engines import engine_for
from tellegen.training.nodal.model import NodalModel
from tellegen.training.parameters import Parameters, apply
from tellegen.training.resistive.model import Model
from tellegen.training.rules import Batch, Estimate, estimator_for
from tellegen.training.trainer import Settings

CIRCUITS = Path(__file__).parents[2] / "circuits"
DIODES = parse("""diodes and every kind of trainable
V1 a 0 1
V2 b 0 -1
V3 c f 0.3
R1 a x {r}
R2 b x {2*r}
R3 a y g=0.4m
R4 x y 700 m=2
R5 y f 800
R6 c 0 600
Rq[0:1] y q[0:1] g=1m
Rl[0:1] q[0:1] 0 2k
I1 0 x 0.1m
D1 0 x real
.model real D(is=1e-9 n=1.5)
.param r=2k
*@ trainable r min=1 max=100k scale=log
*@ trainable r3 rq min=0
*@ trainable r4 min=100
*@ trainable i1 v3
*@ input v1 v2
*@ output v(c) v(q[0:1])
""")
TRANSISTORS = parse("""two transistors with gates that learn, and a threshold
Vin in 0 0.2
Vb b 0 -2
Vg[0:1] g[0:1] 0 2.5
M1 in g[0] out b n w={width}
M2 out g[1] 0 b n
R1 in out 5k
.param vt=0.7 width=200u
.model n nmos(vto={vt} kp=0.2m gamma=0.4 lambda=0.02)
*@ input vin
*@ output v(out)
*@ trainable vg min=1 max=6
*@ trainable vt width min=1u max=2
*@ trainable r1 min=100 scale=log
""")


def estimated(model: Model | NodalModel, circuit: Circuit, rule: str, inputs: list, targets: list) -> Estimate:
    """What a rule says at the netlist's own values."""
    parameters = Parameters.of(circuit)
    flat = circuit.flatten()
    own = {
        each.target: circuit.parameters[each.target]
        if each.is_parameter
        else flat[each.target].parameters.get("g", getattr(flat[each.target].value, "dc", flat[each.target].value))
        for each in parameters.coordinates
    }
    coordinates = {name: jnp.asarray(value) for name, value in parameters.coordinates_of(own).items()}
    rule_of = estimator_for(Settings(len(inputs), 1, rule=rule, beta=1e-5, eta=0.3), model)
    batch = Batch(jnp.asarray(inputs), jnp.asarray(targets), model.rest(len(inputs)))
    return jax.jit(lambda at: rule_of(at, batch))(coordinates)


@pytest.mark.parametrize("rule", ["equilibrium", "coupled"])
def test_rules_are_the_same_by_nodal_analysis_and_by_the_network_of_diodes(rule: str) -> None:
    inputs, targets = [[1.0, -0.5], [-0.8, 0.6]], [[0.3, 0.1, -0.2], [-0.5, 0.2, 0.1]]
    parameters = Parameters.of(DIODES)
    with jax.enable_x64(True):
        found = [estimated(kind.of(DIODES, parameters), DIODES, rule, inputs, targets) for kind in (Model, NodalModel)]
        assert float(found[0].loss) == pytest.approx(float(found[1].loss), rel=1e-12)
        for name, gradient in found[0].gradients.items():
            np.testing.assert_allclose(found[1].gradients[name], gradient, rtol=1e-9, atol=0.0)


def test_gates_and_models_have_the_gradients_of_central_differences() -> None:
    inputs, targets = [[0.2], [-0.1]], [[0.15], [0.0]]
    parameters = Parameters.of(TRANSISTORS)

    def loss(values: dict[str, np.ndarray]) -> float:
        moved = apply(TRANSISTORS, values)
        outputs = [float(operating_point(moved.with_values({"vin": each[0]}))["v(out)"]) for each in inputs]
        return 0.25 * float(np.sum((np.array(outputs) - np.ravel(targets)) ** 2))

    own = {"vg": np.array([2.5, 2.5]), "vt": np.array(0.7), "width": np.array(200e-6), "r1": np.array(5e3)}
    with jax.enable_x64(True):
        found = estimated(NodalModel.of(TRANSISTORS, parameters), TRANSISTORS, "implicit", inputs, targets)
        exact = {name: np.asarray(each) for name, each in found.gradients.items()}
    assert float(found.loss) / 2 == pytest.approx(loss(own), rel=1e-12)
    for name, gradient in exact.items():
        for place in np.ndindex(gradient.shape):
            step = np.zeros(gradient.shape)
            step[place] = 1e-4 * own[name][place]
            difference = (loss(own | {name: own[name] + step}) - loss(own | {name: own[name] - step})) / 2e-4
            slope = gradient[place] * (1.0 if name == "r1" else own[name][place])
            assert slope == pytest.approx(difference, rel=1e-5)


def test_two_states_tell_of_gates_in_the_ohmic_region() -> None:
    """Channels are symmetric up to the signals over the overdrive, and so are rules of two states exact."""
    parameters = Parameters.of(TRANSISTORS)
    inputs, targets = [[2e-3], [-1e-3]], [[1.5e-3], [0.0]]
    with jax.enable_x64(True):
        model = NodalModel.of(TRANSISTORS, parameters)
        exact, found = (estimated(model, TRANSISTORS, rule, inputs, targets) for rule in ("implicit", "equilibrium"))
        for name, gradient in exact.gradients.items():
            np.testing.assert_allclose(found.gradients[name], gradient, rtol=5e-3)


def test_transistors_read_irises_and_ngspice_agrees(tmp_path: Path) -> None:
    settings = {"training.epochs": "12", "training.evaluate_every": "12"}
    run = train(CIRCUITS / "transistor_iris.toml", tmp_path / "run", settings)
    assert run.metrics[-1]["test_error"] < 0.06
    assert run.metrics[-1]["train_error"] < 0.06
    inputs, _ = run.test_set(6)
    measured = operating_points(run.circuit, inputs, jobs=1)
    stored = run.predictions().outputs[:6]
    for column in range(3):
        np.testing.assert_allclose(measured[f"v(out[{column}])"], stored[:, column], rtol=1e-9, atol=1e-12)


def test_the_reason_is_told_where_a_state_is_not_found() -> None:
    experiment = load_experiment(CIRCUITS / "transistor_iris.toml")
    parameters = Parameters.of(TRANSISTORS)
    engine = engine_for(experiment, TRANSISTORS, parameters, Settings(1, 1, rule="implicit"))
    assert engine.name == "nodal"
    state = engine.start({"vg": np.full(2, 2.5), "vt": np.array(0.7), "width": np.array(2e-4), "r1": np.array(5e3)})
    with pytest.raises(CircuitError, match="the input vin of sample 0 is nan; give a finite number"):
        engine.trainer.evaluate(state, np.array([[np.nan]]), np.zeros((1, 1)))


def test_what_nodal_analysis_cannot_train_is_refused() -> None:
    parameters = Parameters.of(TRANSISTORS)
    model = NodalModel.of(TRANSISTORS, parameters)
    with pytest.raises(ExperimentError, match="the rule adjoint is for networks of resistors, diodes and sources"):
        estimator_for(Settings(1, 1, rule="adjoint"), model)
    with pytest.raises(ExperimentError, match=r"set \[rule\] sweeps = 0"):
        estimator_for(Settings(1, 1, sweeps=4), model)
    ideal = parse("one\nV1 a 0 1\nR1 a b 1k\nD1 b 0 i\n.model i D\n*@ ideal model=i\n*@ input v1\n*@ output v(b)\n"
                  "*@ trainable r1 min=1\n")  # fmt: skip
    with pytest.raises(CircuitError, match="d1 is ideal or piecewise linear"):
        NodalModel.of(ideal, Parameters.of(ideal))
    held = parse("one\nV1 a 0 1\nR1 a b 1k\nR2 b 0 1k\n*@ input v1\n*@ output v(a)\n*@ trainable r1 min=1\n")
    with pytest.raises(CircuitError, match="the outputs a cannot be held at voltages"):
        estimator_for(Settings(1, 1, rule="coupled"), NodalModel.of(held, Parameters.of(held)))
