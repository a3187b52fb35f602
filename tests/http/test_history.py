"""The history of a place: sentences, differences, filters, and nothing that is not the reader's."""

import csv
from io import StringIO

import pytest
from sqlmodel import select

from app.db.sessions import WriteSession
from app.tables import Place, PlacePrivate
from tests.register import Register
from tests.signing_in import SignedIn


@pytest.fixture
def place(session: WriteSession, as_officer: SignedIn) -> Place:
    """A place with some history: added by an import, changed by the officer, with a private contact."""
    register = Register.__new__(Register)
    register.session = session
    session.record_as("import", via="import")
    place = register.add_place("Fernhill Library", audit=False, opening_hours="Mo-Fr 09:00-17:00")
    session.add(PlacePrivate(place_id=place.id or 0, contact_name="Cora Contact", notes="Knock twice"))
    session.flush()
    session.record_as(f"account:{as_officer.account.id}", via="page", reason="They rang us")
    place.opening_hours = "Mo-Fr 09:00-17:30"
    session.flush()
    return session.exec(select(Place).where(Place.id == place.id)).one()


def test_changes_are_sentences_with_differences(as_officer: SignedIn, place: Place) -> None:
    page = as_officer.client.get(f"/office/places/{place.reference}/history")
    assert page.status_code == 200
    assert f"{as_officer.account.name} changed the place on a page" in page.text
    assert "an import added the place with an import" in page.text
    assert "Because: They rang us" in page.text
    assert '<del><span class="govuk-visually-hidden">was </span>09:00-17:00</del>' in page.text
    assert '<ins><span class="govuk-visually-hidden">now </span>09:00-17:30</ins>' in page.text
    assert "Cora Contact" in page.text
    assert "Knock twice" in page.text
    assert page.text.index("They rang us") < page.text.index("Cora Contact")


def test_values_are_told_as_the_places_page_tells_them(
    as_officer: SignedIn, place: Place, session: WriteSession
) -> None:
    place.offers, place.kind, place.membership_status = ["drinking_water"], "cafe", "suspended"
    session.flush()
    page = as_officer.client.get(f"/office/places/{place.reference}/history").text
    for words in ("Drinking water", "Café", "Suspended"):
        assert f'<ins><span class="govuk-visually-hidden">now </span>{words}</ins>' in page
    assert "drinking_water" not in page


def test_filters(as_officer: SignedIn, place: Place) -> None:
    address = f"/office/places/{place.reference}/history"

    def rows(**asked: str) -> int:
        return as_officer.client.get(address, params=asked).text.count('class="history__entry"')

    assert rows() == 3
    assert rows(actor=f"account:{as_officer.account.id}") == 1
    assert rows(field="opening_hours") == 2
    assert rows(field="contact_name") == 1
    assert rows(field="private_notes") == 1
    assert rows(since="2100-01-01") == 0
    assert rows(until="2020-01-01") == 0
    assert rows(until="2100-01-01") == 3
    wrong = as_officer.client.get(address, params={"since": "yesterday"})
    assert "year-month-day" in wrong.text


def test_pages_go_on_where_the_one_before_ended(
    as_officer: SignedIn, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.office.history.PAGE", 2)
    first = as_officer.client.get(f"/office/places/{place.reference}/history")
    assert first.text.count('class="history__entry"') == 2
    older = first.text.split('href="')[1:]
    (address,) = [part.split('"')[0] for part in older if "before=" in part.split('"')[0]]
    second = as_officer.client.get(address.replace("&amp;", "&"))
    assert second.text.count('class="history__entry"') == 1
    assert "Older changes" not in second.text


def test_the_table(as_officer: SignedIn, place: Place, session: WriteSession) -> None:
    place.name = "=1+1"
    session.flush()
    answer = as_officer.client.get(f"/office/places/{place.reference}/history.csv")
    assert answer.headers["cache-control"] == "no-store"
    lines = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))
    renamed = next(line for line in lines if line["field"] == "name" and line["before"])
    assert renamed["after"] == "'=1+1"
    hours = next(line for line in lines if line["field"] == "opening_hours" and line["before"])
    assert (hours["who"], hours["reason"]) == (as_officer.account.name, "They rang us")


def test_officers_of_another_authority_see_nothing(as_other_officer: SignedIn, place: Place) -> None:
    assert as_other_officer.client.get(f"/office/places/{place.reference}/history").status_code == 404
    assert as_other_officer.client.get(f"/office/places/{place.reference}/history.csv").status_code == 404
