"""What the set-up says while it works, the lock that keeps two set-ups apart, and faults said in words."""

import fcntl
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

LINES_SHOWN = 12


class SetupError(RuntimeError):
    """A step of the set-up failed; the message says what the person can do."""


def say(message: str) -> None:
    """One line of progress, at once even through a pipe."""
    print(f"· {message}", flush=True)


@contextmanager
def alone(folder: Path, name: str) -> Iterator[None]:
    """Wait until no other process is in the same step: two commands may start in one checkout at the same moment."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def run(command: list[str], *, cwd: Path, remedy: str, environment: Mapping[str, str] | None = None) -> str:
    """Run a step quietly and return what it said; when it fails, show that.

    Args:
        command: the program and its arguments.
        cwd: where to run it.
        remedy: what the person can do when it fails.
        environment: variables to add.

    Raises:
        SetupError: it failed.
    """
    surroundings = {**os.environ, **(environment or {})}
    try:
        done = subprocess.run(
            command, cwd=cwd, env=surroundings, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise SetupError(f"`{command[0]}` cannot be run: {error}. {remedy}") from error
    if done.returncode:
        said = "\n".join(f"{done.stdout}\n{done.stderr}".strip().splitlines()[-LINES_SHOWN:])
        raise SetupError(f"`{' '.join(command)}` failed:\n{said}\n{remedy}")
    return done.stdout
