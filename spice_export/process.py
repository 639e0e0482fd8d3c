"""One batch run of ngspice: found, started in a scratch folder, watched, and killed when it runs too long.

ngspice is run as `ngspice -n -b`, without start-up files, on a deck and a control script that are both our own. It
never gets `-r`: results are written by the script into the scratch folder, and nothing outside that folder is named.
"""

from __future__ import annotations

import contextlib
import math
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..netlist.errors import SpiceError

TIME_LIMIT = 600.0
"""Seconds that one ngspice process may take unless the caller says otherwise."""

INSTALL = (
    "install it with `apt-get install ngspice libngspice0` (Debian, Ubuntu), `dnf install ngspice` (Fedora), "
    "`pacman -S ngspice` (Arch) or `brew install ngspice` (macOS), or name its path in TELLEGEN_NGSPICE"
)


@dataclass(frozen=True)
class Finished:
    """What one process left: its raw files by name, its two output streams, exit code and wall time in seconds."""

    files: Mapping[str, bytes]
    stdout: str
    stderr: str
    code: int
    seconds: float


@dataclass
class Processes:
    """The ngspice processes now running, so that an interrupted farm can stop them all."""

    _running: set[subprocess.Popen] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stopped: bool = False

    def add(self, process: subprocess.Popen) -> None:
        with self._lock:
            self._running.add(process)
            if self._stopped:
                kill(process)

    def remove(self, process: subprocess.Popen) -> None:
        with self._lock:
            self._running.discard(process)

    def stop(self) -> None:
        """Kill every running process, and each that is added from now on."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                kill(process)


def find_ngspice() -> Path:
    """The ngspice to run: TELLEGEN_NGSPICE if set, else the first one on PATH.

    Raises:
        SpiceError: there is none, with the command that installs it.
    """
    named = os.environ.get("TELLEGEN_NGSPICE")
    found = shutil.which(named or "ngspice")
    if found is None:
        where = f"TELLEGEN_NGSPICE names {named}, which cannot be run" if named else "ngspice is not on PATH"
        raise SpiceError(f"{where}; {INSTALL}")
    return Path(found)


def run_script(
    deck: str, script: Sequence[str], *, time_limit: float = TIME_LIMIT, processes: Processes | None = None
) -> Finished:
    """Run `deck` (cards, no `.control`, no `.end`) under the control `script` in a fresh scratch folder.

    The script ends with `quit 0`: without it a deck that has only a control section exits 1.

    Raises:
        SpiceError: ngspice is missing, cannot be started, or took longer than `time_limit` seconds.
    """
    executable = find_ngspice()
    with tempfile.TemporaryDirectory(prefix="tellegen-ngspice-", ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch)
        text = "\n".join([deck.rstrip("\n"), ".control", *script, "quit 0", ".endc", ".end", ""])
        (folder / "deck.cir").write_text(text, encoding="ascii", errors="replace")
        started = time.perf_counter()
        code, stdout, stderr = _watch(_command(executable, time_limit), folder, time_limit, processes)
        seconds = time.perf_counter() - started
        files = {path.name: path.read_bytes() for path in sorted(folder.glob("*.raw"))}
    return Finished(files, stdout, stderr, code, seconds)


def _command(executable: Path, time_limit: float) -> list[str]:
    """The command line. Where there is a shell it limits the processor time too, so that an ngspice whose Python was
    killed does not live on."""
    command = [str(executable), "-n", "-b", "deck.cir"]
    if os.name != "posix" or not math.isfinite(time_limit):
        return command
    return ["/bin/sh", "-c", f'ulimit -t {math.ceil(time_limit) + 60}; exec "$@"', "sh", *command]


def _watch(command: list[str], folder: Path, time_limit: float, processes: Processes | None) -> tuple[int, str, str]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise SpiceError(f"{command[0]} cannot be started ({error.strerror}); {INSTALL}") from error
    watched = Processes() if processes is None else processes
    watched.add(process)
    try:
        stdout, stderr = process.communicate(timeout=time_limit)
    except subprocess.TimeoutExpired:
        raise SpiceError(
            f"ngspice was stopped after its time limit of {time_limit:g} s; give it more time or a smaller circuit"
        ) from None
    finally:
        kill(process)
        process.communicate()
        watched.remove(process)
    return process.returncode, stdout.decode("utf-8", "replace"), stderr.decode("utf-8", "replace")


def kill(process: subprocess.Popen) -> None:
    """End a process and whatever it started; nothing happens if it has ended."""
    if process.poll() is not None:
        return
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
