"""Silhouettes of 16×16 pixels as ±1, each also with its sign turned: what an edge detector learns from.

The Caltech 101 Silhouettes (B. Marlin, K. Swersky, B. Chen and N. de Freitas, 2010), 16×16 pixels, first split, when
their file is there. Else a stand-in, which the data set's name says: Fashion-MNIST, or where that is missing too the
digits of scikit-learn, reduced to 16×16 pixels and cut at half of the full brightness.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from ...netlist.errors import DataError
from .dataset import Dataset
from .embedded import digits
from .images import local_images
from .store import folders

FILE = "caltech101_silhouettes_16_split1.mat"
MD5 = "3baf9e2c023aa4a187e1d1b92b5a734a"
SIDE = 16
TRAIN, TEST = 4100, 2307
"""Images of the real set; a stand-in is cut to the same numbers where it has as many."""


def silhouettes(seed: int) -> Dataset:
    """The real silhouettes, or the stand-in that this machine has. Inputs and targets are (samples, 256) of ±1.

    Raises `DataError` for a file of the real ones' name with other content.
    """
    real = next((folder / FILE for folder in folders() if (folder / FILE).is_file()), None)
    if real is not None:
        return _dataset("silhouettes", *read_silhouettes(real, MD5))
    return _reduced(local_images("fashion_mnist") or digits(0.25, seed))


def read_silhouettes(path: Path, md5: str | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Training and test pixels (samples, 256), 0 or 1, of a MATLAB file with `train_data` and `test_data`.

    Raises `DataError` when it is damaged, of another shape, or has another checksum than the one given.
    """
    from scipy.io import loadmat
    from scipy.io.matlab import MatReadError

    content = path.read_bytes()
    found = hashlib.md5(content, usedforsecurity=False).hexdigest()
    if md5 is not None and found != md5:
        raise DataError(f"{path}: has md5 {found}, not {md5}: it is damaged or another file; fetch it again")
    try:
        arrays = loadmat(path, variable_names=("train_data", "test_data"))
        train, test = np.asarray(arrays["train_data"]), np.asarray(arrays["test_data"])
    except (MatReadError, ValueError, KeyError, TypeError, NotImplementedError) as error:
        raise DataError(f"{path}: cannot be read as MATLAB's arrays train_data and test_data ({error})") from None
    for part, pixels in (("train_data", train), ("test_data", test)):
        if pixels.ndim != 2 or pixels.shape[1] != SIDE * SIDE or not np.isin(pixels, (0, 1)).all():
            raise DataError(f"{path}: {part} must be (samples, {SIDE * SIDE}) of 0 and 1, but is {pixels.shape}")
    return train, test


def _reduced(whole: Dataset) -> Dataset:
    name = f"silhouettes (stand-in: {whole.name}, {SIDE}×{SIDE} pixels cut at half brightness)"
    train, test = (
        reduce(pixels.reshape(-1, *2 * (round(pixels.shape[1] ** 0.5),)) / whole.full_scale, SIDE) > 0.5
        for pixels in (whole.train_inputs[:TRAIN], whole.test_inputs[:TEST])
    )
    return _dataset(name, train.reshape(len(train), -1), test.reshape(len(test), -1))


def reduce(pictures: np.ndarray, side: int) -> np.ndarray:
    """Square pictures (samples, n, n) with `side` pixels a side, each the mean over the area it covers."""
    edges = np.linspace(0.0, pictures.shape[1], side + 1)
    first = np.arange(pictures.shape[1])
    covered = np.minimum(edges[1:, None], first + 1) - np.maximum(edges[:-1, None], first)
    weights = np.maximum(covered, 0.0) / np.diff(edges)[:, None]
    return np.einsum("ai,sij,bj->sab", weights, pictures, weights)


def _dataset(name: str, train: np.ndarray, test: np.ndarray) -> Dataset:
    """Pixels of 0 and 1 as ±1, followed by the same pictures inverted; what is wanted is for the experiment to say."""
    both = [np.concatenate([signs, -signs]) for signs in (2 * part.astype(np.int8) - 1 for part in (train, test))]
    return Dataset(name, both[0], both[0], both[1], both[1], 0)
