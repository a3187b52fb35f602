"""The documentation names everything there is, and its links lead somewhere."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from app.cli.main import app as cli
from app.main import create_app
from app.settings import Settings

ROOT = Path(__file__).parent.parent
PAGES = sorted(
    path
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "data").rglob("*.md")]
    if "node_modules" not in path.parts
)
RUNNING = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
API = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs" / "api").glob("*.md")))
EVERYTHING = "\n".join(path.read_text(encoding="utf-8") for path in PAGES)


def variable_of(name: str) -> str:
    return "DATABASE_URL" if name == "database_url" else f"SAFEPLACES_{name.upper()}"


def commands() -> list[str]:
    found: list[str] = []

    def walk(command: object, words: list[str]) -> None:
        children = getattr(command, "commands", None)
        if not children:
            found.append(" ".join(words))
            return
        for name, child in children.items():
            walk(child, [*words, name])

    walk(get_command(cli), ["safeplaces"])
    return found


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_documented(name: str) -> None:
    assert variable_of(name) in RUNNING


@pytest.mark.parametrize("command", commands())
def test_every_command_is_documented(command: str) -> None:
    assert command in EVERYTHING


def test_every_endpoint_is_documented() -> None:
    app = create_app(Settings(DATABASE_URL="postgresql://nobody@/nothing"))
    paths = [path for path in app.openapi()["paths"] if path.startswith("/api/")]
    assert paths
    missing = [path for path in paths if path not in API]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target and target[0] != "#"]
    targets = [target.partition("#")[0] for target in targets if not target.startswith("mailto:")]
    broken = [target for target in targets if target and not (page.parent / target).exists()]
    assert not broken


@pytest.mark.parametrize("command", ["scripts/serve", "scripts/test"])
def test_the_readme_starts_with_the_two_commands(command: str) -> None:
    first_screen = "\n".join((ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:40])
    assert command in first_screen
    assert (ROOT / command).stat().st_mode & 0o111
