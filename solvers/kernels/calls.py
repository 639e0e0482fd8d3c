"""How a numba loop calls a kernel: by its address, with three arrays and where in them its data begin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.imputils import impl_ret_untracked
from numba.extending import intrinsic
from numba.np import arrayobj

from .emission import SIGNATURE


@intrinsic
def _call(
    context: Any, address: Any, a: Any, a_from: Any, b: Any, b_from: Any, out: Any, out_from: Any
) -> tuple[Any, Any]:
    """`kernel(&a[a_from], &b[b_from], &out[out_from])`; all arrays are contiguous float64, nothing is checked."""
    signature = types.void(address, a, a_from, b, b_from, out, out_from)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        def place(array: int) -> Any:
            kind = signature.args[array]
            whole = arrayobj.make_array(kind)(context, builder, arguments[array])
            return cgutils.gep_inbounds(builder, whole.data, arguments[array + 1])

        function = builder.inttoptr(arguments[0], ir.PointerType(SIGNATURE))
        builder.call(function, [place(1), place(3), place(5)])
        return impl_ret_untracked(context, builder, signature.return_type, context.get_dummy_value())

    return signature, generate


call_kernel: Callable[..., None] = _call
