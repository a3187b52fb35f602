"""The bundled data: loaded once, whole or not at all, and never over what is there."""

import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool
from sqlmodel import col, func, select

from app.bundled import is_loaded, load_bundled
from app.bundled.rules import DATA_FOLDER
from app.db.sessions import WriteSession
from app.db.version import london_today
from app.errors import FaultyFile
from app.tables import (
    Audit,
    Authority,
    Councillor,
    Division,
    DivisionSet,
    Place,
    PlaceDivision,
    PlaceRevision,
    PostcodeUnit,
    TermOfOffice,
)

ROOT = Path(__file__).parents[2]


def count(session: WriteSession, table: type) -> int:
    return int(session.scalar(select(func.count()).select_from(table)) or 0)


def test_it_is_loaded_whole(session: WriteSession) -> None:
    assert not is_loaded(session)
    report = load_bundled(session)
    assert is_loaded(session)
    assert (report.postcodes, report.divisions, report.places, report.councillors) == (16_300, 63, 120, 126)
    assert report.audits == count(session, Audit) > 100
    authority = session.exec(select(Authority)).one()
    assert (authority.code, authority.is_sample) == ("E06000047", True)
    boundaries = session.exec(select(DivisionSet)).one()
    assert (boundaries.status, boundaries.approximate) == ("active", True)
    assert f"{boundaries.valid_from} {boundaries.valid_to}" == "2013-05-02 2025-05-01"
    assert "Crown copyright" in boundaries.attribution
    assert count(session, TermOfOffice) == count(session, Councillor) == 126


def test_every_sample_place_lies_in_a_division_and_every_rule_shows(session: WriteSession) -> None:
    load_bundled(session)
    assigned = select(func.count()).select_from(PlaceDivision).where(col(PlaceDivision.is_assigned))
    assert session.scalar(assigned) == 120
    statuses = set(session.exec(select(Place.membership_status).distinct()))
    assert statuses == {"proposed", "listed", "suspended", "withdrawn"}
    shown = session.execute(text("SELECT assurance, count(*) FROM published_place GROUP BY 1"))
    assert {assurance for assurance, number in shown if number} == {"fit", "fit_with_actions", "due"}
    lapsed = session.execute(text("SELECT count(*) FROM place WHERE id NOT IN (SELECT id FROM published_place)"))
    assert lapsed.scalar_one() > 10
    assert set(session.exec(select(PlaceRevision.via).distinct())) == {"sample"}


def test_days_count_back_from_today(session: WriteSession) -> None:
    today = london_today() - timedelta(days=1)
    load_bundled(session, today=today)
    newest = session.scalar(select(func.max(Audit.audited_on)))
    assert newest is not None
    assert today - timedelta(days=30) < newest <= today
    beyond = session.execute(
        text("SELECT count(*) FROM audit WHERE effective_at > now() OR audited_on > :today"), {"today": today}
    )
    assert beyond.scalar_one() == 0


def test_the_next_reference_follows_the_sample_s(session: WriteSession) -> None:
    load_bundled(session)
    following = session.scalar(text("SELECT nextval('place_reference')"))
    assert following is not None
    assert following > 120  # a sequence does not roll back with other tests


def test_twice_is_once(session: WriteSession) -> None:
    load_bundled(session)
    before = session.scalar(text("SELECT version FROM register_version"))
    assert not load_bundled(session).anything
    assert session.scalar(text("SELECT version FROM register_version")) == before


def test_an_operator_s_own_register_gets_no_samples(session: WriteSession) -> None:
    session.add(Authority(code="E06000047", name="Ours"))
    session.flush()
    report = load_bundled(session)
    assert (report.divisions, report.postcodes, report.places, report.councillors) == (63, 16_300, 0, 0)
    authority = session.exec(select(Authority)).one()
    assert (authority.name, authority.is_sample) == ("Ours", False)


def test_an_operator_s_own_postcodes_and_divisions_stay(session: WriteSession) -> None:
    load_bundled(session)
    session.execute(text("UPDATE division SET name = 'Ours'"))
    session.execute(text("DELETE FROM postcode_unit WHERE postcode <> 'DH1 1AB'"))
    assert not load_bundled(session).anything
    assert set(session.exec(select(Division.name))) == {"Ours"}
    assert count(session, PostcodeUnit) == 1


@pytest.mark.parametrize("name", ["sample_councillors.csv", "electoral_divisions.geojson"])
def test_a_missing_file_is_named(session: WriteSession, tmp_path: Path, name: str) -> None:
    for path in DATA_FOLDER.iterdir():
        if path.is_file() and path.name != name:
            shutil.copy(path, tmp_path)
    with pytest.raises(FaultyFile, match=name):
        load_bundled(session, tmp_path)


def test_the_command_loads_once_and_an_interrupted_one_leaves_nothing(empty_database_url: str, tmp_path: Path) -> None:
    def setup(**environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "app.cli", "setup"],
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": empty_database_url, "COLUMNS": "200"} | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    for path in DATA_FOLDER.iterdir():
        if path.is_file() and path.name != "sample_councillors.csv":
            shutil.copy(path, tmp_path)
    interrupted = setup(SAFEPLACES_DATA_FOLDER=str(tmp_path))
    assert interrupted.returncode == 1
    assert "sample_councillors.csv" in interrupted.stderr
    with create_engine(empty_database_url, poolclass=NullPool).connect() as connection:
        for table in ("authority", "postcode_unit", "division_set", "place"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0
    assert "16,300 postcodes" in setup().stdout
    again = setup()
    assert (again.returncode, "already loaded" in again.stdout) == (0, True)
