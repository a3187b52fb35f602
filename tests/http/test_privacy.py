"""What somebody searched for is written nowhere, nothing is kept in their browser, and nobody else hears of them."""

import json
import logging
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote, quote_plus, urlsplit

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Client, Response
from psycopg import errors as pg
from sqlalchemy.exc import DataError

from app.db.sessions import read_session
from app.main import create_app
from scripts.local.postgis import Cluster
from tests.browsing import PROJECT, free_port, wait_until_live
from tests.conftest import settings_for
from tests.http.walking import read_page, walk

pytestmark = pytest.mark.usefixtures("built_assets")

POSTCODE = "DH1 3ET"
LON, LAT = "-1.578234", "54.781567"
NAME = "Xanthorrhoea Parva"
MARKS = (POSTCODE, POSTCODE.replace(" ", ""), quote(POSTCODE), quote_plus(POSTCODE), LON, LAT, LON[:7], LAT[:6], NAME)
PAGE = {"Accept": "text/html"}

LINKS_IN_FILES = {
    "www.w3.org": "names of formats, such as SVG's; never fetched",
    "leafletjs.com": "Leaflet's link to itself, which our maps do not show",
}
COMMENTS = re.compile(r"/\*.*?\*/|^\s*//[^\n]*", re.DOTALL | re.MULTILINE)


def marks_in(text: str) -> list[str]:
    return [mark for mark in MARKS if mark.lower() in text.lower()]


def searches(client: TestClient | Client) -> Iterator[Response]:
    """Every way of telling the service where somebody is: on pages, through the API, well and badly written."""
    for where in (POSTCODE, POSTCODE.lower().replace(" ", ""), f" {POSTCODE}!", f"{POSTCODE} near", NAME, NAME * 40):
        yield client.post("/", data={"where": where}, headers=PAGE)
    for lon, lat in ((LON, LAT), (LAT, LON), (LON, "nan"), (LON, "x" + LAT), ("151.2" + LON[-3:], LAT)):
        yield client.post("/", data={"lon": lon, "lat": lat}, headers=PAGE)
    for path, query in (
        ("/api/v1/places", {"postcode": POSTCODE, "radius_m": "3000"}),
        ("/api/v1/places", {"near": f"{LON},{LAT}", "radius_m": "3000"}),
        ("/api/v1/places", {"near": f"{LAT},{LON}"}),
        ("/api/v1/places", {"q": NAME}),
        ("/api/v1/divisions/at", {"postcode": POSTCODE}),
        ("/api/v1/divisions/at", {"lon": LON, "lat": LAT}),
        ("/api/v1/divisions/at", {"lon": LAT, "lat": LON}),
        (f"/api/v1/postcodes/{quote(POSTCODE)}", {}),
        (f"/no-such-page/{quote(POSTCODE)}", {"near": f"{LON},{LAT}"}),
    ):
        yield client.get(path, params=query)
    for body in ({"postcodes": [POSTCODE]}, {"points": [[float(LON), float(LAT)]]}):
        yield client.post("/api/v1/divisions/lookup", json=body)
        yield client.post("/api/v1/divisions/lookup", content=json.dumps(body)[:-2])
    yield client.post("/", content=f"where={quote_plus(POSTCODE)}", headers={"Content-Type": "text/plain"})


def test_the_running_service_writes_down_no_search(
    own_sample_database_url: str, built_assets: Path, cluster: Cluster
) -> None:
    """The real server with its default logging, uvicorn's access log included, and PostgreSQL's log."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "--factory", "app.main:create_app", f"--port={port}"]
    surroundings = {"DATABASE_URL": own_sample_database_url, "SAFEPLACES_STATIC_FOLDER": str(built_assets)}
    postgres_before = cluster.log.stat().st_size
    with tempfile.TemporaryFile("w+b") as log:
        server = subprocess.Popen(command, cwd=PROJECT, env=os.environ | surroundings, stdout=log, stderr=log)
        try:
            wait_until_live(f"http://127.0.0.1:{port}", server)
            with Client(base_url=f"http://127.0.0.1:{port}") as client:
                answers = list(searches(client))
        finally:
            server.terminate()
            server.wait(timeout=15)
        log.seek(0)
        written = log.read().decode()
    assert written.count('"event":"request"') > len(answers), "the log was not captured"
    assert not marks_in(written)
    with cluster.log.open("rb") as postgres_log:
        postgres_log.seek(postgres_before)
        assert not marks_in(postgres_log.read().decode(errors="replace"))


def test_searches_work_and_their_answers_are_not_stored(sample_client: TestClient) -> None:
    answers = list(searches(sample_client))
    assert sum(answer.status_code == HTTPStatus.OK for answer in answers) >= 12
    assert all(answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR for answer in answers)
    for answer in answers:
        if marks_in(f"{answer.text}{answer.request.url}{answer.request.read().decode()}"):
            assert answer.headers["cache-control"] == "no-store", answer.request.url.path


def test_no_header_of_an_answer_repeats_a_search(sample_client: TestClient) -> None:
    for answer in searches(sample_client):
        assert not marks_in("\n".join(f"{name}: {value}" for name, value in answer.headers.items()))


def test_a_search_stands_in_no_address_of_its_page(sample_client: TestClient) -> None:
    for data in ({"where": POSTCODE}, {"lon": LON, "lat": LAT}):
        answer = sample_client.post("/", data=data, headers=PAGE, follow_redirects=False)
        assert answer.status_code == HTTPStatus.OK
        page = read_page(answer.text)
        assert not marks_in("\n".join(page.links + page.loads))


def test_libraries_log_no_search_even_when_told_to_say_more(
    sample_client: TestClient, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    # Statements with their parameters. Whoever turns on DEBUG here asks for every row by name.
    caplog.set_level(logging.INFO, logger="sqlalchemy.engine")
    list(searches(sample_client))
    ours = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("httpx"))
    printed = capfd.readouterr()
    assert '"event":"request"' in printed.err
    assert not marks_in(ours + printed.out + printed.err)


def test_a_fault_is_logged_without_what_was_searched_for(
    sample_database_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    app = create_app(settings_for(sample_database_url))
    app.dependency_overrides[read_session] = failing_session
    with TestClient(app, raise_server_exceptions=False) as client:
        for answer in searches(client):
            assert not marks_in("\n".join(answer.headers.values()))
            assert_secured(answer)
        assert client.post("/", data={"where": POSTCODE}).status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    printed = capfd.readouterr()
    assert "tests.http.test_privacy" in printed.err, "the fault's lines are not in the log"
    assert "DataError" in printed.err
    assert not marks_in(printed.out + printed.err)


def failing_session() -> Iterator[None]:
    """A database that fails with an error that quotes everything it was given."""
    private = f"{POSTCODE} {LON} {LAT} {NAME}"
    raise DataError(f"SELECT '{private}'", {"where": private}, pg.InvalidTextRepresentation(private))
    yield


@pytest.fixture(scope="module")
def everything(sample_client: TestClient) -> dict[str, Response]:
    """Every answer that links, styles and scripts lead to."""
    return walk(sample_client)


def assert_secured(answer: Response) -> None:
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert "set-cookie" not in answer.headers


def test_every_answer_is_secured_and_sets_no_cookie(sample_client: TestClient, everything: dict[str, Response]) -> None:
    assert len(everything) > 150
    for answer in [*everything.values(), *searches(sample_client)]:
        assert_secured(answer)
        for step in answer.history:
            assert_secured(step)
    etag = everything["/about"].headers["etag"]
    assert_secured(sample_client.get("/about", headers={"If-None-Match": etag}))
    assert_secured(sample_client.get("/no-such-page"))
    assert_secured(sample_client.post("/", content=b"x" * 3_000_000))


def test_pages_load_nothing_from_anybody_else(everything: dict[str, Response]) -> None:
    for path, answer in everything.items():
        kind = answer.headers.get("content-type", "")
        if kind.startswith("text/html"):
            page = read_page(answer.text)
            assert [address for address in page.loads if urlsplit(address).netloc] == [], path
            assert page.inline == [], path
        elif "javascript" in kind or kind.startswith("text/css"):
            code = COMMENTS.sub("", answer.text)
            hosts = set(re.findall(r"(?:https?:)?//([a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,6})\b", code))
            assert hosts <= LINKS_IN_FILES.keys(), path


def test_links_to_others_tell_them_nothing(everything: dict[str, Response]) -> None:
    for path, answer in everything.items():
        if answer.headers.get("content-type", "").startswith("text/html"):
            for tag in re.findall(r"<a [^>]*href=\"https?://[^>]*>", answer.text):
                assert "noreferrer" in tag, f"{path}: {tag}"


def test_nothing_that_links_lead_to_is_broken(everything: dict[str, Response]) -> None:
    assert {path: answer.status_code for path, answer in everything.items() if answer.is_error} == {}


@pytest.fixture
def logged_app(sample_database_url: str) -> FastAPI:
    """An application of its own, whose start sets up the logs."""
    return create_app(settings_for(sample_database_url))


def test_uvicorns_access_log_is_silenced(logged_app: FastAPI) -> None:
    assert logged_app.state.settings
    assert logging.getLogger("uvicorn.access").disabled
