"""A graph of scalar operations as one LLVM function `void(double* a, double* b, double* out)`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from llvmlite import ir

from .primitives import COMPARISONS
from .scalar_graph import Node, ScalarGraph

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


def emit(graph: ScalarGraph, inputs: Sequence[tuple[int, int]], outputs: Sequence[Node], name: str) -> ir.Module:
    """The module with the function of that name.

    Args:
        graph: its first `len(inputs)` operations are the inputs.
        inputs: which of the two arrays, and where in it, each input stands.
        outputs: what is written, in order.
    """
    module = ir.Module(name=name)
    function = ir.Function(module, SIGNATURE, name)
    for argument in function.args:
        argument.add_attribute("noalias")
    builder = ir.IRBuilder(function.append_basic_block())
    emitter = _Emitter(module, builder, graph)
    for number, (array, place) in enumerate(inputs):
        emitter.values[number] = builder.load(_at(builder, function.args[array], place))
    for number in _needed(graph, outputs, len(inputs)):
        emitter.values[number] = emitter.operation(*graph.operations[number])
    for place, node in enumerate(outputs):
        builder.store(emitter.number(node), _at(builder, function.args[2], place))
    builder.ret_void()
    return module


def _at(builder: ir.IRBuilder, pointer: ir.Value, place: int) -> ir.Value:
    return builder.gep(pointer, [ir.IntType(64)(place)])


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
    """The values made so far, by number."""

    def __init__(self, module: ir.Module, builder: ir.IRBuilder, graph: ScalarGraph):
        self.module, self.builder, self.graph = module, builder, graph
        self.values: dict[int, Any] = {}

    def number(self, node: Node) -> Any:
        """A node as a double."""
        if isinstance(node, float):
            return DOUBLE(node)
        value = self.values[node]
        return self.builder.uitofp(value, DOUBLE) if value.type == BIT else value

    def truth(self, node: Node) -> Any:
        """A node as a bit; a number is true where it is not zero."""
        if isinstance(node, float):
            return BIT(int(node != 0.0))
        value = self.values[node]
        return value if value.type == BIT else self.builder.fcmp_unordered("!=", value, DOUBLE(0.0))

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
        return self.builder.call(self._called(name, len(numbers)), numbers)

    def _called(self, name: str, operands: int) -> ir.Function:
        known = name in INTRINSICS
        symbol = f"llvm.{INTRINSICS[name]}.f64" if known else LIBRARY[name]
        found = self.module.globals.get(symbol)
        if found is None:
            found = ir.Function(self.module, ir.FunctionType(DOUBLE, [DOUBLE] * operands), symbol)
            if not known:
                found.attributes.add("readnone")
                found.attributes.add("nounwind")
        return found


def _sign(builder: ir.IRBuilder, value: ir.Value) -> ir.Value:
    negative = builder.select(builder.fcmp_ordered("<", value, DOUBLE(0.0)), DOUBLE(-1.0), value)
    return builder.select(builder.fcmp_ordered(">", value, DOUBLE(0.0)), DOUBLE(1.0), negative)


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
    "sign": _sign,
}
