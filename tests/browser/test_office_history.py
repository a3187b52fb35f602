"""A place's history and the whole ledger in a browser: at both widths, by keyboard, with scripts and without."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from app.db.sessions import WriteSession
from app.people import rules as people
from app.tables import Place, PlacePrivate
from app.vocabulary import Role
from tests.browser.office_site import OfficeSite
from tests.signing_in import add_account

Axe = Callable[[Page], list[str]]
Screenshot = Callable[[Page, str], Path]
LEDGER = "/office/ledger"
PLACE = "SP-0070"
"""Which no other test of the office changes."""
HISTORY = f"/office/places/{PLACE}/history"
ENTRY = ".history__entry"
EVENINGS = "Open in the evenings."
WHY = "Its owner rang about the evenings"
WIDTHS = (1280, 390)


@pytest.fixture
def changed(office: OfficeSite) -> OfficeSite:
    """An officer changed a place and said why, and its contact was erased since."""
    with WriteSession(office.engine) as session, session.begin():
        place = session.exec(select(Place).where(Place.reference == PLACE)).one()
        if (place.description or "").endswith(EVENINGS):  # by a test before
            return office
        officer = add_account(session, Role.OFFICER, name="Hester History")
        session.record_as(f"account:{officer.id}", via="page", reason=WHY)
        place.opening_hours = "Mo-Fr 09:00-17:30; PH off"
        place.description = f"{place.description or ''} {EVENINGS}"
        private = session.get(PlacePrivate, place.id) or PlacePrivate(place_id=place.id or 0)
        private.contact_name, private.contact_email = "Erin Erased", "erin.erased@example.org"
        session.add(private)
        session.flush()
        people.erase(session, people.find_person(session, "erin.erased@example.org"))
    return office


def assert_is_whole(page: Page, axe: Axe, screenshot: Screenshot, name: str) -> None:
    """Nothing sticks out and axe finds nothing, wide and narrow."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        screenshot(page, f"{name}-{width}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name}, {width} pixels wide"
        assert axe(page) == [], f"{name}, {width} pixels wide"


def test_the_history_is_whole_at_both_widths(changed: OfficeSite, axe: Axe, screenshot: Screenshot) -> None:
    page = changed.page_for("Jo Example", bypass_csp=True)
    page.goto(HISTORY)
    expect(page.get_by_role("heading", level=1)).to_contain_text("History of ")
    expect(page.get_by_role("heading", name="Hester History changed the place on a page").first).to_be_visible()
    expect(page.get_by_text(f"Because: {WHY}").first).to_be_visible()
    expect(page.locator("ins", has_text="(erased)").first).to_be_visible()
    expect(page.get_by_text("Erin Erased")).to_have_count(0)
    assert_is_whole(page, axe, screenshot, "office-history")
    page.goto(f"{HISTORY}?since=soon")
    expect(page.get_by_role("link", name="A day has to be given as year-month-day")).to_be_visible()
    assert_is_whole(page, axe, screenshot, "office-history-fault")
    assert changed.complaints == []


def test_the_ledger_is_whole_at_both_widths(changed: OfficeSite, axe: Axe, screenshot: Screenshot) -> None:
    page = changed.page_for("Ash Sample", Role.ADMINISTRATOR, bypass_csp=True)
    page.goto(LEDGER)
    expect(page.get_by_role("heading", level=1)).to_have_text("Ledger")
    expect(page.get_by_role("heading", name="erased a person").first).to_be_visible()
    expect(page.get_by_text("Erin Erased")).to_have_count(0)
    assert_is_whole(page, axe, screenshot, "office-ledger")
    page.get_by_text("How to verify it").click()
    expect(page.get_by_text("safeplaces-ledger E06000047")).to_be_visible()
    assert_is_whole(page, axe, screenshot, "office-ledger-verify")
    page.goto(f"{LEDGER}?until=soon&concept=place&about={'long-word' * 6}")
    expect(page.get_by_role("link", name="A day has to be given as year-month-day")).to_be_visible()
    assert_is_whole(page, axe, screenshot, "office-ledger-fault")
    expect(page.get_by_text("Nothing fits.")).to_be_visible()
    assert [line for line in changed.complaints if "422" not in line] == []


@pytest.mark.parametrize("scripts", [True, False])
def test_the_ledger_is_narrowed_with_scripts_and_without(changed: OfficeSite, *, scripts: bool) -> None:
    page = changed.page_for("Ash Sample", Role.ADMINISTRATOR, java_script_enabled=scripts)
    page.goto(LEDGER)
    page.get_by_label("What", exact=True).select_option("Places")
    page.get_by_label("Through what").select_option("On a page")
    page.get_by_label("Reference").fill(PLACE.lower())
    page.get_by_label("From").fill("2026-01-01")
    page.get_by_role("button", name="Show").click()
    shown = page.locator(ENTRY)
    wanted = changed.value(
        "SELECT count(*) FROM ledger_entry WHERE concept = 'place' AND subject = :subject"
        " AND CAST(content AS jsonb) ->> 'via' = 'page'",
        subject=PLACE,
    )
    expect(shown).to_have_count(min(wanted, 50))
    assert wanted >= 2
    for heading in page.locator(f"{ENTRY} h2").all_text_contents():
        assert heading.startswith("Hester History ")
        assert PLACE in heading
    expect(page.get_by_label("What", exact=True)).to_have_value("place")
    expect(page.get_by_label("From")).to_have_value("2026-01-01")
    page.get_by_role("link", name=f"Open {PLACE}").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("History of ")
    page.go_back()
    page.get_by_role("link", name="Show everything").click()
    expect(page.get_by_label("What", exact=True)).to_have_value("")
    expect(shown).to_have_count(50)


@pytest.mark.parametrize("scripts", [True, False])
def test_the_history_is_narrowed_with_scripts_and_without(changed: OfficeSite, *, scripts: bool) -> None:
    page = changed.page_for("Jo Example", java_script_enabled=scripts)
    page.goto(HISTORY)
    everything = page.locator(ENTRY).count()
    page.get_by_label("What").select_option("Opening hours")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_label("What")).to_have_value("opening_hours")
    page.wait_for_load_state()
    shown = page.locator(ENTRY)
    assert 0 < shown.count() < everything
    for entry in shown.all():
        expect(entry.locator("dt", has_text="Opening hours")).to_have_count(1)
    page.get_by_label("To").fill("2020-01-01")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("Nothing fits. Choose less above.")).to_be_visible()


def test_the_ledger_is_read_by_keyboard_from_the_newest_to_older_ones(changed: OfficeSite) -> None:
    page = changed.page_for("Ash Sample", Role.ADMINISTRATOR)
    page.goto("/office/places")
    page.get_by_role("link", name="Ledger", exact=True).press("Enter")
    newest = page.locator(".history__number").first.text_content()
    page.locator("summary", has_text="How to verify it").press("Enter")
    expect(page.get_by_text("ledger checkpoint")).to_be_visible()
    page.get_by_label("Reference").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_label("From")).to_be_focused()
    page.get_by_role("link", name="Older entries").press("Enter")
    expect(page.get_by_role("link", name="Back to the newest")).to_be_visible()
    expect(page.locator(ENTRY)).to_have_count(50)
    assert page.locator(".history__number").first.text_content() != newest
    page.get_by_role("link", name="Back to the newest").press("Enter")
    expect(page.locator(".history__number").first).to_have_text(newest or "")
    assert changed.complaints == []


def test_the_table_of_the_ledger_comes_as_a_file(changed: OfficeSite, tmp_path: Path) -> None:
    page = changed.page_for("Ash Sample", Role.ADMINISTRATOR)
    page.goto(f"{LEDGER}?about={PLACE}")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="These entries as a table").click()
    assert waiting.value.suggested_filename.startswith("ledger-E06000047-")
    path = tmp_path / "ledger.csv"
    waiting.value.save_as(path)
    lines = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    assert {line["about"] for line in lines} == {PLACE}
    assert {line["reason"] for line in lines if line["who"] == "Hester History"} == {WHY}
    assert "Erin Erased" not in path.read_text(encoding="utf-8-sig")


def test_officers_find_no_way_to_the_ledger(office: OfficeSite) -> None:
    page = office.page_for("Jo Example")
    page.goto("/office/places")
    expect(page.get_by_role("link", name="Ledger", exact=True)).to_have_count(0)
    page.goto(LEDGER)
    expect(page.get_by_role("heading", level=1)).to_have_text("You cannot do this")
