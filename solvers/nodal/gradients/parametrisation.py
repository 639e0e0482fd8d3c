"""Named parameters of a circuit as one array, and the linear map from them to all numbers of the netlist.

numbers = offset + Σ parameters that stand there
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ....netlist.circuit import Circuit
from ....netlist.errors import CircuitError
from ....netlist.suggestion import nearest
from ..network import Network
from .dependence import Dependence
from .free_parameters import numeric, reads_temperature
from .layout import NOTHING, Extras, Layout
from .origins import origins


@dataclass(frozen=True, eq=False)
class Parametrisation:
    """`names` and `values` (parameters,) of the parameters. Parameter `owners[k]` is added at `places[k]` of the
    layout's numbers to `offset` (numbers,); what `.param`s do besides goes through `dependence`."""

    layout: Layout
    names: tuple[str, ...]
    values: np.ndarray
    offset: np.ndarray
    places: np.ndarray
    owners: np.ndarray
    dependence: Dependence | None

    @classmethod
    def of(
        cls,
        circuit: Circuit,
        names: Sequence[str] | None = None,
        extras: Callable[[Network], Extras] = lambda network: NOTHING,
    ) -> Parametrisation:
        """Of a circuit, by these names; by all that its flat form has without any. `extras` are what it has in time.

        Raises:
            CircuitError: a name that the circuit does not have, or that nothing depends on.
        """
        asked = None if names is None else [_plain(name) for name in names]
        free = [name for name in asked or () if name in circuit.parameters]
        warm = reads_temperature(circuit)
        if warm and "temp" in (asked or ()):
            raise CircuitError(
                "expressions of the deck read temper, so that its numbers depend on temp; give them by tc1 and tc2, or "
                "ask for derivatives by other names"
            )
        if not free:
            network = Network.of(circuit)
            return cls._direct(Layout.of(network, extras(network)), asked, None, warm)
        deck, trees = numeric(circuit, free)
        network = Network.of(deck)
        layout = Layout.of(network, extras(network))
        return cls._direct(layout, asked, Dependence.of(layout, trees), warm)

    @classmethod
    def _direct(
        cls, layout: Layout, asked: Sequence[str] | None, dependence: Dependence | None, warm: bool
    ) -> Parametrisation:
        places = named_places(layout)
        if warm:
            places.pop("temp", None)
        free: Sequence[str] = () if dependence is None else dependence.names
        names = tuple(places) if asked is None else tuple(asked)
        flat = layout.flat()
        values, owners, where = np.zeros(len(names)), [], []
        made = set() if dependence is None else set(dependence.places.tolist())
        for owner, name in enumerate(names):
            if name in free:
                continue
            found = places.get(name)
            if found is None:
                raise _unknown(layout.network, name, places)
            if not made.isdisjoint(found):
                raise CircuitError(f"{name} is an expression of parameters that are asked for too; ask for one of them")
            values[owner] = _value(layout.network, name, flat[found[0]])
            owners += [owner] * len(found)
            where += found
        offset, at, by = flat.copy(), np.array(where, np.int64), np.array(owners, np.int64)
        np.subtract.at(offset, at, values[by])
        if dependence is not None:
            offset[dependence.places] = 0.0
            values[[names.index(name) for name in free]] = dependence.values
        return cls(layout, names, values, offset, at, by, dependence)

    def without(self, names: Collection[str]) -> Parametrisation:
        """The others alone, where none is one of the deck's `.param`s."""
        kept = [name for name in self.names if name not in names]
        return self if len(kept) == len(self.names) else self._direct(self.layout, kept, None, False)

    @property
    def network(self) -> Network:
        """The compiled circuit."""
        return self.layout.network

    def numbers(self, values: np.ndarray) -> np.ndarray:
        """All numbers of the netlist for other values (parameters,)."""
        found = self.offset.copy()
        np.add.at(found, self.places, values[self.owners])
        if self.dependence is not None:
            found[self.dependence.places] = self.dependence.numbers(values[self._free])
        return found

    def pull(self, values: np.ndarray, by_numbers: np.ndarray) -> np.ndarray:
        """Derivatives by the parameters (parameters,), from those by all numbers of the netlist."""
        found = np.bincount(self.owners, by_numbers[self.places], len(self.names)).astype(float)
        if self.dependence is not None:
            found[self._free] += self.dependence.pull(values[self._free], by_numbers[self.dependence.places])
        return found

    def push(self, values: np.ndarray, direction: np.ndarray) -> np.ndarray:
        """The direction of all numbers, from that of the parameters."""
        found = np.bincount(self.places, direction[self.owners], len(self.offset)).astype(float)
        if self.dependence is not None:
            found[self.dependence.places] += self.dependence.push(values[self._free], direction[self._free])
        return found

    @property
    def _free(self) -> list[int]:
        return [] if self.dependence is None else [self.names.index(name) for name in self.dependence.names]

    def wanted(self) -> np.ndarray:
        """Which instances (instances,) some parameter reaches."""
        reached = self.places if self.dependence is None else np.concatenate([self.places, self.dependence.places])
        touched = np.zeros(len(self.offset) + 1, np.int64)
        touched[reached + 1] = 1
        before = np.cumsum(touched)[self.layout.raw_starts]
        return before[1:] > before[:-1]


def named_places(layout: Layout) -> dict[str, list[int]]:
    """The places of every name among the numbers of the netlist. Linear in these."""
    network = layout.network
    found: dict[str, list[int]] = {}
    for instance, group, first in zip(network.instances, network.groups, layout.raw_starts, strict=False):
        for place, name in origins(network.flat, instance, group):
            found.setdefault(name, []).append(int(first) + place)
    for place, name in enumerate(network.source_names):
        found.setdefault(name, []).append(layout.raws + place)
    for name, place in layout.extras.named.items():
        found.setdefault(name, []).append(layout.sources.stop + place)
    return found


def _plain(name: str) -> str:
    return " ".join(name.lower().split())


def _value(network: Network, name: str, number: float) -> float:
    """A parameter's own value, where `number` is what became of it: temperatures are kelvin there."""
    if name in ("temp", "tnom"):
        around = network.surroundings
        return around.temperature if name == "temp" else around.nominal
    element, _, key = name.removeprefix("model ").rpartition(":")
    if key in ("temp", "dtemp", "tnom"):
        flat = network.flat
        holder: Mapping[str, object] = flat.models[element].parameters if key == "tnom" else flat[element].parameters
        return float(holder[key])  # type: ignore[arg-type]
    return float(number)


def _unknown(network: Network, name: str, places: Mapping[str, list[int]]) -> CircuitError:
    element, _, key = name.removeprefix("model ").rpartition(":")
    flat = network.flat
    if key in ("rs", "rc", "rb", "re", "rd") and (element in flat or element in flat.models):
        return CircuitError(
            f"{name} is 0 or not there, so its inner node is none and nothing depends on it; write a small resistance"
        )
    if element in flat and not name.startswith("model "):
        return CircuitError(
            f"{element} has no number {key} in the netlist that it depends on; write {key}= on its card to have a "
            "derivative by it"
        )
    return CircuitError(f"the circuit has no parameter {name}; {nearest(name, places, 'write {}')}")
