"""House rules that the linters do not know."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("app", "geo", "web", "scripts", "migrations", "tests", "benchmarks")
SOURCES = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if not {"node_modules", "__pycache__"} & set(path.parts)
)
NAMELESS = {"utils", "helpers", "misc", "manager", "common"}
CEILING = 400


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_files_stay_small_and_named(path: Path) -> None:
    if path.parent.name == "versions":
        return  # a migration is written once, by Alembic, and never grows
    assert len(path.read_text(encoding="utf-8").splitlines()) <= CEILING, "split it by concept"
    assert path.stem not in NAMELESS, "name it for what it holds"


@pytest.mark.parametrize("path", [path for path in SOURCES if path.parts[len(ROOT.parts)] == "app"], ids=name_of)
def test_no_import_inside_a_function(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = [
        node.lineno
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not inside, f"imports inside functions at lines {inside} hide a cycle"


@pytest.mark.parametrize("path", [path for path in SOURCES if path.name == "rules.py"], ids=name_of)
def test_rules_hold_no_sql(path: Path) -> None:
    """Rules decide; statements stand in queries.py, where they can be read and measured together."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    statements = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in prose
        and node.value.lstrip().upper().startswith(("SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH "))
    ]
    assert not statements, f"SQL text at lines {statements}: move it to queries.py"


@pytest.mark.parametrize("path", [path for path in SOURCES if path.parts[len(ROOT.parts)] == "app"], ids=name_of)
def test_only_the_unit_of_work_commits(path: Path) -> None:
    if path.parent.name in {"db", "cli"}:
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    commits = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]
    assert not commits, f"commit() at lines {commits}: code flushes, the unit of work commits"


@pytest.mark.parametrize(
    "path",
    [path for path in SOURCES if path.parts[len(ROOT.parts)] == "app" and "public_map" in path.parts],
    ids=name_of,
)
def test_public_pages_do_not_read_the_whole_register(path: Path) -> None:
    """What the public sees comes through `published_place`: no public page imports the tables of all places."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {
        name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("app.tables")
        for name in node.names
    }
    assert not imported & {"Place", "PlacePrivate", "PlaceRevision", "Audit"}
