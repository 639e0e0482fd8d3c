"""What ngspice said, read: the homotopies it needed, and the one sentence that explains a failure."""

from __future__ import annotations

import re

from ..netlist.errors import NoAnswer
from .process import Finished
from .signals import Layout

_HOMOTOPIES = (
    ("Starting dynamic gmin stepping", "dynamic gmin stepping"),
    ("Starting true gmin stepping", "true gmin stepping"),
    ("Starting source stepping", "source stepping"),
    ("Transient op started", "transient operating point"),
)
_SINGULAR = re.compile(r"singular matrix:\s+check node (\S+)")
_VERSION = re.compile(r"ngspice-(\d+\S*) done")
_SERIOUS = re.compile(
    r"^.*(?:\berror\b|fatal|can't find|unknown subckt|undefined|no such|aborted|unable to find|not available).*$",
    re.I | re.M,
)


def homotopies(finished: Finished) -> tuple[str, ...]:
    """The detours ngspice took to an operating point, in its order; empty when plain Newton iteration converged."""
    return tuple(name for phrase, name in _HOMOTOPIES if phrase in finished.stderr)


def engine(finished: Finished) -> str:
    """`ngspice-39`, from the process's last words; `ngspice` where it never got there."""
    version = _VERSION.search(finished.stdout)
    return f"ngspice-{version[1]}" if version else "ngspice"


def unsound(finished: Finished, layout: Layout) -> NoAnswer | None:
    """The error for an operating point that is none, although ngspice gave it: a floating node left where a
    pseudo-transient happened to end. None where there is nothing to doubt."""
    singular = _SINGULAR.search(finished.stderr)
    if singular and "Transient op started" in finished.stderr:
        return NoAnswer(
            f"the circuit has no single operating point: the equations are singular at {_place(singular[1], layout)}, "
            f"and ngspice only went on by a transient; give every node a path to ground"
        )
    return None


def failure(finished: Finished, layout: Layout, keyword: str) -> NoAnswer:
    """The error for a run that left no result: what failed, ngspice's reason, and where, in Tellegen's names."""
    what = _ANSWERS.get(keyword, keyword)
    singular = _SINGULAR.search(finished.stderr)
    if singular:
        return NoAnswer(
            f"ngspice found no {what}: its equations are singular at {_place(singular[1], layout)}; "
            f"check for a floating node or a loop of voltage sources there"
        )
    reason = _reason(finished.stderr) or _reason(finished.stdout) or f"it exited with code {finished.code}, no reason"
    return NoAnswer(f"ngspice found no {what}: {reason}; look for the cause with `tellegen check`")


def _reason(stream: str) -> str:
    """The first serious line and, where it ends in a colon, the two that say what it announces."""
    said = _SERIOUS.search(stream)
    if not said:
        return ""
    lines = [line.strip() for line in stream[said.start() :].splitlines() if line.strip()]
    return " ".join(lines[: 3 if lines[0].endswith(":") else 1])


def _place(node: str, layout: Layout) -> str:
    branch = node.removesuffix("#branch")
    if branch != node:
        return f"branch {layout.elements.to_tellegen.get(branch, branch)}"
    return f"node {layout.nodes.to_tellegen.get(node, node)}"


_ANSWERS = {"op": "operating point", "dc": "DC sweep", "ac": "AC solution", "tran": "transient"}
