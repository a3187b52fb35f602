"""A place's facts as a person or a file gives them: validated field by field, each fault in words.

A draft is not yet a place: its location is found by whoever holds the postcodes, and whether it may change what the
register holds is decided elsewhere.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, NamedTuple, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from app.db.version import london_today
from app.errors import InvalidInput
from app.places import facts
from app.places.facts import fold
from app.postcodes.rules import parse_postcode
from app.vocabulary import (
    DEFAULT_LOCATION_QUALITY_M,
    MEMBERSHIP_LABELS,
    OFFERS,
    PREMISES_KINDS,
    SCHEMES,
    LocationSource,
    MembershipStatus,
)
from geo.faults import GeographyError
from geo.points import check_grid_point, check_lonlat


class FieldFault(NamedTuple):
    """What is wrong with one field of a draft, and what to do about it."""

    field: str
    what: str
    remedy: str


def _codes(labels: Mapping[str, str]) -> dict[str, str]:
    """From the folded code and the folded label to the code."""
    return {fold(word): code for code, label in labels.items() for word in (label, code)}


OFFER_CODES = _codes(OFFERS)
STATUS_CODES = _codes({status.value: label for status, label in MEMBERSHIP_LABELS.items()})
SOURCE_CODES = _codes(
    {
        LocationSource.POSTCODE: "postcode unit",
        LocationSource.UPRN: "property",
        LocationSource.SURVEY: "surveyed",
        LocationSource.ENTRANCE_PIN: "entrance",
    }
)


@dataclass(frozen=True)
class PlaceWords:
    """The premises kinds and schemes that a register knows: folded codes and labels, each with its code.

    Authorities extend them in the database; these are the ones that every register starts with.
    """

    kinds: Mapping[str, str] = field(default_factory=lambda: _codes(PREMISES_KINDS))
    schemes: Mapping[str, str] = field(
        default_factory=lambda: _codes({code: label for code, (label, _) in SCHEMES.items()})
    )

    @classmethod
    def of(cls, kinds: Mapping[str, str], schemes: Mapping[str, str]) -> Self:
        """From code to label of each."""
        return cls(_codes(kinds), _codes(schemes))


FIRST_WORDS = PlaceWords()


def _fault(what: str, remedy: str, name: str | None = None) -> PydanticCustomError:
    context = {"what": what, "remedy": remedy} | ({"field": name} if name else {})
    return PydanticCustomError("fact", "This value is not valid.", context)


def _text(parse: Callable[[str], object], empty: Callable[[], object] = lambda: None) -> BeforeValidator:
    """Text goes through the parser, blank text is "not known"; what is no text goes on to pydantic's own check."""

    def validate(value: object) -> object:
        if not isinstance(value, str):
            return value
        if not value or value.isspace():
            return empty()
        try:
            return parse(value)
        except InvalidInput as error:
            raise _fault(error.what, error.remedy) from None

    return BeforeValidator(validate)


def _line(longest: int) -> BeforeValidator:
    return _text(lambda text: facts.parse_line(text, longest))


def _paragraphs(longest: int) -> BeforeValidator:
    return _text(lambda text: facts.parse_paragraphs(text, longest))


Codes = Callable[[PlaceWords], Mapping[str, str]]


def _coded(codes: Codes, noun: str) -> BeforeValidator:
    """A code or label, looked up in the words of the register (the `context` of the validation)."""

    def validate(value: object, info: ValidationInfo) -> object:
        if not isinstance(value, str):
            return value
        if not value or value.isspace():
            return None
        try:
            return facts.parse_code(value, codes(info.context or FIRST_WORDS), noun)
        except InvalidInput as error:
            raise _fault(error.what, error.remedy) from None

    return BeforeValidator(validate)


def _coded_list(codes: Codes, noun: str) -> BeforeValidator:
    """The same for a list, or for the text of one."""

    def validate(value: object, info: ValidationInfo) -> object:
        if not isinstance(value, str | list | tuple):
            return value
        known = codes(info.context or FIRST_WORDS)
        try:
            items = facts.parse_list(value) if isinstance(value, str) else map(str, value)
            return list(dict.fromkeys(facts.parse_code(item, known, noun) for item in items))
        except InvalidInput as error:
            raise _fault(error.what, error.remedy) from None

    return BeforeValidator(validate)


def _each(check: Callable[[Any], object]) -> AfterValidator:
    """Items of a list that came as a list, as programs send it: each is held to what text of a list is held to."""

    def validate(items: list[Any]) -> list[Any]:
        if len(items) > facts.MOST_ITEMS:
            raise _fault(f"The list has {len(items)} items; {facts.MOST_ITEMS} is the most.", "Shorten it.")
        try:
            return [check(item) for item in items]
        except InvalidInput as error:
            raise _fault(error.what, error.remedy) from None

    return AfterValidator(validate)


Number = Annotated[Annotated[float, Field(allow_inf_nan=False)] | None, _text(facts.parse_number)]
YesNo = Annotated[bool | None, _text(facts.parse_yes_no)]
Line = Annotated[str | None, _line(200)]


class PositionDraft(BaseModel):
    """Where a place is, as given: grid coordinates, or longitude and latitude, or else its postcode.

    `easting`/`northing` are EPSG:27700 metres, `lon`/`lat` CRS84 degrees; the grid wins where both are given. A UPRN
    is kept but locates nothing, since no data set of UPRNs comes with the register.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    postcode: Annotated[str | None, _text(parse_postcode)] = None
    uprn: Annotated[str | None, _text(facts.parse_uprn)] = None
    easting: Number = None
    northing: Number = None
    lon: Number = None
    lat: Number = None
    location_source: Annotated[LocationSource | None, _coded(lambda _: SOURCE_CODES, "location source")] = None
    location_quality_m: Number = None

    @model_validator(mode="after")
    def _check_position(self) -> Self:
        for half, other in (("easting", "northing"), ("northing", "easting"), ("lon", "lat"), ("lat", "lon")):
            if getattr(self, half) is not None and getattr(self, other) is None:
                raise _fault(f"There is {half} without {other}.", "Give both, or leave both empty.", other)
        try:
            if self.easting is not None and self.northing is not None:
                check_grid_point(self.easting, self.northing)
            elif self.lon is not None and self.lat is not None:
                check_lonlat(self.lon, self.lat)
        except GeographyError as error:
            raise _fault(error.what, error.remedy, error.field or "easting") from None
        if self.easting == 0 and self.northing == 0:
            raise _fault("There is nothing at 0, 0.", "Leave both empty where the position is not known.", "easting")
        if not self.has_coordinates:
            self._check_without_coordinates()
        if self.location_quality_m is not None and not 0 < self.location_quality_m <= 10_000:  # noqa: PLR2004
            raise _fault(
                "The uncertainty of a location is between 0 and 10000 metres.", "Correct it.", "location_quality_m"
            )
        return self

    def _check_without_coordinates(self) -> None:
        if self.postcode is None:
            remedy = "Give a postcode, easting and northing, or longitude and latitude."
            if self.uprn:
                remedy = f"A UPRN alone is not enough, since no list of UPRNs comes with the register. {remedy}"
            raise _fault("Nothing says where the place is.", remedy, "postcode")
        if self.location_source in {LocationSource.SURVEY, LocationSource.ENTRANCE_PIN}:
            raise _fault(
                f"The location is said to come from '{self.location_source}', but there are no coordinates.",
                "Give them, or leave the source empty to use the postcode.",
                "location_source",
            )

    @property
    def has_coordinates(self) -> bool:
        """Whether it has a position of its own, rather than its postcode's."""
        return self.easting is not None or self.lon is not None

    @property
    def locating_field(self) -> str:
        """The field that says where the place is: the one at fault where there is no such position."""
        if self.easting is not None:
            return "easting"
        return "lon" if self.lon is not None else "postcode"

    @property
    def source(self) -> LocationSource:
        """Where the location comes from; coordinates that come with a UPRN and no word are taken for the property's."""
        if not self.has_coordinates:
            return LocationSource.POSTCODE
        return self.location_source or (LocationSource.UPRN if self.uprn else LocationSource.SURVEY)

    @property
    def quality_m(self) -> float:
        """The uncertainty of the location in metres: as given, or what is usual for its source."""
        as_meant = self.location_source in {None, self.source}
        return (self.location_quality_m if as_meant else None) or DEFAULT_LOCATION_QUALITY_M[self.source]


class PlaceDraft(PositionDraft):
    """The facts of one place. None is "not known"; lists are in the order given."""

    reference: Annotated[str | None, _text(facts.parse_reference)] = None
    name: Annotated[str, _line(150)]
    kind: Annotated[str, _coded(lambda words: words.kinds, "kind of premises")]
    schemes: Annotated[list[str], _coded_list(lambda words: words.schemes, "scheme"), Field(min_length=1)]
    offers: Annotated[list[str], _coded_list(lambda _: OFFER_CODES, "offer")] = []
    description: Annotated[str | None, _paragraphs(2_000)] = None
    address_1: Line = None
    address_2: Line = None
    town: Line = None
    opening_hours: Annotated[str | None, _text(facts.parse_hours)] = None
    closures: Annotated[list[dict[str, str]], _text(facts.parse_closures, list), _each(facts.check_closure)] = []
    phone: Annotated[str | None, _text(facts.parse_phone)] = None
    email: Annotated[str | None, _text(facts.parse_email)] = None
    website: Annotated[str | None, _text(facts.parse_website)] = None
    step_free_entrance: YesNo = None
    accessible_toilet: YesNo = None
    hearing_loop: YesNo = None
    quiet_space: YesNo = None
    bsl: YesNo = None
    languages: Annotated[list[str], _text(facts.parse_list, list), _each(facts.check_item)] = []
    consent_on: Annotated[date | None, _text(facts.parse_day)] = None
    membership_status: Annotated[MembershipStatus | None, _coded(lambda _: STATUS_CODES, "membership status")] = None
    contact_name: Line = None
    contact_role: Line = None
    contact_phone: Annotated[str | None, _text(facts.parse_phone)] = None
    contact_email: Annotated[str | None, _text(facts.parse_email)] = None
    private_notes: Annotated[str | None, _paragraphs(10_000)] = None
    consent_by: Line = None

    @model_validator(mode="after")
    def _check_consent(self) -> Self:
        if self.consent_on is not None and self.consent_on > london_today():
            raise _fault("The day of consent has not come yet.", "Correct the date.", "consent_on")
        return self


def parse_draft(
    values: Mapping[str, Any], words: PlaceWords = FIRST_WORDS
) -> tuple[PlaceDraft | None, list[FieldFault]]:
    """A draft from the values given, or everything that is wrong with them.

    Args:
        values: from the names of `PlaceDraft`'s fields to text (or values of the right type). Absent is not known.
        words: the premises kinds and schemes of the register.
    """
    try:
        return PlaceDraft.model_validate(values, context=words), []
    except ValidationError as error:
        faults = dict(_field_faults(error))
    # Pydantic asks where a place is only once all fields are sound; people want every fault at once.
    if not faults.keys() & PositionDraft.model_fields.keys():
        faults |= {fault.field: fault for fault in parse_position(values)[1]}
    return None, list(faults.values())


def parse_position(values: Mapping[str, Any]) -> tuple[PositionDraft | None, list[FieldFault]]:
    """Where a place is, from those of the values that say so, or everything that is wrong with them."""
    position = {name: value for name, value in values.items() if name in PositionDraft.model_fields}
    try:
        return PositionDraft.model_validate(position), []
    except ValidationError as error:
        return None, list(dict(_field_faults(error)).values())


def _field_faults(error: ValidationError) -> Iterator[tuple[str, FieldFault]]:
    for details in error.errors(include_url=False):
        fault = _field_fault(details)
        yield fault.field, fault


def _field_fault(details: ErrorDetails) -> FieldFault:
    context = details.get("ctx", {})
    name = context.get("field") or (str(details["loc"][0]) if details["loc"] else "")
    if details["type"] == "fact":
        return FieldFault(name, context["what"], context["remedy"])
    if details["type"] in {"missing", "too_short"} or details["input"] is None:
        return FieldFault(name, "It is missing, and every place needs one.", "Fill it in.")
    if details["type"] == "extra_forbidden":
        return FieldFault(name, "A place has no such fact.", "See the columns in docs/importing.md.")
    return FieldFault(name, f"This value is not valid: {details['msg']}.", "Correct it.")
