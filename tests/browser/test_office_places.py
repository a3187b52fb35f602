"""The register in a browser: the list by keyboard, filters on a phone, saved views, bulk changes, what is printed."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.office_site import OfficeSite

Axe = Callable[[Page], list[str]]
Screenshot = Callable[[Page, str], Path]
ROWS = ".register-table tbody tr"


def test_the_list_is_whole_at_both_widths(office: OfficeSite, axe: Axe, screenshot: Screenshot) -> None:
    page = office.page_for("Jo Example", bypass_csp=True)
    page.goto("/office/places")
    expect(page.get_by_role("heading", level=1)).to_have_text("Places of the register")
    expect(page.get_by_text("Jo Example")).to_be_visible()
    expect(page.locator(ROWS)).to_have_count(50)
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        screenshot(page, f"office-list-{width}")
        assert axe(page) == [], f"{width} pixels wide"
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert office.complaints == []


def test_a_place_is_whole_at_both_widths(office: OfficeSite, axe: Axe, screenshot: Screenshot) -> None:
    page = office.page_for("Jo Example", bypass_csp=True)
    page.goto("/office/places/SP-0001")
    expect(page.get_by_role("heading", name="Private contact")).to_be_visible()
    page.locator("[data-map][data-drawn='whole']").wait_for()
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        screenshot(page, f"office-place-{width}")
        assert axe(page) == [], f"{width} pixels wide"
    assert office.complaints == []


def test_the_list_is_searched_filtered_and_sorted_by_keyboard(office: OfficeSite) -> None:
    page = office.page_for("Jo Example")
    page.goto("/office/places")
    page.get_by_label("Search", exact=True).fill("library")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Search: library")).to_be_visible()
    page.get_by_label("Suspended").press("Space")
    page.get_by_role("button", name="Apply filters").press("Enter")
    expect(page.get_by_text("Status: Suspended")).to_be_visible()
    page.wait_for_load_state()
    found = page.locator(ROWS).count()
    assert found == office.value(
        "SELECT count(*) FROM place WHERE membership_status = 'suspended' AND (name ILIKE '%librar%' OR search @@"
        " websearch_to_tsquery('english', 'library'))"
    )
    page.get_by_role("link", name="Remove the filter Search: library").press("Enter")
    head = page.get_by_role("columnheader", name="Reference")
    expect(head).to_have_attribute("aria-sort", "none")
    head.get_by_role("link").press("Enter")
    expect(head).to_have_attribute("aria-sort", "ascending")
    page.wait_for_load_state()
    rising = page.locator(".register-table__reference").all_text_contents()
    head.get_by_role("link").press("Enter")
    expect(head).to_have_attribute("aria-sort", "descending")
    page.wait_for_load_state()
    assert page.locator(".register-table__reference").all_text_contents() == rising[::-1]
    assert rising == sorted(rising)


def test_the_filters_fold_away_on_a_phone_and_stand_open_without_scripts(office: OfficeSite) -> None:
    phone = office.page_for("Jo Example", viewport={"width": 390, "height": 800})
    phone.goto("/office/places")
    panel = phone.locator("#filters")
    expect(panel).to_be_hidden()
    phone.get_by_role("button", name="Show filters").click()
    expect(panel).to_be_visible()
    phone.get_by_role("button", name="Hide filters").click()
    expect(panel).to_be_hidden()
    plain = office.page_for("Jo Example", viewport={"width": 390, "height": 800}, java_script_enabled=False)
    plain.goto("/office/places")
    expect(plain.locator("#filters")).to_be_visible()
    expect(plain.get_by_role("button", name="Show filters")).to_be_hidden()


def test_a_view_is_saved_opened_and_deleted(office: OfficeSite) -> None:
    page = office.page_for("Vera Views")
    page.goto("/office/places?status=suspended&sort=town")
    page.get_by_role("button", name="Save this view").click()
    expect(page.locator("#view-name-error")).to_contain_text("name")
    page.get_by_label("Name for this view").fill("Suspended, by town")
    page.get_by_role("button", name="Save this view").click()
    expect(page.get_by_role("alert")).to_contain_text("The view is saved")
    page.goto("/office/places")
    page.get_by_role("link", name="Suspended, by town", exact=True).click()
    expect(page.get_by_text("Status: Suspended")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Town")).to_have_attribute("aria-sort", "ascending")
    page.get_by_role("link", name="Delete Suspended, by town").click()
    page.get_by_role("button", name="Delete the view").click()
    expect(page.get_by_role("alert")).to_contain_text("The view is deleted")
    expect(page.get_by_role("link", name="Suspended, by town", exact=True)).to_have_count(0)


def test_a_bulk_change_shows_what_it_would_do_and_leaves_faults_out(office: OfficeSite) -> None:
    references = ["SP-0021", "SP-0062", "SP-0047"]  # two listed ones, and one that was withdrawn
    before = {
        one: office.value("SELECT membership_status FROM place WHERE reference = :r", r=one) for one in references
    }
    assert before == {"SP-0021": "listed", "SP-0062": "listed", "SP-0047": "withdrawn"}
    page = office.page_for("Jo Example")
    page.goto("/office/places")
    for one in references:
        page.locator(f"#select-{one}").check()
    expect(page.locator("[data-selected]")).to_have_text("3 selected")
    page.get_by_role("button", name="Change the selected places").click()
    page.get_by_role("button", name="Show what would happen").click()
    expect(page.get_by_role("link", name="Nothing is chosen", exact=False)).to_be_visible()
    page.get_by_label("What should change?").select_option(label="Suspend them: people will no longer see them")
    page.get_by_label("Why?").fill("The hall is shut for repairs.")
    page.get_by_role("button", name="Show what would happen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Suspend 3 places")
    expect(page.locator(".bulk__fault")).to_have_count(1)
    expect(page.get_by_role("button", name="Change")).to_have_count(0)
    page.get_by_role("button", name="Leave it out and look again").click()
    expect(page.locator(".bulk tbody tr")).to_have_count(2)
    page.get_by_role("button", name="Change 2 places").click()
    expect(page.get_by_role("alert")).to_contain_text("The places are changed")
    after = {one: office.value("SELECT membership_status FROM place WHERE reference = :r", r=one) for one in references}
    assert after == {"SP-0021": "suspended", "SP-0062": "suspended", "SP-0047": "withdrawn"}
    assert (
        office.value(
            "SELECT reason FROM place_revision AS one JOIN place ON place.id = one.place_id"
            " WHERE reference = 'SP-0021' ORDER BY one.version DESC LIMIT 1"
        )
        == "The hall is shut for repairs."
    )


def test_two_places_become_one_and_the_other_reference_leads_there(office: OfficeSite) -> None:
    page = office.page_for("Jo Example")
    page.goto("/office/places/SP-0009/merge")
    page.get_by_label("Search for the other place").fill("SP-0116")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("main").get_by_role("link", name="Larkmoor Library").click()
    expect(page.locator(".compare__differs").first).to_be_visible()
    page.get_by_role("button", name="Merge the two").click()
    expect(page.get_by_role("link", name="Say how you know that they are the same.")).to_be_visible()
    page.locator("input[name='keep'][value='SP-0116']").check()
    page.get_by_label("How do you know that they are the same?").fill("The hall is part of the library.")
    page.get_by_role("button", name="Merge the two").click()
    expect(page.get_by_role("alert")).to_contain_text("The two places are one now")
    assert page.url.partition("?")[0].endswith("/office/places/SP-0116")
    page.goto("/office/places/SP-0009")
    page.get_by_role("main").get_by_role("link", name="SP-0116").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Larkmoor Library")


def test_a_place_prints_without_what_only_a_screen_can_do(office: OfficeSite) -> None:
    page = office.page_for("Jo Example")
    page.goto("/office/places/SP-0001")
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for gone in (page.get_by_role("link", name="Change this place"), page.get_by_role("button", name="Sign out")):
        expect(gone).to_be_hidden()
    assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") <= 3
