"""Trainables of one kind move as one vector, and every element still gets its own value."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from tellegen.netlist import parse
from tellegen.solvers.resistive import ResistiveNetwork
from tellegen.training.bundles import Bundles
from tellegen.training.experiment import Optimiser
from tellegen.training.optimiser import Stepper
from tellegen.training.parameters import Parameters, apply
from tellegen.training.resistive.values import ValueMap

CIRCUIT = parse("""* kinds that share a range and kinds that do not, in ohm and in siemens, by name and by formula
.param p=2 q=3
V1 a 0 1
V2 c 0 1
R1 a b 2
R2 b 0 g=3
R3 b c 4
R4 a c {p+2*q}
R5 b 0 g=1
Rw[0:1,0:2] x[0:1] y[0:2] g=1
Rx[0:1] x[0:1] 0 1
Ry[0:2] y[0:2] a 1
I1 0 b 2
*@ trainable r1 min=1 max=9 scale=log
*@ trainable i1 min=1 max=9
*@ trainable r2 min=1 max=9 scale=log
*@ trainable v2 min=1 max=9
*@ trainable rw min=1 max=9
*@ trainable r5 min=1 max=9 levels=5
*@ trainable p min=1 max=9
*@ trainable r3 min=1 max=9 scale=log
*@ trainable q min=1 max=9
*@ input v1
*@ output v(b)
""")
PARAMETERS = Parameters.of(CIRCUIT)
BUNDLES = Bundles.of(PARAMETERS)


def drawn(seed: int) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    return {each.target: random.uniform(1.5, 8.5, each.shape) for each in PARAMETERS.coordinates}


def test_one_kind_is_one_bundle_and_shapes_stay_alone() -> None:
    named = {frozenset(members or [name]) for name, members in BUNDLES.members.items()}
    assert named == {
        frozenset(each) for each in (["r1", "r2", "r3"], ["i1", "v2"], ["rw"], ["r5"], ["p", "q"])
    }  # fmt: skip
    values = drawn(0)
    back = BUNDLES.split(BUNDLES.join(values, np), np)
    assert {name: each.tolist() for name, each in back.items()} == {
        name: each.tolist() for name, each in values.items()
    }
    assert all(back[name].shape == values[name].shape for name in values)


def test_every_element_gets_the_value_that_the_netlist_would_give_it() -> None:
    coordinates = PARAMETERS.coordinates_of(drawn(1))
    network = ResistiveNetwork.of(apply(CIRCUIT, PARAMETERS.values_of(coordinates)))
    with jax.enable_x64(True):
        given = {target: jnp.asarray(u) for target, u in coordinates.items()}
        found = jax.jit(ValueMap.of(CIRCUIT, ResistiveNetwork.of(CIRCUIT), PARAMETERS))(given)
    for branches, values in zip((network.resistors, network.sources, network.currents), found, strict=True):
        np.testing.assert_allclose(values, branches.values, rtol=1e-14)


def test_a_step_of_a_bundle_is_the_step_of_each() -> None:
    coordinates, gradients = PARAMETERS.coordinates_of(drawn(2)), drawn(3)
    rates = {target: 0.1 * place for place, target in enumerate(PARAMETERS.targets)}
    with jax.enable_x64(True):
        single, bundled = (Stepper.of(Optimiser("adam"), each) for each in (PARAMETERS, BUNDLES.parameters))
        expected, _ = single.step(coordinates, gradients, single.start(coordinates), rates)
        joined = [BUNDLES.join(each, jnp) for each in (coordinates, gradients, rates)]
        stepped, _ = bundled.step(joined[0], joined[1], bundled.start(joined[0]), joined[2])
        found = BUNDLES.split(stepped, jnp)
    for target in PARAMETERS.targets:
        np.testing.assert_allclose(found[target], expected[target], rtol=1e-15)
