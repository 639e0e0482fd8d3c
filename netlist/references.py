"""What names what: controlling elements, coupled inductors, models and targets of directives must exist."""

from __future__ import annotations

from .circuit import Circuit, Directive
from .directive_table import DIRECTIVES
from .elements import KINDS
from .errors import NetlistError
from .scope import Scope
from .selectors import select
from .suggestion import nearest


def check_references(circuit: Circuit, scope: Scope) -> None:
    """Raise NetlistError for the first name that means nothing."""
    _check_controls(circuit)
    for directive in circuit.directives:
        _check_directive(circuit, directive, scope)


def _check_controls(circuit: Circuit) -> None:
    wanted = {"K": ("L",), "F": ("V",), "H": ("V",), "W": ("V",)}
    for element in circuit.elements:
        letters = wanted.get(element.kind)
        for name in element.controls if letters else ():
            known = [other.name for other in circuit.elements if letters and other.kind in letters]
            if name not in known:
                what = KINDS[letters[0] if letters else "V"].title
                cause = f"{element.name} names {name}, which is no {what} here"
                raise NetlistError(f"{cause}; {nearest(name, known)}", element.location)


def _check_directive(circuit: Circuit, directive: Directive, scope: Scope) -> None:
    kind = DIRECTIVES[directive.keyword]
    model = directive.options.get("model")
    if directive.keyword == "ideal":
        found = scope.model(str(model))
        if found is None or found.type != "d":
            known = [name for name in scope.model_names() if (other := scope.model(name)) and other.type == "d"]
            cause = f"*@ ideal names {model}, which is no model of a diode"
            raise NetlistError(f"{cause}; {nearest(str(model), known, 'write model={}')}", directive.location)
    if kind.selectors not in ("elements", "targets"):
        return
    names = [element.name for element in circuit.elements]
    if kind.selectors == "targets":
        names += circuit.parameters
    for selector in directive.selectors:
        if not select([selector], names) and "." not in selector:
            cause = f"*@ {directive.keyword} {selector} selects no element"
            cause += " or parameter" if kind.selectors == "targets" else ""
            raise NetlistError(f"{cause}; {nearest(selector, names)}", directive.location)
