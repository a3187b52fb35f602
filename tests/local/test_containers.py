"""The container files are read, since no engine runs here: they install, build and start as `scripts/serve` does."""

import re
import shlex
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from app.jobs.worker import Pace
from scripts.local import attendance, serve
from scripts.local.assets import NODE_NEEDED
from scripts.local.state import COMMAND, DATABASE

ROOT = Path(__file__).parent.parent.parent
KNOWN = {"FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "EXPOSE", "HEALTHCHECK", "CMD"}


class Step(NamedTuple):
    """One instruction of the Dockerfile, in its stage (a name, or the number of an unnamed one)."""

    stage: str
    word: str
    rest: str


def steps() -> list[Step]:
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    found: list[Step] = []
    stage = ""
    for line in re.sub(r"\\\n\s*", " ", text).splitlines():
        if not line.strip():
            continue
        word, _, rest = line.strip().partition(" ")
        if word == "FROM":
            stage = rest.split(" AS ")[1] if " AS " in rest else "final"
        found.append(Step(stage, word, rest.strip()))
    return found


def of(stage: str, word: str) -> list[str]:
    return [step.rest for step in steps() if (step.stage, step.word) == (stage, word)]


def listed(text: str) -> list[str]:
    """The words of an instruction in its JSON form."""
    return list(yaml.safe_load(text))


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "compose.yaml").read_text()))


def ignored(path: str) -> bool:
    """Whether .dockerignore keeps the path out: the last pattern that fits it, or a folder above it, decides."""
    verdict = False
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        pattern = line.removeprefix("!")
        parts = path.split("/")
        above = ["/".join(parts[: count + 1]) for count in range(len(parts))]
        fits = pattern == "**" or any(
            fnmatch(part, pattern) or fnmatch(part, pattern.removeprefix("**/")) for part in above
        )
        if fits:
            verdict = not line.startswith("!")
    return verdict


def test_every_instruction_is_one_that_we_know() -> None:
    assert {step.word for step in steps()} <= KNOWN
    assert [step.stage for step in steps() if step.word == "FROM"] == ["web", "packages", "final"]


def test_everything_that_is_copied_exists_and_is_let_in() -> None:
    sources = [
        source
        for step in steps()
        if step.word == "COPY" and "--from=" not in step.rest
        for source in shlex.split(step.rest)[:-1]
    ]
    assert sources
    for source in sources:
        assert (ROOT / source).exists(), source
        assert not ignored(source), source


def test_what_is_ours_alone_stays_out() -> None:
    for path in (
        ".env",
        ".git/config",
        ".local/postgres/data",
        ".venv/bin/python",
        "web/node_modules/leaflet",
        "tests",
    ):
        assert ignored(path), path
    assert not ignored("web/styles/main.scss")
    assert ignored("web/static/build/main.css")


def test_the_final_image_holds_all_that_the_service_imports() -> None:
    copied = {shlex.split(rest)[0] for rest in of("final", "COPY") if "--from=" not in rest}
    assert {"app", "geo", "web", "data", "migrations", "alembic.ini"} <= copied


def test_the_same_locks_with_hashes() -> None:
    (install,) = of("packages", "RUN")
    assert "--require-hashes" in install
    assert "--no-deps" in install
    assert "--only-binary=:all:" in install
    assert of("packages", "COPY") == ["requirements/service.txt /build/service.txt"]
    npm, build = of("web", "RUN")
    assert npm.split()[:3] == ["npm", "ci", "--ignore-scripts"]
    assert build == "npm run build"


def test_the_same_languages() -> None:
    (python,) = {rest.split()[0] for stage in ("packages", "final") for rest in of(stage, "FROM")}
    minor = re.match(r"python:3\.(\d+)-", python)
    required = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert minor
    assert int(minor[1]) >= int(required.removeprefix(">=3."))
    node = re.match(r"node:(\d+)-", of("web", "FROM")[0])
    assert node
    assert int(node[1]) >= NODE_NEEDED


def test_the_same_server_on_the_published_port(compose: dict[str, Any]) -> None:
    (command,) = of("final", "CMD")
    words = listed(command)
    assert words[: len(serve.UVICORN) + 1] == ["python", *serve.UVICORN]
    assert "--no-access-log" in words
    (exposed,) = of("final", "EXPOSE")
    assert f"--port={exposed}" in words
    (published,) = compose["services"]["app"]["ports"]
    host, outside, inside = re.fullmatch(r"([\d.]+):\$\{PORT:-(\d+)\}:(\d+)", published).groups()  # type: ignore[union-attr]  # a mismatch fails the test
    defaults = serve.parse([])
    assert (host, int(outside), inside) == (defaults.host, defaults.port, exposed)


def test_it_does_not_run_as_root(compose: dict[str, Any]) -> None:
    (user,) = of("final", "USER")
    (made,) = of("final", "RUN")
    assert user.isdigit()
    assert int(user) > 0
    assert f"--uid {user}" in made
    order = [step.word for step in steps() if step.stage == "final"]
    assert order.index("USER") > max(index for index, word in enumerate(order) if word in {"COPY", "RUN"})
    for name in ("app", "prepare", "worker"):
        service = compose["services"][name]
        assert "user" not in service
        assert service["cap_drop"] == ["ALL"]
        assert service["read_only"] is True


def test_healthy_means_ready(compose: dict[str, Any]) -> None:
    (check,) = of("final", "HEALTHCHECK")
    words = listed(check.partition("CMD ")[2])
    (exposed,) = of("final", "EXPOSE")
    assert words[:2] == ["python", "-c"]
    assert f"http://127.0.0.1:{exposed}/health/ready" in words[2]
    compile(words[2], "health check", "exec")
    assert "healthcheck" not in compose["services"]["app"]


def test_compose_prepares_the_database_as_serve_does(compose: dict[str, Any]) -> None:
    services = compose["services"]
    shell, option, script = services["prepare"]["command"]
    assert (shell, option) == ("sh", "-c")
    assert script.split(" && ") == ["python -m alembic upgrade head", f"python {' '.join(COMMAND)} setup"]
    assert services["prepare"]["restart"] == "no"
    assert services["prepare"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert services["app"]["depends_on"] == {
        "database": {"condition": "service_healthy"},
        "prepare": {"condition": "service_completed_successfully"},
    }


def test_compose_has_the_worker_that_serve_has(compose: dict[str, Any]) -> None:
    worker, web = compose["services"]["worker"], compose["services"]["app"]
    assert worker["command"] == ["python", *COMMAND, "worker"]
    assert worker["depends_on"] == web["depends_on"]
    assert worker["restart"] == web["restart"] == "unless-stopped"
    assert worker["healthcheck"] == {"disable": True}, "the image's own asks a web server"
    assert Pace().stop_s < attendance.STOP_TIMEOUT_S
    assert int(worker["stop_grace_period"].removesuffix("s")) > Pace().stop_s
    assert worker["env_file"] == web["env_file"] == [{"path": ".env", "required": False}]


def test_compose_keeps_its_data_and_its_password(compose: dict[str, Any]) -> None:
    database = compose["services"]["database"]
    (volume,) = database["volumes"]
    name, _, where = volume.partition(":")
    assert name in compose["volumes"]
    assert where == "/var/lib/postgresql/data"
    assert database["environment"]["POSTGRES_DB"] == DATABASE
    assert database["environment"]["POSTGRES_PASSWORD"].startswith("${POSTGRES_PASSWORD:?")
    assert "ports" not in database
    for name in ("app", "prepare", "worker"):
        address = compose["services"][name]["environment"]["DATABASE_URL"]
        assert address == f"postgresql://safeplaces:${{POSTGRES_PASSWORD}}@database:5432/{DATABASE}"
    assert database["healthcheck"]["test"][:3] == ["CMD", "pg_isready", "--host=127.0.0.1"]
