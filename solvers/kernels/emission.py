"""A graph of scalar operations as one LLVM function `void(double* a, double* b, double* out)`.

With `lanes` every number is a row of so many, one for each of as many instances, and an operation is one on vectors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from llvmlite import ir

from .primitives import COMPARISONS
from .scalar_graph import Node, ScalarGraph
from .vector_functions import VECTOR_FUNCTIONS, intrinsic, lane_by_lane

DOUBLE, BIT = ir.DoubleType(), ir.IntType(1)
POINTER = DOUBLE.as_pointer()
SIGNATURE = ir.FunctionType(ir.VoidType(), [POINTER, POINTER, POINTER])

INTRINSICS = {
    "exp": "exp", "log": "log", "sqrt": "sqrt", "sin": "sin", "cos": "cos", "pow": "pow", "abs": "fabs",
    "floor": "floor", "ceil": "ceil", "rint": "rint", "exp2": "exp2", "max": "maximum", "min": "minimum",
}  # fmt: skip
"""Operations that LLVM knows, and so may move and merge; maximum and minimum pass on what is not a number."""
LIBRARY = {
    "tan": "tan", "asin": "asin", "acos": "acos", "atan": "atan", "sinh": "sinh", "cosh": "cosh", "tanh": "tanh",
    "asinh": "asinh", "acosh": "acosh", "atanh": "atanh", "expm1": "expm1", "log1p": "log1p", "atan2": "atan2",
}  # fmt: skip
"""Those of the C library."""
PREDICATES = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}
TRUTHS = frozenset({*COMPARISONS, "and", "or", "not"})


def emit(
    graph: ScalarGraph, inputs: Sequence[tuple[int, int]], outputs: Sequence[Node], name: str, lanes: int = 1
) -> ir.Module:
    """The module with the function of that name.

    Args:
        graph: its first `len(inputs)` operations are the inputs.
        inputs: which of the two arrays, and where in it, each input stands.
        outputs: what is written, in order.
        lanes: instances that are evaluated together; each number of the arrays is a row of so many.
    """
    module = ir.Module(name=name)
    function = ir.Function(module, SIGNATURE, name)
    for argument in function.args:
        argument.add_attribute("noalias")
    builder = ir.IRBuilder(function.append_basic_block())
    emitter = _Emitter(module, builder, graph, lanes)
    for number, (array, place) in enumerate(inputs):
        emitter.values[number] = builder.load(emitter.at(function.args[array], place), align=8)
    for number in _needed(graph, outputs, len(inputs)):
        emitter.values[number] = emitter.operation(*graph.operations[number])
    for place, node in enumerate(outputs):
        builder.store(emitter.number(node), emitter.at(function.args[2], place), align=8)
    builder.ret_void()
    return module


def _needed(graph: ScalarGraph, outputs: Sequence[Node], inputs: int) -> list[int]:
    """The operations that the outputs depend on, in order."""
    found: set[int] = set()
    todo = [node for node in outputs if isinstance(node, int)]
    while todo:
        node = todo.pop()
        if node not in found and node >= inputs:
            found.add(node)
            todo += [each for each in graph.operations[node][1] if isinstance(each, int)]
    return sorted(found)


class _Emitter:
    """The values made so far, by number, and their types."""

    def __init__(self, module: ir.Module, builder: ir.IRBuilder, graph: ScalarGraph, lanes: int):
        self.module, self.builder, self.graph, self.lanes = module, builder, graph, lanes
        self.values: dict[int, Any] = {}
        self.double: Any = DOUBLE if lanes == 1 else ir.VectorType(DOUBLE, lanes)
        self.bit: Any = BIT if lanes == 1 else ir.VectorType(BIT, lanes)

    def at(self, pointer: ir.Value, place: int) -> Any:
        """Where a number of an array stands."""
        first = self.builder.gep(pointer, [ir.IntType(64)(place * self.lanes)])
        return first if self.lanes == 1 else self.builder.bitcast(first, self.double.as_pointer())

    def constant(self, kind: Any, value: Any) -> Any:
        """The same in every lane."""
        return ir.Constant(kind, value if self.lanes == 1 else [value] * self.lanes)

    def number(self, node: Node) -> Any:
        """A node as a double."""
        if isinstance(node, float):
            return self.constant(self.double, node)
        value = self.values[node]
        return self.builder.uitofp(value, self.double) if value.type == self.bit else value

    def truth(self, node: Node) -> Any:
        """A node as a bit; a number is true where it is not zero."""
        if isinstance(node, float):
            return self.constant(self.bit, int(node != 0.0))
        value = self.values[node]
        zero = self.constant(self.double, 0.0)
        return value if value.type == self.bit else self.builder.fcmp_unordered("!=", value, zero)

    def operation(self, name: str, operands: Sequence[Node]) -> Any:
        """One operation's value."""
        if name == "select":
            then, otherwise = map(self.number, operands[1:])
            return self.builder.select(self.truth(operands[0]), then, otherwise)
        if name in ("and", "or", "not"):
            return _LOGIC[name](self.builder, *map(self.truth, operands))
        numbers = [self.number(each) for each in operands]
        if name in PREDICATES:
            compare: Any = self.builder.fcmp_unordered if name == "ne" else self.builder.fcmp_ordered
            return compare(PREDICATES[name], *numbers)
        if name in _DIRECT:
            return _DIRECT[name](self.builder, *numbers)
        if name == "sign":
            return self._sign(*numbers)
        if self.lanes > 1 and name in VECTOR_FUNCTIONS:
            return VECTOR_FUNCTIONS[name](self.builder, *numbers)
        if self.lanes > 1 and name in LIBRARY:
            return lane_by_lane(self.builder, self._called(name, len(numbers)), numbers)
        return self.builder.call(self._called(name, len(numbers)), numbers)

    def _sign(self, value: ir.Value) -> ir.Value:
        below, above = (self.builder.fcmp_ordered(each, value, self.constant(self.double, 0.0)) for each in "<>")
        negative = self.builder.select(below, self.constant(self.double, -1.0), value)
        return self.builder.select(above, self.constant(self.double, 1.0), negative)

    def _called(self, name: str, operands: int) -> ir.Function:
        known = name in INTRINSICS
        kind = self.double if known else DOUBLE
        symbol = intrinsic(INTRINSICS[name], kind) if known else LIBRARY[name]
        found = self.module.globals.get(symbol)
        if found is None:
            found = ir.Function(self.module, ir.FunctionType(kind, [kind] * operands), symbol)
            if not known:
                found.attributes.add("readnone")
                found.attributes.add("nounwind")
        return found


_LOGIC: Mapping[str, Callable[..., Any]] = {
    "and": ir.IRBuilder.and_,
    "or": ir.IRBuilder.or_,
    "not": ir.IRBuilder.not_,
}
_DIRECT: Mapping[str, Callable[..., Any]] = {
    "add": ir.IRBuilder.fadd,
    "sub": ir.IRBuilder.fsub,
    "mul": ir.IRBuilder.fmul,
    "div": ir.IRBuilder.fdiv,
    "rem": ir.IRBuilder.frem,
    "neg": ir.IRBuilder.fneg,
}
