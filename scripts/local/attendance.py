"""Programs that run beside `scripts/serve`: started, started again when they end by themselves, stopped with us.

Standard library only. The kernel tells them when we die (`--pdeathsig`); that follows the *thread* that starts them, so
everything here is called from the main thread.
"""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.local.progress import say

STOP_TIMEOUT_S = 15
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
SOUND_AFTER_S = 30.0
"""A program that ran for so long was well: the next pause is a short one again."""


@contextmanager
def running(command: list[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program that ends when we end, at the latest."""
    process = start(command, folder)
    try:
        yield process
    finally:
        stop(process)


def start(command: list[str], folder: Path) -> subprocess.Popen[bytes]:
    """Start a program in its own session: Ctrl-C in the terminal is for us to handle, in order."""
    setpriv = shutil.which("setpriv")
    dies_with_us = [setpriv, "--pdeathsig=TERM"] if setpriv else []
    return subprocess.Popen([*dies_with_us, *command], cwd=folder, start_new_session=True)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end; kill it when that takes too long."""
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Attended:
    """A program that is started again when it ends by itself, with pauses that double while it keeps ending."""

    def __init__(self, name: str, command: list[str], folder: Path) -> None:
        self._name = name
        self._command = command
        self._folder = folder
        self._pause = FIRST_PAUSE_S
        self._process: subprocess.Popen[bytes] | None = None
        self._began = 0.0
        self._again_at = 0.0

    def look_after(self, now: float | None = None) -> None:
        """See that it runs; called every moment."""
        now = time.monotonic() if now is None else now
        if self._process is None:
            if now >= self._again_at:
                self._process = start(self._command, self._folder)
                self._began = now
            return
        code = self._process.poll()
        if code is None:
            return
        if now - self._began >= SOUND_AFTER_S:
            self._pause = FIRST_PAUSE_S
        say(f"{self._name} ended by itself (code {code}): starting it again in {self._pause:g} s")
        self._process = None
        self._again_at = now + self._pause
        self._pause = min(LONGEST_PAUSE_S, self._pause * 2)

    def end(self) -> None:
        """Stop it."""
        if self._process is not None:
            stop(self._process)
            self._process = None
