"""Arrays beside a netlist: `.npz` and `.safetensors`, plain numbers only, of the element's shape."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tellegen.netlist import NetlistError, load, parse

VALUES = np.arange(1.0, 7.0).reshape(2, 3)
DECK = "t\nRw[0:1,0:2] a[0:1] b[0:2] {}\n"


def deck(folder: Path, reference: str) -> Path:
    path = folder / "deck.cir"
    path.write_text(DECK.format(reference))
    return path


def write_safetensors(path: Path, key: str, array: np.ndarray, dtype: str) -> None:
    header = json.dumps({key: {"dtype": dtype, "shape": array.shape, "data_offsets": [0, array.nbytes]}}).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header + array.tobytes())


def refusal(path: Path) -> str:
    with pytest.raises(NetlistError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}:2: ")
    return str(caught.value)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int32, np.float16, ">f8"])
def test_npz(tmp_path, dtype):
    np.savez(tmp_path / "Weights.npz", W0=VALUES.astype(dtype))
    found = load(deck(tmp_path, "g=@Weights.npz:W0"))["rw"].parameters["g"]
    assert isinstance(found, np.ndarray)
    np.testing.assert_array_equal(found, VALUES)
    assert found.dtype == (np.float32 if dtype is np.float32 else np.float64)
    with pytest.raises(ValueError, match="read-only"):
        found[0, 0] = 2.0


@pytest.mark.parametrize(("dtype", "name"), [("<f8", "F64"), ("<f4", "F32"), ("<i8", "I64")])
def test_safetensors(tmp_path, dtype, name):
    write_safetensors(tmp_path / "w.safetensors", "layer.w", VALUES.astype(dtype), name)
    found = load(deck(tmp_path, "@w.safetensors:layer.w"))["rw"].value
    np.testing.assert_array_equal(found, VALUES)


def test_arrays_can_be_given():
    circuit = parse(DECK.format("@any.npz:w"), arrays={"w": VALUES})
    np.testing.assert_array_equal(circuit["rw"].value, VALUES)


def test_refusals(tmp_path):
    np.savez(
        tmp_path / "w.npz", w=VALUES, flat=VALUES.ravel(), text=np.array([["a", "b", "c"]] * 2), bad=VALUES * np.nan
    )
    np.savez(tmp_path / "o.npz", w=np.array([[None] * 3] * 2, dtype=object))
    np.savez(tmp_path / "n.npz", w=VALUES - 3.0)
    (tmp_path / "broken.npz").write_bytes(b"PK\x03\x04 nothing")
    np.save(tmp_path / "one.npy", VALUES)
    (tmp_path / "one.npy").rename(tmp_path / "one.npz")
    (tmp_path / "broken.safetensors").write_bytes(b"\xff" * 20)
    (tmp_path / "w.txt").write_text("1 2 3")
    expected = {
        "@w.npz:v": "w.npz has no array 'v'; write @w.npz:",
        "@w.npz:flat": "has shape (6,) where (2, 3) is needed; save an array of shape (2, 3)",
        "@w.npz:text": "holds <U1, not numbers; save it as float64",
        "@w.npz:bad": "rw[0,0]: the resistance is nan ohm; write a finite number",
        "@o.npz:w": "cannot be read",
        "@n.npz:w": "rw[0,0]: the resistance is -2 ohm; write a value above 0",
        "g=@n.npz:w": "rw[0,0]: the conductance is -2 S; write a value 0 or more",
        "@broken.npz:w": "the sidecar broken.npz cannot be read",
        "@one.npz:w": "the sidecar one.npz holds one array without a key",
        "@broken.safetensors:w": "is no safetensors file of plain numbers",
        "@w.txt:w": "is neither .npz nor .safetensors; save the arrays as one",
        "@missing.npz:w": "the sidecar missing.npz does not exist; put it into",
        "@../w.npz:w": "lies outside the deck's folder",
        "@w.npz": "'@w.npz' is no reference to an array; write @file.npz:key",
    }
    for reference, message in expected.items():
        assert message in refusal(deck(tmp_path, reference)), reference


def test_a_single_element_takes_no_array():
    with pytest.raises(NetlistError, match="but it is a single element; write one number"):
        parse("t\nR1 a 0 @w.npz:w\n", arrays={"w": VALUES})
