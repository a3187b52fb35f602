"""The form of a place in a browser: by postcode, by a pin, in two browsers at once, with a second person, bare."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.vocabulary import Role
from tests.browser.office_site import OfficeSite

Axe = Callable[[Page], list[str]]
Screenshot = Callable[[Page, str], Path]
FOUND = "[data-location-found]"
PIN = ".map-pin"
SET_SECOND_PERSON = """
    INSERT INTO register_setting (authority_code, name, value, changed_at)
    VALUES ('E06000047', 'second_person_for_listed_places', CAST(:value AS jsonb), now())
    ON CONFLICT (authority_code, name) DO UPDATE SET value = excluded.value
"""


@pytest.fixture
def second_person(office: OfficeSite) -> Iterator[None]:
    """Edits of listed places wait, for this test."""
    office.run(SET_SECOND_PERSON, value="true")
    yield
    office.run(SET_SECOND_PERSON, value="false")


def fill_new(page: Page, name: str) -> None:
    """What every new place needs, but for its position."""
    page.get_by_label("Name of the place").fill(name)
    page.get_by_label("Kind of place").select_option("library")
    page.get_by_label("Town or village").fill("Durham")


def position_of(office: OfficeSite, name: str) -> tuple[float, float, str]:
    """Longitude, latitude and source of a place."""
    row = office.value(
        "SELECT json_build_array(lon, lat, location_source) FROM place WHERE name = :name ORDER BY id DESC LIMIT 1",
        name=name,
    )
    return row[0], row[1], row[2]


def test_a_place_is_added_by_its_postcode(office: OfficeSite, axe: Axe, screenshot: Screenshot) -> None:
    page = office.page_for("Jo Example", bypass_csp=True)
    page.goto("/office/places/new")
    fill_new(page, "Elvet Waterside Rooms")
    page.get_by_label("Postcode", exact=True).fill("dh1 1rh")
    expect(page.locator(FOUND)).to_contain_text("Electoral division")
    expect(page.locator(f"{FOUND} strong")).not_to_contain_text("Outside")
    page.get_by_label("Monday opens").fill("09:00")
    page.get_by_label("Monday closes").fill("17:00")
    page.get_by_role("button", name="Monday’s hours for Tuesday to Friday too").click()  # noqa: RUF001 - as it is written
    expect(page.locator("[data-hours-reading]")).to_contain_text("Mo-Fr 09:00-17:00; PH off")
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        screenshot(page, f"office-new-{width}")
        assert axe(page) == [], f"{width} pixels wide"
    page.get_by_role("button", name="Add this place").click()
    expect(page.get_by_role("alert")).to_contain_text("The place is on the register")
    expect(page.get_by_role("heading", level=1)).to_have_text("Elvet Waterside Rooms")
    expect(page.get_by_text("It is proposed, not listed.")).to_be_visible()
    assert position_of(office, "Elvet Waterside Rooms")[2] == "postcode"
    assert (
        office.value("SELECT opening_hours FROM place WHERE name = 'Elvet Waterside Rooms'")
        == "Mo-Fr 09:00-17:00; PH off"
    )
    assert office.complaints == []


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(office: OfficeSite, axe: Axe) -> None:
    page = office.page_for("Jo Example", bypass_csp=True)
    page.goto("/office/places/new")
    page.get_by_label("Name of the place").fill("Half a Hall")
    page.get_by_label("Postcode", exact=True).fill("DH1")
    page.get_by_label("Phone", exact=True).fill("12")
    page.get_by_label("Description for the public").fill("Kept.")
    page.get_by_role("button", name="Add this place").click()
    summary = page.get_by_role("alert")
    for words in ("Kind of place", "Postcode", "Phone"):
        expect(summary).to_contain_text(words)
    assert page.title().startswith("Error:")
    assert axe(page) == []
    expect(page.get_by_label("Description for the public")).to_have_value("Kept.")
    expect(page.get_by_label("Postcode", exact=True)).to_have_value("DH1")
    summary.get_by_role("link", name=re.compile("Phone")).click()
    expect(page.get_by_label("Phone", exact=True)).to_be_focused()


def test_the_pin_is_dragged_by_mouse(office: OfficeSite) -> None:
    page = office.page_for("Jo Example")
    page.goto("/office/places/SP-0040/edit")
    page.locator("[data-map][data-drawn='whole']").wait_for()
    page.locator(PIN).scroll_into_view_if_needed()
    name = page.get_by_label("Name of the place").input_value()
    before = position_of(office, name)
    box = page.locator(PIN).bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 40, box["y"] + box["height"] / 2 - 25, steps=8)
    page.mouse.up()
    expect(page.get_by_label("By a pin at the entrance")).to_be_checked()
    expect(page.locator(FOUND)).to_contain_text("From a pin at the entrance")
    typed = float(page.get_by_label("Longitude").input_value()), float(page.get_by_label("Latitude").input_value())
    page.get_by_role("button", name="Save the changes").click()
    expect(page.get_by_role("alert")).to_contain_text("The changes are saved")
    lon, lat, source = position_of(office, name)
    assert (lon, lat) == pytest.approx(typed, abs=1e-6)
    assert lon > before[0]
    assert lat > before[1]
    assert source == "entrance_pin"


def test_the_pin_is_moved_by_keyboard(office: OfficeSite) -> None:
    page = office.page_for("Jo Example")
    page.goto("/office/places/SP-0054/edit")
    page.locator("[data-map][data-drawn='whole']").wait_for()
    name = page.get_by_label("Name of the place").input_value()
    lon, lat, _ = position_of(office, name)
    pin = page.get_by_role("button", name=re.compile("^Pin of the place"))
    pin.focus()
    for _ in range(5):
        page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowLeft")
    expect(page.get_by_label("By a pin at the entrance")).to_be_checked()
    north = (float(page.get_by_label("Latitude").input_value()) - lat) * 111_320
    west = (lon - float(page.get_by_label("Longitude").input_value())) * 111_320 * 0.576
    assert north == pytest.approx(10, abs=0.3)
    assert west == pytest.approx(20, abs=0.6)
    expect(page.locator(FOUND)).to_contain_text("Electoral division")
    expect(pin).to_be_focused()


def test_two_officers_at_once_choose_fact_by_fact(office: OfficeSite, axe: Axe, screenshot: Screenshot) -> None:
    jo, sam = office.page_for("Jo Example", bypass_csp=True), office.page_for("Sam Sample")
    for page in (jo, sam):
        page.goto("/office/places/SP-0082/edit")
    sam.get_by_label("Town or village").fill("Ferryhill")
    sam.get_by_label("Description for the public").fill("By Sam.")
    sam.get_by_role("button", name="Save the changes").click()
    expect(sam.get_by_role("alert")).to_contain_text("The changes are saved")
    jo.get_by_label("Description for the public").fill("By Jo.")
    jo.get_by_label("Phone", exact=True).fill("0191 496 0777")
    with jo.expect_response(lambda answer: answer.url.endswith("/edit")) as answer:
        jo.get_by_role("button", name="Save the changes").click()
    assert answer.value.status == 412
    saved = office.value("SELECT version FROM place WHERE reference = 'SP-0082'")
    expect(jo.get_by_text(f"Sam Sample saved version {saved}")).to_be_visible()
    expect(jo.get_by_role("rowheader")).to_have_text([re.compile("^Description"), "Town or village", "Phone"])
    screenshot(jo, "office-conflict-1280")
    assert axe(jo) == []
    expect(jo.locator(".compare__differs")).to_have_count(1)
    expect(jo.locator("#choose-town-theirs")).to_be_checked()
    expect(jo.locator("#choose-phone-mine")).to_be_checked()
    jo.locator("#choose-description-theirs").check()
    jo.get_by_role("button", name="Save what is chosen").click()
    expect(jo.get_by_role("alert")).to_contain_text("The changes are saved")
    facts = office.value("SELECT json_build_array(town, description, phone) FROM place WHERE reference = 'SP-0082'")
    assert facts == ["Ferryhill", "By Sam.", "+44 191 496 0777"]


@pytest.mark.usefixtures("second_person")
def test_an_edit_of_a_listed_place_waits_until_somebody_else_agrees(office: OfficeSite, axe: Axe) -> None:
    jo, sam = office.page_for("Jo Example", bypass_csp=True), office.page_for("Sam Sample")
    jo.goto("/office/places/SP-0060/edit")
    expect(jo.get_by_text("your changes wait until a second person agrees")).to_be_visible()
    jo.get_by_label("Phone", exact=True).fill("0191 496 0888")
    jo.get_by_label("Where is it from, or why the change?", exact=False).fill("They told us.")
    jo.get_by_role("button", name="Send for agreement").click()
    expect(jo.get_by_role("alert")).to_contain_text("They wait for a second person")
    waiting = "SELECT phone FROM place WHERE reference = 'SP-0060'"
    assert office.value(waiting) != "+44 191 496 0888"
    jo.get_by_role("link", name="Look at the change").click()
    assert axe(jo) == []
    expect(jo.get_by_role("button", name="Approve the change")).to_have_count(0)
    sam.goto("/office/changes")
    sam.get_by_role("main").get_by_role("listitem").filter(has_text="SP-0060").get_by_role("link").click()
    expect(sam.locator(".compare")).to_contain_text("0191 496 0888")
    sam.get_by_role("button", name="Refuse it").click()
    expect(sam.locator("#reason-error")).to_contain_text("reason")
    sam.get_by_role("button", name="Approve the change").click()
    expect(sam.get_by_role("alert")).to_contain_text("The change is approved")
    assert office.value(waiting) == "+44 191 496 0888"


def test_the_status_moves_with_a_reason_and_the_public_no_longer_sees_the_place(office: OfficeSite, axe: Axe) -> None:
    page = office.page_for("Jo Example", bypass_csp=True)
    page.goto("/office/places/SP-0019")
    page.get_by_role("link", name="Suspend this place").click()
    expect(page.get_by_label("Suspended")).to_be_checked()
    expect(page.get_by_text("People will no longer see it, within five seconds.", exact=False)).to_be_visible()
    page.get_by_role("button", name="Change the status").click()
    expect(page.get_by_role("link", name="Say why, in a few words.")).to_be_visible()
    assert axe(page) == []
    page.get_by_label("Why?").fill("The staff have left.")
    page.get_by_role("button", name="Change the status").click()
    expect(page.get_by_role("alert")).to_contain_text("The status has changed")
    page.wait_for_timeout(1_100)  # an answer may be kept for a second
    assert page.request.get("/places/SP-0019", headers={"Accept": "text/html"}).status == 410


def test_a_place_is_added_and_changed_without_javascript(office: OfficeSite) -> None:
    page = office.page_for("Jo Example", java_script_enabled=False)
    page.goto("/office/places/new")
    fill_new(page, "Bare Bones Hall")
    page.get_by_label("By a grid reference of the property").check()
    page.get_by_label("Grid reference, or easting and northing").fill("NZ 27350 42450")
    page.get_by_role("button", name="Check the location").click()
    expect(page.get_by_text("The location is checked. Nothing has been saved yet.")).to_be_visible()
    expect(page.locator(FOUND)).to_contain_text("easting 427350, northing 542450")
    expect(page.get_by_label("Name of the place")).to_have_value("Bare Bones Hall")
    page.get_by_label("In the OpenStreetMap way of writing").check()
    page.get_by_label("Opening hours", exact=True).fill("Mo-Fr 09:00-12:00,13:00-17:00")
    page.get_by_role("button", name="Check the hours").click()
    expect(page.locator("[data-hours-reading]")).to_contain_text("9am to midday and 1pm to 5pm")
    page.get_by_role("button", name="Add this place").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bare Bones Hall")
    page.get_by_role("link", name="Change this place").click()
    expect(page.get_by_label("Grid reference, or easting and northing")).to_have_value("427350.50, 542450.50")
    page.get_by_label("Name of the place").fill("Bare Bones Rooms")
    page.get_by_role("button", name="Save the changes").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bare Bones Rooms")
    assert position_of(office, "Bare Bones Rooms")[2] == "survey"


def test_administrators_set_that_edits_wait(office: OfficeSite, axe: Axe) -> None:
    page = office.page_for("Ash Sample", Role.ADMINISTRATOR, bypass_csp=True)
    page.goto("/office/settings")
    assert axe(page) == []
    page.get_by_label("Wait for a second person").check()
    page.get_by_role("button", name="Save the settings").click()
    expect(page.get_by_role("alert")).to_contain_text("The settings are saved")
    expect(page.get_by_label("Wait for a second person")).to_be_checked()
    page.get_by_label("Count at once").check()
    page.get_by_role("button", name="Save the settings").click()
    expect(page.get_by_label("Count at once")).to_be_checked()
