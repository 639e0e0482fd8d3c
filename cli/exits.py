"""Every error a user can mend becomes one sentence on stderr and an exit code; nothing else prints a traceback."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperGroup

BAD_NEWS = 1
MISUSE = 2
NO_ANSWER = 3
INTERRUPTED = 130
BROKEN_PIPE = 141

_CURES = {
    errno.ENOENT: "check the spelling of the path",
    errno.EISDIR: "name a file inside it",
    errno.ENOTDIR: "a part of that path is a file, name a folder",
    errno.EACCES: "change its permissions or choose another place",
    errno.EPERM: "change its permissions or choose another place",
    errno.EROFS: "choose a place that can be written",
    errno.ENOSPC: "free some space or choose another disk",
    errno.EEXIST: "choose another name",
    errno.ENAMETOOLONG: "choose a shorter name",
}


class Misuse(Exception):
    """A command that was given something it cannot work with: what was found, what to give instead."""


class WorkerLost(Exception):
    """A process or machine that ended without the result it was asked for: which piece of work that was."""


def package_error() -> type[Exception]:
    """The base of the package's own errors, imported only when something was raised that is nothing simpler."""
    from ..netlist import TellegenError

    return TellegenError


def exit_code(error: Exception) -> int:
    """1 for bad news of ours or too small a machine, 2 for what the user can mend, 3 where ngspice has no answer."""
    if isinstance(error, Misuse | OSError):
        return MISUSE
    if isinstance(error, WorkerLost):
        return BAD_NEWS
    from ..netlist import NumericalError
    from ..netlist.errors import NoAnswer

    if isinstance(error, NoAnswer):
        return NO_ANSWER
    return BAD_NEWS if isinstance(error, NumericalError | MemoryError) else MISUSE


def sentence(error: Exception) -> str:
    """The one line that tells the user what was found and what to do."""
    if isinstance(error, OSError) and error.errno:
        where = f"{error.filename}: " if error.filename else ""
        cure = _CURES.get(error.errno, "")
        return f"{where}{os.strerror(error.errno).lower()}{'; ' if cure else ''}{cure}"
    if isinstance(error, typer.TyperException):
        return _usage(error)
    if isinstance(error, MemoryError):
        return "out of memory; take a smaller circuit or fewer samples at once"
    return " ".join(str(error).split())


def _usage(error: typer.TyperException) -> str:
    """What was wrong with the command line, and the command that explains it."""
    message = " ".join(error.format_message().split()).rstrip(".")
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "tellegen"
    return f"{message[:1].lower()}{message[1:]}; see {command} --help"


def complain(message: str) -> None:
    """Write one line to stderr, its first word red where that is a terminal that shows colour."""
    colour = sys.stderr.isatty() and "NO_COLOR" not in os.environ
    prefix = "\x1b[1;31mtellegen:\x1b[0m" if colour else "tellegen:"
    print(prefix, message.encode("utf-8", "backslashreplace").decode(), file=sys.stderr)


def _ended(error: Exception) -> typer.Exit:
    """Say what was wrong; the way to end the process."""
    complain(sentence(error))
    return typer.Exit(exit_code(error))


class Commands(TyperGroup):
    """The group of all commands: runs one, and turns what went wrong into a sentence and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; errors of the package and of the operating system end here."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            # The reader went away (`| head`): what is still buffered has nowhere to go.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(BROKEN_PIPE) from None
        except KeyboardInterrupt:
            complain("interrupted")
            raise typer.Exit(INTERRUPTED) from None
        except (typer.Exit, typer.Abort, typer.TyperException):
            raise
        except (Misuse, WorkerLost, OSError, MemoryError) as error:
            raise _ended(error) from None
        except package_error() as error:
            raise _ended(error) from None
        return result

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any) -> Any:
        """Read the command line and run; always ends by `SystemExit`."""
        extra["standalone_mode"] = False
        try:
            code = super().main(args=args, prog_name="tellegen", **extra)
        except typer.TyperException as error:
            complain(sentence(error))
            code = MISUSE
        except (typer.Abort, KeyboardInterrupt):
            complain("interrupted")
            code = INTERRUPTED
        sys.exit(code if isinstance(code, int) else 0)
