"""The bundled data is what data/README.md says it is."""

import csv
import gzip
import json
import os
import re
from collections import Counter
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pytest
import shapely
from opening_hours import OpeningHours
from shapely import Polygon
from shapely.geometry import shape
from ukpostcodeparser import parse_uk_postcode  # type: ignore[import-untyped]  # it has no stubs

from app.places.opening_hours import parse_opening_hours
from app.vocabulary import OFFERS, PREMISES_KINDS, SCHEMES, LocationSource, MembershipStatus, Verdict
from geo import coverage
from geo.coverage import Coverage
from geo.crs import geometry_to_bng, to_lonlat
from scripts.data import sample_councillors, sample_places
from scripts.data.bank_holidays import bank_holidays, easter_sunday
from scripts.data.layout import COUNTY, DATA
from scripts.data.measure import agreement, read_areas
from scripts.data.sample_places import DIVISIONS_WITHOUT_PLACES

CODES = [f"E0500{number}" for number in range(9030, 9093)]
DRAMA_NUMBERS = re.compile(r"01632 960\d{3}|0808 157 0\d{3}|07700 900\d{3}")
SHARED = Path(os.environ.get("SAFEPLACES_SHARED_DATA", DATA.parents[1] / "shared" / "data"))
OFFICIAL = SHARED / "official_divisions_county_durham_2013.geojson"


@cache
def collection(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((DATA / name).read_text(encoding="utf-8"))
    return content


def areas(name: str) -> Coverage:
    return {
        feature["properties"]["gss_code"]: coverage.to_area(shape(feature["geometry"]))
        for feature in collection(name)["features"]
    }


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@cache
def postcode_rows() -> list[dict[str, str]]:
    with gzip.open(DATA / "postcodes_county_durham.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


# Boundaries


def test_every_division_is_there_once_with_its_facts() -> None:
    features = collection("electoral_divisions.geojson")["features"]
    facts = [feature["properties"] for feature in features]
    assert [fact["gss_code"] for fact in facts] == CODES
    assert len({fact["name"] for fact in facts}) == 63
    assert {fact["authority_code"] for fact in facts} == {COUNTY}
    members = [fact["members"] for fact in facts]
    assert all(number is None or 1 <= number <= 3 for number in members)
    known = sum(number for number in members if number is not None)
    assert known == 126 if None not in members else known <= 126


def test_boundaries_say_what_they_are() -> None:
    for name in ("electoral_divisions.geojson", "surroundings.geojson", "settlements.geojson"):
        metadata = collection(name)["metadata"]
        assert metadata["approximate"] is True
        assert metadata["licence"] == "Open Government Licence v3.0"
        attribution = " ".join(metadata["attribution"])
        assert "Contains OS data © Crown copyright and database right 2025" in attribution
        assert "Contains Royal Mail data © Royal Mail copyright and database right 2025" in attribution
        assert "Office for National Statistics" in attribution
    metadata = collection("electoral_divisions.geojson")["metadata"]
    assert (metadata["valid_from"], metadata["valid_to"]) == ("2013-05-02", "2025-05-01")


def test_divisions_and_surroundings_form_one_coverage() -> None:
    county, around = areas("electoral_divisions.geojson"), areas("surroundings.geojson")
    assert not set(county) & set(around)
    coverage.require_valid(county | around, gap_width=0.0005)
    union = shapely.union_all(list(county.values()))
    assert isinstance(union, Polygon)
    assert not union.interiors, "no gaps between divisions"
    assert sum(area.area for area in county.values()) == pytest.approx(union.area, rel=1e-9)


def test_geojson_follows_rfc_7946() -> None:
    for name in ("electoral_divisions.geojson", "surroundings.geojson"):
        content = collection(name)
        assert "crs" not in content
        for feature in content["features"]:
            for part in shapely.get_parts(shape(feature["geometry"])):
                assert part.exterior.is_ccw
                assert not any(ring.is_ccw for ring in part.interiors)
            west, south, east, north = shape(feature["geometry"]).bounds
            assert -3.2 < west < east < -0.3
            assert 54.0 < south < north < 55.5
    text = (DATA / "electoral_divisions.geojson").read_text(encoding="utf-8")
    assert not re.search(r"\d\.\d{7}", text), "six decimals at most"


def test_every_postcode_unit_lies_in_its_own_division() -> None:
    units = postcode_rows()
    grid = np.array([(float(unit["easting"]), float(unit["northing"])) for unit in units])
    codes = [unit["division_code"] for unit in units]
    lonlat = areas("electoral_divisions.geojson")
    metres = {code: geometry_to_bng(area) for code, area in lonlat.items()}
    assert len(units) == 16_300
    assert set(codes) == set(CODES)
    assert len(coverage.misplaced(metres, grid, codes)) == 0
    assert len(coverage.misplaced(lonlat, np.column_stack(to_lonlat(grid[:, 0], grid[:, 1])), codes)) == 0


def test_divisions_agree_with_the_official_ones_as_well_as_measured() -> None:
    if not OFFICIAL.exists():
        pytest.skip(f"no official boundaries to compare with at {OFFICIAL} (set SAFEPLACES_SHARED_DATA)")
    official = read_areas(OFFICIAL, "WD13CD")
    scores = agreement(read_areas(DATA / "electoral_divisions.geojson", "gss_code"), official)
    assert min(scores.values()) > 0.66
    assert median(scores.values()) > 0.77
    official_names = {
        feature["properties"]["WD13CD"]: feature["properties"]["WD13NM"]
        for feature in json.loads(OFFICIAL.read_text(encoding="utf-8"))["features"]
    }
    ours = collection("electoral_divisions.geojson")["features"]
    assert {feature["id"]: feature["properties"]["name"] for feature in ours} == official_names


def test_settlements_lie_in_a_division_that_they_are_named_after() -> None:
    divisions = areas("electoral_divisions.geojson")
    features = collection("settlements.geojson")["features"]
    assert len({feature["properties"]["name"] for feature in features}) == len(features) >= 50
    assert {feature["properties"]["rank"] for feature in features} == {1, 2, 3}
    for feature in features:
        point = shape(feature["geometry"])
        holder = next(code for code, area in divisions.items() if area.contains(point))
        basis = feature["properties"]["basis"]
        # The median of several divisions may fall into one that they surround; the city's comes from its district.
        assert holder in basis or len(basis) > 1 or basis == ["DH1"], feature["properties"]


# Postcodes


def test_postcodes_are_written_as_people_write_them() -> None:
    units = postcode_rows()
    postcodes = [unit["postcode"] for unit in units]
    assert postcodes == sorted(set(postcodes))
    for postcode in postcodes:
        parsed = parse_uk_postcode(postcode)
        assert parsed is not None
        assert postcode == " ".join(parsed)
    assert {unit["district_code"] for unit in units} == {COUNTY}
    assert {int(unit["quality"]) for unit in units} <= {10, 20, 30, 40, 50, 60, 90}


# Bank holidays


def test_easter() -> None:
    known = {2000: (4, 23), 2008: (3, 23), 2011: (4, 24), 2024: (3, 31), 2025: (4, 20), 2026: (4, 5), 2038: (4, 25)}
    assert {year: (easter_sunday(year).month, easter_sunday(year).day) for year in known} == known


def test_substitute_days() -> None:
    titles = bank_holidays(2022)
    assert titles[date(2022, 1, 3)] == "New Year's Day (substitute day)"
    assert titles[date(2022, 12, 26)] == "Boxing Day"
    assert titles[date(2022, 12, 27)] == "Christmas Day (substitute day)"
    titles = bank_holidays(2027)
    assert titles[date(2027, 12, 27)] == "Christmas Day (substitute day)"
    assert titles[date(2027, 12, 28)] == "Boxing Day (substitute day)"


def test_bank_holidays_hold_those_of_the_opening_hours_library() -> None:
    """The library's "GB" has the days that all nations share, weekdays only; nothing that ours lacks."""
    content = collection("bank_holidays_england.json")
    ours = {date.fromisoformat(day["date"]) for day in content["bank_holidays"]}
    first, last = content["years"]
    assert ours == {day for year in range(first, last + 1) for day in bank_holidays(year)}
    library = OpeningHours("PH open", country="GB")
    days = [date(first, 1, 1) + timedelta(number) for number in range((date(last + 1, 1, 1) - date(first, 1, 1)).days)]
    theirs = {day for day in days if library.is_open(datetime(day.year, day.month, day.day, 12))}  # noqa: DTZ001 - the library takes local time
    assert theirs <= ours
    only_ours = ours - theirs
    shared_nowhere_else = {"New Year's Day", "New Year's Day (substitute day)", "Easter Monday", "Summer bank holiday"}
    titles = {date.fromisoformat(day["date"]): day["title"] for day in content["bank_holidays"]}
    assert all(titles[day] in shared_nowhere_else or day.weekday() >= 5 for day in only_ours)


# Sample places and members


def test_sample_places_use_the_vocabulary() -> None:
    places = rows("sample_places.csv")
    assert 110 <= len(places) <= 130
    assert list(places[0]) == list(sample_places.COLUMNS)
    assert len({place["reference"] for place in places}) == len({place["name"] for place in places}) == len(places)
    assert {place["kind"] for place in places} == set(PREMISES_KINDS)
    assert {scheme for place in places for scheme in place["schemes"].split(";")} == set(SCHEMES)
    assert {offer for place in places for offer in place["offers"].split(";")} == set(OFFERS)
    assert {place["membership_status"] for place in places} == set(MembershipStatus)
    assert {place["location_source"] for place in places} == set(LocationSource)
    for fact in ("step_free_entrance", "accessible_toilet", "hearing_loop", "quiet_space", "bsl"):
        assert {place[fact] for place in places} == {"yes", "no", ""}, fact


def test_sample_places_show_every_state() -> None:
    seen: Counter[str] = Counter()
    for place in rows("sample_places.csv"):
        audits = [audit.split(":") for audit in place["audits"].split("|") if audit]
        for verdict, days_ago, valid, auditor, signer in audits:
            assert verdict in set(Verdict)
            assert int(days_ago) >= 0
            assert int(valid) > 0
            assert auditor != signer
        if place["consent_days_ago"]:
            assert place["consent_by"]
            assert int(place["consent_days_ago"]) > 0
        seen[_state(place["membership_status"], audits, consents=bool(place["consent_days_ago"]))] += 1
    assert set(seen) == {
        "listed fit", "listed fit_with_actions", "listed fit due", "listed fit_with_actions due", "listed lapsed",
        "listed without consent", "listed unassessed", "suspended not_fit", "suspended fit", "proposed unassessed",
        "proposed fit", "withdrawn",
    }  # fmt: skip
    assert seen["listed fit"] > len(rows("sample_places.csv")) / 3


def _state(membership: str, audits: list[list[str]], *, consents: bool) -> str:
    if membership == "withdrawn":
        return membership
    if not audits:
        return f"{membership} unassessed"
    verdict, days_ago, valid = min(((audit[0], int(audit[1]), int(audit[2])) for audit in audits), key=lambda it: it[1])
    left = valid - days_ago
    if membership == "listed" and not consents:
        return "listed without consent"
    if membership == "listed" and left <= 0:
        return "listed lapsed"
    return f"{membership} {verdict}{' due' if membership == 'listed' and left <= 60 else ''}"


def test_sample_places_can_be_read() -> None:
    for place in rows("sample_places.csv"):
        if place["opening_hours"]:
            parse_opening_hours(place["opening_hours"])
        for closure in place["closures"].split(";") if place["closures"] else []:
            first, last = closure.split(" ")[0].split("/")
            assert date.fromisoformat(first) <= date.fromisoformat(last)
            assert " " in closure, "a closure gives its reason"
        assert re.fullmatch(r"\d{12}|", place["uprn"])
        assert bool(place["easting"]) == bool(place["northing"]) == (place["location_source"] != "postcode")
        assert float(place["location_quality_m"]) > 0
        sentences = re.findall(r"[^.!?]+[.!?]", place["description"])
        assert len(sentences) == 2, place["description"]
        assert all(len(sentence.split()) <= 20 for sentence in sentences), place["description"]


def test_sample_people_can_reach_nobody() -> None:
    places, councillors = rows("sample_places.csv"), rows("sample_councillors.csv")
    numbers = [place[field] for place in places for field in ("phone", "contact_phone") if place[field]]
    numbers += [councillor["phone"] for councillor in councillors]
    assert all(DRAMA_NUMBERS.fullmatch(number) for number in numbers)
    mails = [place[field] for place in places for field in ("email", "contact_email") if place[field]]
    mails += [councillor["email"] for councillor in councillors]
    assert all(re.fullmatch(r"[a-z0-9.-]+@[a-z0-9.-]*example\.org", mail) for mail in mails)
    assert all(
        re.fullmatch(r"https://[a-z0-9.-]*example\.org/", place["website"] or "https://example.org/")
        for place in places
    )


def test_sample_places_spread_over_the_county() -> None:
    units = {unit["postcode"]: unit for unit in postcode_rows()}
    metres = {code: geometry_to_bng(area) for code, area in areas("electoral_divisions.geojson").items()}
    places = rows("sample_places.csv")
    of_postcode = Counter(units[place["postcode"]]["division_code"] for place in places)
    assert len(CODES) - len(of_postcode) == DIVISIONS_WITHOUT_PLACES
    near = beyond = 0
    for place in places:
        if not place["easting"]:
            continue
        unit, spot = units[place["postcode"]], shapely.Point(float(place["easting"]), float(place["northing"]))
        assert spot.distance(shapely.Point(float(unit["easting"]), float(unit["northing"]))) < 150
        holder = next(code for code, area in metres.items() if area.contains(spot))
        beyond += holder != unit["division_code"]
        near += metres[holder].boundary.distance(spot) < float(place["location_quality_m"])
    assert beyond >= 3, "places whose postcode's division disagrees with their location"
    assert near >= 3, "places nearer to a line than their location is sure"


def test_sample_councillors_fill_every_seat() -> None:
    councillors = rows("sample_councillors.csv")
    assert list(councillors[0]) == list(sample_councillors.COLUMNS)
    assert len(councillors) == len({councillor["name"] for councillor in councillors}) == 126
    seats = Counter(councillor["division_code"] for councillor in councillors)
    assert set(seats) == set(CODES)
    for code, number in seats.items():
        assert [int(row["seat"]) for row in councillors if row["division_code"] == code] == list(range(1, number + 1))
        assert 1 <= number <= 3
