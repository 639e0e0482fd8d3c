"""A resistive network as one pure function of its branch values, for a batch of inputs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
from jax import Array

from ..resistive import ResistiveNetwork
from .characteristics import Characteristics
from .exact import ATTEMPTS, SteadyStates, held, steady_states
from .smooth import answer, slopes_at, smooth_states
from .wires import BatchState, Problem, State, Wires


@dataclass(frozen=True, eq=False)
class BatchedNetwork:
    """A compiled network and its steady-state function. Float64: call it inside `jax.enable_x64(True)`.

    Memory and time are O(batch · n²) and O(batch · n³) a factorisation, for networks of up to a few hundred supernodes.
    """

    network: ResistiveNetwork
    states: SteadyStates
    laws: Characteristics | None = None

    @classmethod
    def of(cls, network: ResistiveNetwork, attempts: int = ATTEMPTS, smooth: bool = False) -> BatchedNetwork:
        """Compile a network; with one of `attempts` a state that active sets alone miss shows in its residual.

        With `smooth` its diodes are real ones, by their own `laws`.
        """
        wires = Wires.of(network.topology)
        if not smooth:
            return cls(network, steady_states(wires, attempts))
        laws = Characteristics.of(network)
        return cls(network, smooth_states(wires, laws), laws)

    def problem(
        self,
        conductance: Array,
        voltage: Array,
        current: Array,
        load_conductance: Array | float = 0.0,
        load_current: Array | float = 0.0,
    ) -> Problem:
        """The QP's arrays of flat values in the network's order: conductance (m), voltage (batch, q), current
        (batch, i) or (i), and the loads' (l), (batch, l) or one number. Linear, so it differentiates through."""
        net, ground = self.network, self.network.table.ground
        group, loads = net.supernodes.group, net.loads
        offsets = jnp.asarray(net.supernodes.offsets(voltage))
        here = [jnp.concatenate([offsets[:, net.resistors.first], offsets[:, loads]], axis=1)]
        here.append(jnp.concatenate([offsets[:, net.resistors.second], offsets[:, [ground] * len(loads)]], axis=1))
        drops = offsets[:, net.diodes.second] - offsets[:, net.diodes.first]
        conductances = jnp.concatenate([conductance, jnp.broadcast_to(jnp.asarray(load_conductance), (len(loads),))])
        into = jnp.zeros((len(voltage), net.supernodes.count + 1), voltage.dtype)
        into = into.at[:, group[net.currents.second]].add(current).at[:, group[net.currents.first]].add(-current)
        into = into.at[:, group[loads]].add(jnp.broadcast_to(jnp.asarray(load_current), (len(voltage), len(loads))))
        return Problem(conductances[net.rows], (here[0] - here[1])[:, net.rows], into[:, :-1], drops[:, net.diode_rows])

    def solve(self, problem: Problem, masks: Array | None = None) -> BatchState:
        """The steady states; `masks` (batch, k) guess the conducting diodes, see `guess`."""
        if masks is None:
            masks = jnp.zeros(problem.d.shape, dtype=bool)
        return self.states(problem, masks)

    def guess(self, currents: Array) -> Array:
        """What `solve` begins at, from the diode currents (batch, k) of a neighbouring state."""
        return currents > 0 if self.laws is None else currents

    def response(self, problem: Problem, state: State, into: Array) -> State:
        """The small voltages (batch, n) and diode currents (batch, k) that small currents (batch, n) into the
        supernodes make at a state: conducting diodes are shorts, or the slopes of their laws."""
        wires, nothing = Wires.of(self.network.topology), jnp.zeros_like(problem.d)
        if self.laws is None:
            return jax.vmap(partial(held, wires, problem.g))(state.currents > 0, into, nothing, jnp.zeros_like(into))
        slopes = slopes_at(wires, self.laws, problem, state.x)
        x = jax.vmap(partial(answer, wires, problem.g))(slopes, into)
        return State(x, slopes * jax.vmap(wires.forward)(x))

    def potentials(self, x: Array, voltage: Array) -> Array:
        """The voltage (batch, nodes + 1, ground last) of every node, for x (batch, n) and voltage (batch, q)."""
        grounded = jnp.concatenate([x, jnp.zeros((len(x), 1), x.dtype)], axis=1)
        return grounded[:, self.network.supernodes.group] + jnp.asarray(self.network.supernodes.offsets(voltage))
