"""Functions of scalars compiled to machine code, kept for the process's life."""

from __future__ import annotations

import ctypes
import functools
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import llvmlite.binding as llvm
import numpy as np

from .emission import emit
from .scalar_graph import Node, ScalarGraph

_COUNTER = itertools.count()
_PROTOTYPE = ctypes.CFUNCTYPE(None, *[ctypes.POINTER(ctypes.c_double)] * 3)


@dataclass(frozen=True, eq=False)
class Kernel:
    """Machine code at an address, `void(double* a, double* b, double* out)`.

    `outputs` are which of the function's outputs it writes, in order: those that are constants and zero are left out
    where `compile_kernel` was told so. Arrays hold a row of `lanes` for each number. `owner` keeps the code alive.
    """

    address: int
    outputs: tuple[int, ...]
    lanes: int
    owner: Any

    def __call__(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """One evaluation from Python, for tests and set-up."""
        out = np.zeros(max(len(self.outputs), 1) * self.lanes)
        pointers = [array.ctypes.data_as(ctypes.POINTER(ctypes.c_double)) for array in map(_doubles, (a, b))]
        _PROTOTYPE(self.address)(*pointers, out.ctypes.data_as(ctypes.POINTER(ctypes.c_double)))
        return out[: len(self.outputs) * self.lanes]


def _doubles(values: Any) -> np.ndarray:
    return np.ascontiguousarray(values, dtype=float)


def compile_kernel(
    function: Callable[[Sequence[Any], Sequence[Any]], Sequence[Any]],
    sizes: tuple[int, int],
    drop: Sequence[int] = (),
    lanes: int = 1,
) -> Kernel:
    """The machine code of a JAX function (a, b) -> out of scalars, in double precision.

    Args:
        function: takes two sequences of scalars, of these sizes, and returns a sequence of scalars.
        sizes: lengths of the two arrays.
        drop: outputs that are left out where they are zero whatever the inputs.
        lanes: instances that are evaluated together; each number of the arrays is then a row of so many.

    Raises:
        NotImplementedError: the function uses more of JAX than scalar arithmetic.
    """
    graph, outputs = traced(function, sizes)
    kept = tuple(
        place
        for place, node in enumerate(outputs)
        if not (place in set(drop) and isinstance(node, float) and node == 0)
    )
    inputs = [(array, place) for array, size in enumerate(sizes) for place in range(size)]
    name = f"kernel_{next(_COUNTER)}"
    text = str(emit(graph, inputs, [outputs[place] for place in kept], name, lanes))
    library = _compiled(text, name)
    return Kernel(library[name], kept, lanes, library)


def constant_outputs(
    function: Callable[[Sequence[Any], Sequence[Any]], Sequence[Any]], sizes: tuple[int, int]
) -> list[float | None]:
    """What each output of a function of scalars is whatever the inputs, None where it depends on them."""
    return [node if isinstance(node, float) else None for node in traced(function, sizes)[1]]


def traced(
    function: Callable[[Sequence[Any], Sequence[Any]], Sequence[Any]], sizes: tuple[int, int]
) -> tuple[ScalarGraph, list[Node]]:
    """The function as a graph whose first operations are the inputs, and its outputs."""
    first = sizes[0]
    with jax.enable_x64(True):
        scalar = jax.ShapeDtypeStruct((), jnp.float64)
        flat = jax.make_jaxpr(lambda *all_: tuple(map(_scalar, function(all_[:first], all_[first:]))))
        closed = flat(*[scalar] * sum(sizes))
    graph = ScalarGraph()
    inputs = [graph.add("input", place) for place in range(sum(sizes))]
    return graph, graph.read(closed.jaxpr, closed.consts, inputs)


def _scalar(value: Any) -> Any:
    return jnp.asarray(value, jnp.float64)


@functools.cache
def _compiler() -> tuple[Any, Any, Any]:
    """This machine's code generator, its passes, and where code is linked: one for all kernels, which share memory."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    name, features = llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()
    target = llvm.Target.from_default_triple()
    generator, linked = (target.create_target_machine(cpu=name, features=features, opt=3, jit=True) for _ in range(2))
    passes = llvm.create_pass_builder(generator, llvm.create_pipeline_tuning_options(speed_level=2))
    return generator, passes, llvm.create_lljit_compiler(linked)


def _compiled(text: str, name: str) -> Any:
    """The function of that name as machine code; the code lives as long as what is returned."""
    generator, passes, linker = _compiler()
    module = llvm.parse_assembly(text)
    module.triple = llvm.get_default_triple()
    module.data_layout = str(generator.target_data)
    passes.getModulePassManager().run(module, passes)
    code = llvm.JITLibraryBuilder().add_object_img(generator.emit_object(module)).add_current_process()
    return code.export_symbol(name).link(linker, name)
