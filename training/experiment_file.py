"""Experiments as TOML: read strictly, changed by `--set`, written so that reading gives the same again."""

from __future__ import annotations

import dataclasses
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..netlist.errors import ExperimentError
from .experiment import Experiment
from .schema import Source, read


def load_experiment(path: str | Path, settings: Mapping[str, str] | None = None) -> Experiment:
    """The experiment of a file, with `settings` such as `{"rule.beta": "0.5"}` put over it.

    Raises `ExperimentError`: no such file, not TOML, an unknown key, a value of the wrong type or out of its range.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        advice = "give the path of an experiment file (.toml)"
        raise ExperimentError(f"{path}: cannot be read ({error}); {advice}") from None
    return read_experiment(text, path, settings)


def read_experiment(text: str, path: Path, settings: Mapping[str, str] | None = None) -> Experiment:
    """The experiment in a text, named and placed as `path`."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ExperimentError(f"{path}: is not TOML: {error}") from None
    overrides = []
    for key, value in (settings or {}).items():
        keys = split_key(key)
        override(table, keys, value)
        overrides.append(keys)
    experiment = read(Experiment, table, Source(str(path), text, tuple(overrides)))
    return dataclasses.replace(experiment, _file=path)


def split_key(key: str) -> tuple[str, ...]:
    """`optimiser.rates."rw*"` as its parts; dots inside quotes do not count."""
    parts, quoted, word = [], False, ""
    for letter in key:
        if letter in "\"'":
            quoted = not quoted
        elif letter == "." and not quoted:
            parts.append(word)
            word = ""
        else:
            word += letter
    parts.append(word)
    if not all(part.strip() for part in parts):
        raise ExperimentError(f"--set {key}: is not the name of a setting; write for example rule.beta=0.5")
    return tuple(part.strip() for part in parts)


def override(table: dict[str, Any], keys: tuple[str, ...], value: str) -> None:
    """Put one value, read as TOML when it is TOML and as text otherwise, into a nested table."""
    for key in keys[:-1]:
        table = table.setdefault(key, {})
        if not isinstance(table, dict):
            raise ExperimentError(f"--set {'.'.join(keys)}: {key} is a value, not a table of settings")
    try:
        table[keys[-1]] = tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        table[keys[-1]] = value


def experiment_text(experiment: Experiment) -> str:
    """The experiment as TOML, defaults and all."""
    whole = dataclasses.asdict(experiment)
    whole.pop("_file")
    top = {key: value for key, value in whole.items() if not isinstance(value, Mapping)}
    lines = [f"{key} = {toml_value(value)}" for key, value in top.items()]
    for section, table in whole.items():
        if section not in top:
            lines += ["", f"[{section}]"]
            lines += [f"{toml_key(key)} = {toml_value(value)}" for key, value in table.items()]
    return "\n".join(lines) + "\n"


def toml_key(key: str) -> str:
    """A key, in quotes unless it is bare."""
    bare = key.replace("_", "").replace("-", "")
    return key if bare.isascii() and bare.isalnum() else toml_value(key)


def toml_value(value: Any) -> str:
    """A value as TOML writes it; floats with every digit."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{toml_key(key)} = {toml_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    return repr(value)
