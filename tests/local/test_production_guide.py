"""What docs/running.md says of production is done here, block by block, as far as one machine without systemd can."""

import configparser
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError
from typer.main import get_command
from uvicorn.main import main as uvicorn_command

from app.cli.main import app as commands
from app.main import create_app
from app.production import list_dangers
from app.settings import Settings
from scripts.local.postgis import Cluster
from scripts.local.serve import UVICORN

ROOT = Path(__file__).parent.parent.parent
CODE = "/srv/safeplaces/code"
PAGE = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
GUIDE = PAGE.split("\n## In production\n")[1].split("\n## ")[0]
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)


def block(begins: str) -> str:
    """The one block that holds a line which begins so."""
    (found,) = [content for _, content in BLOCKS if any(line.startswith(begins) for line in content.splitlines())]
    return str(found)


def settings_of_the_guide() -> dict[str, str]:
    lines = block("SAFEPLACES_ENVIRONMENT=").splitlines()
    return dict(line.split("=", 1) for line in lines)


def unit(description: str) -> configparser.RawConfigParser:
    """A unit of systemd: sections of keys; of a key that stands twice the last counts."""
    parser = configparser.RawConfigParser(strict=False, delimiters=("=",), interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]  # keys are told apart by capitals
    parser.read_string(block(f"Description={description}"))
    return parser


UNITS = {"web": unit("Register"), "worker": unit("Worker")}


def test_its_settings_exist_and_production_starts_with_them(tmp_path: Path) -> None:
    given = settings_of_the_guide()
    known = {"DATABASE_URL", *(f"SAFEPLACES_{name.upper()}" for name in Settings.model_fields)}
    named = set(re.findall(r"\b(SAFEPLACES_[A-Z_]+|DATABASE_URL)\b", GUIDE))
    assert named <= known
    secret = tmp_path / "secret"
    make = next(line for line in block("install -d -m 0700").splitlines() if "token_urlsafe" in line)
    subprocess.run(["sh", "-c", make.replace("/etc/safeplaces/secrets/secret", str(secret))], check=True)
    assert secret.stat().st_mode & 0o777 == 0o600
    values = {name.removeprefix("SAFEPLACES_").lower(): value for name, value in given.items()}
    values["DATABASE_URL"] = values.pop("database_url")
    settings = Settings.model_validate(values | {"secret_file": secret})
    assert settings.environment == "production"
    assert list(list_dangers(settings)) == []


@pytest.mark.parametrize("kind", UNITS)
def test_what_the_units_start_is_there(kind: str) -> None:
    service = UNITS[kind]["Service"]
    program, *rest = shlex.split(service["ExecStart"])
    assert program == f"{service['WorkingDirectory']}/.venv/bin/python"
    assert service["WorkingDirectory"] == CODE
    if kind == "web":
        assert rest[: len(UVICORN)] == UVICORN, "the same as scripts/serve starts"
        context = uvicorn_command.make_context("uvicorn", rest[2:])
        assert (context.params["host"], context.params["proxy_headers"], context.params["access_log"]) == (
            "127.0.0.1",
            False,
            False,
        )
        assert f"proxy_pass http://127.0.0.1:{context.params['port']};" in block("map $uri")
    else:
        assert rest == ["-m", "app.cli", "worker"]
        assert "worker" in get_command(commands).commands  # type: ignore[attr-defined]  # it is a group
    assert service["User"] == {"web": "safeplaces_service", "worker": "safeplaces"}[kind]


@pytest.mark.parametrize("kind", UNITS)
def test_secrets_that_units_hand_over_are_made_and_named(kind: str) -> None:
    service = UNITS[kind]["Service"]
    name, path = service["LoadCredential"].split(":")
    variable, value = service["Environment"].split("=", 1)
    assert value == f"%d/{name}"
    assert variable.removeprefix("SAFEPLACES_").lower() in Settings.model_fields
    assert f"> {path})" in block("install -d -m 0700")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="this machine has no systemd-analyze")
@pytest.mark.parametrize("kind", UNITS)
def test_systemd_understands_the_units(kind: str, tmp_path: Path) -> None:
    name = {"web": "safeplaces.service", "worker": "safeplaces-worker.service"}[kind]
    written = block(f"Description={UNITS[kind]['Unit']['Description']}")
    here = written.replace(f"{CODE}/.venv/bin/python", sys.executable).replace(CODE, str(ROOT))
    (tmp_path / name).write_text(re.sub(r"^User=.*$", "User=root", here, flags=re.MULTILINE))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / name)], capture_output=True, text=True, check=False
    )
    ours = [line for line in done.stderr.splitlines() if name in line]
    assert not ours, done.stderr


def test_every_command_of_it_exists() -> None:
    shell = "\n".join(content for language, content in BLOCKS if language == "sh")
    called = re.findall(r"(?:^safeplaces|-m app\.cli) (\w+) (\w+)", shell, re.MULTILINE)
    assert {group for group, _ in called} == {"users", "divisions", "ledger"}
    groups = get_command(commands).commands  # type: ignore[attr-defined]  # it is a group
    for group, name in called:
        assert name in groups[group].commands


def test_it_is_built_as_everywhere_else() -> None:
    dockerfile = re.sub(r"\s*\\\n\s*", " ", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
    build = block("python3 -m venv .venv")
    pip = "pip install --require-hashes --no-deps --only-binary=:all: -r requirements/service.txt"
    assert pip in build
    assert set(shlex.split(pip)[2:-1]) <= set(shlex.split(dockerfile.split("pip install")[1].split("\n")[0]))
    for npm in ("npm ci --ignore-scripts --no-audit --no-fund --include=dev", "npm run build"):
        assert npm in build
        assert npm in dockerfile


def test_the_web_server_logs_no_search_and_no_token() -> None:
    nginx = block("map $uri")
    log_format = re.search(r"log_format private '([^']+)'", nginx)
    assert log_format
    assert {"$request", "$request_uri", "$args", "$query_string", "$uri", "$http_referer"}.isdisjoint(
        log_format[1].split()
    )
    pattern = re.search(r"~(\S+) /sign-in/\$1/-;", nginx)
    assert pattern
    tokens = [
        route for route in ("/sign-in/link/a-token", "/sign-in/invitation/a-token") if re.match(pattern[1], route)
    ]
    assert len(tokens) == 2
    assert not re.match(pattern[1], "/sign-in/link")
    assert nginx.count("{") == nginx.count("}")


# The database: made, served from as the web's user, dumped, restored, and checked, by the page's own words.


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A PostgreSQL of its own, since roles are of a whole cluster."""
    cluster = Cluster(tmp_path_factory.mktemp("production"), durable=False)
    cluster.create()
    cluster.start()
    yield cluster
    cluster.destroy()


def address(server: Cluster, user: str, database: str = "safeplaces") -> str:
    return server.url(database).replace("+psycopg", "").replace("//postgres@", f"//{user}@")


def run(command: list[str], url: str, *, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """One of our commands, on a database."""
    environment = {"DATABASE_URL": url, "PATH": os.defpath, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def prepared(server: Cluster) -> Cluster:
    """The database of step 3, migrated and filled as the owner."""
    server.create_database("safeplaces")
    for statement in block("CREATE ROLE safeplaces LOGIN").split(";"):
        if statement.strip():
            server.query(statement, "safeplaces")
    for command in (["alembic", "upgrade", "head"], ["app.cli", "setup"]):
        done = run(command, address(server, "safeplaces"))
        assert done.returncode == 0, done.stderr
    return server


def test_the_web_service_works_as_its_own_user_and_can_do_little(prepared: Cluster, built_assets: Path) -> None:
    del built_assets
    url = address(prepared, "safeplaces_service")
    with TestClient(create_app(Settings.model_validate({"DATABASE_URL": url}))) as client:
        assert client.get("/health/ready").status_code == 200
        assert client.get("/api/v1/places?limit=1").json()["places"]
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    for refused in (
        "SELECT * FROM account_secret",
        "DELETE FROM ledger_entry",
        "SET ROLE safeplaces",
        "CREATE TABLE mine (id integer)",
        "CREATE TEMPORARY TABLE mine (id integer)",
    ):
        with engine.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
            connection.execute(text(refused))
    with engine.connect() as connection:
        assert list(connection.execute(text("SELECT * FROM place_private"))) == [], "row-level security"
    engine.dispose()


def test_a_backup_is_restored_and_holds_against_a_checkpoint(prepared: Cluster, tmp_path: Path) -> None:
    owner = address(prepared, "safeplaces")
    checkpoint = tmp_path / "checkpoint.txt"
    checkpoint.write_text(run(["app.cli", "ledger", "checkpoint"], owner).stdout, encoding="utf-8")
    assert "safeplaces-ledger E06000047" in checkpoint.read_text(encoding="utf-8")
    environment = {
        "PATH": f"{prepared.binaries}{os.pathsep}{os.defpath}",
        "PGHOST": str(prepared.sockets),
        "PGPORT": owner.rpartition("port=")[2],
        "PGUSER": "postgres",
    }
    for begins in ("pg_dump", "createdb"):
        done = subprocess.run(
            ["sh", "-e", "-c", block(begins)],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    restored = address(prepared, "safeplaces", "restored")
    verify = ["app.cli", "ledger", "verify", "--quiet", "--checkpoint", str(checkpoint)]
    good = run(verify, restored)
    assert good.returncode == 0, good.stdout + good.stderr
    assert "entries hold" in good.stdout
    for what in ("place", "ledger_entry", "personal_key", "personal_value"):
        count = f"SELECT count(*) FROM {what}"
        assert prepared.query(count, "restored") == prepared.query(count, "safeplaces") != "0"
    rights = "SELECT datacl FROM pg_database WHERE datname = '{}'"
    assert "T" not in re.findall(r"[{,]=(\w*)/", prepared.query(rights.format("restored")))[0]
    web = address(prepared, "safeplaces_service", "restored")
    with TestClient(create_app(Settings.model_validate({"DATABASE_URL": web}))) as client:
        assert client.get("/health/ready").status_code == 200
    prepared.query(
        "ALTER TABLE ledger_entry DISABLE TRIGGER USER; DELETE FROM ledger_entry WHERE (chain, sequence) IN"
        " (SELECT chain, max(sequence) FROM ledger_entry GROUP BY chain)",
        "restored",
    )
    assert run(["app.cli", "ledger", "verify", "--quiet"], restored).returncode == 0, (
        "which a cut does not show in itself"
    )
    cut = run(verify, restored)
    assert cut.returncode == 1
    assert "BROKEN" in cut.stdout
