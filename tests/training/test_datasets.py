"""Data sets: the formats, the places they are looked for, the splits, and what is said when one is damaged."""

from __future__ import annotations

import gzip
import hashlib
import struct
from pathlib import Path

import numpy as np
import pytest

from tellegen.netlist.errors import DataError
from tellegen.training.datasets import images as images_module
from tellegen.training.datasets import load_dataset, split
from tellegen.training.datasets import store as store_module
from tellegen.training.datasets.idx import read_idx
from tellegen.training.datasets.images import images
from tellegen.training.datasets.store import PublicSource
from tellegen.training.experiment import Data

FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
KEYS = ("x_train", "y_train", "x_test", "y_test")


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """A data folder named by the variable, and an empty cache folder."""
    named, cache = tmp_path / "named", tmp_path / "cache"
    named.mkdir()
    cache.mkdir()
    monkeypatch.setenv("TELLEGEN_DATA", str(named))
    monkeypatch.setattr(store_module.platformdirs, "user_cache_dir", lambda name: str(cache))
    return named, cache


def small_arrays() -> dict[str, np.ndarray]:
    random = np.random.default_rng(7)
    return {
        "x_train": random.integers(0, 256, (6, 28, 28), dtype=np.uint8),
        "y_train": np.arange(6, dtype=np.uint8),
        "x_test": random.integers(0, 256, (3, 28, 28), dtype=np.uint8),
        "y_test": np.array([9, 0, 5], dtype=np.uint8),
    }


def idx_bytes(array: np.ndarray) -> bytes:
    return b"\0\0\x08" + bytes([array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def write_idx(folder: Path, arrays: dict[str, np.ndarray], packed: bool) -> None:
    folder.mkdir(exist_ok=True)
    for key, file in zip(KEYS, FILES, strict=True):
        content = idx_bytes(arrays[key])
        (folder / (f"{file}.gz" if packed else file)).write_bytes(gzip.compress(content) if packed else content)


@pytest.mark.parametrize("form", ["npz", "idx", "idx.gz", "subfolder"])
def test_images_are_read_in_every_format(places: tuple[Path, Path], form: str) -> None:
    arrays = small_arrays()
    if form == "npz":
        np.savez(places[0] / "mnist.npz", allow_pickle=False, **arrays)
    else:
        write_idx(places[0] / "mnist" if form == "subfolder" else places[0], arrays, packed=form == "idx.gz")
    found = images("mnist")
    np.testing.assert_array_equal(found.train_inputs, arrays["x_train"].reshape(6, 784))
    np.testing.assert_array_equal(found.test_inputs, arrays["x_test"].reshape(3, 784))
    assert found.train_inputs.dtype == np.uint8
    assert found.train_targets.tolist() == [0, 1, 2, 3, 4, 5]
    assert found.test_targets.tolist() == [9, 0, 5]
    assert (found.classes, found.features, found.full_scale) == (10, 784, 255.0)


def test_the_named_folder_comes_before_the_cache(places: tuple[Path, Path]) -> None:
    arrays = small_arrays()
    np.savez(places[1] / "mnist.npz", allow_pickle=False, **arrays)
    assert images("mnist").train_targets[0] == 0
    np.savez(places[0] / "mnist.npz", allow_pickle=False, **{**arrays, "y_train": arrays["y_train"][::-1]})
    assert images("mnist").train_targets[0] == 5


def test_bare_idx_files_are_never_taken_for_fashion(places: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    write_idx(places[0], small_arrays(), packed=False)
    unreachable = PublicSource((places[1] / "nowhere").as_uri() + "/", images_module.SOURCES["fashion_mnist"].files)
    monkeypatch.setitem(images_module.SOURCES, "fashion_mnist", unreachable)
    with pytest.raises(DataError, match=r"fashion_mnist is not on this machine"):
        images("fashion_mnist")


def public_folder(folder: Path, arrays: dict[str, np.ndarray]) -> PublicSource:
    """A public source on this machine's disk, with its checksums."""
    write_idx(folder, arrays, packed=True)
    md5 = [hashlib.md5(idx_bytes(arrays[key]), usedforsecurity=False).hexdigest() for key in KEYS]
    return PublicSource(folder.as_uri() + "/", dict(zip((f"{file}.gz" for file in FILES), md5, strict=True)))


def test_download_goes_into_the_cache_and_is_used_again(
    places: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = tmp_path / "web"
    monkeypatch.setitem(images_module.SOURCES, "mnist", public_folder(web, small_arrays()))
    first = images("mnist")
    assert sorted(path.name for path in (places[1] / "mnist").iterdir()) == sorted(f"{file}.gz" for file in FILES)
    for path in web.iterdir():
        path.unlink()
    np.testing.assert_array_equal(images("mnist").train_inputs, first.train_inputs)


def test_a_download_with_another_checksum_is_refused_and_not_kept(
    places: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrays = small_arrays()
    source = public_folder(tmp_path / "web", arrays)
    write_idx(tmp_path / "web", {**arrays, "x_train": arrays["x_train"] ^ 1}, packed=True)
    monkeypatch.setitem(images_module.SOURCES, "mnist", source)
    with pytest.raises(DataError, match=r"has md5 .* it is damaged or another file; put mnist\.npz"):
        images("mnist")
    assert list((places[1] / "mnist").iterdir()) == []


def test_offline_says_what_to_put_where(places: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    gone = PublicSource((places[1] / "nowhere").as_uri() + "/", images_module.SOURCES["mnist"].files)
    monkeypatch.setitem(images_module.SOURCES, "mnist", gone)
    with pytest.raises(DataError) as caught:
        images("mnist")
    message = str(caught.value)
    for part in ("mnist.npz", "x_train", "t10k-labels-idx1-ubyte", "TELLEGEN_DATA", str(places[1])):
        assert part in message


def test_the_variable_must_name_a_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TELLEGEN_DATA", str(tmp_path / "missing"))
    with pytest.raises(DataError, match="is not a folder; name the folder"):
        images("mnist")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"y_train": np.full(6, 10, np.uint8)}, r"labels must be 0 to 9"),
        ({"y_train": np.zeros(5, np.uint8)}, r"labels must be 6 whole numbers"),
        ({"x_train": np.zeros((6, 28, 28))}, r"images must be bytes"),
        ({"x_test": np.zeros((3, 14, 14), np.uint8)}, r"they must be alike"),
        ({"x_test": None}, r"has no array x_test"),
    ],
)
def test_damaged_npz(places: tuple[Path, Path], change: dict, message: str) -> None:
    arrays = {key: value for key, value in {**small_arrays(), **change}.items() if value is not None}
    np.savez(places[0] / "mnist.npz", allow_pickle=False, **arrays)
    with pytest.raises(DataError, match=message):
        images("mnist")


def test_an_npz_that_is_none(places: tuple[Path, Path]) -> None:
    (places[0] / "mnist.npz").write_bytes(b"not a zip")
    with pytest.raises(DataError, match=r"cannot be read as \.npz"):
        images("mnist")


def test_missing_parts_are_named(places: tuple[Path, Path]) -> None:
    write_idx(places[0], small_arrays(), packed=False)
    (places[0] / FILES[3]).unlink()
    with pytest.raises(DataError, match=r"not t10k-labels-idx1-ubyte"):
        images("mnist")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x1f\x8bgarbage", "damaged gzip"),
        (b"PNG....", "is not an IDX file"),
        (b"\0\0\x08\x03\0\0", "ends inside its header"),
        (idx_bytes(np.zeros((2, 3), np.uint8))[:-1], "has 5 bytes of data where its header says"),
    ],
)
def test_damaged_idx(content: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_idx(content, "file")


@pytest.mark.parametrize(
    ("name", "train", "test", "features"),
    [("digits", 1347, 450, 64), ("iris", 114, 36, 4), ("two_moons", 300, 100, 2)],
)
def test_embedded_sets(name: str, train: int, test: int, features: int) -> None:
    found = load_dataset(Data(name=name), folder=Path(), seed=0)
    assert abs(len(found.train_targets) - train) <= 3
    assert abs(len(found.test_targets) - test) <= 3
    assert found.features == features
    again = load_dataset(Data(name=name), folder=Path(), seed=0)
    other = load_dataset(Data(name=name), folder=Path(), seed=1)
    np.testing.assert_array_equal(found.test_inputs, again.test_inputs)
    assert not np.array_equal(found.test_inputs, other.test_inputs)


def test_split_keeps_every_sample_once_and_each_class_its_share() -> None:
    labels = np.repeat([0, 1, 2], [40, 20, 60])
    train, test = split(labels, 0.25, seed=3, classes=3)
    assert sorted([*train, *test]) == list(range(120))
    assert np.bincount(labels[test]).tolist() == [10, 5, 15]


def test_counts_beyond_the_set_are_refused() -> None:
    with pytest.raises(DataError, match="iris has 36 test samples, not 1000"):
        load_dataset(Data(name="iris", test=1000), folder=Path(), seed=0)
    with pytest.raises(DataError, match="test_fraction above 0"):
        load_dataset(Data(name="digits", test_fraction=0.0), folder=Path(), seed=0)


def test_table_inline_and_as_csv_agree(tmp_path: Path) -> None:
    rows = ((0.0, 1.0, 0.5), (1.0, 2.0, 0.25), (3.0, -4.0, 0.125))
    (tmp_path / "points.csv").write_text("a,b,target\n0,1,0.5\n1,2,0.25\n\n3,-4,0.125\n")
    inline = load_dataset(Data(name="table", rows=rows, test_fraction=0), folder=tmp_path, seed=0)
    read = load_dataset(Data(name="table", file="points.csv", test_fraction=0), folder=tmp_path, seed=0)
    np.testing.assert_array_equal(inline.train_inputs, np.array(rows)[:, :2])
    np.testing.assert_array_equal(read.train_inputs, inline.train_inputs)
    np.testing.assert_array_equal(read.test_targets, np.array(rows)[:, 2:])
    assert (read.classes, read.outputs, read.full_scale) == (0, 1, 4.0)


@pytest.mark.parametrize(
    ("data", "content", "message"),
    [
        (Data(name="table"), "", "and has neither"),
        (Data(name="table", rows=((1.0, 2.0),), file="t.csv"), "1,2", "and has both"),
        (Data(name="table", file="t.csv"), "a,b\n1,2\n3,x\n", r"t\.csv:3: 3,x is not a row of numbers"),
        (Data(name="table", file="t.csv"), "1,2\n3\n", r"same number of columns, but have \[1, 2\]"),
        (Data(name="table", file="t.csv"), "a,b\n", "has no rows of numbers"),
        (Data(name="table", file="missing.csv"), "", "must name a CSV file"),
        (Data(name="table", rows=((1.0,), (2.0,))), "", "no inputs before 1 target columns"),
        (Data(name="table", rows=((1.0, 3.0), (2.0, 0.0)), classes=2), "", "must be a class from 0 to 1, but has 3"),
        (Data(name="table", rows=((float("nan"), 0.0), (2.0, 0.0)), test_fraction=0.5), "", "not a finite number"),
    ],
)
def test_tables_that_make_no_sense(tmp_path: Path, data: Data, content: str, message: str) -> None:
    (tmp_path / "t.csv").write_text(content)
    with pytest.raises(DataError, match=message):
        load_dataset(data, folder=tmp_path, seed=0)
