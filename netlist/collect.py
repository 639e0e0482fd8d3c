"""First pass: which cards stand in which scope, and the names that are defined there."""

from __future__ import annotations

import re
from collections.abc import Callable

from .circuit import Function, Note
from .control import asks_for_analyses, cards_of, note_of
from .errors import Location, NetlistError
from .expression_parser import parse_expression
from .fields import fields, is_expression
from .key_values import key_values
from .lines import LogicalLine
from .node_names import canonical_node
from .scope import Scope
from .suggestion import nearest
from .values import braced, plain_or_tree

MAX_NESTING = 50

_DATA_CARDS = (
    ".op .dc .tran .ac .noise .tf .sens .pz .disto .four .fourier .sp .pss .fft "
    ".print .plot .save .measure .meas .probe .width"
)
ANALYSES = frozenset(_DATA_CARDS.split())
"""Cards that are kept as data, in the deck's order."""

_SETTINGS = frozenset([".global", ".ic", ".nodeset", ".options", ".option", ".opt", ".temp"])
_REFUSED = {
    ".if": "conditional netlists are not read; keep the branch that holds and remove the others",
    ".elseif": "conditional netlists are not read; keep the branch that holds and remove the others",
    ".else": "conditional netlists are not read; keep the branch that holds and remove the others",
    ".endif": "conditional netlists are not read; keep the branch that holds and remove the others",
    ".endl": "it has no .lib section before it; remove it",
    ".endc": "it has no .control before it; remove it",
    ".data": "sweeps by tables are not read; remove it",
    ".alter": "a deck is one circuit; write a second deck for the altered one",
}
_FUNCTION = re.compile(r"\s*([a-z_]\w*)\s*\(([^()]*)\)\s*=?\s*(.+)", re.IGNORECASE | re.DOTALL)


def collect(lines: list[LogicalLine], start: Location) -> Scope:
    """The deck's scope with those of its subcircuits inside. Linear in the number of lines."""
    root = scope = Scope(start)
    blocks: list[list[LogicalLine]] = []
    position = 0
    while position < len(lines):
        location, text = lines[position]
        position += 1
        if text[0] == "*":
            scope.directive_lines.append((location, text))
            continue
        if text[0] != ".":
            scope.cards.append((location, text))
            continue
        keyword, _, rest = text.replace("\t", " ").partition(" ")
        keyword = keyword.lower()
        if keyword == ".end":
            _note_rest(root, lines[position:])
            break
        if keyword == ".control":
            blocks.append(_control_block(lines, position - 1))
            position += len(blocks[-1]) - 1
            continue
        action = _ACTIONS.get(keyword)
        if action:
            scope = action(scope, rest, location)
        elif keyword in ANALYSES or keyword in _SETTINGS:
            scope.later.append((location, text))
        else:
            _refuse(keyword, location)
    if scope is not root:
        raise NetlistError(f"the subcircuit {scope.name} has no .ends; add it after its last card", scope.location)
    _take_controls(root, blocks)
    return root


def _control_block(lines: list[LogicalLine], begin: int) -> list[LogicalLine]:
    """The lines of a `.control` block, its first and last among them."""
    for index in range(begin + 1, len(lines)):
        if lines[index][1].lower().startswith(".endc"):
            return lines[begin : index + 1]
    raise NetlistError(".control has no .endc; add it after the last command", lines[begin][0])


def _take_controls(root: Scope, blocks: list[list[LogicalLine]]) -> None:
    """Leave out `.control` blocks, with notes; a deck that has no analyses of its own has those of its blocks."""
    own = asks_for_analyses(root.later)
    for block in blocks:
        cards = [] if own else cards_of(block[1:-1])
        taken = cards if asks_for_analyses(cards) else []
        root.later.extend(taken)
        root.notes.append(note_of(block[0], taken))


def _refuse(keyword: str, location: Location) -> None:
    if keyword in _REFUSED:
        raise NetlistError(f"{keyword} cannot stand here: {_REFUSED[keyword]}", location)
    known = [*_ACTIONS, *ANALYSES, *_SETTINGS, ".include", ".lib", ".end", ".control"]
    raise NetlistError(f"unknown card {keyword}; {nearest(keyword, known)}", location)


def _note_rest(root: Scope, rest: list[LogicalLine]) -> None:
    if rest:
        found = f"{len(rest)} lines after .end were not read, the first is {rest[0][1][:40]!r}"
        root.notes.append(Note(f"{found}; move .end to the end of the deck", rest[0][0]))


def _open_subcircuit(scope: Scope, rest: str, location: Location) -> Scope:
    head, names = ports_and_rest(rest, location)
    if not names:
        raise NetlistError(".subckt lacks a name; write .subckt NAME port … [parameter=value …]", location)
    name = names[0].lower()
    scope.define("subcircuit", name, location)
    ports = tuple(canonical_node(port) for port in names[1:])
    for index, port in enumerate(ports):
        if port == "0":
            raise NetlistError(
                f"port {index + 1} of {name} is ground; name it otherwise, ground is known inside", location
            )
        if port in ports[:index]:
            raise NetlistError(f"the port {port} of {name} stands twice; name each port once", location)
    inner = Scope(location, scope, name, ports)
    if sum(1 for _ in inner.chain()) > MAX_NESTING:
        raise NetlistError(f"subcircuits are defined more than {MAX_NESTING} deep; define them side by side", location)
    for key, value in key_values(rest, location, head):
        inner.define("parameter", key, location)
        inner.defaults[key] = _parameter_value(value, location)
    scope.inner[name] = inner
    return inner


def ports_and_rest(rest: str, location: Location) -> tuple[int, list[str]]:
    """Where the parameters of a `.subckt` or X card begin, and the words before them (without `params:`)."""
    start = re.search(r"(?:^|\s)params\s*:", rest, re.IGNORECASE)
    first = re.search(r"[^\s=]+\s*=", rest)
    head = start.start() if start else first.start() if first else len(rest)
    words = [word for word in fields(rest[:head], location) if word not in "(),"]
    return (start.end() if start else head), words


def _close_subcircuit(scope: Scope, rest: str, location: Location) -> Scope:
    if scope.parent is None:
        raise NetlistError(".ends without a .subckt before it; remove it", location)
    name = rest.strip().lower()
    if name and name != scope.name:
        raise NetlistError(f".ends {name} closes the subcircuit {scope.name}; write .ends {scope.name}", location)
    return scope.parent


def _parameters(scope: Scope, rest: str, location: Location) -> Scope:
    found = key_values(rest, location)
    if not found:
        raise NetlistError(".param defines nothing; write .param name=value", location)
    for key, value in found:
        if "(" in key:
            _function(scope, f"{key} = {value}", location)
            continue
        if not re.fullmatch(r"[a-z_][\w.#$@]*", key):
            raise NetlistError(f"{key!r} is no name for a parameter; start it with a letter", location)
        if key not in scope.parameters or scope.parameters[key] != _parameter_value(value, location):
            scope.define("parameter", key, location)
        scope.parameters[key] = _parameter_value(value, location)
    return scope


def _parameter_value(text: str, location: Location):
    return braced(text, location) if is_expression(text) else plain_or_tree(text, location)


def _function(scope: Scope, rest: str, location: Location) -> Scope:
    match = _FUNCTION.fullmatch(rest)
    if match is None:
        raise NetlistError(f"{rest.strip()[:40]!r} defines no function; write .func f(x,y) {{x*y}}", location)
    name = match[1].lower()
    arguments = tuple(argument.strip().lower() for argument in match[2].split(",")) if match[2].strip() else ()
    scope.define("function", name, location)
    body = match[3].strip()
    tree = braced(body, location) if is_expression(body) and body[-1] in "}'\"" else parse_expression(body, location)
    scope.functions[name] = Function(name, arguments, tree, location)
    return scope


def _title(scope: Scope, rest: str, location: Location) -> Scope:
    """A title that takes the place of the deck's first line."""
    scope.root.title = " ".join(rest.split())
    return scope


def _for_control(scope: Scope, rest: str, location: Location) -> Scope:
    """A value for a `.control` block, left out as the block is."""
    cause = f".csparam {rest.strip()[:40]} was left out: it passes a value to .control, which is not run"
    scope.root.notes.append(Note(f"{cause}; remove it, or write .param for the deck's own cards", location))
    return scope


def _model(scope: Scope, rest: str, location: Location) -> Scope:
    words = fields(rest, location)
    if len(words) < 2:
        raise NetlistError(f".model {rest.strip()} lacks a type; write .model NAME TYPE(parameter=value …)", location)
    name = words[0].lower()
    scope.define("model", name, location)
    scope.model_lines[name] = (location, rest.strip())
    return scope


_ACTIONS: dict[str, Callable[[Scope, str, Location], Scope]] = {
    ".subckt": _open_subcircuit,
    ".macro": _open_subcircuit,
    ".ends": _close_subcircuit,
    ".eom": _close_subcircuit,
    ".param": _parameters,
    ".params": _parameters,
    ".parameter": _parameters,
    ".func": _function,
    ".function": _function,
    ".model": _model,
    ".title": _title,
    ".csparam": _for_control,
}
"""What the first pass does with a card that defines something, or concerns the deck as a whole."""
