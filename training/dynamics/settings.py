"""The `[dynamics]` section: how a circuit in time is simulated while it learns."""

from __future__ import annotations

from dataclasses import dataclass

from ..schema import setting

DESCENT = "descent"
METHODS = ("ports", "descent", "euler", "heun", "rk4", "tsit5", "euler_maruyama", "stochastic_heun")
GRADIENTS = ("backpropagation", "adjoint", "forward")
MISMATCHES = ("fresh", "none")
TARGETS = ("data", "nominal")
SAMPLERS = ("round", "gumbel", "gumbel_hard")
"""How trainables with levels learn: rounded straight through, sampled softly, sampled hard."""
PRECISIONS = ("float32", "float64")
SETTLING = "settling"
"""The loss that watches the outputs for a while."""
OWN = "own"
"""A loss that Python gives."""
FLIP_BIAS = "flip_bias"
"""The loss that asks for responses to challenges, and to these with one bit turned over."""


@dataclass(frozen=True)
class Dynamics:
    """Simulation and hardware in the loop; the circuit's own facts stand in its netlist.

    The circuit is followed to the end of its `.tran` card in `steps` equal steps (0: the card's own step) of `method`,
    and its outputs are read there; `method = "ports"` takes two linear stars to their admittances instead. The
    netlist's noise needs `euler_maruyama` or `stochastic_heun`. `gradient` names the route. With `mismatch = "fresh"`
    every sample of every step is another die. What is wanted is in the `data`, or the circuit's own answer without
    mismatch at its start (`target = "nominal"`). Trainables with levels are trained by `levels`; a Gumbel temperature
    falls exponentially from `temperature_start` to `temperature_end` over the run. `smooth` bends them by tanh instead
    of clipping. The last `validation` samples of every batch are not learned from: they are answered after the step,
    with levels settled, and the values that did best there are kept. A fingerprint asks each die that many
    `challenges`. By equilibrium propagation each nudged phase takes `nudged_steps` of the same size (0: as many as the
    free one); `method = "descent"` comes to rest by so many sweeps of exact steps down the energy of phases (0: 20)
    instead of steps through time. A sample counts as unsettled when at the end of a phase some state would still move
    by more than `settled` volts within the card's step.
    """

    method: str = setting("heun", choices=METHODS)
    steps: int = setting(0, minimum=0)
    gradient: str = setting("backpropagation", choices=GRADIENTS)
    precision: str = setting("float32", choices=PRECISIONS)
    mismatch: str = setting("fresh", choices=MISMATCHES)
    target: str = setting("data", choices=TARGETS)
    levels: str = setting("round", choices=SAMPLERS)
    temperature_start: float = setting(10.0, above=0)
    temperature_end: float = setting(1.0, above=0)
    smooth: bool = False
    validation: int = setting(0, minimum=0)
    challenges: int = setting(32, minimum=1)
    nudged_steps: int = setting(0, minimum=0)
    settled: float = setting(1e-3, above=0)
