"""The checkout's own Python environment, `.venv`, filled from a lock file with hashes. Standard library only.

The project itself is not installed, since building it would fetch an unhashed build tool: a `.pth` file makes its
packages importable, and a small launcher is the command `safeplaces`.
"""

import hashlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from scripts.local.binaries import install_packages
from scripts.local.progress import SetupError, alone, run, say

LAUNCHER = """#!/bin/sh
# The register's command. Without DATABASE_URL it uses the private database of this checkout.
here=$(dirname -- "$(readlink -f -- "$0")")
exec "$here/python" -m scripts.local.command "$@"
"""


def ensure_environment(root: Path, lock: str, *, folder: str = ".venv") -> Path:
    """Make the environment or bring it up to date, and return its Python.

    Args:
        root: the checkout.
        lock: name of the lock file in `requirements/`, without `.txt`.
        folder: the environment's folder, relative to the checkout.

    Raises:
        SetupError: Python has no `venv` and it cannot be installed, or packages cannot be fetched.
    """
    home = root / folder
    python = home / "bin" / "python"
    with alone(root / ".local", "environment"):
        if not _works(python):
            _make(home)
        requirements = root / "requirements" / f"{lock}.txt"
        if not _is_installed(requirements, home):
            _install(python, requirements, root)
            _stamp(home, lock).write_text(_hash(requirements))
        _make_importable(root, home)
    return python


def _is_installed(requirements: Path, home: Path) -> bool:
    """Whether this lock file, or one that holds everything that it holds (develop holds service), was installed."""
    wanted = set(requirements.read_text().splitlines())
    for lock in requirements.parent.glob("*.txt"):
        stamp = _stamp(home, lock.stem)
        current = stamp.is_file() and stamp.read_text() == _hash(lock)
        if current and wanted <= set(lock.read_text().splitlines()):
            return True
    return False


def _stamp(home: Path, lock: str) -> Path:
    return home / f".installed-{lock}"


def _hash(requirements: Path) -> str:
    return hashlib.sha256(requirements.read_bytes()).hexdigest()


def _works(python: Path) -> bool:
    """Whether the environment exists and is whole (the system's Python may have been replaced beneath it)."""
    if not python.exists():
        return False
    return subprocess.run([str(python), "-c", "import pip"], capture_output=True, check=False).returncode == 0


def _make(home: Path) -> None:
    say(f"Making the Python environment {home.name} (Python {sys.version_info.major}.{sys.version_info.minor})")
    version = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if importlib.util.find_spec("ensurepip") is None:
        say(f"Python's venv is missing: installing {version}")
        if not install_packages(version):
            raise SetupError(f"Python needs its venv module. Run `sudo apt-get install {version}` and start again.")
    remedy = f"On Debian or Ubuntu run `sudo apt-get install {version}`, or delete {home}, and start again."
    run([sys.executable, "-m", "venv", "--clear", str(home)], cwd=home.parent, remedy=remedy)


def _install(python: Path, requirements: Path, root: Path) -> None:
    count = sum(1 for line in requirements.read_text().splitlines() if line[:1].isalnum())
    say(f"Installing {count} packages, each checked against its hash in requirements/{requirements.name}")
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    pip += ["--require-hashes", "--no-deps", "--only-binary=:all:", "-r", str(requirements)]
    run(
        pip,
        cwd=root,
        remedy="Is the package index reachable from here? Nothing was changed that a new start cannot mend.",
    )


def _make_importable(root: Path, home: Path) -> None:
    """Write what an installation would: rewritten when the checkout has moved."""
    packages = next(home.glob("lib/python3*/site-packages"))
    _write(packages / "safeplaces.pth", f"{root}\n")
    launcher = home / "bin" / "safeplaces"
    _write(launcher, LAUNCHER)
    launcher.chmod(0o755)


def _write(path: Path, text: str) -> None:
    if path.is_file() and path.read_text() == text:
        return
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    unfinished.write_text(text)
    unfinished.replace(path)
