"""A circuit as an explicit differential equation dy/dt = f(t, y), compiled once, evaluated in JAX.

Arrays are (items, batch). The order of work: everything constant in time is `values`, computed once; a rate evaluates
the drives, then features and levels in order of depth, then the sums of the states.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
from jax import Array

from ...netlist.circuit import Circuit
from .equations import Equations
from .network import Network
from .reading import Reading
from .stimuli import corners

Values = Mapping[str, Any]
"""What `DynamicalSystem.values` returns: a tree of arrays (items, batch), constant over time."""


@dataclass(frozen=True, eq=False)
class DynamicalSystem:
    """A flat circuit's states, parameters and rate.

    `states` are node voltages by node and inductor currents as `i(l1)`; `parameters` are all names that `values` may
    set: free parameters, then `draw …` of the drawn elements, then `source …` of the DC sources.
    """

    circuit: Circuit
    free: tuple[str, ...]
    drawn: tuple[str, ...]
    equations: Equations
    network: Network

    @classmethod
    def of(
        cls, circuit: Circuit, free: Sequence[str] = (), drawn: Sequence[str] | Mapping[str, str] = ()
    ) -> DynamicalSystem:
        """Compile a circuit. Linear in its flat size, but for blocks of algebraic nodes.

        Args:
            circuit: the netlist, with subcircuits or flat.
            free: parameters of the deck that `values` gives, and elements whose own values it gives: numbers, arrays
                of a bus, matrices of crossbars.
            drawn: elements whose value has a draw of its own a die, by name; a mapping says `relative` (the draw
                multiplies the value; of a B source its output) or `absolute` (it is added).

        Raises:
            CircuitError: an element, a loop or a node without an explicit equation; says which and what to add.
            NetlistError: an expression without a value.
        """
        equations = Equations.of(circuit, free, drawn)
        return cls(circuit, tuple(free), tuple(equations.laws.draws), equations, Network.of(equations))

    @functools.cached_property
    def states(self) -> tuple[str, ...]:
        """The states' signals, `v(node)` or `i(inductor)`, in the order of y."""
        return tuple(
            f"i({name.removeprefix('current ')})" if name.startswith("current ") else f"v({name})"
            for name in self.equations.states
        )

    def values(
        self,
        parameters: Any = None,
        sources: Mapping[str, Any] | None = None,
        draws: Any = None,
        dtype: Any = None,
    ) -> Values:
        """All that is constant in time, differentiable in everything given.

        Args:
            parameters: numbers or arrays (batch,) by free parameter, where those left out keep the deck's value; or
                one array (free, batch). Of an element that is an array (lines,) or (lines, batch), of a crossbar
                (rows, columns).
            sources: numbers or arrays (batch,) by V or I source, in the place of its DC value; of a bus of sources
                (lines,) or (lines, batch).
            draws: (drawn, batch), or by element; without it factors are 1 and offsets 0.
            dtype: of all arrays; JAX's default float when not given.

        Raises:
            CircuitError: a name that is none of the circuit's, or shapes that do not belong together.
        """
        dtype = jnp.dtype(dtype or jnp.result_type(float))
        rows = self.equations.names.rows(parameters, sources, draws, dtype)
        return self.network.prepare(rows, dtype)

    def start(self, values: Values) -> Array:
        """The states (states, batch) at time zero: `.ic`, `ic=` of capacitors and inductors, else 0."""
        return self.network.start(values)

    def rate(self, t: Any, y: Array, values: Values) -> Array:
        """dy/dt (states, batch), per second."""
        return self.network.rate(self.drives(t, values), y, values)

    def drives(self, t: Any, values: Values) -> Array:
        """The waveforms at a time (waveforms, batch), time itself last where an expression reads it."""
        return self.network.drives(t, values)

    def read(self, t: Any, y: Array, values: Values, names: Sequence[str]) -> Array:
        """Signals (names, batch): `v(node)`, `v(a,b)`, a bare node, `i(element)` of all but voltage sources.

        The time is one number, or one an entry of the batch.
        """
        return self._reading(tuple(names))(self.network.signals(self.drives(t, values), y, values), values)

    @functools.lru_cache(maxsize=16)  # noqa: B019
    def _reading(self, names: tuple[str, ...]) -> Reading:
        return Reading.of(names, self.equations, self.network.place)

    @property
    def noise(self) -> tuple[str, ...]:
        """The names of the Wiener paths that the deck's `*@ noise` lines ask for."""
        return () if self.network.noise is None else self.network.noise.paths

    def disturbance(self, values: Values, increments: Array) -> Array:
        """B dW (states, batch) for increments dW (paths, batch), normal with the step in seconds as their variance.

        Raises:
            CircuitError: a circuit without noise.
        """
        return self.network.disturbance(values, increments)

    def corners(self, stop: float) -> list[float]:
        """The times in seconds, before `stop`, where a waveform of fixed shape has a corner."""
        return sorted({time for each in self.equations.laws.stimuli.values() for time in corners(each, stop)})
