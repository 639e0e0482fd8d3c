"""What the equations run on, and what learning reads back from a steady state, as JAX arrays."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from ...solvers.branches import Branches
from ...solvers.resistive import ResistiveNetwork


class Physical(NamedTuple):
    """Element values, flat in the network's order: conductances (m) in siemens, source voltages (q) in volts, source
    currents (p) in amperes. With inputs the voltages are (batch, q).
    """

    conductances: Array
    voltages: Array
    currents: Array


def across(potentials: Array, branches: Branches) -> Array:
    """Branch voltages (batch, branches) from potentials (batch, nodes + 1)."""
    return potentials[:, branches.first] - potentials[:, branches.second]


class Phase(NamedTuple):
    """What is there to be read in a steady state: potentials (batch, nodes + 1) in volts, diode currents (batch,
    diodes) and the currents from the outputs into their loads (batch, outputs) in amperes.
    """

    potentials: Array
    diodes: Array
    loads: Array


def spread(network: ResistiveNetwork, currents: Array) -> Array:
    """The currents (batch, diodes) of all diodes, given those that the equations keep."""
    return jnp.zeros((len(currents), network.diodes.count)).at[:, network.diode_rows].set(currents)


def leaving(network: ResistiveNetwork, physical: Physical, potentials: Array, diodes: Array) -> Array:
    """The current (batch, nodes + 1) that leaves each node into all but voltage sources and loads."""
    u = across(potentials, network.resistors)
    total = jnp.zeros_like(potentials)
    for branches, current in (
        (network.resistors, physical.conductances * u),
        (network.currents, jnp.broadcast_to(physical.currents, (len(u), network.currents.count))),
        (network.diodes, diodes),
    ):
        total = total.at[:, branches.first].add(current).at[:, branches.second].add(-current)
    return total


def readings(network: ResistiveNetwork, physical: Physical, phase: Phase) -> Physical:
    """∂(co-content + ½β‖outputs − targets‖²)/∂value at fixed potentials, batch mean: what learning reads.

    A resistor reads ½u² of the voltage u across it; a current source the voltage across it; a voltage source the
    current out of its plus node, −i (Tellegen's theorem: the virtual work of one volt more).
    """
    u, pressed = across(phase.potentials, network.resistors), across(phase.potentials, network.currents)
    out = leaving(network, physical, phase.potentials, phase.diodes).at[:, network.loads].add(phase.loads)
    _, pull = jax.vjp(network.supernodes.offsets, physical.voltages)
    return Physical(jnp.mean(0.5 * u**2, axis=0), jnp.mean(pull(out)[0], axis=0), jnp.mean(pressed, axis=0))
