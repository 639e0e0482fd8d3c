"""What the tests of conformity share: decks as ngspice itself reads them, and the closed forms that decks state."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tellegen.cli.conformity.over_time import distance
from tellegen.netlist import Circuit, Traces
from tellegen.netlist.evaluation import Evaluator
from tellegen.netlist.expression import Call, Current, Expression, Name, Number, Unary, Voltage, children, rebuild
from tellegen.netlist.expression_parser import parse_expression
from tellegen.netlist.measures import read_probe
from tellegen.netlist.measures.evaluation import parameters
from tellegen.spice_export import RawPlot, read_raw
from tellegen.spice_export.process import find_ngspice

TIGHT = ".options reltol=1e-5 vntol=1e-8 trtol=3"
KINDS = {"op": "Operating Point", "dc": "DC transfer characteristic", "ac": "AC Analysis", "tran": "Transient Analysis"}
STEEP = 4e-3
"""The share of the whole time by which edges may lie apart where ngspice chooses its own steps."""
WITHIN = {"op": 1e-6, "dc": 1e-6, "ac": 1e-6, "tran": 1e-3}
_FORM = re.compile(r"^\* closed form(?: \[(\w+)\])?(?: within (\S+))?: *(\S+) = (.*)$", re.MULTILINE)
_CONTROL = re.compile(r"^\.control\b.*?^\.endc\b", re.MULTILINE | re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True)
class ClosedForm:
    """`* closed form [tran] within 1e-4: v(out) = exp(-time/1m)`: the analysis it speaks of, if the deck has several;
    how near, as a share of the largest value, in time of the swing; the signal; its value."""

    analysis: str
    within: float | None
    signal: str
    value: Expression


def closed_forms(text: str) -> list[ClosedForm]:
    """The closed forms that a deck states."""
    return [
        ClosedForm(analysis, float(within) if within else None, signal, parse_expression(value))
        for analysis, within, signal, value in _FORM.findall(text)
    ]


def exact(form: ClosedForm, circuit: Circuit, answer: Traces) -> np.ndarray:
    """The closed form's values at the answer's points; it may read the deck's parameters, axes and other signals."""
    known = {**parameters(circuit), "temper": _temperature(circuit)}
    grids = dict(zip(answer.axes, np.meshgrid(*answer.axes.values(), indexing="ij"), strict=True))
    if "frequency" in grids:
        grids["hertz"] = grids["frequency"]
    shape = tuple(map(len, answer.axes.values()))
    found = np.empty(shape)
    for index in np.ndindex(shape):
        names = {**known, **{name: float(grid[index]) for name, grid in grids.items()}}
        found[index] = Evaluator(names)(_with_readings(form.value, answer, index))
    return found


def _temperature(circuit: Circuit) -> float:
    temperature = circuit.flatten().temperature
    return float(temperature) if isinstance(temperature, float) else 27.0


def _with_readings(node: Expression, answer: Traces, index: tuple[int, ...]) -> Expression:
    """The expression with numbers in the place of signals: `v(a)`, `i(v1)`, and parts of phasors such as `vm(a)`."""
    text = ""
    if isinstance(node, Voltage):
        text = f"v({node.positive})" if node.negative is None else f"v({node.positive},{node.negative})"
    elif isinstance(node, Current):
        text = f"i({node.element})"
    elif isinstance(node, Call) and node.function in ("vm", "vp", "vr", "vi", "vdb"):
        text = f"{node.function}({','.join(part.name for part in node.arguments if isinstance(part, Name))})"
    if text:
        value = float(read_probe(text, None).numbers(answer)[index])
        return Number(value) if value >= 0.0 else Unary("-", Number(-value))
    return rebuild(node, tuple(_with_readings(child, answer, index) for child in children(node)))


@pytest.fixture
def assert_closed_forms() -> Callable[[Path, Circuit, Mapping[str, Traces]], int]:
    """Hold answers, by the keyword of their analysis, to a deck's closed forms; how many there are."""
    return _assert_closed_forms


def _assert_closed_forms(path: Path, circuit: Circuit, answers: Mapping[str, Traces]) -> int:
    forms = closed_forms(path.read_text(encoding="utf-8"))
    for form in forms:
        keyword = form.analysis or next(iter(answers))
        answer = answers[keyword]
        wanted, got = exact(form, circuit, answer), read_probe(form.signal, None).numbers(answer)
        scale = np.ptp(wanted) if keyword == "tran" else np.max(np.abs(wanted))
        near = (form.within or WITHIN[keyword]) * max(float(scale), 1e-12)
        np.testing.assert_allclose(got, wanted, rtol=0.0, atol=near, err_msg=f"{path.stem}: {form.signal}")
    return len(forms)


@pytest.fixture
def as_written(tmp_path: Path) -> Callable[[Path], tuple[RawPlot, ...]]:
    """A function from a deck to the plots that ngspice makes of it as it is written, at tight tolerances.

    Our own decks only: what is not a control block is run as it stands.
    """

    def plots(path: Path) -> tuple[RawPlot, ...]:
        folder = Path(shutil.copytree(path.parent, tmp_path / path.stem))
        text = _CONTROL.sub("", path.read_bytes().decode())
        head, line_end, tail = text.partition("\n")
        (folder / path.name).write_bytes(f"{head}{line_end}{TIGHT}\n{tail}".encode())
        command = [str(find_ngspice()), "-n", "-b", "-r", str(tmp_path / f"{path.stem}.raw"), path.name]
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=60)
        raw = tmp_path / f"{path.stem}.raw"
        if not raw.exists():
            pytest.fail(f"ngspice does not run {path.name}: {done.stdout.decode(errors='replace')}")
        return read_raw(raw)

    return plots


@pytest.fixture
def assert_read_alike() -> Callable[[str, Traces, tuple[RawPlot, ...]], None]:
    """Hold our reading of a deck, run by ngspice, to ngspice's own: every node both have."""

    def compare(keyword: str, ours: Traces, plots: tuple[RawPlot, ...]) -> None:
        plot = next(plot for plot in plots if plot.kind == KINDS[keyword])
        theirs = dict(zip(plot.names, plot.values.T, strict=True))
        compared = 0
        for name, values in ours.scalars():
            column = theirs.get(name, theirs.get(name[2:-1]))
            if not name.startswith("v(") or column is None:
                continue
            near = {"tran": 1e-2, "dc": 1e-3, "op": 1e-4}.get(keyword, 1e-5) * max(float(np.max(np.abs(column))), 1e-9)
            if keyword == "tran":
                times, dense = np.real(plot.values[:, 0]), ours.axes["time"]
                apart = distance(times, np.real(column), dense, values, STEEP * float(times[-1] - times[0]))
                assert np.max(apart) <= near, name
            else:
                np.testing.assert_allclose(np.ravel(values), column, rtol=0.0, atol=near, err_msg=name)
            compared += 1
        assert compared

    return compare
