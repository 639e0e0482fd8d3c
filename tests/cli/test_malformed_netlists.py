"""Malformed netlists through the command: exit code 2, one line with file:line, cause and cure, never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tellegen.cli.application import app

# name: (cards after the title line, line of the mistake, words of the cause)
DECKS = {
    "unknown element": ("Y1 a 0 1", 2, "Y1"),
    "resistor without value": ("R1 a 0", 2, "r1"),
    "resistor of no number": ("R1 a 0 big", 2, "big"),
    "resistor with a unit nobody knows": ("R1 a 0 1kz", 2, "1kz"),
    "one node only": ("R1 a", 2, "r1"),
    "the same name twice": ("R1 a 0 1\nR1 b 0 1", 3, "r1"),
    "unknown model": ("D1 a 0 nomodel", 2, "nomodel"),
    "unknown parameter": ("R1 a 0 {rx}", 2, "rx"),
    "unknown control card": (".modle d D", 2, "modle"),
    "open brace": ("R1 a 0 {1+", 2, "{1+"),
    "bad expression": ("R1 a 0 {1+*2}", 2, "1+*2"),
    "continuation of nothing": ("+ 1k", 2, "+"),
    "subcircuit without end": (".subckt s a b\nR1 a b 1", 2, "s"),
    "end without subcircuit": (".ends", 2, "ends"),
    "unknown subcircuit": ("X1 a b nosuch", 2, "nosuch"),
    "wrong number of ports": (".subckt s a b\nR1 a b 1\n.ends\nX1 a s", 5, "x1"),
    "missing include": ('.include "nothing.inc"', 2, "nothing.inc"),
    "include outside the folder": ('.include "../../outside.inc"', 2, "outside"),
    "unknown directive": ("R1 a 0 1\n*@ trainible r1", 3, "trainible"),
    "directive for nothing": ("R1 a 0 1\n*@ trainable zz*", 3, "zz*"),
    "directive with an unknown option": ("R1 a 0 1\n*@ trainable r1 mim=1", 3, "mim"),
    "array of another width": ("R1[0:3] a[0:3] b[0:2] 1", 2, "b[0:2]"),
    "range that counts down": ("R1[3:0] a[3:0] 0 1", 2, "3:0"),
    "missing sidecar": ("R1[0:1,0:1] a[0:1] b[0:1] g=@nothing.npz:w", 2, "nothing.npz"),
    "pulse without its second value": ("V1 a 0 PULSE(0)", 2, "pulse"),
}


@pytest.mark.parametrize("case", DECKS)
def test_a_malformed_netlist_is_one_sentence_with_its_line(case: str, tmp_path: Path) -> None:
    cards, line, cause = DECKS[case]
    deck = tmp_path / "deck.cir"
    deck.write_text(f"* {case}\n{cards}\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["simulate", str(deck), "--format", "json"])
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert result.stderr.startswith(f"tellegen: {deck}:{line}: ")
    assert result.stderr.count("\n") == 1
    assert cause in result.stderr
    assert ";" in result.stderr or "?" in result.stderr, "a cure is missing"
