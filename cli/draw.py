"""`tellegen draw`: a circuit as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .arguments import Netlist, Settings, circuit_of, nearest
from .exits import Misuse
from .output import writable

_ENDINGS = ("svg", "png")


def draw(
    file: Netlist,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="The picture: .svg or .png.", show_default=False)
    ],
    solve: Annotated[bool, typer.Option("--solve", help="Solve it first and show the voltages as colour.")] = False,
    settings: Settings = None,
) -> None:
    """Draw a netlist: conductances as width and, with --solve, voltages as colour."""
    ending = output.suffix[1:].lower()
    if ending not in _ENDINGS:
        raise Misuse(f"{output} does not end in a kind of picture that can be drawn; {nearest(ending, _ENDINGS)}")
    writable(output)
    circuit = circuit_of(file, settings)
    voltages = None
    if solve:
        from ..solvers import operating_point

        voltages = operating_point(circuit)
    from .drawing import draw as draw_circuit

    draw_circuit(circuit, output, voltages)
    typer.echo(f"drawn into {output}")
