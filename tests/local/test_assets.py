"""Styles and scripts are built once for their sources: with real npm, on a small package of our own."""

import json
import shutil
from pathlib import Path

import pytest

from scripts.local import assets
from scripts.local.assets import ensure_assets
from scripts.local.progress import SetupError

ROOT = Path(__file__).parent.parent.parent
BUILD = """
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
const built = existsBefore() + 1
function existsBefore() { try { return Number(readFileSync('count', 'utf8')) } catch { return 0 } }
writeFileSync('count', String(built))
rmSync('static/build', { recursive: true, force: true })
mkdirSync('static/build', { recursive: true })
copyFileSync('styles/main.css', 'static/build/main.css')
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    web = tmp_path / "web"
    (web / "styles").mkdir(parents=True)
    package = {"name": "small", "version": "1.0.0", "type": "module", "scripts": {"build": "node build.mjs"}}
    (web / "package.json").write_text(json.dumps(package))
    locked = {"name": "small", "version": "1.0.0", "lockfileVersion": 3, "requires": True}
    locked["packages"] = {"": {"name": "small", "version": "1.0.0"}}
    (web / "package-lock.json").write_text(json.dumps(locked))
    (web / "node_modules").mkdir()
    (web / "build.mjs").write_text(BUILD)
    (web / "styles" / "main.css").write_text("p { color: black }")
    return tmp_path


def builds(checkout: Path) -> int:
    return int((checkout / "web" / "count").read_text())


def test_it_builds_once_and_again_when_a_source_changes(checkout: Path) -> None:
    built = ensure_assets(checkout)
    assert (built / "main.css").read_text() == "p { color: black }"
    ensure_assets(checkout)
    assert builds(checkout) == 1
    (checkout / "web" / "styles" / "main.css").write_text("p { color: navy }")
    assert (ensure_assets(checkout) / "main.css").read_text() == "p { color: navy }"
    assert builds(checkout) == 2
    (checkout / "web" / "views.py").write_text("# no source of the build")
    ensure_assets(checkout)
    assert builds(checkout) == 2


def test_a_build_that_was_deleted_is_made_again(checkout: Path) -> None:
    shutil.rmtree(ensure_assets(checkout))
    assert (ensure_assets(checkout) / "main.css").is_file()


def test_a_new_package_list_is_fetched(checkout: Path) -> None:
    ensure_assets(checkout)
    lock = checkout / "web" / "package-lock.json"
    lock.write_text(lock.read_text() + "\n")
    ensure_assets(checkout)
    assert builds(checkout) == 2


def test_a_failing_build_is_shown_and_tried_again(checkout: Path) -> None:
    (checkout / "web" / "build.mjs").write_text("throw new Error('the stylesheet has a fault')")
    for _ in range(2):
        with pytest.raises(SetupError, match="the stylesheet has a fault"):
            ensure_assets(checkout)


def test_an_old_node_is_not_used(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Node.js of the Python package does it instead, from its own lock file."""
    old = checkout / "old"
    old.mkdir()
    (old / "node").write_text("#!/bin/sh\necho v18.19.0\n")
    (old / "node").chmod(0o755)
    (checkout / "requirements").mkdir()
    shutil.copy(ROOT / "requirements" / "node.txt", checkout / "requirements")
    monkeypatch.setenv("PATH", str(old), prepend=":")
    assert assets._node_version() == 18  # noqa: SLF001 - the reason for what follows
    assert (ensure_assets(checkout) / "main.css").is_file()
    assert (checkout / ".local" / "node" / "bin" / "npm").exists()
