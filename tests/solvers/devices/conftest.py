"""A device alone between voltage sources, at many points at once: by its own physics, and by ngspice."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tellegen.solvers.devices import Device, Parameters
from tellegen.solvers.kernels import Kernel, compile_kernel
from tellegen.spice_export.process import run_script
from tellegen.spice_export.raw import read_raw

GMIN = 1e-12
OPTIONS = f".options reltol=1e-8 abstol=1e-15 vntol=1e-12 itl1=2000 gmin={GMIN}"

Numbers = Mapping[str, float]


@dataclass(frozen=True)
class Point:
    """One instance: the numbers of its model and card, and the voltages of its terminals in V."""

    model: Numbers
    card: Numbers
    voltages: Sequence[float]


@dataclass(frozen=True)
class Linear:
    """A device at many points. `rows` are local nodes and branch currents; the terminals come first.

    `current` [points, rows] in A, `conductance` and `capacitance` [points, rows, rows] in S and F.
    """

    rows: tuple[str, ...]
    terminals: int
    current: np.ndarray
    charge: np.ndarray
    conductance: np.ndarray
    capacitance: np.ndarray

    def terminal_currents(self) -> np.ndarray:
        """Currents into the terminals, corrected to first order for what is left over at the inner nodes."""
        t = self.terminals
        inner = np.linalg.solve(self.conductance[:, t:, t:], self.current[:, t:, None])
        return self.current[:, :t] - (self.conductance[:, :t, t:] @ inner)[..., 0]

    def admittance(self, frequency: float) -> np.ndarray:
        """The terminals' admittances [points, terminals, terminals], the inner nodes eliminated."""
        t = self.terminals
        whole = self.conductance + 2j * np.pi * frequency * self.capacitance
        return whole[:, :t, :t] - whole[:, :t, t:] @ np.linalg.solve(whole[:, t:, t:], whole[:, t:, :t])


@dataclass(frozen=True)
class Bench:
    """One device and how ngspice spells it.

    `inner` says how to find the voltage of each inner node from ngspice's vectors, which name the instance by `{}`:
    ("v({}#base)", 1), or from another local node and a difference, ("base_inner", "@{}[vbc]", -1).
    """

    device: Device
    letter: str
    model_type: str
    inner: Mapping[str, tuple[Any, ...]]

    def measured(self, points: Sequence[Point], *analysis: str, excited: int | None = None) -> dict[str, np.ndarray]:
        """What ngspice says of all points in one run: currents of sources and voltages of inner nodes, by their names.

        Inner nodes are among its answers only where they are asked for by name.
        """
        lines, saved = ["a bench", OPTIONS], []
        for k, point in enumerate(points):
            nodes = [f"{name}{k}" for name in self.device.terminals[: len(point.voltages)]]
            for position, (node, voltage) in enumerate(zip(nodes, point.voltages, strict=True)):
                lines.append(f"v{node} {node} 0 {voltage:.17g} ac {int(position == excited)}")
            lines.append(f"{self.letter}{k} {' '.join(nodes)} m{k} {_words(point.card)}")
            lines.append(f".model m{k} {self.model_type} {_words(point.model)}")
            vectors = [vector.format(f"{self.letter}{k}") for *_, vector, _ in self.inner.values()]
            saved.append(" ".join(["save", *(f"i(v{node})" for node in nodes), *vectors]))
        finished = run_script("\n".join(lines), [*saved, *analysis, "write bench.raw"])
        if "bench.raw" not in finished.files:
            pytest.fail(f"ngspice failed: {finished.stdout[-2000:]}{finished.stderr[-2000:]}")
        plot = read_raw(finished.files["bench.raw"])[0]
        return dict(zip(plot.names, plot.values[0], strict=True))

    def currents(self, points: Sequence[Point]) -> tuple[np.ndarray, np.ndarray]:
        """ngspice's currents into the terminals, and the voltages of terminals and inner nodes, [points, ...]."""
        found = self.measured(points, "op")
        count = len(points[0].voltages)
        nodes = [*self.device.terminals, *self.device.internal]
        volts = np.zeros((len(points), len(nodes)))
        volts[:, :count] = [point.voltages for point in points]
        for node, (*reference, vector, sign) in self.inner.items():
            names = [vector.format(f"{self.letter.lower()}{k}") for k in range(len(points))]
            read = np.array([found.get(name, found.get(f"v({name})", np.nan)) for name in names], float)
            volts[:, nodes.index(node)] = sign * read + (volts[:, nodes.index(reference[0])] if reference else 0.0)
        for node, terminal in self.together(points[0]).items():
            volts[:, nodes.index(node)] = volts[:, nodes.index(terminal)]
        return self._at_sources(found, points), volts

    def together(self, point: Point) -> dict[str, str]:
        """The inner nodes that are one with a terminal."""
        return self.device.falls_together({**dict.fromkeys(self.device.parameters), **self.raw(point)})

    def admittances(self, points: Sequence[Point], frequency: float) -> np.ndarray:
        """ngspice's admittances between the terminals, [points, terminals, terminals]."""
        count = len(points[0].voltages)
        columns = [
            self._at_sources(self.measured(points, f"ac lin 1 {frequency} {frequency}", excited=each), points)
            for each in range(count)
        ]
        return np.stack(columns, axis=-1)

    def _at_sources(self, found: Mapping[str, Any], points: Sequence[Point]) -> np.ndarray:
        names = self.device.terminals[: len(points[0].voltages)]
        return np.array([[-found[f"i(v{name}{k})"] for name in names] for k in range(len(points))])

    def linear(self, points: Sequence[Point], volts: np.ndarray) -> Linear:
        """The device's own physics at those points and `volts` [points, terminals and inner nodes]."""
        raw = [self.raw(point) for point in points]
        names = tuple(raw[0])
        device, together = self.device, self.together(points[0])
        rows = [*device.terminals, *device.internal, *device.branch_currents]
        choice = np.array([[_sign(row, control) for row in rows] for control in device.controls], float)
        still = np.zeros((len(volts), len(device.branch_currents)))
        controls = np.concatenate([volts, still], axis=1) @ choice.T
        kernel = _kernel(device, names)
        numbers = [[each[name] for name in names] for each in raw]
        out = np.array([kernel(*each) for each in zip(controls, np.array(numbers), strict=True)])
        count = len(rows)
        slopes = out[:, 2 * count :].reshape(len(out), len(device.controls), 2, count).transpose(0, 2, 3, 1) @ choice
        merge = np.eye(count)
        for node, terminal in together.items():
            merge[rows.index(terminal)] += merge[rows.index(node)]
        keep = [place for place, row in enumerate(rows) if row not in together]
        merge = merge[keep]
        conductance, capacitance = (merge @ slopes[:, part] @ merge.T for part in (0, 1))
        current, charge = (out[:, part * count : (part + 1) * count] @ merge.T for part in (0, 1))
        return Linear(
            tuple(rows[place] for place in keep), len(device.terminals), current, charge, conductance, capacitance
        )

    def along(
        self, points: Sequence[Point], volts: np.ndarray, share: float, still: tuple[str, ...]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Currents and charges where every netlist parameter but `still` is larger by that share, and their slopes."""
        raw = [self.raw(point) for point in points]
        names = tuple(raw[0])
        rows = [*self.device.terminals, *self.device.internal, *self.device.branch_currents]
        choice = np.array([[_sign(row, control) for row in rows] for control in self.device.controls], float)
        controls = volts @ choice[:, : volts.shape[1]].T
        kernel = _moved_kernel(self.device, names, still)
        numbers = np.array([[*(each[name] for name in names), share] for each in raw])
        out = np.array([kernel(*each) for each in zip(controls, numbers, strict=True)])
        half = out.shape[1] // 2
        return out[:, :half], out[:, half:]

    def raw(self, point: Point) -> dict[str, float]:
        """The numbers as the layout of a circuit hands them to the device."""
        card = {("multiplicity" if name == "m" else name): value for name, value in point.card.items()}
        model = {name: value for name, value in point.model.items() if name not in ("tnom", "level")}
        surroundings = {
            "temperature": card.pop("temp", 27.0) + 273.15,
            "nominal": point.model.get("tnom", 27.0) + 273.15,
        }
        return {**model, **card, **surroundings, "gmin": GMIN}


def _physics(device: Device, names: tuple[str, ...], values: Sequence[Any]) -> Any:
    """A function of controls to currents and charges by row, at those netlist parameters."""
    default = {name: each.default for name, each in device.parameters.items()}
    rows = [*device.terminals, *device.internal, *device.branch_currents]
    given = frozenset(names) - {"temperature", "nominal", "gmin"}
    numbers = device.prepare(Parameters({**default, **dict(zip(names, values, strict=True))}), given)

    def physics(*u: Any) -> tuple[Any, ...]:
        both = device.physics(list(u), Parameters(numbers), 0.0)
        return tuple(jnp.asarray(each.get(row, 0.0), jnp.float64) for each in both for row in rows)

    return physics


@functools.cache
def _moved_kernel(device: Device, names: tuple[str, ...], still: tuple[str, ...]) -> Kernel:
    """The device as machine code of its controls, netlist parameters and a share by which all but `still` grow."""

    def everything(u: Sequence[Any], values: Sequence[Any]) -> list[Any]:
        *before, share = values

        def at(share: Any) -> tuple[Any, ...]:
            pairs = zip(names, before, strict=True)
            moved = [each if name in still else each * (1.0 + share) for name, each in pairs]
            return _physics(device, names, moved)(*u)

        found, slopes = jax.jvp(at, (share,), (jnp.ones_like(share),))
        return [*found, *slopes]

    return compile_kernel(everything, (len(device.controls), len(names) + 1))


@functools.cache
def _kernel(device: Device, names: tuple[str, ...]) -> Kernel:
    """The device as machine code of its controls and netlist parameters: currents and charges, then their slopes."""

    def everything(u: Sequence[Any], values: Sequence[Any]) -> list[Any]:
        physics = _physics(device, names, values)
        found = list(physics(*u))
        for place in range(len(u)):
            along = [jnp.ones_like(each) if k == place else jnp.zeros_like(each) for k, each in enumerate(u)]
            found += jax.jvp(physics, tuple(u), tuple(along))[1]
        return found

    return compile_kernel(everything, (len(device.controls), len(names)))


def _words(numbers: Numbers) -> str:
    return " ".join(f"{name}={value:.17g}" for name, value in numbers.items())


def _sign(row: str, control: tuple[str, str | None]) -> int:
    return (row == control[0]) - (row == control[1])


@pytest.fixture(scope="session")
def bench() -> type[Bench]:
    """To put a device on a bench."""
    return Bench


@pytest.fixture(scope="session")
def point() -> type[Point]:
    return Point
