"""MNIST and Fashion-MNIST: 28×28 pixels from 0 to 255, ten classes, 60000 and 10000 images.

Either `NAME.npz` with `x_train`, `y_train`, `x_test`, `y_test`, or the four IDX files, plain or .gz, in the folder
itself or in its subfolder NAME.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from ...netlist.errors import DataError
from .dataset import Dataset
from .idx import load_idx
from .store import VARIABLE, PublicSource, cache_folder, download, folders

CLASSES = 10
_KEYS = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}


def _source(url: str, *checksums: str) -> PublicSource:
    return PublicSource(url, {f"{file}.gz": md5 for file, md5 in zip(_KEYS.values(), checksums, strict=True)})


SOURCES = {
    "mnist": _source(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "6bbc9ace898e44ae57da46a324031adb",
        "a25bea736e30d166cdddb491f175f624",
        "2646ac647ad5339dbf082846283269ea",
        "27ae3e4e09519cfbb04c329615203637",
    ),
    "fashion_mnist": _source(
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "f4a8712d7a061bf5bd6d2ca38dc4d50a",
        "9018921c3c673c538a1fc5bad174d6f9",
        "8181f5470baa50b63fa0f6fddb340f0a",
        "15d484375f8d13e6eb1aabb0c3f46965",
    ),
}


def images(name: str) -> Dataset:
    """The named data set from the first folder that has it, else downloaded into the cache folder."""
    here = local_images(name)
    if here is not None:
        return here
    download(name, SOURCES[name], cache_folder() / name, _advice(name))
    found = _in_folder(name, cache_folder())
    if found is None:
        raise DataError(f"{name} was fetched but is not in {cache_folder()}; {_advice(name)}")
    return found


def local_images(name: str) -> Dataset | None:
    """The named data set from the first folder that has it; None when none has."""
    return next((found for folder in folders() if (found := _in_folder(name, folder)) is not None), None)


def _advice(name: str) -> str:
    files = ", ".join(f"{file}[.gz]" for file in _KEYS.values())
    return (
        f"put {name}.npz (arrays {', '.join(_KEYS)}) or the IDX files {files} "
        f"into the folder that {VARIABLE} names, or into {cache_folder() / name}"
    )


def _in_folder(name: str, folder: Path) -> Dataset | None:
    packed = folder / f"{name}.npz"
    if packed.is_file():
        return _dataset(name, str(packed), _load_npz(packed))
    for place in (folder / name, folder):
        paths = {key: _idx_path(place, file) for key, file in _KEYS.items()}
        there = {key: path for key, path in paths.items() if path is not None}
        # Bare IDX names are MNIST's own, and Fashion-MNIST's too: without a subfolder only MNIST may claim them.
        if not there or (place == folder and name != "mnist"):
            continue
        missing = [file for key, file in _KEYS.items() if key not in there]
        if missing:
            raise DataError(f"{place}: has some of {name}'s files but not {', '.join(missing)}; {_advice(name)}")
        return _dataset(name, str(place), {key: load_idx(path) for key, path in there.items()})
    return None


def _idx_path(folder: Path, file: str) -> Path | None:
    return next((path for path in (folder / file, folder / f"{file}.gz") if path.is_file()), None)


def _load_npz(path: Path) -> dict[str, np.ndarray]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as content:
            missing = [key for key in _KEYS if key not in content]
            if missing:
                raise DataError(f"{path}: has no array {', '.join(missing)}; it needs {', '.join(_KEYS)}")
            return {key: content[key] for key in _KEYS}
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(f"{path}: cannot be read as .npz ({error}); fetch it again") from None


def _dataset(name: str, place: str, arrays: dict[str, np.ndarray]) -> Dataset:
    for part in ("train", "test"):
        _check(f"{place}: {part}", arrays[f"x_{part}"], arrays[f"y_{part}"])
    shapes = [arrays[key].shape[1:] for key in ("x_train", "x_test")]
    if shapes[0] != shapes[1]:
        raise DataError(f"{place}: train images are {shapes[0]} pixels, test images {shapes[1]}; they must be alike")
    train, test = (arrays[key].reshape(len(arrays[key]), -1) for key in ("x_train", "x_test"))
    train_labels, test_labels = (arrays[key].astype(np.int64) for key in ("y_train", "y_test"))
    return Dataset(name, train, train_labels, test, test_labels, CLASSES, 255.0)


def _check(what: str, pixels: np.ndarray, labels: np.ndarray) -> None:
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or not len(pixels):
        found = f"{pixels.dtype} {pixels.shape}"
        raise DataError(f"{what} images must be bytes (samples, rows, columns), but are {found}")
    if labels.shape != (len(pixels),) or labels.dtype.kind not in "ui":
        raise DataError(f"{what} labels must be {len(pixels)} whole numbers, but are {labels.dtype} {labels.shape}")
    if labels.min() < 0 or labels.max() >= CLASSES:
        raise DataError(f"{what} labels must be 0 to {CLASSES - 1}, but reach from {labels.min()} to {labels.max()}")
