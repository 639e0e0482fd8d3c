"""Reading is linear in the deck's length: DRN-XS flat and as arrays within memory, and decks made to be slow.

How quick it is stands in benchmarks/resistive; what is counted here are calls and bytes, which no busy machine changes.
"""

from __future__ import annotations

import cProfile
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tellegen.netlist import Circuit, load, parse


def drn_xs() -> str:
    """Every resistor, source and diode of a deep resistive network of 1568, 100 and 10 nodes as a card of its own."""
    rng = np.random.default_rng(0)
    lines = ["* DRN-XS, flat", *(f"Vin[{i}] in[{i}] 0 {rng.uniform():.6f}" for i in range(1568))]
    for row in range(1568):
        lines += [f"Rw1[{row},{k}] in[{row}] h1[{k}] {ohms:.3f}" for k, ohms in enumerate(rng.uniform(1, 1e5, 100))]
    for row in range(100):
        lines += [f"Rw2[{row},{k}] h1[{row}] out[{k}] {ohms:.3f}" for k, ohms in enumerate(rng.uniform(1, 1e5, 10))]
    lines += [f"Dexc1[{k}] 0 h1[{k}] ideal" for k in range(50)]
    lines += [f"Dinh1[{k}] h1[{k + 50}] 0 ideal" for k in range(50)]
    lines += [f"Ib1[{k}] 0 h1[{k}] 0" for k in range(100)] + [f"Ib2[{k}] 0 out[{k}] 0" for k in range(10)]
    lines += [".model ideal D(is=1e-12 n=1e-4)", "*@ ideal model=ideal", "*@ input vin*", "*@ trainable rw* min=0"]
    return "\n".join([*lines, ".end", ""])


def test_the_flat_network_fits_in_memory():
    deck = drn_xs()
    tracemalloc.start()
    circuit = parse(deck)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(circuit) == 1568 + 156_800 + 1000 + 100 + 110
    assert peak <= 1e9


def test_the_network_of_arrays(tmp_path):
    rng = np.random.default_rng(0)
    np.savez(tmp_path / "drn.npz", w1=rng.uniform(size=(1568, 100)), w2=rng.uniform(size=(100, 10)))
    (tmp_path / "drn.cir").write_text(ARRAYS)
    circuit, calls = counted(lambda: load(tmp_path / "drn.cir"))
    assert np.asarray(circuit["rw1"].parameters["g"]).shape == (1568, 100)
    assert calls <= 20_000


ARRAYS = """* DRN-XS
Vin[0:1567] in[0:1567] 0 0
Rw1[0:1567,0:99] in[0:1567] h1[0:99] g=@drn.npz:w1
Ib1[0:99] 0 h1[0:99] 0
Dexc1[0:49] 0 h1[0:49] ideal
Dinh1[0:49] h1[50:99] 0 ideal
Rw2[0:99,0:9] h1[0:99] out[0:9] g=@drn.npz:w2
Ib2[0:9] 0 out[0:9] 0
.model ideal D(is=1e-12 n=1e-4)
*@ ideal model=ideal
*@ input vin
*@ output v(out[0:9])
*@ trainable rw* min=0
*@ trainable ib*
"""


def counted(action: Callable[[], Circuit]) -> tuple[Circuit, int]:
    """The result and the number of function calls that it took."""
    profile = cProfile.Profile()
    circuit = profile.runcall(action)
    return circuit, sum(entry.callcount for entry in profile.getstats())


def _scalar(count: int) -> str:
    return "\n".join(["t", *(f"R{k} n{k} n{k + 1} {k + 1}k tc1=1m" for k in range(count))])


def _continued(count: int) -> str:
    return "\n".join(["t", "V1 a 0 pwl(0 0", *(f"+ {k + 1} {k}" for k in range(count)), "+ )"])


def _parameters(count: int) -> str:
    """Each parameter needs the next one: forward references all the way."""
    return "\n".join(["t", *(f".param p{k}={{p{k + 1}+1}}" for k in range(count)), f".param p{count}=1", "R1 a 0 {p0}"])


def _instances(count: int) -> str:
    cell = [".subckt cell a b params: r=1", "R1 a n {r}", "C1 n b 1p", ".ends"]
    return "\n".join(["t", *cell, *(f"X{k} a n{k} cell r={k + 1}" for k in range(count))])


def _sources(count: int) -> str:
    return "\n".join(["t", *(f"B{k} n{k} 0 v=tanh(v(n{k + 1})*{k})+1" for k in range(count)), f"R1 n{count} 0 1"])


@pytest.mark.parametrize("deck", [_scalar, _continued, _parameters, _instances, _sources])
def test_work_grows_no_faster_than_the_deck(deck):
    """Eight times the cards take about eight times the calls."""
    _, small = counted(lambda: parse(deck(500)).flatten())
    _, large = counted(lambda: parse(deck(4000)).flatten())
    assert large <= 8.5 * small


def test_importing_the_package_is_cheap():
    """The facade loads nothing; reading a deck loads neither networkx nor JAX."""
    code = (
        "import sys, tellegen.netlist as n; a = {'numpy', 'networkx', 'jax', 'scipy'} & set(sys.modules);"
        "n.parse('t\\nR1 a 0 1\\n'); b = {'networkx', 'jax', 'scipy'} & set(sys.modules); print(a | b)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path.home())
    assert done.stdout.strip() == "set()"
