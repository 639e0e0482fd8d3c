"""What a device is: one pure function from controls and parameters to currents and charges, and what surrounds it.

A circuit is d/dt q(x) + i(x, t) = 0. A device adds i and q of its own nodes, by `physics`; `prepare` turns the numbers
of a netlist into the numbers that physics needs (temperature, area, geometry). Both are JAX functions of scalars, so
their derivatives with respect to controls and to netlist parameters are JAX's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from ...netlist.declaration import Parameter

if TYPE_CHECKING:
    from jax import Array

Scalar: TypeAlias = "Array | float"
"""A number of no dimensions, traced or not."""


class Parameters(Mapping[str, Any]):
    """Named numbers, read by attribute (`p.rs`) or by key where the name is a word of Python (`p["is"]`).

    Values are traced scalars, Python floats, or None where the netlist gives none and there is no default.
    """

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Any]) -> None:
        object.__setattr__(self, "_values", MappingProxyType(dict(values)))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # what copy and inspect look for
            raise AttributeError(name)
        if name not in self._values:
            raise AttributeError(f"there is no parameter {name}; there are {', '.join(self._values)}")
        return self._values[name]

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"the parameter {name} cannot be set; make new Parameters")

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


class NoiseSource(NamedTuple):
    """A current of noise from one local node to another; independent of all others.

    `white` is its one-sided spectral density in A²/Hz at every frequency; `flicker`, where there is any, is the density
    in A²/Hz at 1 Hz of a part that falls as 1/frequency.
    """

    plus: str
    minus: str
    white: Scalar
    flicker: Scalar | None
    name: str


class Limit(NamedTuple):
    """How far Newton's method may move a control in one step (Nagel 1975, SPICE2, section 5.1).

    `parameters` are names of effective parameters:
        junction    (n·kT/q, critical voltage) or, with breakdown, (n·kT/q, critical voltage, breakdown voltage);
                    the breakdown voltage is positive, and infinite where there is none
        gate        (threshold voltage,)
        drain       ()
    Limits hold for the control times `polarity`, the name of an effective parameter of ±1, where that is given.
    """

    control: int
    kind: Literal["junction", "gate", "drain"]
    parameters: tuple[str, ...] = ()
    polarity: str | None = None


Currents: TypeAlias = dict[str, Scalar]
Charges: TypeAlias = dict[str, Scalar]
Physics: TypeAlias = Callable[[Sequence[Scalar], Parameters, Scalar], tuple[Currents, Charges]]
Prepare: TypeAlias = Callable[[Parameters, frozenset[str]], dict[str, Scalar]]
Noise: TypeAlias = Callable[[Sequence[Scalar], Parameters], list[NoiseSource]]


@dataclass(frozen=True, eq=False)
class Device:
    """One kind of device.

    terminals         local names of the card's node fields, in the card's order
    controls          what physics reads: (plus, minus) is the voltage between two local nodes, (name, None) the branch
                      current `name` in ampere
    physics           (controls, effective parameters, time in s) -> (currents, charges) by local row. A row is a node
                      (the current that leaves the node into the device in A, the charge on the node in C) or a branch
                      current (its law in V, its flux in Wb)
    prepare           (netlist's parameters, which of them the netlist gives) -> effective parameters
    parameters        the netlist's parameters, model's and instance's together. An instance's value goes before its
                      model's of the same name; the instance's `m` is `multiplicity`. `temp`, `dtemp` and `tnom` reach
                      `prepare` as `temperature` and `nominal` in K, `.options gmin` as `gmin` in S
    internal          internal node -> the terminal it is one with, unless one of the resistances named after that is
                      not 0: `{"inner": ("anode", "rs")}`; a resistance is a parameter or a product, `"rsh*nrd"`
    branch_currents   local names of branch currents, each an unknown of the circuit
    limits            how Newton's steps are limited
    noise             (controls, effective parameters) -> noise currents
    linear            whether currents and charges are linear in the controls and free of time
    monotone          whether it is a branch whose current never falls with its voltage, or a source of neither
    """

    name: str
    terminals: tuple[str, ...]
    controls: tuple[tuple[str, str | None], ...]
    physics: Physics
    prepare: Prepare
    parameters: Mapping[str, Parameter]
    internal: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    branch_currents: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()
    noise: Noise | None = None
    linear: bool = False
    monotone: bool = False

    def falls_together(self, raw: Mapping[str, Any]) -> dict[str, str]:
        """The terminal each internal node is one with, for numbers of one instance (None: not given); nodes of their
        own are left out."""

        def number(name: str) -> float:
            value = raw[name] if raw[name] is not None else self.parameters[name].default
            return 0.0 if value is None else float(value)

        return {
            node: terminal
            for node, (terminal, *resistances) in self.internal.items()
            if all(math.prod(map(number, each.split("*"))) == 0.0 for each in resistances)
        }
