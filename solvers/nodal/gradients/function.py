"""A circuit at rest as a JAX function that can be differentiated, compiled around, and called again and again.

The solution runs in compiled loops outside JAX, in double precision whatever JAX's is; its derivative is the adjoint.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.typing import ArrayLike

from ....netlist.circuit import Circuit
from ....netlist.errors import CircuitError
from .callback import call_out
from .points import DifferentiablePoints


class State(NamedTuple):
    """A solution to start from: unknowns (samples, n) as a rounded part and the rest of it, and states of switches
    (samples, switches). It has no derivative."""

    rounded: Array
    rest: Array
    closed: Array


@dataclass(frozen=True, eq=False)
class NodalFunction:
    """Signals of a circuit at rest: a function of parameters and of sources' values.

        f(values, inputs) -> (samples, outputs)

    `values` (parameters,) are in the order of `names`, or a mapping of all of them; `inputs` (samples, inputs) are
    values of the sources named as inputs. Call `solve` to start from a solution that is near.
    """

    points: DifferentiablePoints

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters, in order."""
        return self.points.names

    @property
    def values(self) -> np.ndarray:
        """Their values in the netlist."""
        return self.points.values

    @property
    def outputs(self) -> tuple[str, ...]:
        """The signals, in order."""
        return self.points.outputs

    def __call__(self, values: ArrayLike | Mapping[str, Any], inputs: ArrayLike | None = None) -> Array:
        """The signals (samples, outputs), (outputs,) without inputs, from the nominal solution on."""
        found, _ = self.solve(values, inputs)
        return found[0] if inputs is None else found

    def solve(
        self, values: ArrayLike | Mapping[str, Any], inputs: ArrayLike | None = None, start: State | None = None
    ) -> tuple[Array, State]:
        """The signals (samples, outputs) and the solution that they are of, found from another one with as many
        samples; from the nominal one without it."""
        given = jnp.zeros((1, 0)) if inputs is None else jnp.asarray(inputs)
        if given.ndim != 2 or given.shape[1] != len(self.points.inputs):
            raise CircuitError(
                f"the inputs have shape {given.shape}; give (samples, {len(self.points.inputs)}), a column for each of "
                f"{', '.join(self.points.inputs) or 'no sources'}"
            )
        begin = self._nominal(len(given)) if start is None else start
        return self._solve(self._stacked(values), given, jax.lax.stop_gradient(begin))

    def _stacked(self, values: ArrayLike | Mapping[str, Any]) -> Array:
        if not isinstance(values, Mapping):
            return jnp.asarray(values)
        missing = [name for name in self.names if name not in values]
        if missing or len(values) != len(self.names):
            raise CircuitError(f"give a value of each of {', '.join(self.names)}")
        return jnp.stack([jnp.asarray(values[name]) for name in self.names])

    def _nominal(self, samples: int) -> State:
        dtype = jnp.result_type(float)
        starts = self.points.solver.network.switches.starts
        rows = [*_split(self.points.nominal, dtype), starts.astype(dtype)]
        return State(*(jnp.asarray(np.tile(row, (samples, 1))) for row in rows))

    @functools.cached_property
    def _solve(self) -> Callable[[Array, Array, State], tuple[Array, State]]:
        points = self.points
        wanted = points.parametrisation.wanted()
        points.parametrisation.layout.compile_pulls(wanted)

        def solved(values: Array, inputs: Array, start: State) -> tuple[Array, State]:
            def run(values: Any, inputs: Any, start: Any) -> Any:
                found = points.solve(np.asarray(values, float), np.asarray(inputs, float), _joined(start))
                dtype = start.rounded.dtype
                state = State(*_split(found.x, dtype), found.closed.astype(dtype))  # type: ignore[arg-type]
                return found.signals.astype(dtype), state

            shapes = (_shape(len(inputs), len(points.outputs)), jax.tree.map(_like, start))
            return call_out(run, shapes, values, inputs, start)

        def pulled(values: Array, inputs: Array, state: State, weights: Array) -> tuple[Array, Array]:
            def run(values: Any, inputs: Any, state: Any, weights: Any) -> Any:
                at = points.solution(np.asarray(values, float), np.asarray(inputs, float), _joined(state), state.closed)
                found = points.pull(at, np.asarray(weights, float))
                return tuple(each.astype(weights.dtype) for each in found)

            shapes = (_like(values), _like(inputs))
            return call_out(run, shapes, values, inputs, state, weights)

        function = jax.custom_vjp(solved)

        def there(values: Array, inputs: Array, start: State) -> tuple[Any, Any]:
            found = solved(values, inputs, start)
            return found, (values, inputs, found[1])

        def back(kept: Any, weights: Any) -> tuple[Array, Array, State]:
            values, inputs, state = kept
            by_values, by_inputs = pulled(values, inputs, state, weights[0])
            return by_values, by_inputs, jax.tree.map(jnp.zeros_like, state)

        function.defvjp(there, back)
        return function


def _split(x: np.ndarray, dtype: Any) -> tuple[np.ndarray, np.ndarray]:
    """x in that precision, and what it leaves out."""
    high = x.astype(dtype)
    return high, (x - high).astype(dtype)


def _joined(state: Any) -> np.ndarray:
    return np.asarray(state.rounded, float) + np.asarray(state.rest, float)


def _shape(*sizes: int) -> jax.ShapeDtypeStruct:
    return jax.ShapeDtypeStruct(sizes, jnp.result_type(float))


def _like(array: Array) -> jax.ShapeDtypeStruct:
    return jax.ShapeDtypeStruct(array.shape, array.dtype)


def node_voltages(
    circuit: Circuit, parameters: Sequence[str], inputs: Sequence[str] = (), outputs: Sequence[str] = ()
) -> NodalFunction:
    """A circuit's signals at rest as a function of named parameters, for `jax.grad` and `jax.jit`.

    Args:
        circuit: of any devices.
        parameters: names as `differentiable_point` takes them.
        inputs: V and I elements whose values differ between samples.
        outputs: signals `v(node)`, `i(element)`, `p(element)`; all node voltages where none are named.

    Raises:
        CircuitError: an unknown name.
        NumericalError: the netlist's own numbers have no operating point. Called from JAX, a sample without a solution
            is an error of JAX's with that message.
    """
    return NodalFunction(DifferentiablePoints.of(circuit, parameters, outputs, inputs))
