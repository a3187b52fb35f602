"""A place's facts as given: what is taken, what is refused and in which words."""

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.db.version import london_today
from app.errors import InvalidInput
from app.places import facts
from app.places.drafts import PlaceDraft, PlaceWords, parse_draft
from app.places.opening_hours import parse_opening_hours
from app.vocabulary import OFFERS, PREMISES_KINDS, SCHEMES, LocationSource, MembershipStatus

SOUND = {"name": "Riverside Café", "kind": "cafe", "schemes": "safe_place", "postcode": "DH1 1AA"}
A_NUMBER = "+44 191 496 0000"


def draft_of(**values: object) -> PlaceDraft:
    draft, faults = parse_draft(SOUND | values)
    assert draft is not None, faults
    return draft


def fault_of(field: str, **values: object) -> str:
    """All that is said of one field; no other has a fault."""
    draft, faults = parse_draft(SOUND | values)
    assert draft is None
    assert [fault.field for fault in faults] == [field]
    assert faults[0].remedy
    return f"{faults[0].what} {faults[0].remedy}"


@pytest.mark.parametrize(
    ("field", "given_text", "kept"),
    [
        ("name", "  The   Old\u00a0Mill\t", "The Old Mill"),
        ("name", "Cafe\u0301", "Café"),
        ("name", "St\u200b Mary's", "St Mary's"),
        ("kind", "Place of worship", "place_of_worship"),
        ("kind", "CAFÉ", "cafe"),
        ("schemes", "Safe place; SAFE HAVEN;safe_place", ["safe_place", "safe_haven"]),
        ("offers", "A toilet you can use, wait_inside", ["toilet", "wait_inside"]),
        ("postcode", "dh11aa", "DH1 1AA"),
        ("uprn", "000100053358", "100053358"),
        ("uprn", "100053358.0", "100053358"),
        ("phone", "(0191) 496-0000", A_NUMBER),
        ("phone", "00 44 191 4960000", A_NUMBER),
        ("phone", "1914960000", A_NUMBER),
        ("contact_phone", "07700 900123", "+44 7700 900123"),
        ("email", "Front Desk <Desk@Example.ORG>", "Desk@example.org"),
        ("website", "www.Example.org/Find?q=1", "https://www.example.org/Find?q=1"),
        ("website", "HTTP://example.org", "http://example.org"),
        ("website", "example.org:8080/a", "https://example.org:8080/a"),
        ("step_free_entrance", "Yes", True),
        ("hearing_loop", "FALSE", False),
        ("bsl", "not known", None),
        ("bsl", "", None),
        ("languages", "English, Polish; english", ["English", "Polish"]),
        ("consent_on", "05/01/2026", date(2026, 1, 5)),
        ("consent_on", "2026-01-05T00:00:00", date(2026, 1, 5)),
        ("consent_on", "5 January 2026", date(2026, 1, 5)),
        ("membership_status", "Listed", MembershipStatus.LISTED),
        ("opening_hours", "Mo-Fr  09:00-17:00;\nPH off", "Mo-Fr 09:00-17:00; PH off"),
        ("description", "One.\r\n\r\n\r\n\r\nTwo.  ", "One.\n\nTwo."),
        ("easting", 427350.5, None),
    ],
)
def test_facts_are_tidied(field: str, given_text: object, kept: object) -> None:
    if field == "easting":
        assert draft_of(easting=given_text, northing=542450).easting == given_text
    else:
        assert getattr(draft_of(**{field: given_text}), field) == kept


@pytest.mark.parametrize(
    ("field", "given_text", "said"),
    [
        ("name", "", "every place needs one"),
        ("name", "a\x07b", "U+0007"),
        ("name", "Riverside\u202etxt", "control character"),
        ("name", "Caf\ufffd", "lost"),
        ("name", "a" * 151, "151 characters; 150"),
        ("kind", "libary", "Did you mean library?"),
        ("kind", "castle", "Use one of these: cafe,"),
        ("schemes", "", "every place needs one"),
        ("schemes", "safe_place; nonsense", "no scheme 'nonsense'"),
        ("postcode", "DH1", "first half"),
        ("uprn", "1.00054E+11", "shortened"),
        ("uprn", "A00340", "12 digits"),
        ("uprn", "1234567890123", "12 digits"),
        ("phone", "0191", "no such telephone number"),
        ("phone", "999", "too few"),
        ("phone", "ask inside", "not a telephone number"),
        ("phone", "0191 496 0000 or 0191 496 0001", "not a telephone number"),
        ("email", "desk at example.org", "not an e-mail"),
        ("email", "a@example.org; b@example.org", "one address"),
        ("website", "javascript:alert(1)", "http"),
        ("website", "https://user:secret@example.org", "not the address"),
        ("website", "https://localhost/", "not the address"),
        ("website", 'https://example.org/"onload', "not the address"),
        ("step_free_entrance", "sometimes", "neither yes nor no"),
        ("consent_on", "31/02/2026", "no such day"),
        ("consent_on", "01/05/26", "not a date"),
        ("consent_on", "05/01/1901", "past"),
        ("consent_on", (london_today() + timedelta(days=1)).isoformat(), "not come yet"),
        ("closures", "Christmas", "first day/last day"),
        ("closures", "2026-12-24/2026-12-01 Christmas", "ends before"),
        ("opening_hours", "nine to five", "Mo-Fr 09:00-17:00"),
        ("membership_status", "active", "no membership status"),
        ("location_source", "satellite", "no location source"),
        ("location_source", "survey", "no coordinates"),
        ("location_quality_m", "0", "between 0 and 10000"),
        ("easting", "427350", "northing"),
        ("nonsense", "x", "no such fact"),
    ],
)
def test_faults_say_what_to_do(field: str, given_text: str, said: str) -> None:
    expected = {"easting": "northing"}.get(field, field)
    assert said in fault_of(expected, **{field: given_text})


@pytest.mark.parametrize(
    ("position", "field", "said"),
    [
        ({"lon": "54.77", "lat": "-1.57"}, "lon", "swapped"),
        ({"easting": "542450", "northing": "-1"}, "easting", "off the National Grid"),
        ({"easting": "-1.57", "northing": "54.77"}, "easting", "degrees"),
        ({"easting": "0", "northing": "0"}, "easting", "nothing at 0, 0"),
        ({"lon": "one", "lat": "54.77"}, "lon", "not a number"),
        ({"postcode": ""}, "postcode", "where the place is"),
        ({"postcode": "", "uprn": "100053358"}, "postcode", "UPRN alone"),
    ],
)
def test_positions_are_checked(position: dict[str, str], field: str, said: str) -> None:
    assert said in fault_of(field, **position)


@pytest.mark.parametrize(
    ("values", "source", "quality"),
    [
        ({}, LocationSource.POSTCODE, 50),
        ({"location_source": "uprn", "uprn": "1"}, LocationSource.POSTCODE, 50),
        ({"location_source": "uprn", "location_quality_m": "10"}, LocationSource.POSTCODE, 50),
        ({"location_quality_m": "120"}, LocationSource.POSTCODE, 120),
        ({"lon": "-1.57", "lat": "54.77"}, LocationSource.SURVEY, 5),
        ({"lon": "-1.57", "lat": "54.77", "uprn": "1"}, LocationSource.UPRN, 10),
        ({"easting": "427350", "northing": "542450", "location_source": "Entrance"}, LocationSource.ENTRANCE_PIN, 3),
        ({"easting": "427350", "northing": "542,450", "location_quality_m": "7.5"}, LocationSource.SURVEY, 7.5),
    ],
)
def test_a_location_says_where_it_comes_from(values: dict[str, str], source: str, quality: float) -> None:
    draft = draft_of(**values)
    assert (draft.source, draft.quality_m) == (source, quality)


def test_every_fault_is_said_at_once() -> None:
    draft, faults = parse_draft({"kind": "castle", "phone": "1", "bsl": "perhaps", "lon": "54.77", "lat": "-1.57"})
    assert draft is None
    assert {fault.field for fault in faults} == {"name", "kind", "schemes", "phone", "bsl", "lon"}


def test_an_authority_s_own_words_are_known() -> None:
    words = PlaceWords.of({"boat": "Narrow boat"}, {"river": "River watch"})
    draft, faults = parse_draft(SOUND | {"kind": "narrow boat", "schemes": "river"}, words)
    assert draft is not None, faults
    assert (draft.kind, draft.schemes) == ("boat", ["river"])
    assert parse_draft(SOUND, words)[0] is None


@pytest.mark.parametrize(
    ("text", "first_day", "last_day", "reason"),
    [
        ("2026-12-24/2027-01-02 Christmas", "2026-12-24", "2027-01-02", "Christmas"),
        ("2026-12-24", "2026-12-24", "2026-12-24", ""),
        ("24/12/2026 to 2/1/2027: Christmas, and after", "2026-12-24", "2027-01-02", "Christmas, and after"),
        ("24/12/2026 - 02/01/2027", "2026-12-24", "2027-01-02", ""),
        ("2026-12-24 Training", "2026-12-24", "2026-12-24", "Training"),
    ],
)
def test_closures(text: str, first_day: str, last_day: str, reason: str) -> None:
    assert facts.parse_closures(text) == [{"first_day": first_day, "last_day": last_day, "reason": reason}]


@given(st.dictionaries(st.sampled_from(sorted(PlaceDraft.model_fields)), st.text()))
@example({"postcode": "\u0661"})
@example({"easting": "\u0661", "northing": "1e999"})
def test_no_text_is_too_strange(values: dict[str, str]) -> None:
    draft, faults = parse_draft(SOUND | values)
    assert (draft is None) == bool(faults)
    assert all(fault.what and fault.remedy and fault.field in PlaceDraft.model_fields for fault in faults)


@given(st.sampled_from(sorted(PREMISES_KINDS)), st.lists(st.sampled_from(sorted(SCHEMES)), min_size=1, unique=True))
def test_labels_and_codes_mean_the_same(kind: str, schemes: list[str]) -> None:
    labels = "; ".join(SCHEMES[code][0].upper() for code in schemes)
    draft = draft_of(kind=PREMISES_KINDS[kind].upper(), schemes=labels, offers=";".join(OFFERS.values()))
    assert (draft.kind, draft.schemes, draft.offers) == (kind, schemes, list(OFFERS))


@given(st.dates(min_value=facts.EARLIEST_DAY))
def test_days_in_every_form(day: date) -> None:
    forms = (day.isoformat(), f"{day:%d/%m/%Y}", f"{day.day}/{day.month}/{day.year}", f"{day.day} {day:%B %Y}")
    assert {facts.parse_day(form) for form in forms} == {day}


@given(st.text(min_size=1).filter(lambda text: not text.isspace()))
def test_lines_stay_as_they_are_once_tidied(text: str) -> None:
    try:
        line = facts.parse_line(text, 1_000)
    except InvalidInput:
        return
    assert facts.parse_line(line, 1_000) == line if line else True
    assert "\n" not in line


@given(st.from_regex(r"(Mo|Tu-Fr|Sa,Su) (0[0-9]|1[0-2]):[0-5]0-(1[3-9]|2[0-3]):[0-5]0(; PH off)?", fullmatch=True))
def test_hours_are_stored_as_given_and_can_be_read_again(text: str) -> None:
    stored = draft_of(opening_hours=text).opening_hours
    assert stored == text
    assert parse_opening_hours(stored).text == stored
