"""Whether this process lives, and whether it can serve: for people who run it and for programs that watch it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Literal

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import func
from sqlalchemy.exc import ProgrammingError
from sqlmodel import col, select

from app.db.failures import translated
from app.db.sessions import ReadSession, open_read_session
from app.db.version import london_today
from app.errors import DatabaseRoleRefused, DatabaseUnavailable
from app.jobs.standing import QUIET, find_standing
from app.settings import PROJECT_ROOT
from app.tables.division import DivisionSet
from app.tables.postcode import PostcodeUnit
from app.vocabulary import DivisionSetStatus

router = APIRouter(prefix="/health", tags=["health"])

STARTED = datetime.now(UTC)
LOAD_DATA = "Run `safeplaces setup`, which loads the bundled data, or load your own (docs/running.md)."


class Live(BaseModel):
    """The process answers."""

    status: Literal["live"] = "live"


class Check(BaseModel):
    """One thing that must be right before the service can do its work."""

    name: str = Field(examples=["migrations"])
    ok: bool
    what: str = Field(description="What was found.", examples=["At 0002, the newest."])
    remedy: str = Field(default="", description="What to do when it is not right.")


class Readiness(BaseModel):
    """Whether the service can do its work. Checks stop at the first that fails, since the later ones need it."""

    status: Literal["ready", "not ready"]
    checks: list[Check]
    warnings: list[str] = Field(default_factory=list, description="What somebody should see to; it does not stop work.")


@router.get("/live", summary="Is the process alive?")
def live(response: Response) -> Live:
    """Answer without asking anything else, the database included."""
    response.headers["Cache-Control"] = "no-store"
    return Live()


@router.get(
    "/ready",
    summary="Can it serve?",
    responses={HTTPStatus.SERVICE_UNAVAILABLE.value: {"model": Readiness, "description": "Not ready: see `checks`."}},
)
def ready(request: Request, response: Response) -> Readiness:
    """Check the database, its tables and its data; 503 with what is missing and what to run."""
    response.headers["Cache-Control"] = "no-store"
    readiness = _readiness(request)
    if readiness.status != "ready":
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return readiness


def _readiness(request: Request) -> Readiness:
    done: list[Check] = []
    warnings: list[str] = []
    try:
        with translated(), open_read_session(request.app.state.engine) as session:
            for check in CHECKS:
                done.append(check(session))
                if not done[-1].ok:
                    break
            else:
                warnings = [*_boundary_warnings(session), *_worker_warnings(session)]
    except DatabaseUnavailable as error:
        # The address stays out of the answer: it may hold a password.
        remedy = "Start PostgreSQL, or correct DATABASE_URL; the server's log says more."
        if isinstance(error, DatabaseRoleRefused):
            remedy = error.remedy
        done.append(Check(name="database", ok=False, what=error.what, remedy=remedy))
    return Readiness(status="ready" if all(check.ok for check in done) else "not ready", checks=done, warnings=warnings)


def _database(session: ReadSession) -> Check:
    version = session.exec(select(func.current_setting("server_version"))).one()
    return Check(name="database", ok=True, what=f"PostgreSQL {version.split()[0]} answers.")


def _postgis(session: ReadSession) -> Check:
    try:
        with session.begin_nested():
            version = session.exec(select(func.postgis_lib_version())).one()
    except ProgrammingError:
        remedy = "Run `alembic upgrade head`, which adds the extension where the server has PostGIS."
        return Check(name="postgis", ok=False, what="The database has no PostGIS extension.", remedy=remedy)
    return Check(name="postgis", ok=True, what=f"PostGIS {version}.")


def _migrations(session: ReadSession) -> Check:
    current = MigrationContext.configure(session.connection()).get_current_revision()
    newest = newest_revision()
    if current == newest:
        return Check(name="migrations", ok=True, what=f"At {newest}, the newest.")
    if current in known_revisions() or current is None:
        what, remedy = f"At {current or 'none'}, but this version needs {newest}.", "Run `alembic upgrade head`."
    else:
        what = f"At {current}, which this version ({newest}) does not know: the database is newer than the program."
        remedy = "Start the version of the program that made it, or restore a backup."
    return Check(name="migrations", ok=False, what=what, remedy=remedy)


def _divisions(session: ReadSession) -> Check:
    active = session.exec(
        select(func.count()).select_from(DivisionSet).where(col(DivisionSet.status) == DivisionSetStatus.ACTIVE)
    ).one()
    if not active:
        return Check(name="divisions", ok=False, what="No set of electoral divisions is active.", remedy=LOAD_DATA)
    return Check(name="divisions", ok=True, what=f"Active sets of electoral divisions: {active}.")


def _postcodes(session: ReadSession) -> Check:
    if session.exec(select(PostcodeUnit.postcode).limit(1)).first() is None:
        return Check(name="postcodes", ok=False, what="No postcodes are loaded.", remedy=LOAD_DATA)
    return Check(name="postcodes", ok=True, what="Postcodes are loaded.")


CHECKS: tuple[Callable[[ReadSession], Check], ...] = (_database, _postgis, _migrations, _divisions, _postcodes)


def _boundary_warnings(session: ReadSession) -> Iterator[str]:
    """One sentence for each authority none of whose active sets is in force today (in London)."""
    today = london_today()
    active = session.exec(
        select(DivisionSet)
        .where(col(DivisionSet.status) == DivisionSetStatus.ACTIVE)
        .order_by(col(DivisionSet.valid_from))
    ).all()
    newest = {found.authority_code: found for found in active if found.valid_from <= today}
    for authority, found in sorted(newest.items()):
        if found.valid_to is not None and found.valid_to <= today:
            ended = f"{found.valid_to.day} {found.valid_to:%B %Y}"
            yield (
                f"No boundaries of {authority} are in force today. The newest were in force until {ended} and are "
                "used, marked so. Load the present ones: `safeplaces divisions load` (docs/boundaries.md)."
            )


@lru_cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(PROJECT_ROOT / "migrations"))


def newest_revision() -> str | None:
    """The revision that this version of the program needs."""
    return _scripts().get_current_head()


def known_revisions() -> frozenset[str]:
    """Every revision that this version of the program knows."""
    return frozenset(script.revision for script in _scripts().walk_revisions())


def _worker_warnings(session: ReadSession) -> Iterator[str]:
    complaint = find_standing(session).complaint()
    if complaint and datetime.now(UTC) - STARTED > QUIET:  # a worker that starts with us has not spoken yet
        yield complaint
