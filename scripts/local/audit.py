"""`scripts/audit`: known weaknesses in what we build on. Standard library only; pip-audit and npm do the asking.

Both ask services on the internet. Where those cannot be reached nothing is known, and that is said; it is no failure,
since it says nothing about the libraries.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.local.environment import ensure_environment
from scripts.local.progress import SetupError
from scripts.local.state import ROOT

PATIENCE_S = 180


@dataclass(frozen=True)
class Audit:
    """What was found out about one kind of library. `asked` is how many could be asked about; None: none could."""

    kind: str
    asked: int | None
    weaknesses: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The finding in a sentence, and a line for each weakness."""
        if self.asked is None:
            return f"{self.kind}: the service that knows of weaknesses could not be asked."
        told = [
            f"{self.kind}: {self.asked} asked about, {len(self.weaknesses)} with known weaknesses.",
            *self.weaknesses,
        ]
        return "\n  ".join(told)


def main() -> int:
    """Ask, print, and answer 1 where there are known weaknesses."""
    try:
        audits = audit(ensure_environment(ROOT, "develop"))
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    for one in audits:
        print(one.words, flush=True)
    return int(any(one.weaknesses for one in audits))


def audit(python: Path) -> list[Audit]:
    """Ask about the Python packages of the service's lock file and the npm packages that reach browsers."""
    pip = [str(python), "-m", "pip_audit", "--disable-pip", "--require-hashes", "--requirement"]
    pip += ["requirements/service.txt", "--format", "json", "--timeout", "10", "--progress-spinner", "off"]
    return [
        read_pip_audit(_answer_of(pip, ROOT)),
        read_npm_audit(_answer_of(["npm", "audit", "--omit=dev", "--json"], ROOT / "web")),
    ]


def _answer_of(command: list[str], folder: Path) -> str:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout


def read_pip_audit(answer: str) -> Audit:
    """What pip-audit's JSON says. Packages that it could not ask about have a `skip_reason`."""
    packages = _parse(answer).get("dependencies", [])
    asked = [package for package in packages if "skip_reason" not in package]
    weaknesses = tuple(
        f"{package['name']} {package['version']}: {found['id']}"
        + (f", mended in {', '.join(found['fix_versions'])}" if found.get("fix_versions") else "")
        for package in asked
        for found in package.get("vulns", [])
    )
    return Audit("Python packages", len(asked) or None, weaknesses)


def read_npm_audit(answer: str) -> Audit:
    """What npm's JSON says. Without an answer of its registry it has no `metadata`."""
    told = _parse(answer)
    if "metadata" not in told:
        return Audit("npm packages", None)
    weaknesses = tuple(f"{name}: {found['severity']}" for name, found in sorted(told["vulnerabilities"].items()))
    return Audit("npm packages", told["metadata"]["dependencies"]["prod"], weaknesses)


def _parse(answer: str) -> dict[str, Any]:
    try:
        parsed = json.loads(answer)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


if __name__ == "__main__":
    sys.exit(main())
