"""`scripts/test`: the environment, then every check and every test, each stage timed. Standard library only.

Everything runs even when an early stage fails, so that one run tells all; the exit code is 1 if any stage failed.
"""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TypeVar

from scripts.local.assets import ensure_assets
from scripts.local.audit import audit
from scripts.local.binaries import (
    BinariesMissing,
    ClusterError,
    find_binaries,
    install_binaries,
    install_packages,
    missing_packages,
)
from scripts.local.environment import ensure_environment
from scripts.local.progress import SetupError, say
from scripts.local.state import ROOT

Result = TypeVar("Result")

COVERAGE_FLOOR = 85
WORKERS = 2
BROWSER_PACKAGES = ("chromium", "fonts-dejavu-core", "fonts-liberation", "libatomic1")
"""Playwright's own Node.js needs the last one, which a small system does not have."""
RESULTS = ROOT / "test-results"
CHECKS: dict[str, list[str]] = {
    "format": ["ruff", "format", "--check", "--quiet", "."],
    "lint": ["ruff", "check", "--quiet", "."],
    "types": ["mypy"],
    "imports": ["lint-imports", "--no-cache"],
}
USAGE = """scripts/test [--fast] [--] [arguments for pytest]
--fast leaves out the tests that need a browser.
scripts/test --set-up-only makes the environment and stops."""
REPORTS = ["--cov", "--cov-report=xml:test-results/coverage.xml"]  # so that the last words are about what failed
REPORTS += [f"--cov-fail-under={COVERAGE_FLOOR}"]


def main(arguments: list[str] | None = None) -> int:
    """Run everything, or with `--fast` everything but the browser; further arguments go to pytest."""
    words = sys.argv[1:] if arguments is None else arguments
    if words[:1] in (["--help"], ["-h"]):
        print(USAGE)
        return 0
    fast = "--fast" in words
    for_pytest = [word for word in words if word not in {"--fast", "--"}]
    signal.signal(signal.SIGTERM, _as_ctrl_c)
    signal.signal(signal.SIGHUP, _as_ctrl_c)
    try:
        python = _timed("set-up", partial(_set_up, fast=fast))
        if "--set-up-only" in words:
            return 0
        failed = [name for name, command in CHECKS.items() if not _timed(name, partial(_passes, python, command))]
        if not _timed("audit of libraries", partial(_is_sound, python)):
            failed.append("audit of libraries")
        return _pytest(python, for_pytest, fast=fast, failed=failed)
    except (SetupError, ClusterError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130


def _set_up(*, fast: bool) -> Path:
    python = ensure_environment(ROOT, "develop")
    try:
        find_binaries()
    except BinariesMissing:
        say("Installing PostGIS")
        install_binaries()
    if not fast:
        missing = missing_packages(*BROWSER_PACKAGES)
        if missing:
            say(f"Installing for the browser tests: {' '.join(missing)}")
            if not install_packages(*missing):
                wanted = " ".join(missing)
                raise SetupError(f"Browser tests need: sudo apt-get install {wanted}. Or run scripts/test --fast")
        ensure_assets(ROOT)
    shutil.rmtree(RESULTS, ignore_errors=True)
    RESULTS.mkdir()
    return python


def _passes(python: Path, command: list[str]) -> bool:
    program, *rest = command
    done = subprocess.run([str(python.parent / program), *rest], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{done.stdout}{done.stderr}".rstrip(), flush=True)
    return done.returncode == 0


def _is_sound(python: Path) -> bool:
    """Whether no library has known weaknesses, as far as anybody could be asked."""
    audits = audit(python)
    print("\n".join(one.words for one in audits), flush=True)
    return not any(one.weaknesses for one in audits)


def _pytest(python: Path, arguments: list[str], *, fast: bool, failed: list[str]) -> int:
    """Run the tests last, so that pytest's own summary is the last line. The floor holds for whole runs only."""
    if failed:
        print(f"FAILED so far: {', '.join(failed)} (see above). Now the tests.", flush=True)
    command = [
        str(python),
        "-m",
        "pytest",
        f"--numprocesses={WORKERS}",
        "--junitxml=test-results/junit.xml",
        *arguments,
    ]
    if fast:
        command += ["--without-browser"]
    elif not arguments:
        command += REPORTS
    tests = subprocess.Popen(command, cwd=ROOT)
    try:
        code = tests.wait()
    except KeyboardInterrupt:
        tests.send_signal(signal.SIGINT)  # pytest stops its database and browser, then ends
        tests.wait(60)
        raise
    if failed:
        print(f"FAILED before the tests: {', '.join(failed)}.", flush=True)
    return code or int(bool(failed))


def _timed(name: str, stage: Callable[[], Result]) -> Result:
    print(f"== {name}", flush=True)
    began = time.monotonic()
    result = stage()
    outcome = "FAILED " if result is False else ""
    print(f"== {name}: {outcome}{time.monotonic() - began:.1f} s", flush=True)
    return result


def _as_ctrl_c(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
