"""The batch in JAX against the operating point one by one, and its gradients against central differences."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tellegen.netlist import CircuitError, NumericalError, parse
from tellegen.solvers import Load, ResistiveNetwork, operating_point
from tellegen.solvers import solve as one_by_one
from tellegen.solvers.batched import BatchedNetwork, operating_points
from tellegen.solvers.methods.convexity import Indefinite

# bounds, free diodes, a floating source, a current source, a node between diodes
DECK = """everything
Vin[0:1] in[0:1] 0 1
Rw[0:1,0:2] in[0:1] h[0:2] 2
Dh[0:1] 0 h[0:1] ideal
D2 h[2] 0 ideal
D3 h[0] x ideal
D4 h[1] x ideal
Rx x out 1
V2 out low 0.3
R3 low 0 1.5
R4 h[2] out 3
I1 0 x 0.2
.model ideal D(is=1e-12 n=1e-4)
*@ ideal model=ideal
*@ output v(out)
"""


@pytest.fixture(scope="module")
def inputs():
    rng = np.random.default_rng(0)
    return {"vin": rng.normal(size=(40, 2)) * 3, "i1": rng.normal(size=40)}


def test_every_sample_is_the_operating_point(inputs):
    circuit = parse(DECK)
    found = operating_points(circuit, inputs)
    assert found.about["method"] == "batched"
    assert found["v(h)"].shape == (40, 3)
    assert found["i(rw)"].shape == (40, 2, 3)
    for sample in range(40):
        alone = operating_point(circuit.with_values({name: values[sample] for name, values in inputs.items()}))
        unique = [name for name in alone.signals if not name.startswith("i(d")]
        for name in unique:
            signal = alone[name]
            np.testing.assert_allclose(found[name][sample], signal, atol=1e-9, err_msg=f"{name} of {sample}")


def test_gradients_pass_through(inputs):
    batched = BatchedNetwork.of(ResistiveNetwork.of(parse(DECK)))
    place = batched.network.table.index("out")
    values = batched.network.values()
    weights = np.linspace(1, 2, 40)

    def loss(conductance, voltage, current, load):
        state = batched.solve(batched.problem(conductance, voltage, current, load, 0.1 * load))
        return jnp.sum(weights * batched.potentials(state.x, voltage)[:, place] ** 2) + jnp.sum(state.currents**2)

    with jax.enable_x64(True):
        voltage = jnp.asarray(np.concatenate([inputs["vin"], np.full((40, 1), 0.3)], axis=1)[:, [2, 0, 1]])
        order = [batched.network.sources.places[name] for name in ("v2", "vin")]
        assert order == [slice(0, 1), slice(1, 3)]
        point = [jnp.asarray(values.conductance), voltage, jnp.asarray(inputs["i1"][:, None]), jnp.asarray(0.1)]
        run = jax.jit(jax.value_and_grad(loss, argnums=(0, 1, 2, 3)))
        _, gradients = run(*point)
        rng = np.random.default_rng(1)
        for argument, gradient in enumerate(gradients):
            direction = jnp.asarray(rng.normal(size=np.shape(gradient)))
            ends = []
            for sign in (1, -1):
                moved = list(point)
                moved[argument] = point[argument] + sign * 1e-6 * direction
                ends.append(float(run(*moved)[0]))
            slope = float(jnp.sum(gradient * direction))
            assert slope == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-6, abs=1e-6), argument


def test_what_cannot_be_solved_is_said():
    circuit = parse("a\nV1 a 0 1\nR1 a b 1\nR2 b 0 1\nI1 0 c 0\nD1 b c ideal\n.model ideal D\n*@ ideal model=ideal\n")
    with pytest.raises(CircuitError, match="i1 pushes 1 A into node c and no branch lets it leave"):
        operating_points(circuit, {"i1": np.array([-1.0, 1.0])})
    linear = parse("a\nV1 a 0 1\nR1 a b 3\nR2 b 0 7\n")
    with pytest.raises(NumericalError, match=r"sample . has a KKT residual of .* solve it alone with operating_point"):
        operating_points(linear, {"v1": np.array([-1.0, 0.7, 1.3])}, tolerance=1e-30)
    with pytest.raises(CircuitError, match="r1 is no voltage or current source of this circuit"):
        operating_points(circuit, {"r1": np.ones(2)})
    with pytest.raises(CircuitError, match=r"the input v1 has shape \(2, 1\); give \(samples\)"):
        operating_points(circuit, {"v1": np.ones((2, 1))})
    with pytest.raises(CircuitError, match="the inputs need one and the same number of samples"):
        operating_points(circuit, {"v1": np.ones(2), "i1": np.ones(3)})


def test_negative_loads_are_solved_while_the_energy_has_a_minimum():
    # bounded by a diode alone at the output, and a part without ground beside it
    deck = "a\nV1 a 0 1\nR1 a out 1\nR2 out far 2\nR3 p q 1\nD0 far p ideal\nD1 0 far ideal\n"
    circuit = parse(deck + ".model ideal D\n*@ ideal model=ideal\n*@ output v(far)\n")
    network = ResistiveNetwork.of(circuit)
    batched = BatchedNetwork.of(network, attempts=1)
    values = network.values()
    # the conductance from far to the source is 1/3 S
    loads = np.array([0.2, 0.0, -0.2, -0.33, -0.34, -1.0])
    with jax.enable_x64(True):
        volts = jnp.array([[1.0], [-1.0]])

        @jax.jit
        def answer(load):
            state = batched.solve(batched.problem(jnp.asarray(values.conductance), volts, jnp.zeros(0), load))
            return batched.potentials(state.x, volts)[:, network.table.index("far")], state.residual

        found = [tuple(map(np.asarray, answer(load))) for load in loads]
    for load, (far, residual) in zip(loads, found, strict=True):
        if load < -1 / 3:
            assert np.all(np.isposinf(residual))
            with pytest.raises(Indefinite):
                one_by_one(network.problem(load=Load(conductance=load)))
        else:
            assert np.all(residual < 1e-10)
            np.testing.assert_allclose(far, [(1 / 3) / (1 / 3 + load), 0.0], rtol=1e-9, atol=1e-12)


def test_no_global_setting_is_changed():
    assert jnp.zeros(1).dtype == jnp.float32
