"""The commands, on files and a map server, from loading to a place that changes its division."""

import json
import os
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.register import AUTHORITY
from tests.rules.boundary_files import feature, square, write_geojson
from tests.rules.map_server import MapServer, serving

ROOT = Path(__file__).parents[2]
ABOUT = ("--authority", AUTHORITY, "--source", "drawn for tests", "--licence", "none")


def safeplaces(database_url: str, *words: str | Path, status: int = 0) -> str:
    """What a command prints, both streams, with the line breaks of the terminal taken out."""
    surroundings = {"PATH": os.defpath, "DATABASE_URL": database_url, "COLUMNS": "200", "LC_ALL": "C.UTF-8"}
    command = [sys.executable, "-m", "app.cli", *map(str, words)]
    done = subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False)
    said = " ".join((done.stdout + done.stderr).split())
    assert done.returncode == status, said
    return said


def test_from_a_file_to_an_answer(empty_database_url: str, tmp_path: Path) -> None:
    url = empty_database_url
    old = write_geojson(
        tmp_path / "old.geojson", [feature(square(0), "E05000001", "One"), feature(square(1), "E05000002", "Two")]
    )
    new = write_geojson(tmp_path / "new.geojson", [feature(square(0), "E05000011", "Eleven")])
    period = ("--valid-from", "2013-05-02", "--valid-to", "2025-05-01")

    refused = safeplaces(url, "divisions", "load", old, *ABOUT, *period, status=1)
    assert "--authority-name" in refused
    loaded = safeplaces(
        url, "divisions", "load", old, *ABOUT, *period, "--authority-name", "Testshire", "--approximate"
    )
    assert "Loaded set 1, 'Electoral divisions of Testshire from 2 May 2013', inactive." in loaded
    assert "WD25CD, WD25NM" in loaded
    assert "Edges that neighbours do not share │ 0 m" in loaded
    assert "Set 1 is active." in safeplaces(url, "divisions", "activate", "1")
    assert "Drawn twice │ 0" in safeplaces(url, "divisions", "check", "1")

    safeplaces(url, "divisions", "load", new, *ABOUT, "--valid-from", "2025-05-01", "--title", "Of today")
    assert "Set 2 is active." in safeplaces(url, "divisions", "activate", "2")
    listed = safeplaces(url, "divisions", "list")
    assert "1 May 2025" in listed
    assert "Of today" in listed
    assert "is in force until 1 May 2029" in safeplaces(url, "divisions", "end", "2", "--on", "2029-05-01")
    assert "Set 2 is retired" in safeplaces(url, "divisions", "retire", "2")

    engine = create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT title, status, valid_to FROM division_set ORDER BY id")).all()
        topics = connection.execute(text("SELECT topic FROM outbox_message")).scalars().all()
    engine.dispose()
    assert [tuple(row) for row in rows] == [
        ("Electoral divisions of Testshire from 2 May 2013", "active", date(2025, 5, 1)),
        ("Of today", "retired", date(2029, 5, 1)),
    ]
    assert topics == ["division_set.activated"] * 2


def test_from_a_map_server(empty_database_url: str) -> None:
    features = [feature(square(at), f"E05{at:06d}", f"Division {at}", LAD25CD=AUTHORITY) for at in range(5)]
    words = ("--valid-from", "2025-05-01", "--authority-name", "Testshire")
    with serving(MapServer(features)) as layer:
        said = safeplaces(empty_database_url, "divisions", "fetch", AUTHORITY, "--layer", layer, *words)
    assert "Divisions │ 5" in said
    engine = create_engine(empty_database_url)
    with engine.connect() as connection:
        stored = connection.execute(text("SELECT source, attribution, status FROM division_set")).one()
    engine.dispose()
    assert tuple(stored) == (f"Wards_December_2025, {layer}", "Source: Office for National Statistics", "loaded")


def test_postcodes_from_a_file(empty_database_url: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "codepo_gb.zip", "w") as archive:
        archive.writestr("Data/CSV/dh.csv", '"DH1 1AB",10,430316,543630,"","","","","E06000047","E05009036"\r\n')
    said = safeplaces(empty_database_url, "postcodes", "load", tmp_path / "codepo_gb.zip")
    assert "Loaded │ 1" in said
    assert "430316" in safeplaces(empty_database_url, "postcodes", "show", "dh11ab")
    assert "does not hold" in safeplaces(empty_database_url, "postcodes", "show", "DH1 1ZZ", status=1)


def test_the_official_divisions_of_2013(empty_database_url: str) -> None:
    """A real file: 63 divisions as the Office for National Statistics published them."""
    folder = Path(os.environ.get("SAFEPLACES_SHARED_DATA", ROOT.parent / "shared" / "data"))
    path = folder / "official_divisions_county_durham_2013.geojson"
    if not path.is_file():
        pytest.skip("the official boundaries are not here (set SAFEPLACES_SHARED_DATA to their folder)")
    words = ("--valid-from", "2013-05-02", "--valid-to", "2025-05-01", "--authority-name", "County Durham")
    said = safeplaces(empty_database_url, "divisions", "load", path, *ABOUT, *words)
    assert "Divisions │ 63" in said
    assert "Gaps │ 0 (0 m²)" in said
    assert "Overlaps │ 0 (0 m²)" in said
    names = {
        one["properties"]["WD13CD"]: one["properties"]["WD13NM"] for one in json.loads(path.read_text())["features"]
    }
    engine = create_engine(empty_database_url)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT gss_code, name FROM division"))
        stored = {row.gss_code: row.name for row in rows}
    engine.dispose()
    assert stored == names
