"""Numbers and states of any circuit at rest as JAX arrays."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from ...solvers.nodal.network import Network


class Numbers(NamedTuple):
    """The trainable numbers (numbers,) in the netlist's units, and input voltages (batch, inputs)."""

    values: Array
    inputs: Array


class Phase(NamedTuple):
    """What is there to be read: potentials (batch, voltages + 1), ground last, in V; branch currents (batch, currents)
    and currents out of the outputs into what pulls there, `loads` (batch, outputs), in A; which switches are closed
    (batch, switches)."""

    potentials: Array
    currents: Array
    loads: Array
    closed: Array


def phase_at(network: Network, x: Array, loads: Array, closed: Array) -> Phase:
    """A phase of the network's unknowns (batch, n)."""
    ground = jnp.zeros((len(x), 1), x.dtype)
    volts = jnp.concatenate([x[:, : network.voltages], ground], axis=1)
    return Phase(volts, x[:, network.voltages :], loads, closed)


def at_phase(phase: Phase) -> Array:
    """The unknowns (batch, n) of a phase."""
    return jnp.concatenate([phase.potentials[:, :-1], phase.currents], axis=1)
