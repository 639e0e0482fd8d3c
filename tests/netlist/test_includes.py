"""`.include` and `.lib`: in the deck's folder, in any nesting, never in a circle; other files only when allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tellegen.netlist import NetlistError, load, parse


def write_files(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / "deck.cir"


def refusal(path: Path, **options: bool) -> str:
    with pytest.raises(NetlistError) as caught:
        load(path, **options)
    return str(caught.value).replace(f"{path.parent}/", "")


def test_included_lines_keep_their_own_place(tmp_path):
    deck = write_files(
        tmp_path,
        deck_cir="title\n.include parts/a.inc\nR3 a 0 3\n",
        parts__a_inc="R1 a 0 1\n.INCLUDE 'b.inc'\n.end\nR9 never read\n",
        parts__b_inc="* no title line in an included file\nR2 a 0\n+ 2\n",
    )
    circuit = load(deck)
    assert [element.name for element in circuit.elements] == ["r1", "r2", "r3"]
    places = [str(element.location).removeprefix(f"{tmp_path}/") for element in circuit.elements]
    assert places == ["parts/a.inc:1", "parts/b.inc:2", "deck.cir:3"]


def test_a_section_may_use_other_sections(tmp_path):
    library = (
        ".lib slow\nR1 a 0 1\n.lib deck.lib common\n.endl\n.lib common\nR2 a 0 2\n.endl\n.lib fast\nR1 a 0 3\n.endl\n"
    )
    deck = write_files(tmp_path, deck_cir="title\n.lib deck.lib SLOW\n", deck_lib=library)
    assert [element.value for element in load(deck).elements] == [1.0, 2.0]


def test_sections_of_an_included_library_stay_out(tmp_path):
    deck = write_files(tmp_path, deck_cir="t\n.include deck.lib\n", deck_lib="R0 a 0 1\n.lib tt\nR1 a 0 1\n.endl\n")
    assert [element.name for element in load(deck).elements] == ["r0"]


def test_what_follows_the_end_is_not_opened(tmp_path):
    deck = write_files(tmp_path, deck_cir="t\nR1 a 0 1\n.end\n.include missing.inc\n")
    assert len(load(deck)) == 1


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"deck_cir": "t\n.include a.imc\n", "a_inc": ""}, "deck.cir:2: the file 'a.imc' does not exist in "),
        ({"deck_cir": "t\n.include a.imc\n", "a_inc": ""}, "; write a.inc"),
        ({"deck_cir": "t\n.include a.inc b.inc\n"}, "names 2 files; write .include FILE"),
        (
            {"deck_cir": "t\n.lib a.inc\n", "a_inc": ""},
            ".lib with 1 name and no .endl after it; write .lib FILE SECTION",
        ),
        ({"deck_cir": "t\n.lib a.inc tt\n", "a_inc": ".lib ff\n.endl\n.lib t\n.endl\n"}, "no section 'tt'; write t"),
        (
            {"deck_cir": "t\n.lib a.inc tt\n", "a_inc": ".lib tt\nR1 a 0 1\n"},
            "section tt of a.inc has no .endl; add it",
        ),
        ({"deck_cir": "t\nR1 a 0 1\n.endl\n.lib x\n.endl\n"}, "deck.cir:3: .endl without a .lib section before it"),
        ({"deck_cir": "t\n.include deck.cir\n"}, "in a circle: deck.cir → deck.cir; remove one"),
        (
            {"deck_cir": "t\n.include a.inc\n", "a_inc": ".include b.inc\n", "b_inc": "\n.include a.inc\n"},
            "b.inc:2: files include each other in a circle: deck.cir → a.inc → b.inc → a.inc",
        ),
        (
            {"deck_cir": "t\n.lib a.inc x\n", "a_inc": ".lib x\n.lib a.inc y\n.endl\n.lib y\n.lib a.inc x\n.endl\n"},
            "in a circle: deck.cir → a.inc → a.inc → a.inc",
        ),
        ({"deck_cir": "t\n.include a.inc\n", "a_inc": "R1 a 0\n"}, "a.inc:1: r1: its resistance is missing"),
        ({"deck_cir": "t\n.include ..\n"}, "lies outside the deck's folder"),
        ({"deck_cir": "t\nR1 a \0 1\n"}, "deck.cir is not text; give a netlist"),
    ],
)
def test_refusals(tmp_path, files, message):
    assert message in refusal(write_files(tmp_path, **files))


def test_files_outside_the_folder_need_permission(tmp_path):
    write_files(tmp_path, secret_inc="R1 a 0 1\n")
    for name in ("../secret.inc", str(tmp_path / "secret.inc"), "link.inc", "sub/../../secret.inc"):
        deck = write_files(tmp_path / "decks", deck_cir=f"t\n.include {name}\n")
        link = tmp_path / "decks" / "link.inc"
        if not link.exists():
            link.symlink_to(tmp_path / "secret.inc")
        message = refusal(deck)
        assert "lies outside the deck's folder" in message
        assert "copy it into the deck's folder, or allow files outside" in message
        assert load(deck, allow_outside=True)["r1"].value == 1.0


def test_a_missing_deck_is_named(tmp_path):
    with pytest.raises(NetlistError, match=r"nowhere\.cir does not exist; check its name and folder"):
        load(tmp_path / "nowhere.cir")
    with pytest.raises(NetlistError, match="cannot be read"):
        load(tmp_path)


def test_text_without_a_folder_includes_nothing():
    with pytest.raises(NetlistError, match="has no folder; load the netlist from its file, or give parse"):
        parse("t\n.include a.inc\n")


def test_other_encodings_and_line_ends(tmp_path):
    path = tmp_path / "deck.cir"
    path.write_bytes("t\r\nR1 a 0 1µ\r\nC1 a\r\n+ 0 1u ; 5 °C\r\n".encode("latin-1"))
    circuit = load(path)
    assert circuit["r1"].value == 1e-6
    assert circuit["c1"].location is not None
    assert circuit["c1"].location.line == 3


def test_a_flood_of_includes_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("tellegen.netlist.includes.MAX_FILES", 100)
    files = {f"f{k}_inc": f".include f{k + 1}.inc\n.include f{k + 1}.inc\n" for k in range(20)}
    deck = write_files(tmp_path, deck_cir="t\n.include f0.inc\n", **files, f20_inc="* end\n")
    assert "more than 100 files are included" in refusal(deck)
