"""Every error ends as one sentence and an exit code."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from tellegen.cli.exits import BROKEN_PIPE, Commands, Misuse, WorkerLost, sentence
from tellegen.netlist import CircuitError, NumericalError
from tellegen.netlist.errors import Location, NoAnswer, SpiceError

ERRORS = {
    "misuse": (Misuse("a; b"), 2, "tellegen: a; b\n"),
    "circuit": (CircuitError("loop\n of sources; remove one", Location("x.cir", 3)), 2, "x.cir:3: loop of sources;"),
    "numerical": (NumericalError("no convergence at node a"), 1, "no convergence at node a"),
    "no ngspice": (SpiceError("ngspice is not on PATH"), 2, "ngspice is not on PATH"),
    "no answer of ngspice": (NoAnswer("ngspice found no operating point"), 3, "ngspice found no operating point"),
    "lost worker": (WorkerLost("the worker of seed=1 died"), 1, "the worker of seed=1 died"),
    "permission": (PermissionError(errno.EACCES, "", "secret.cir"), 2, "secret.cir: permission denied; change its"),
    "full disk": (OSError(errno.ENOSPC, "", "run/x"), 2, "run/x: no space left on device; free some space"),
    "long name": (OSError(errno.ENAMETOOLONG, "", "x" * 9), 2, "file name too long; choose a shorter name"),
    "odd system error": (OSError("something odd"), 2, "something odd"),
    "memory": (MemoryError(), 1, "out of memory; take a smaller circuit"),
    "interrupt": (KeyboardInterrupt(), 130, "interrupted"),
}


def _app(error: BaseException) -> typer.Typer:
    app = typer.Typer(cls=Commands, pretty_exceptions_enable=False)

    @app.command()
    def fail() -> None:
        raise error

    @app.command()
    def other() -> None:
        pass

    return app


@pytest.mark.parametrize("case", ERRORS)
def test_every_error_is_a_sentence_and_a_code(case: str) -> None:
    error, code, text = ERRORS[case]
    result = CliRunner().invoke(_app(error), ["fail"])
    assert result.exit_code == code
    assert text in result.stderr
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr


def test_an_error_of_ours_is_not_dressed_up_as_the_users() -> None:
    result = CliRunner().invoke(_app(RuntimeError("a bug")), ["fail"])
    assert isinstance(result.exception, RuntimeError)


def test_names_that_are_no_text_do_not_break_the_message() -> None:
    result = CliRunner().invoke(_app(Misuse("there is no file \udcff.cir; name a file")), ["fail"])
    assert result.exit_code == 2
    assert "\\udcff.cir" in result.stderr


def test_a_usage_error_names_the_command_that_explains_it() -> None:
    assert sentence(typer.BadParameter("7 is odd.")) == "invalid value: 7 is odd; see tellegen --help"


def test_a_reader_that_goes_away_ends_the_command_quietly(tmp_path: Path) -> None:
    deck = tmp_path / "long.cir"
    deck.write_text("* long\n" + "".join(f"R{k} n{k} 0 1k\n" for k in range(3000)) + "I1 0 n0 1\n", encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, "-c", "import tellegen.cli; tellegen.cli.main()", "export", str(deck)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        complaint = process.stderr.read()
    assert complaint == b""
    assert process.returncode == BROKEN_PIPE == 128 + signal.SIGPIPE


def test_the_shell_sees_the_exit_code_and_only_one_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import tellegen.cli; tellegen.cli.main()", "check", os.fspath(tmp_path / "no.cir")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("tellegen: there is no file")
    assert done.stderr.count("\n") == 1


def test_a_terminal_without_unicode_still_gets_an_answer(tmp_path: Path) -> None:
    deck = tmp_path / "micro.cir"
    deck.write_text("* micro\nV1 a 0 1u\nR1 a 0 1k\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", "import tellegen.cli; tellegen.cli.main()", "simulate", os.fspath(deck)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        check=True,
    )
    assert "1 \\xb5V" in done.stdout


@pytest.mark.parametrize("arguments", [["--help"], ["train", "--help"], ["check", "no.cir"]])
def test_help_and_simple_misuse_load_nothing_heavy(arguments: list[str]) -> None:
    script = (
        "import sys, tellegen.cli\n"
        "try:\n    tellegen.cli.main()\n"
        "except SystemExit:\n    print(*sorted({name.split('.')[0] for name in sys.modules}))\n"
    )
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "typer" in loaded
    assert not loaded & {"numpy", "networkx", "jax", "scipy", "cvxpy", "matplotlib", "PySpice", "rich"}
