"""A table of a TOML file into a frozen dataclass: every key known, every value of its type and in its range.

A field declares itself with `setting(default, …)`; its annotation is its type. What does not fit raises an
`ExperimentError` that names the file, the line, the key, what was found and what may stand there.
"""

from __future__ import annotations

import dataclasses
import difflib
import typing
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..netlist.errors import ExperimentError

REQUIRED: Any = object()


@dataclasses.dataclass(frozen=True)
class Source:
    """Where a table was read: the file as the user named it, and its text to find a key's line in."""

    file: str
    text: str = ""
    overrides: tuple[tuple[str, ...], ...] = ()

    def place(self, path: tuple[str, ...]) -> str:
        """`file:line` of a key, `--set` for one that was overridden, the file alone when it cannot be found."""
        if any(override[: len(path)] == path for override in self.overrides):
            return f"--set {'.'.join(path)}"
        section: tuple[str, ...] = ()
        for number, line in enumerate(self.text.splitlines(), 1):
            bare = line.strip()
            if bare.startswith("[") and "=" not in bare:
                section = tuple(part.strip(" \"'") for part in bare.strip("[]").split("."))
                if section == path:
                    return f"{self.file}:{number}"
            elif (*section, bare.partition("=")[0].strip(" \"'")) == path:
                return f"{self.file}:{number}"
        return self.file

    def error(self, path: tuple[str, ...], message: str) -> ExperimentError:
        """The error of one key, as one sentence."""
        return ExperimentError(f"{self.place(path)}: {message}")


def setting(
    default: Any,
    *,
    minimum: float | None = None,
    above: float | None = None,
    maximum: float | None = None,
    below: float | None = None,
    choices: Iterable[str] | None = None,
) -> Any:
    """A dataclass field with the range or the words it allows."""
    limits = {"minimum": minimum, "above": above, "maximum": maximum, "below": below}
    metadata: dict[str, Any] = {key: value for key, value in limits.items() if value is not None}
    if choices is not None:
        metadata["choices"] = tuple(choices)
    if default is REQUIRED:
        return dataclasses.field(metadata={**metadata, "required": True})
    return dataclasses.field(default=default, metadata=metadata)


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean …?` for a word that is close to a known one, else the list of what is known."""
    known = list(known)
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else f"; there are {', '.join(known)}"


def read(cls: type, table: Any, source: Source, path: tuple[str, ...] = ()) -> Any:
    """The dataclass `cls` from a table, strictly."""
    name = f"[{'.'.join(path)}]" if path else "the experiment"
    if not isinstance(table, Mapping):
        raise source.error(path, f"{name} must be a table of settings, but is {shown(table)}")
    fields = {field.name: field for field in dataclasses.fields(cls) if field.init and not field.name.startswith("_")}
    for key in table:
        if key not in fields:
            raise source.error((*path, key), f"{name} has no setting {key}{nearest(key, fields)}")
    hints = typing.get_type_hints(cls)
    values: dict[str, Any] = {}
    for key, field in fields.items():
        if key in table:
            values[key] = convert(hints[key], table[key], field.metadata, source, (*path, key))
        elif field.metadata.get("required"):
            raise source.error(path, f"{name} needs the setting {key}")
    return cls(**values)


def convert(hint: Any, value: Any, limits: Mapping[str, Any], source: Source, path: tuple[str, ...]) -> Any:
    """One value as its annotation and its limits want it."""
    if dataclasses.is_dataclass(hint):
        return read(typing.cast(type, hint), value, source, path)
    origin, arguments = typing.get_origin(hint), list(typing.get_args(hint))
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise source.error(path, f"{name_of(path)} must be a list, but is {shown(value)}")
        return tuple(convert(arguments[0], item, limits, source, path) for item in value)
    if origin is not None:
        if not isinstance(value, Mapping):
            raise source.error(path, f"{name_of(path)} must be a table, but is {shown(value)}")
        return {key: convert(arguments[1], item, limits, source, (*path, key)) for key, item in value.items()}
    return within(_SCALARS[hint](value, source, path), limits, source, path)


def _whole(value: Any, source: Source, path: tuple[str, ...]) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise source.error(path, f"{name_of(path)} must be a whole number, but is {shown(value)}")
    return value


def _number(value: Any, source: Source, path: tuple[str, ...]) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise source.error(path, f"{name_of(path)} must be a number, but is {shown(value)}")
    return float(value)


def _truth(value: Any, source: Source, path: tuple[str, ...]) -> bool:
    if not isinstance(value, bool):
        raise source.error(path, f"{name_of(path)} must be true or false, but is {shown(value)}")
    return value


def _text(value: Any, source: Source, path: tuple[str, ...]) -> str:
    if not isinstance(value, str):
        raise source.error(path, f"{name_of(path)} must be text in quotes, but is {shown(value)}")
    return value


_SCALARS: dict[Any, Callable[[Any, Source, tuple[str, ...]], Any]] = {
    int: _whole,
    float: _number,
    bool: _truth,
    str: _text,
}

_TESTS: dict[str, tuple[Callable[[float, float], bool], str]] = {
    "minimum": (lambda value, limit: value >= limit, "at least"),
    "above": (lambda value, limit: value > limit, "above"),
    "maximum": (lambda value, limit: value <= limit, "at most"),
    "below": (lambda value, limit: value < limit, "below"),
}


def within(value: Any, limits: Mapping[str, Any], source: Source, path: tuple[str, ...]) -> Any:
    """The value itself when it is in its range and one of its words (a NaN is in no range)."""
    choices = limits.get("choices")
    if choices is not None and value not in choices:
        raise source.error(path, f"{name_of(path)} cannot be {shown(value)}{nearest(str(value), choices)}")
    for key, (holds, words) in _TESTS.items():
        if key in limits and not holds(value, limits[key]):
            raise source.error(path, f"{name_of(path)} must be {words} {limits[key]:g}, but is {shown(value)}")
    return value


def name_of(path: tuple[str, ...]) -> str:
    """A key as the file writes it: `[rule] beta`."""
    section, *rest = path
    return f"[{section}] {'.'.join(rest)}" if rest else section


def shown(value: Any) -> str:
    """A value as the file would write it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)
