"""`.model` cards."""

from __future__ import annotations

import re

from .circuit import Model, Note
from .errors import Location, NetlistError
from .fields import fields
from .key_values import key_values
from .model_parameters import ALIASES, declared
from .models import MODEL_TYPES, OTHER_TYPES
from .ranges import check_value
from .scope import Scope
from .settings import read_setting
from .suggestion import nearest

_CHANNEL = re.compile(r"(?<!\S)(nchan|pchan)(?!\S|\s*=)", re.IGNORECASE)
_PARENTHESES = re.compile(r"(\{[^}]*\}|'[^']*')|[()]")


def read_model(text: str, location: Location, scope: Scope) -> Model:
    name, type_ = (word.lower() for word in fields(text, location)[:2])
    if type_ not in MODEL_TYPES and type_ not in OTHER_TYPES:
        cure = nearest(type_, MODEL_TYPES)
        raise NetlistError(f"the model {name} has the unknown type {type_!r}; {cure}", location)
    match = re.match(r"\S+?[\s(]+[^\s(]+", text)
    rest = _PARENTHESES.sub(lambda found: found[1] or " ", text[match.end() if match else 0 :])
    parameters: dict[str, object] = {}
    if type_ == "vdmos":
        channel = _CHANNEL.search(rest)
        parameters.update({channel[1].lower(): True} if channel else {})
        rest = _CHANNEL.sub(" ", rest)
    pairs = key_values(rest, location)
    levels = [read_setting(value, scope, location, f"the level of {name}") for key, value in pairs if key == "level"]
    known = declared(type_, *levels[:1])
    aliases = ALIASES.get(type_, {}) if known else {}
    for written, value in pairs:
        key = aliases.get(written, written)
        if key in parameters:
            raise NetlistError(f"the model {name} has {key}= twice; keep one of the two", location)
        parameters[key] = read_setting(value, scope, location, f"{key} of the model {name}")
        if known and key in known:
            check_value(parameters[key], known[key], f"the model {name}", location)
        elif known:
            cause = f"the model {name} has a parameter {key}, which a model of type {type_} does not know"
            scope.root.notes.append(Note(f"{cause} and ngspice leaves out; {nearest(key, known)}", location))
    return Model(name, type_, parameters, location)
