"""What a list of places is asked for: texts of a request become checked values."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from math import isfinite
from typing import NoReturn

from app.db.version import LONDON
from app.errors import InvalidInput
from app.vocabulary import ACCESSIBILITY_FACTS
from geo.bbox import BoundingBox, Envelope, find_envelope, parse_bbox
from geo.crs import point_to_lonlat
from geo.faults import GeographyError
from geo.points import GridPoint, LonLat, locate, parse_lonlat

MAXIMUM_RADIUS_M = 200_000.0
MAXIMUM_QUERY = 200
MINIMUM_QUERY = 2
EARLIEST = date(1974, 4, 1)
"""Councils as they are now begin here; earlier dates are slips of the hand."""
LATEST_OPEN_AT = timedelta(days=2 * 366)


@dataclass(frozen=True, slots=True)
class Origin:
    """A point that distances are measured from: EPSG:27700 in metres, CRS84 in degrees; the postcode if it came so."""

    easting: float
    northing: float
    lon: float
    lat: float
    postcode: str | None = None


@dataclass(frozen=True)
class Box:
    """A bounding box in CRS84 degrees."""

    lonlat: BoundingBox

    @cached_property
    def envelope(self) -> Envelope | None:
        """What the database's index is asked for (EPSG:27700, metres); None where nothing British is in it."""
        return find_envelope(self.lonlat)


@dataclass(frozen=True, slots=True)
class PlaceFilters:
    """What a list of places is narrowed to. Empty means: not narrowed.

    Attributes:
        division: GSS code.
        radius_m: metres from `origin`.
        open_at: aware moment.
        schemes, kinds: codes, any of which fits.
        accessibility: names of facts that must all be known to be so.
        text: words to search for.
        as_at: aware moment; None is now.
    """

    bbox: Box | None = None
    division: str | None = None
    origin: Origin | None = None
    radius_m: float | None = None
    open_at: datetime | None = None
    schemes: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    accessibility: tuple[str, ...] = ()
    language: str | None = None
    text: str | None = None
    as_at: datetime | None = None


def parse_box(text: str) -> Box:
    """A box from "west,south,east,north" in CRS84 degrees.

    Raises:
        InvalidInput: not four finite numbers in range and in order.
    """
    try:
        box = parse_bbox(text)
    except GeographyError as error:
        _refuse(error)
    return Box(box)


def parse_origin(text: str) -> Origin:
    """A point from "lon,lat" in CRS84 degrees.

    Raises:
        InvalidInput: not two finite numbers, the wrong way round, or outside Great Britain.
    """
    try:
        position: LonLat = parse_lonlat(text, "near")
        point: GridPoint = locate(position)
    except GeographyError as error:
        _refuse(error, "near")
    return Origin(point.easting, point.northing, position.lon, position.lat)


def origin_at(easting: float, northing: float, postcode: str | None = None) -> Origin:
    """A point from EPSG:27700 metres, such as a postcode's.

    Raises:
        InvalidInput: it lies outside what the National Grid covers.
    """
    try:
        lon, lat = point_to_lonlat(easting, northing)
    except GeographyError as error:
        _refuse(error)
    return Origin(easting, northing, lon, lat, postcode)


def parse_radius(radius_m: float) -> float:
    """A radius in metres.

    Raises:
        InvalidInput: not a finite number above 0 and up to `MAXIMUM_RADIUS_M`.
    """
    if not isfinite(radius_m) or not 0 < radius_m <= MAXIMUM_RADIUS_M:
        raise InvalidInput(
            "The radius is out of range.",
            f"Give metres, more than 0 and at most {MAXIMUM_RADIUS_M:.0f}, such as 1500.",
            field="radius_m",
        )
    return radius_m


def parse_open_at(text: str, now: datetime) -> datetime:
    """A moment at which places should be open: "now", or an ISO date-time; without an offset it is London time.

    Raises:
        InvalidInput: it is neither, or lies too far away for opening hours to mean anything.
    """
    if text == "now":
        return now.replace(second=0, microsecond=0)
    moment = _parse_moment(text, "open_at", "Give now, or a date and time such as 2026-11-27T18:30.")
    if isinstance(moment, date) and not isinstance(moment, datetime):
        raise InvalidInput(
            "open_at needs a time as well as a date.",
            f"Give a date and time, such as {moment:%Y-%m-%d}T18:30.",
            field="open_at",
        )
    if abs(moment - now) > LATEST_OPEN_AT:
        raise InvalidInput("open_at is more than two years away.", "Give a nearer date and time.", field="open_at")
    return moment


def parse_as_at(text: str, now: datetime) -> datetime | None:
    """A moment of the register's past; None where it is now.

    A date means the end of that day in London (or now, for today); a date-time without an offset is London time.

    Raises:
        InvalidInput: it is no date, lies in the future, or before councils as they are now.
    """
    moment = _parse_moment(text, "as_at", "Give a date such as 2026-11-01, or 2026-11-01T09:00.")
    if not isinstance(moment, datetime):
        if moment == now.astimezone(LONDON).date():
            return None
        moment = end_of_day(moment)
    if moment > now:
        raise InvalidInput(
            "as_at lies in the future.", "Give a moment that has passed, or leave as_at out for now.", field="as_at"
        )
    if moment.date() < EARLIEST:
        raise InvalidInput(
            f"as_at lies before {EARLIEST}.", "Check the year: it is written first, as in 2026-11-01.", field="as_at"
        )
    return moment


def end_of_day(day: date) -> datetime:
    """The last moment (to the microsecond) of a day in London."""
    midnight = datetime.combine(day + timedelta(days=1), time(), LONDON)
    return midnight.astimezone(UTC) - timedelta(microseconds=1)


def parse_codes(given: Iterable[str], known: Iterable[str], field: str) -> tuple[str, ...]:
    """Codes given one by one or separated by commas, without repeats.

    Raises:
        InvalidInput: one is unknown; names those that are known.
    """
    known = list(known)
    codes = tuple(dict.fromkeys(code.strip() for part in given for code in part.split(",") if code.strip()))
    unknown = next((code for code in codes if code not in known), None)
    if unknown is not None:
        raise InvalidInput(f"There is no {field} '{unknown[:40]}'.", f"Use: {', '.join(known)}.", field=field)
    return codes


def parse_accessibility(given: Iterable[str]) -> tuple[str, ...]:
    """Names of accessibility facts.

    Raises:
        InvalidInput: one is unknown.
    """
    return parse_codes(given, ACCESSIBILITY_FACTS, "accessibility")


def parse_text(text: str) -> str:
    """Words to search for, spaces tidied.

    Raises:
        InvalidInput: too short to find anything, too long, or with control characters.
    """
    tidy = " ".join(text.split())
    if not MINIMUM_QUERY <= len(tidy) <= MAXIMUM_QUERY or not tidy.isprintable():
        raise InvalidInput(
            f"The search text has fewer than {MINIMUM_QUERY} or more than {MAXIMUM_QUERY} characters.",
            "Give a word or two of a name, street, town or description.",
            field="q",
        )
    return tidy


def parse_language(text: str) -> str:
    """The name of a language.

    Raises:
        InvalidInput: it is empty, or has control characters.
    """
    tidy = " ".join(text.split())
    if not tidy or not tidy.isprintable():
        raise InvalidInput("There is no name of a language.", "Give one, such as Polish.", field="language")
    return tidy


def _parse_moment(text: str, field: str, remedy: str) -> date | datetime:
    """A date as such, a date-time as an aware moment in UTC."""
    text = text.strip().replace(" ", "+") if text.count(" ") == 1 and "T" in text else text.strip()
    try:
        if len(text) == len("2026-11-01"):
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=LONDON)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidInput(f"'{text[:40]}' is not a date.", remedy, field=field) from None


def _refuse(error: GeographyError, field: str | None = None) -> NoReturn:
    raise InvalidInput(error.what, error.remedy, field=error.field or field) from error
