"""What names what: controlling elements, coupled inductors, models and targets of directives must exist."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

from .bus import bus_slice, split_index
from .circuit import Circuit, Directive
from .directive_table import DIRECTIVES
from .elements import KINDS
from .errors import NetlistError
from .expression import Current, Voltage, walk
from .expression_parser import parse_expression
from .scope import Scope
from .selectors import is_glob, matcher
from .suggestion import nearest


def check_instances(root: Scope) -> None:
    """Raise NetlistError for subcircuits that contain each other in a circle."""
    scopes = [root]
    for scope in scopes:
        scopes.extend(scope.inner.values())
    order = TopologicalSorter({id(scope): {id(inner) for inner in scope.instances} for scope in scopes})
    try:
        order.prepare()
    except CycleError as error:
        by_id = {id(scope): scope for scope in scopes}
        circle = [by_id[key] for key in error.args[1]]
        shown = " → ".join(scope.name for scope in reversed(circle))
        cause = f"subcircuits contain each other in a circle: {shown}"
        raise NetlistError(f"{cause}; remove one of these instances", circle[0].location) from None


def check_references(circuit: Circuit, scope: Scope) -> None:
    """Raise NetlistError for the first name that means nothing."""
    _check_controls(circuit)
    _check_lines_of_arrays(circuit)
    for directive in circuit.directives:
        _check_directive(circuit, directive, scope)


def _check_controls(circuit: Circuit) -> None:
    wanted = {"K": ("L",), "F": ("V",), "H": ("V",), "W": ("V",)}
    for element in circuit.elements:
        if not element.controls:
            continue
        letters = wanted.get(element.kind)
        for name in element.controls if letters else ():
            known = [other.name for other in circuit.elements if letters and other.kind in letters]
            if name not in known:
                what = KINDS[letters[0] if letters else "V"].title
                cause = f"{element.name} names {name}, which is no {what} here"
                raise NetlistError(f"{cause}; {nearest(name, known)}", element.location)


def _check_lines_of_arrays(circuit: Circuit) -> None:
    """A single element must not have the name of one line of an array, `rw[2]` beside `rw[0:3]`."""
    arrays = {element.name: element for element in circuit.elements if element.ranges}
    if not arrays:
        return
    for element in circuit.elements:
        array = arrays.get(split_index(element.name)[0])
        if array is not None and not element.ranges and element is not array:
            cause = f"{element.name} is a line of the array {array.name} of {array.location}"
            raise NetlistError(f"{cause}; rename one of them", element.location)


def _check_directive(circuit: Circuit, directive: Directive, scope: Scope) -> None:
    kind = DIRECTIVES[directive.keyword]
    model = directive.options.get("model")
    if directive.keyword == "ideal":
        found = scope.model(str(model))
        if found is None or found.type != "d":
            known = [name for name in scope.model_names() if (other := scope.model(name)) and other.type == "d"]
            cause = f"*@ ideal names {model}, which is no model of a diode"
            cure = nearest(str(model), known, "write model={}", f"add .model {model} d(is=1e-12 n=1e-4)")
            raise NetlistError(f"{cause}; {cure}", directive.location)
    if kind.selectors in ("nodes", "signals"):
        _check_nodes(circuit, directive)
    if kind.selectors not in ("elements", "targets"):
        return
    names = [element.name for element in circuit.elements]
    if kind.selectors == "targets":
        names += circuit.parameters
    for selector in directive.selectors:
        if "." not in selector and not any(map(matcher(selector), names)):
            cause = f"*@ {directive.keyword} {selector} selects no element"
            cause += " or parameter" if kind.selectors == "targets" else ""
            raise NetlistError(f"{cause}; {nearest(selector, names)}", directive.location)
        if directive.keyword == "input" and not any(map(matcher(selector), circuit.parameters)):
            _check_input(circuit, directive, selector)


def _check_input(circuit: Circuit, directive: Directive, selector: str) -> None:
    test = matcher(selector)
    for element in circuit.elements:
        if test(element.name) and element.kind not in "VI":
            cause = f"*@ input {selector} selects {element.name}, a {KINDS[element.kind].title}"
            raise NetlistError(f"{cause}; select voltage or current sources", directive.location)


def _check_nodes(circuit: Circuit, directive: Directive) -> None:
    """The nodes and elements that a directive speaks of must be there."""
    nodes = {node for element in circuit.elements for node in element.nodes} | {"0"}
    lines = {part.name: part.stop for node in nodes if (part := bus_slice(node))}
    elements = {element.name for element in circuit.elements}
    for selector in directive.selectors:
        if DIRECTIVES[directive.keyword].selectors == "nodes" and is_glob(selector):
            _check_glob(selector, nodes, directive)
            continue
        trees = walk(parse_expression(selector)) if selector.endswith(")") else [Voltage(selector)]
        for tree in trees:
            if isinstance(tree, Current):
                _check_known(split_index(tree.element)[0], elements, "element", directive)
            elif isinstance(tree, Voltage):
                for node in filter(None, (tree.positive, tree.negative)):
                    if not (node == "thermal" and directive.keyword == "noise"):
                        _check_known(_bus_or_node(node, lines), nodes | lines.keys(), "node", directive)


def _check_glob(selector: str, nodes: set[str], directive: Directive) -> None:
    if "." not in selector and not any(map(matcher(selector), nodes)):
        cause = f"*@ {directive.keyword} {selector} selects no node"
        raise NetlistError(f"{cause}; {nearest(selector, sorted(nodes))}", directive.location)


def _bus_or_node(node: str, lines: dict[str, int]) -> str:
    """The bus's name for a slice or line of it, else the node."""
    part = bus_slice(node)
    name, index = (part.name, (part.stop,)) if part else split_index(node)
    return name if index and name in lines else node


def _check_known(name: str, known: set[str], what: str, directive: Directive) -> None:
    if name not in known and "." not in name:
        cause = f"*@ {directive.keyword} names the {what} {name}, which no card has"
        raise NetlistError(f"{cause}; {nearest(name, sorted(known))}", directive.location)
