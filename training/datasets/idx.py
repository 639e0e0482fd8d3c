"""The IDX format of MNIST: two zero bytes, a type byte, the number of axes, their lengths, then the numbers.

Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", 1998.
"""

from __future__ import annotations

import gzip
import math
import zlib
from pathlib import Path

import numpy as np

from ...netlist.errors import DataError

UNSIGNED_BYTE = 8


def decompressed(content: bytes, file: str) -> bytes:
    """The content itself, unpacked when it is gzip."""
    if not content.startswith(b"\x1f\x8b"):
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{file}: is a damaged gzip file ({error}); fetch it again") from None


def read_idx(content: bytes, file: str) -> np.ndarray:
    """The array of bytes in an IDX file's content, gzip or not. Raises `DataError` naming `file`."""
    content = decompressed(content, file)
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] != UNSIGNED_BYTE:
        raise DataError(f"{file}: is not an IDX file of bytes (it must start with 00 00 08)")
    axes = content[3]
    start = 4 + 4 * axes
    if len(content) < start:
        raise DataError(f"{file}: ends inside its header; fetch it again")
    shape = tuple(int(length) for length in np.frombuffer(content, ">u4", axes, 4))
    if len(content) - start != math.prod(shape):
        raise DataError(
            f"{file}: has {len(content) - start} bytes of data where its header says {shape}; fetch it again"
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def load_idx(path: Path) -> np.ndarray:
    """The array of an IDX file."""
    return read_idx(path.read_bytes(), str(path))
