"""Where data sets lie: the folder named by TELLEGEN_DATA, then the user's cache folder, then the public source."""

from __future__ import annotations

import hashlib
import http.client
import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from ...netlist.errors import DataError
from ..files import write_bytes
from .idx import decompressed

VARIABLE = "TELLEGEN_DATA"
TIMEOUT = 30.0


@dataclass(frozen=True)
class PublicSource:
    """Files on the web: `url` ends in a slash; `files` gives the md5 of each file's unpacked content."""

    url: str
    files: Mapping[str, str]


def folders() -> list[Path]:
    """The folders to look into, in order. Raises `DataError` when TELLEGEN_DATA names none."""
    places = [cache_folder()]
    named = os.environ.get(VARIABLE)
    if named:
        if not Path(named).is_dir():
            raise DataError(f"{VARIABLE}={named} is not a folder; name the folder with the data sets, or unset it")
        places.insert(0, Path(named))
    return places


def cache_folder() -> Path:
    """The user's cache folder for data sets."""
    return Path(platformdirs.user_cache_dir("tellegen"))


def download(name: str, source: PublicSource, folder: Path, advice: str) -> None:
    """Fetch a data set's files into a folder; each is checked before it gets its name.

    Raises `DataError` with `advice` when the source cannot be reached or sends something else.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for file, checksum in source.files.items():
        url = source.url + file
        try:
            with urllib.request.urlopen(url, timeout=TIMEOUT) as answer:
                content = answer.read()
        except (urllib.error.URLError, OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            raise DataError(f"{name} is not on this machine and {url} cannot be reached ({reason}); {advice}") from None
        found = hashlib.md5(decompressed(content, url), usedforsecurity=False).hexdigest()
        if found != checksum:
            raise DataError(f"{url} has md5 {found}, not {checksum}: it is damaged or another file; {advice}")
        write_bytes(folder / file, content)
