"""What somebody typed, or where their browser says they are, and the page that answers it.

Nothing of it goes into an address, a log or an error that is logged: errors that quote it are pages for the asker only.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from app.errors import InvalidInput, NotFound, PlaceGone
from app.places import rules as places
from app.places.filters import PlaceFilters, parse_text
from app.places.schemas import PublicPlace
from app.postcodes.rules import get_postcode
from app.public_map.names import best_matches, plain_name
from app.public_map.register import Register, Spot
from app.public_map.rules import show_division, show_near
from app.public_map.settlements import Settlement, read_settlements
from app.vocabulary import DEFAULT_LOCATION_QUALITY_M, LocationSource
from geo.crs import point_to_lonlat
from geo.faults import GeographyError, OutsideGreatBritain
from geo.points import LonLat, check_lonlat, locate, parse_number
from web.views import ChooseOption, ChoosePage, DivisionPage, HomePage, ResultsPage

LONGEST = 80
MOST_OPTIONS = 12
MOST_PLACES = 50
DEVICE_UNCERTAINTY_M = 50.0
"""Phones are off by 5 to 20 m in the open and by more among houses; browsers do not tell us here."""
SETTLEMENT_UNCERTAINTY_M = 0.0
"""The middle of a town is not where somebody is, so its distance to a boundary tells nothing."""

_HAS_DIGIT = re.compile(r"[0-9]")
_REFERENCE = re.compile(r"sp-[0-9]{4,9}", re.ASCII | re.IGNORECASE)
_HALF_A_POSTCODE = re.compile(r"[a-z]{1,2}[0-9][a-z0-9]?( ?[0-9][a-z]?)?", re.ASCII | re.IGNORECASE)

Answer = HomePage | ResultsPage | ChoosePage | DivisionPage


def search(register: Register, where: str, lon: str = "", lat: str = "") -> Answer:
    """The answer to a search by words, or by position when there are no words.

    Raises:
        InvalidInput: the position is not one.
    """
    if not where.strip() and (lon.strip() or lat.strip()):
        return _near_position(register, lon, lat)
    typed = " ".join(where.split())
    if not typed:
        return HomePage(error="Enter a postcode or the name of a place")
    if len(typed) > LONGEST:
        return HomePage(typed[:LONGEST], f"Enter a postcode or a name of up to {LONGEST} letters")
    if _REFERENCE.fullmatch(typed):
        return _near_reference(register, typed)
    return _near_postcode(register, typed) if _HAS_DIGIT.search(typed) else _near_name(register, typed)


def _near_postcode(register: Register, typed: str) -> Answer:
    """The answer to what has a digit: a postcode, or else a name or address."""
    try:
        unit = get_postcode(register.session, typed)
    except NotFound as error:
        return HomePage(typed, f"{error.what} {error.remedy}")
    except InvalidInput as error:
        # Half a postcode stands in many addresses, but nobody means those.
        answer = None if _HALF_A_POSTCODE.fullmatch(typed) else _find_name(register, typed)
        return answer or HomePage(typed, f"{error.what} {error.remedy}")
    lon, lat = point_to_lonlat(unit.easting, unit.northing)
    spot = Spot(unit.easting, unit.northing, lon, lat, DEFAULT_LOCATION_QUALITY_M[LocationSource.POSTCODE])
    return show_near(register, unit.postcode, spot, official_code=unit.division_code)


def _near_name(register: Register, typed: str) -> Answer:
    return _find_name(register, typed) or HomePage(
        typed, "We found nothing of that name. Check the spelling, or enter a postcode such as DH1 5UL"
    )


def _near_reference(register: Register, typed: str) -> Answer:
    try:
        place = places.get_public_place(register.session, typed.upper())
    except (NotFound, PlaceGone) as error:
        return HomePage(typed, f"{error.what} {error.remedy}")
    return _place(register, place).answer()


def _near_position(register: Register, lon: str, lat: str) -> Answer:
    if not lon.strip() or not lat.strip():
        raise InvalidInput("The position is not complete.", "Send both longitude (lon) and latitude (lat).")
    try:
        position = check_lonlat(parse_number(lon, "lon"), parse_number(lat, "lat"))
        point = locate(position)
    except OutsideGreatBritain:
        return HomePage(error="Your position is outside Great Britain. Enter a postcode or the name of a place instead")
    except GeographyError as error:
        raise InvalidInput(error.what, error.remedy, field=error.field) from None
    return show_near(register, "your position", Spot(*point, *position, DEVICE_UNCERTAINTY_M))


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing that a name may mean: how it stands in a choice, and what answers it."""

    name: str
    option: Callable[[], ChooseOption]
    answer: Callable[[], Answer]


def _find_name(register: Register, typed: str) -> Answer | None:
    """The answer to a name: where it means one thing, that; where it means several, the choice; None for nothing.

    What is called exactly so goes before what only begins so. Places are found by their names, and by their addresses
    and descriptions when nothing has such a name.
    """
    found = _find_places(register, typed)
    known = [*_settlements(register), *_divisions(register), *found]
    meanings = _without_twins(best_matches(known, lambda meaning: meaning.name, typed)) or found
    if not meanings:
        return None
    if len(meanings) == 1:
        return meanings[0].answer()
    return ChoosePage(typed, tuple(meaning.option() for meaning in meanings[:MOST_OPTIONS]))


def _without_twins(meanings: list[Meaning]) -> list[Meaning]:
    """A town and the division around it that have one name are one thing; the town's page names the division."""
    first: dict[str, Meaning] = {}
    twins = []
    for meaning in meanings:
        known = first.setdefault(plain_name(meaning.name), meaning)
        if known is not meaning and known.option().value and meaning.option().gss_code:
            twins.append(meaning)
    return [meaning for meaning in meanings if meaning not in twins]


def _settlements(register: Register) -> Iterator[Meaning]:
    for settlement in read_settlements(register.settings.data_folder):
        yield Meaning(
            settlement.name,
            partial(_settlement_option, register, settlement),
            partial(_near_settlement, register, settlement),
        )


def _near_settlement(register: Register, settlement: Settlement) -> Answer:
    return show_near(register, f"the middle of {settlement.name}", _spot_of(settlement), is_asker=False)


def _settlement_option(register: Register, settlement: Settlement) -> ChooseOption:
    situation = register.find_situation(_spot_of(settlement))
    detail = f"Around the middle, in the {situation.division.name} division" if situation else "Around the middle"
    return ChooseOption(settlement.name, detail, value=settlement.name)


def _spot_of(settlement: Settlement) -> Spot:
    position = LonLat(settlement.lon, settlement.lat)
    return Spot(*locate(position), *position, SETTLEMENT_UNCERTAINTY_M)


def _divisions(register: Register) -> Iterator[Meaning]:
    for _, division in register.divisions:
        option = ChooseOption(division.name, "Electoral division", gss_code=division.gss_code)
        yield Meaning(division.name, partial(_as_it_is, option), partial(show_division, register, division.gss_code))


def _find_places(register: Register, typed: str) -> list[Meaning]:
    """Published places of which the name, address or description has these words."""
    try:
        words = parse_text(typed)
    except InvalidInput:
        return []
    found = places.list_places(register.session, PlaceFilters(text=words), limit=MOST_PLACES).places
    return [_place(register, places.to_public(listed)) for listed in found]


def _place(register: Register, place: PublicPlace) -> Meaning:
    detail = ", ".join(part for part in (place.kind_label, place.town) if part)
    option = ChooseOption(place.name, detail, reference=place.reference)
    spot = Spot(place.easting, place.northing, place.lon, place.lat, place.location_quality_m)
    return Meaning(
        place.name, partial(_as_it_is, option), partial(show_near, register, place.name, spot, is_asker=False)
    )


def _as_it_is(option: ChooseOption) -> ChooseOption:
    return option
