"""The installation's secret, made at the first start: only its file's name is handed on, never what is in it."""

import os
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from scripts.local.progress import say
from scripts.local.state import state_folder

VARIABLES = ("SAFEPLACES_SECRET", "SAFEPLACES_SECRET_FILE")
OWNER_ONLY = 0o600


def ensure_secret() -> None:
    """Name the secret's file to the programs that we start, unless somebody named a secret; make it if it is missing.

    The file appears whole or not at all, and nobody but its owner can ever open it.
    """
    if any(os.environ.get(variable) for variable in VARIABLES):
        return
    file = state_folder() / "secret"
    if not file.exists():
        say(f"Making the installation's secret in {file}; keep it with your backups")
        _write_once(file)
    os.environ["SAFEPLACES_SECRET_FILE"] = str(file)


def _write_once(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(f"{token_hex(32)}\n")
        stream.flush()
        os.fsync(stream.fileno())
    with suppress(FileExistsError):  # another start was quicker: its secret is the one
        os.link(fresh, file)
    fresh.unlink()
