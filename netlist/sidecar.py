"""Sidecars: arrays beside a netlist, referred to as `@file.npz:key` or `@file.safetensors:key`.

Nothing in a sidecar is executed: `.npz` is read without pickle, `.safetensors` is a JSON header and raw numbers. A
sidecar lies in the deck's folder or below, unless the caller allows more.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from contextlib import ExitStack
from difflib import get_close_matches
from pathlib import Path

import numpy as np

from .errors import Location, NetlistError
from .files import inside

_SAFETENSORS = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "|i1",
    "U8": "|u1",
}


class Sidecars:
    """The arrays a deck may refer to: given by key, or in files of a folder; each file is opened once."""

    def __init__(self, folder: Path | None, arrays: Mapping[str, np.ndarray] | None, allow_outside: bool):
        self._folder = folder
        self._arrays = arrays
        self._allow_outside = allow_outside
        self._files: dict[Path, Mapping[str, np.ndarray]] = {}
        self._open_files = ExitStack()

    def __enter__(self) -> Sidecars:
        return self

    def __exit__(self, *error: object) -> None:
        self._open_files.close()

    def array(self, reference: str, location: Location) -> np.ndarray:
        """The read-only float array of `@file:key`. float32 and float64 stay as they are; integers become float64."""
        file, colon, key = reference.removeprefix("@").rpartition(":")
        if not (colon and file and key):
            raise NetlistError(f"{reference!r} is no reference to an array; write @file.npz:key", location)
        arrays = self._arrays if self._arrays is not None else self._open(file, location)
        if key not in arrays:
            near = get_close_matches(key, list(arrays), 1) or list(arrays)[:1]
            hint = f"; write @{file}:{near[0]}" if near else "; the file is empty"
            raise NetlistError(f"{file} has no array {key!r}{hint}", location)
        return _float_array(_read(arrays, key, reference, location), reference, location)

    def _open(self, file: str, location: Location) -> Mapping[str, np.ndarray]:
        if self._folder is None:
            cure = "load the netlist from its file, or give parse() arrays= or folder="
            raise NetlistError(f"@{file} cannot be found because this text has no folder; {cure}", location)
        path = inside(self._folder, self._folder, file, self._allow_outside, location)
        if path not in self._files:
            self._files[path] = _load(path, file, location, self._open_files)
        return self._files[path]


def _load(path: Path, file: str, location: Location, open_files: ExitStack) -> Mapping[str, np.ndarray]:
    if not path.is_file():
        raise NetlistError(f"the sidecar {file} does not exist; put it into {path.parent}", location)
    if path.suffix == ".safetensors":
        return _load_safetensors(path, location)
    if path.suffix != ".npz":
        raise NetlistError(f"the sidecar {file} is neither .npz nor .safetensors; save the arrays as one", location)
    try:
        arrays = np.load(open_files.enter_context(path.open("rb")), allow_pickle=False)
    except (zipfile.BadZipFile, ValueError, OSError, EOFError) as error:
        cause = f"the sidecar {file} cannot be read ({error})"
        raise NetlistError(f"{cause}; write it with numpy.savez", location) from None
    if not isinstance(arrays, Mapping):
        raise NetlistError(f"the sidecar {file} holds one array without a key; write it with numpy.savez", location)
    return arrays


def _read(arrays: Mapping[str, np.ndarray], key: str, reference: str, location: Location) -> np.ndarray:
    try:
        return np.asarray(arrays[key])
    except (zipfile.BadZipFile, ValueError, OSError, EOFError) as error:
        cause = f"the array {reference} cannot be read ({error})"
        raise NetlistError(f"{cause}; save plain numbers with numpy.savez", location) from None


def _load_safetensors(path: Path, location: Location) -> dict[str, np.ndarray]:
    """Every tensor of a safetensors file: eight bytes of header length, a JSON header, then the numbers."""
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    try:
        header = json.loads(data[8 : 8 + length])
        body = memoryview(data)[8 + length :]
        return {
            key: np.frombuffer(body[slice(*entry["data_offsets"])], _SAFETENSORS[entry["dtype"]]).reshape(
                entry["shape"]
            )
            for key, entry in header.items()
            if key != "__metadata__"
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        cause = f"the sidecar {path.name} is no safetensors file of plain numbers ({error})"
        raise NetlistError(f"{cause}; write it anew, or as .npz", location) from None


def _float_array(array: np.ndarray, reference: str, location: Location) -> np.ndarray:
    if array.dtype.kind in "iub":
        array = array.astype(np.float64)
    if array.dtype.kind != "f":
        raise NetlistError(f"the array {reference} holds {array.dtype}, not numbers; save it as float64", location)
    if array.dtype.itemsize < 4 or array.dtype.itemsize > 8:
        array = array.astype(np.float64)
    return read_only(array.astype(array.dtype.newbyteorder("="), copy=False))


def read_only(array: np.ndarray) -> np.ndarray:
    """A view of the array that cannot be written through."""
    view = array.view()
    view.flags.writeable = False
    return view
