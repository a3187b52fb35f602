"""Importing places: all or nothing, the same again changes nothing, and every fault is said at once."""

import csv
import os
from collections.abc import Mapping as Lookup
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import col, select

from app.db.sessions import WriteSession
from app.errors import InvalidInput
from app.exchange import ImportOptions, import_places
from app.exchange.mapping import Mapping, read_mapping
from app.exchange.rules import ImportReport
from app.places.likeness import likeness, similar_pairs, trigrams
from app.tables import Authority, Place, PlacePrivate, PlaceRevision
from app.vocabulary import MembershipStatus
from geo.crs import point_to_bng
from tests.rules.test_import_files import write_workbook

AUTHORITY = "E06000047"
POSTCODES = {
    "DH1 1AA": (427_350, 542_450),
    "DH1 1AB": (427_900, 542_100),
    "DH1 1AD": (428_500, 543_000),
    "SR7 7AA": (442_000, 549_000),
}
ROW = {"name": "Riverside Café", "kind": "cafe", "schemes": "safe_place", "postcode": "DH1 1AA"}
SHARED = Path(os.environ.get("SAFEPLACES_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


@pytest.fixture
def register(session: WriteSession) -> WriteSession:
    """An authority with four postcodes and no places."""
    session.add(Authority(code=AUTHORITY, name="Durham"))
    session.add(Authority(code="E06000005", name="Darlington"))
    session.flush()
    session.execute(
        text(
            "INSERT INTO postcode_unit (postcode, easting, northing, location, source) VALUES "
            "(:postcode, :easting, :northing, ST_SetSRID(ST_MakePoint(:easting, :northing), 27700), 'test')"
        ),
        [{"postcode": code, "easting": east, "northing": north} for code, (east, north) in POSTCODES.items()],
    )
    session.record_as("officer", via="import")
    return session


class Officer:
    """Somebody who saves rows as a file and imports it."""

    def __init__(self, session: WriteSession, folder: Path) -> None:
        self.session = session
        self.path = folder / "places.csv"

    def imports(self, *rows: Lookup[str, str], authority: str = AUTHORITY, **options: object) -> ImportReport:
        headings = list(dict.fromkeys(heading for row in rows for heading in row))
        with self.path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, headings, restval="")
            writer.writeheader()
            writer.writerows(rows)
        return import_places(self.session, self.path, ImportOptions(authority, **options))  # type: ignore[arg-type]  # tests name the options

    def places(self) -> Sequence[Place]:
        return self.session.exec(select(Place).order_by(col(Place.id))).all()

    def revisions(self) -> int:
        return len(self.session.exec(select(PlaceRevision.id)).all())


@pytest.fixture
def officer(register: WriteSession, tmp_path: Path) -> Officer:
    return Officer(register, tmp_path)


def test_a_place_is_added_where_its_postcode_is(officer: Officer) -> None:
    report = officer.imports(ROW | {"contact_name": "A. Person", "hearing_loop": "", "bsl": "no", "uprn": "123"})
    assert (report.written, report.added, report.faults) == (True, 1, [])
    (place,) = officer.places()
    assert place.reference.startswith("SP-")
    assert place.membership_status == MembershipStatus.PROPOSED
    assert (place.location_source, place.location_quality_m, place.uprn) == ("postcode", 50, "123")
    assert point_to_bng(place.lon, place.lat) == pytest.approx(POSTCODES["DH1 1AA"], abs=0.01)
    assert (place.hearing_loop, place.bsl) == (None, False)
    private = officer.session.get(PlacePrivate, place.id)
    assert private is not None
    assert private.contact_name == "A. Person"
    (revision,) = officer.session.exec(select(PlaceRevision)).all()
    assert (revision.actor, revision.via) == ("officer", "import")
    assert "A. Person" not in str(revision.snapshot)


def test_the_same_again_changes_nothing(officer: Officer) -> None:
    rows = [
        ROW | {"offers": "toilet;wait_inside", "closures": "2026-12-24 Party", "consent_on": "2026-01-05"},
        ROW | {"name": "Lonely Mill", "postcode": "", "lon": "-1.5757", "lat": "54.7761", "languages": "Polish"},
        ROW | {"name": "Quay House", "postcode": "SR7 7AA", "easting": "442010.25", "northing": "549001.5"},
    ]
    assert officer.imports(*rows).added == 3
    again = officer.imports(*reversed(rows))
    assert (again.written, again.added, again.changed, again.unchanged) == (True, 0, [], 3)
    assert officer.revisions() == 3


def test_what_changed_is_named_and_nothing_else_is_written(officer: Officer) -> None:
    officer.imports(ROW | {"phone": "0191 496 0000"}, ROW | {"name": "Quay House", "postcode": "SR7 7AA"})
    first, second = officer.places()
    report = officer.imports(
        ROW | {"reference": first.reference, "name": "Riverside Coffee", "contact_role": "Manager"},
        ROW | {"reference": "", "name": "quay house", "postcode": "sr7 7aa"},
    )
    assert [(change.row, change.reference, change.fields) for change in report.changed] == [
        (2, first.reference, ["name", "contact_role"]),
        (3, second.reference, ["name"]),
    ]
    officer.session.expire_all()
    first, second = officer.places()
    assert (first.name, first.phone) == ("Riverside Coffee", "+44 191 496 0000")  # the file has no column for phones
    assert (second.name, second.version) == ("quay house", 2)


def test_an_empty_cell_empties_the_fact(officer: Officer) -> None:
    officer.imports(ROW | {"phone": "0191 496 0000", "private_notes": "Ask for B."})
    report = officer.imports(ROW | {"phone": "", "private_notes": ""})
    assert [change.fields for change in report.changed] == [["phone", "private_notes"]]
    officer.session.expire_all()
    (place,) = officer.places()
    assert place.phone is None
    private = officer.session.get(PlacePrivate, place.id)
    assert private is not None
    assert private.notes is None


def test_a_better_location_outlives_a_file_that_has_only_the_postcode(officer: Officer) -> None:
    pin = {"easting": "427360", "northing": "542460", "location_source": "entrance_pin"}
    officer.imports(ROW | pin)
    assert officer.imports(ROW).changed == []
    (place,) = officer.places()
    moved = officer.imports(ROW | {"reference": place.reference, "postcode": "DH1 1AB"})
    assert moved.changed[0].fields == ["postcode", "location"]
    officer.session.expire_all()
    assert point_to_bng(place.lon, place.lat) == pytest.approx(POSTCODES["DH1 1AB"], abs=0.01)
    assert place.location_source == "postcode"


def test_all_faults_are_listed_and_nothing_is_written(officer: Officer) -> None:
    report = officer.imports(
        ROW,
        ROW | {"name": "", "kind": "castle"},
        ROW | {"name": "A", "postcode": "DH1 1ZZ"},
        ROW | {"name": "B", "postcode": "NW1 1AA"},
        ROW | {"name": "C", "postcode": "", "easting": "427350", "northing": "1299000"},
        ROW | {"name": "D", "postcode": "", "easting": "427350"},
        ROW | {"name": "E", "reference": "SP-9999"},
    )
    said = [(fault.row, fault.column, fault.value) for fault in report.faults]
    assert said == [
        (3, "name", ""),
        (3, "kind", "castle"),
        (4, "postcode", "DH1 1ZZ"),
        (5, "postcode", "NW1 1AA"),
        (6, "easting", "427350"),
        (7, "northing", ""),
        (8, "reference", "SP-9999"),
    ]
    assert "others of its district" in report.faults[2].what
    assert "safeplaces postcodes load" in report.faults[3].remedy
    assert all(fault.remedy for fault in report.faults)
    assert (report.written, report.faulty_rows) == (False, 6)
    assert officer.places() == []


def test_sound_rows_can_be_imported_alone(officer: Officer) -> None:
    report = officer.imports(ROW, ROW | {"name": "B", "postcode": "NW1 1AA"}, leave_out_faulty=True)
    assert (report.written, report.added, report.faulty_rows) == (True, 1, 1)
    assert [place.name for place in officer.places()] == ["Riverside Café"]


def test_a_dry_run_counts_and_writes_nothing(officer: Officer) -> None:
    report = officer.imports(ROW, dry_run=True)
    assert (report.written, report.added) == (False, 1)
    assert officer.places() == []


def test_coordinates_far_from_the_postcode_are_worth_a_look(officer: Officer) -> None:
    report = officer.imports(ROW | {"easting": "442010", "northing": "549001"})
    assert report.written
    assert [(warning.column, warning.value) for warning in report.warnings] == [("postcode", "DH1 1AA")]
    assert "16.1 km" in report.warnings[0].what


def test_listing_without_consent_is_worth_a_look(officer: Officer) -> None:
    report = officer.imports(ROW | {"membership_status": "listed", "consent_on": ""})
    assert [warning.column for warning in report.warnings] == ["consent_on"]
    assert officer.places()[0].membership_status == "listed"


def test_the_status_moves_only_as_it_may(officer: Officer) -> None:
    officer.imports(ROW | {"membership_status": "listed"})
    refused = officer.imports(ROW | {"membership_status": "proposed"})
    assert "is listed and cannot become proposed" in refused.faults[0].what
    assert officer.imports(ROW | {"membership_status": ""}).changed == []
    assert officer.imports(ROW | {"membership_status": "withdrawn"}).changed[0].fields == ["membership_status"]
    back = officer.imports(ROW | {"membership_status": "listed"})
    assert "withdrawn place that comes back" in back.faults[0].remedy


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"name": "riverside cafe", "postcode": "DH1 1AA", "address_1": "Quay"}, "similar name"),
        ({"name": "The Riverside Café", "easting": "427450", "northing": "542450"}, "100 m away"),
        ({"name": "Quite another", "postcode": "SR7 7AA"}, "the same UPRN"),
    ],
)
@pytest.mark.parametrize("in_one_file", [True, False])
def test_probable_duplicates_are_refused_until_looked_at(
    officer: Officer, other: dict[str, str], said: str, *, in_one_file: bool
) -> None:
    first = ROW | {"name": "Riverside Café", "uprn": "77"}
    second = {**first, "uprn": "77" if "UPRN" in said else "", **other}
    if not in_one_file:
        officer.imports(first)
    rows = [first, second] if in_one_file else [second]
    refused = officer.imports(*rows)
    assert not refused.written
    (duplicate,) = refused.duplicates
    assert said in duplicate.what
    assert ("row 2" if in_one_file else "SP-") in duplicate.what
    assert officer.imports(*rows, allow_duplicates=True).written
    assert officer.imports(*rows).duplicates == []


def test_other_places_nearby_are_no_duplicates(officer: Officer) -> None:
    near = {"name": "Elvet Pharmacy", "easting": "427360", "northing": "542460"}
    far = {"postcode": "DH1 1AD"}
    assert officer.imports(ROW, ROW | near, ROW | far).duplicates == []


def test_two_rows_of_one_place_are_a_fault(officer: Officer) -> None:
    fresh = officer.imports(ROW, ROW | {"name": "RIVERSIDE CAFÉ"})
    assert [(fault.row, fault.what) for fault in fresh.faults] == [(3, "Row 2 has the same name and postcode.")]
    officer.imports(ROW)
    held = officer.imports(ROW, ROW | {"name": "RIVERSIDE CAFÉ"})
    assert [(fault.row, fault.what) for fault in held.faults] == [(3, "Row 2 is the same place of the register.")]


def test_a_key_of_the_file_s_own_is_followed(officer: Officer) -> None:
    mapping = Mapping(key=["uprn"])
    officer.imports(ROW | {"uprn": "77"}, mapping=mapping)
    report = officer.imports(ROW | {"name": "Under new management", "uprn": "77"}, mapping=mapping)
    assert [change.fields for change in report.changed] == [["name"]]


def test_references_can_be_kept_and_are_never_given_again(officer: Officer) -> None:
    assert officer.imports(ROW | {"reference": "SP-0500"}, keep_references=True).added == 1
    officer.imports(ROW | {"name": "Next", "postcode": "SR7 7AA"})
    numbers = [int(place.reference[3:]) for place in officer.places()]
    assert numbers[0] == 500
    assert numbers[1] > 500


def test_other_authorities_places_are_left_alone(officer: Officer) -> None:
    officer.imports(ROW, authority="E06000005")
    (theirs,) = officer.places()
    assert "another authority" in officer.imports(ROW | {"reference": theirs.reference}).faults[0].what
    assert officer.imports(ROW).added == 1
    with pytest.raises(InvalidInput, match="E06000001"):
        officer.imports(ROW, authority="E06000001")


def test_a_workbook_with_dates_and_numbers(officer: Officer, tmp_path: Path) -> None:
    from datetime import date  # noqa: PLC0415 - only here

    headings = ["Name", "Kind", "Scheme", "Easting", "Northing", "Consent date", "Phone", "Step free"]
    values = ["Riverside Café", "Café", "Safe place", 427350, 542450.5, date(2026, 1, 5), 1914960000, True]
    path = write_workbook(tmp_path / "places.xlsx", [headings, values])
    assert import_places(officer.session, path, ImportOptions(AUTHORITY)).added == 1
    (place,) = officer.places()
    assert (place.consent_on, place.phone, place.step_free_entrance) == (date(2026, 1, 5), "+44 191 496 0000", True)
    assert point_to_bng(place.lon, place.lat) == pytest.approx((427350, 542450.5), abs=0.01)


def test_awkward_text_arrives_as_it_was(officer: Officer) -> None:
    name = "\\N \\t 'Quo\"te' {a,b} ${x} `y` <img onerror=1> %s :z"
    officer.imports(ROW | {"name": name, "languages": 'One "two"; three\\four', "description": "a\nb\\.\nc"})
    (place,) = officer.places()
    assert place.name == name
    assert place.languages == ['One "two"', "three\\four"]
    assert place.description == "a\nb\\.\nc"


@given(st.text(max_size=30), st.text(max_size=30))
def test_likeness_is_pg_trgm_s(first: str, second: str) -> None:
    assert likeness(trigrams(first), trigrams(first)) in {0.0, 1.0}
    assert likeness(trigrams(first), trigrams(second)) == likeness(trigrams(second), trigrams(first))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Seaham Library", "The Library, Seaham"),
        ("St Mary's Church", "St. Marys Church Hall"),
        ("Café_Nørd 24/7", "CAFÉ NØRD"),
        ("", "Anything"),
        ("!!", "??"),
    ],
)
def test_likeness_is_what_the_database_says(session: WriteSession, first: str, second: str) -> None:
    said = session.execute(text("SELECT similarity(:first, :second)"), {"first": first, "second": second}).scalar_one()
    assert likeness(trigrams(first), trigrams(second)) == pytest.approx(said, abs=1e-6)


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500), st.sampled_from(["One", "One two", "Six"]))))
def test_near_pairs_are_found_as_by_comparing_all(rows: list[tuple[int, int, str]]) -> None:
    found = {
        (later, earlier)
        for later, earlier, _ in similar_pairs(
            [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows], near_m=150, similar=0.5
        )
    }
    expected = {
        (later, earlier)
        for later, (x, y, name) in enumerate(rows)
        for earlier, (other_x, other_y, other) in enumerate(rows[:later])
        if (x - other_x) ** 2 + (y - other_y) ** 2 <= 150**2 and likeness(trigrams(name), trigrams(other)) >= 0.5
    }
    assert found == expected


def test_every_row_of_a_messy_real_file_is_explained(register: WriteSession) -> None:
    path = SHARED / "libraries_england_2023.csv"
    if not path.exists():
        pytest.skip(f"{path.name} is not here; SAFEPLACES_SHARED_DATA names its folder")
    options = ImportOptions(AUTHORITY, mapping=read_mapping(EXAMPLES / "libraries_england.toml"), allow_duplicates=True)
    report = import_places(register, path, options)
    assert report.rows == 3487
    assert not report.written
    assert report.added + report.faulty_rows + len(report.left_out) == report.rows
    assert all(fault.what and fault.remedy for fault in report.faults)
    assert {fault.column for fault in report.warnings} == {"uprn", "email"}
