"""What a circuit in time answers to a batch: simulators, each a way from parameters and inputs to outputs.

`Transient` follows all states in fixed steps and reads the outputs at the end. `Flipped` asks a simulator for each
challenge and all those that differ in one bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ...netlist import Circuit
from ...netlist.bus import bus_slice
from ...netlist.errors import CircuitError
from ...solvers.dynamics import DynamicalSystem, Grid, integrate
from ...solvers.dynamics.integration.fixed import BACKPROPAGATION
from ...solvers.dynamics.integration.methods import STOCHASTIC
from .circumstances import Circumstances, Simulator, Values
from .phases import Phase


@dataclass(frozen=True, eq=False)
class Wiring:
    """Which rows of the inputs are which sources and parameters, and which signals are the outputs.

    `lines` are the numbers of rows of those sources that are buses.
    """

    sources: tuple[str, ...]
    parameters: tuple[str, ...]
    outputs: tuple[str, ...]
    lines: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, circuit: Circuit) -> Wiring:
        """What the circuit's `input` and `output` directives say: sources first, then parameters; buses by lines."""
        outputs = tuple(signal for output in circuit.outputs for signal in _signals(output))
        lines = {name: circuit[name].shape[0] for name in circuit.inputs if name in circuit and circuit[name].ranges}
        return cls(circuit.inputs, circuit.input_parameters, outputs, lines)

    @property
    def width(self) -> int:
        """How many inputs there are."""
        return sum(self.lines.get(name, 1) for name in self.sources) + len(self.parameters)

    def split(self, inputs: Array) -> tuple[Values, Values]:
        """Inputs (inputs, batch) as parameters and sources by name; those of a bus are (lines, batch)."""
        if len(inputs) != self.width:
            raise CircuitError(
                f"{len(inputs)} inputs for {self.width - len(self.parameters)} input sources and "
                f"{len(self.parameters)} input parameters; change the data or the `*@ input` lines"
            )
        sources: Values = {}
        row = 0
        for name in self.sources:
            count = self.lines.get(name)
            sources[name] = inputs[row] if count is None else inputs[row : row + count]
            row += count or 1
        return dict(zip(self.parameters, inputs[row:], strict=True)), sources


def _signals(output: str) -> list[str]:
    """An output as signals, line by line where it is a bus."""
    if "(" in output:
        return [output]
    part = bus_slice(output)
    return [f"v({part.node(line)})" for line in range(part.width)] if part else [f"v({output})"]


@dataclass(frozen=True, eq=False)
class Transient:
    """All states, in fixed steps of a method; the outputs at the end of the grid.

    A method for stochastic equations follows the netlist's noise; any other is for circuits without. `gradient` is the
    way back through time, as `integrate` names it. With a `window`, a share of the grid, outputs are (times·outputs,
    batch): those at the end first, then those after each step of the window, back in time.
    """

    system: DynamicalSystem
    wiring: Wiring
    grid: Grid
    method: str
    gradient: str = BACKPROPAGATION
    window: float = 0.0

    def __call__(self, parameters: Values, inputs: Array, around: Circumstances) -> Array:
        """See `circumstances.Simulator`."""
        given, sources = self.wiring.split(inputs)
        values = self.system.values({**parameters, **given}, sources, around.draws, dtype=inputs.dtype)
        noise = around.noise if self.method in STOCHASTIC else None
        keep = 1 if self.window else 0
        y = integrate(
            self.system, values, self.grid, method=self.method, noise=noise, gradient=self.gradient, keep=keep
        )
        if not self.window:
            return self.system.read(self.grid.stop, y, values, self.wiring.outputs)
        steps = np.arange(self.grid.steps, round(self.grid.steps * (1.0 - self.window)), -1)
        times = jnp.asarray(self.grid.time(steps), y.dtype)
        outputs = self.wiring.outputs
        read = jax.lax.map(lambda each: self.system.read(each[0], each[1], values, outputs), (times, y[steps]))
        return read.reshape(-1, inputs.shape[1])


@dataclass(frozen=True, eq=False)
class Settled:
    """The outputs where the circuit comes to rest, by the same way as in a free phase of equilibrium propagation."""

    system: DynamicalSystem
    wiring: Wiring
    phase: Phase
    stop: float

    def __call__(self, parameters: Values, inputs: Array, around: Circumstances) -> Array:
        """See `circumstances.Simulator`."""
        given, sources = self.wiring.split(inputs)
        values = self.system.values({**parameters, **given}, sources, around.draws, dtype=inputs.dtype)
        y = self.phase(lambda t, y: self.system.rate(t, y, values), self.system.start(values))
        return self.system.read(self.stop, y, values, self.wiring.outputs)


@dataclass(frozen=True, eq=False)
class Flipped:
    """The response to each challenge, row 0, and to it with each bit in turn turned over: (1 + bits, batch).

    A response is the first output minus the second. `challenges` of a batch, one behind the other, meet one die.
    """

    simulator: Simulator
    challenges: int

    def __call__(self, parameters: Values, inputs: Array, around: Circumstances) -> Array:
        """See `circumstances.Simulator`; `around.draws` are (drawn, instances)."""
        bits, batch = inputs.shape
        turned = jnp.concatenate([jnp.zeros((1, bits)), jnp.eye(bits)]).astype(inputs.dtype)
        asked = jnp.abs(inputs[:, None, :] - turned.T[:, :, None]).reshape(bits, -1)
        draws = around.draws
        if draws is not None:
            draws = jnp.tile(jnp.repeat(draws, self.challenges, axis=1), (1, bits + 1))
        outputs = self.simulator(parameters, asked, Circumstances(draws, around.noise))
        return (outputs[0] - outputs[1]).reshape(bits + 1, batch)
