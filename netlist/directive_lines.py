"""A `*@` line to a `Directive` and back."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .circuit import Directive
from .directive_table import DIRECTIVES, DirectiveKind, Option
from .errors import Location, NetlistError
from .node_names import canonical_node
from .numbers import format_number, looks_numeric, number
from .suggestion import nearest

_WORD = re.compile(r"(?:[^\s=(\[]|\([^)]*\)|\[[^\]\s]*(?:\]|(?=\s|$)))+")
_SIGNAL = re.compile(r"([vi])\(\s*((?:[^\s,()\[\]]|\[[^\]]*\])+)\s*(?:,\s*((?:[^\s,()\[\]]|\[[^\]]*\])+)\s*)?\)")


def read_directive(text: str, location: Location) -> Directive:
    """The directive of a line that starts with `*@`. Raises NetlistError for an unknown word or a missing one."""
    words, options = _split(text[2:].lower(), location)
    if not words:
        raise NetlistError(f"a *@ line without a keyword; write one of {', '.join(DIRECTIVES)}", location)
    kind = DIRECTIVES.get(words[0])
    if kind is None:
        cure = nearest(words[0], DIRECTIVES)
        raise NetlistError(f"unknown directive *@ {words[0]}; {cure}", location)
    values = {key: _option(kind, key, value, location) for key, value in options.items()}
    for option in kind.options.values():
        if option.required and option.name not in values:
            raise NetlistError(f"*@ {kind.keyword} lacks {option.name}=; write {kind.card}", location)
    _check_names_or_option(kind, words[1:], values, location)
    return Directive(kind.keyword, _selectors(kind, words[1:], location), values, location)


def write_directive(directive: Directive) -> str:
    """The line that reads back as this directive."""
    options = (f"{key}={_write_option(value)}" for key, value in directive.options.items())
    return " ".join(("*@", directive.keyword, *directive.selectors, *options))


def _split(text: str, location: Location) -> tuple[list[str], dict[str, str]]:
    """The bare words and the options of a line; blanks around `=` and after commas of a list are allowed."""
    words: list[str] = []
    options: dict[str, str] = {}
    position = 0
    text = re.sub(r"\s*=\s*", "=", text)
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        match = _WORD.match(text, position)
        if match is None:
            found = text[position:].split()[0]
            raise NetlistError(f"{found!r} does not belong on a *@ line; write words and key=value", location)
        position = match.end()
        if text[position : position + 1] != "=":
            words.append(match[0])
            continue
        value = re.compile(r"[^\s,=]*(?:\s*,\s*[^\s,=]+)*").match(text, position + 1)
        if value is None or not value[0]:
            raise NetlistError(f"{match[0]}= has no value; write one after the equals sign", location)
        if match[0] in options:
            raise NetlistError(f"{match[0]}= stands twice on this line; keep one", location)
        options[match[0]] = value[0]
        position = value.end()
    return words, options


def _selectors(kind: DirectiveKind, words: list[str], location: Location) -> tuple[str, ...]:
    if kind.selectors == "none":
        if words:
            raise NetlistError(f"*@ {kind.keyword} takes no name {words[0]!r}; write {kind.card}", location)
        return ()
    if not words and not kind.instead:
        raise NetlistError(f"*@ {kind.keyword} names nothing; write {kind.card}", location)
    if kind.selectors == "signals":
        return tuple(_signal(word, location) for word in words)
    return tuple(canonical_node(word) for word in words) if kind.selectors == "nodes" else tuple(words)


def _check_names_or_option(
    kind: DirectiveKind, words: list[str], values: Mapping[str, object], location: Location
) -> None:
    """Of a kind that takes names or an option instead: that the line has one of the two, and what goes with it."""
    if kind.instead is None:
        return
    if bool(words) == (kind.instead in values):
        what = f"both names and {kind.instead}=" if words else f"neither names nor {kind.instead}="
        raise NetlistError(f"*@ {kind.keyword} has {what}; write {kind.card}", location)
    wrong = [key for key in values if key not in kind.with_both and (key in kind.with_names) != bool(words)]
    if wrong := [key for key in wrong if key != kind.instead]:
        other = f"goes with {kind.instead}=, not with names" if words else f"goes with names, not with {kind.instead}="
        raise NetlistError(f"{wrong[0]}= {other}; write {kind.card}", location)


def _signal(word: str, location: Location) -> str:
    match = _SIGNAL.fullmatch(word)
    if match is None:
        raise NetlistError(f"{word!r} is no signal; write v({word}) or i(element)", location)
    if match[1] == "i" and match[3]:
        raise NetlistError(f"{word!r} names two elements; write i({match[2]})", location)
    nodes = [name if match[1] == "i" else canonical_node(name) for name in match.groups()[1:] if name]
    return f"{match[1]}({','.join(nodes)})"


def _option(kind: DirectiveKind, key: str, value: str, location: Location) -> object:
    option = kind.options.get(key)
    if option is None:
        cure = nearest(key, kind.options, "write {}=") if kind.options else f"write {kind.card}"
        raise NetlistError(f"*@ {kind.keyword} has no option {key}=; {cure}", location)
    if option.form == "word":
        if option.choices and value not in option.choices:
            cure = nearest(value, option.choices, f"write {key}={{}}")
            raise NetlistError(f"*@ {kind.keyword} cannot have {key}={value}; {cure}", location)
        return value
    if option.form == "numbers" or (option.form == "levels" and "," in value):
        return tuple(_number(option, part.strip(), location) for part in value.split(","))
    found = _number(option, value, location)
    if option.form in ("count", "levels") and (found < 1 or not found.is_integer()):
        raise NetlistError(f"{key}={value} is no whole number of at least 1; write {key}=4", location)
    if option.minimum is not None and found < option.minimum:
        raise NetlistError(f"{key}={value} is below {option.minimum:g}; write {option.minimum:g} or more", location)
    return found


def _number(option: Option, text: str, location: Location) -> float:
    if not looks_numeric(text):
        raise NetlistError(f"{option.name}={text} is not a number; write one such as {option.name}=1k", location)
    return number(text, location)


def _write_option(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(format_number(part) for part in value)
    return format_number(value) if isinstance(value, float) else str(value)
