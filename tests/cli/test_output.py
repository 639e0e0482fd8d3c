"""Files are whole or absent, and what could not be written is known before any work."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tellegen.cli.exits import Misuse
from tellegen.cli.output import emit, writable, writable_folder, write_file


def test_write_replaces_a_file_and_leaves_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "deck.cir"
    target.write_text("old")
    write_file(target, "µ new\n")
    assert target.read_text(encoding="utf-8") == "µ new\n"
    assert [path.name for path in tmp_path.iterdir()] == ["deck.cir"]
    assert target.stat().st_mode & 0o777 == 0o666 & ~_mask()


def test_links_and_devices_stay_what_they_are(tmp_path: Path) -> None:
    target, link, pipe = tmp_path / "deck.cir", tmp_path / "link.cir", tmp_path / "pipe"
    link.symlink_to(target)
    write_file(link, "new")
    assert link.is_symlink()
    assert target.read_text() == "new"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_file(pipe, "through")
    assert os.read(reader, 100) == b"through"
    os.close(reader)
    assert pipe.is_fifo()


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "deck.cir"
    target.write_text("old")

    def full(source: object, destination: object) -> None:
        raise OSError(28, "No space left on device", str(target))

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write_file(target, "new")
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["deck.cir"]


def test_text_ends_with_one_line_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    emit("a", None)
    emit("b\n", None)
    assert capsys.readouterr().out == "a\nb\n"
    emit("a", tmp_path / "a.txt")
    assert (tmp_path / "a.txt").read_bytes() == b"a\n"


def test_places_that_cannot_be_written_are_refused_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Misuse, match="create it"):
        writable(tmp_path / "no" / "file")
    with pytest.raises(Misuse, match="is a folder"):
        writable(tmp_path)
    with pytest.raises(Misuse, match="is a file; name a folder"):
        writable_folder(tmp_path / "file")
    with pytest.raises(Misuse, match="cannot be made because"):
        writable_folder(tmp_path / "file" / "run" / "deep")
    assert writable_folder(tmp_path / "new" / "run") == tmp_path / "new" / "run"
    assert not (tmp_path / "new").exists()


def _mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
