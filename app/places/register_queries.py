"""Statements that find which places stand on a page of the register, in what order, and how many fit in all.

All of them narrow `visible_places`. What a page shows of its places is read by `register_facts`.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import orjson
from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    Text,
    TextClause,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    select,
    text,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY, array, distinct_on
from sqlalchemy.types import BigInteger, Boolean, Date, DateTime, Integer
from sqlmodel import Session, col

from app.db.version import LONDON, london_today
from app.errors import InvalidInput
from app.permissions.identity import Identity
from app.places.register_facts import CHANGE_WAITS, NEAR_BOUNDARY, POSTCODE_DISAGREES
from app.places.register_past import MATCHING, stand_ins
from app.places.register_schemas import Flag, RegisterFilters, Sort
from app.places.visibility import readable_private, visible_places
from app.tables import Audit, Place, PremisesKind
from app.vocabulary import Assurance, MembershipStatus

Key = str | int | date | datetime
_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]{0,5}", re.ASCII)
"""The beginning of a postcode, without the space."""
_LONGEST_OUTWARD = 4
FOR_EVER = date(9999, 12, 31)
"""Where places without an audit stand in the order of the day on which assurance ends."""


class Position(NamedTuple):
    """Where a page begins: what orders the last place before it, and its id."""

    key: Key
    place_id: int


class Asked(NamedTuple):
    """Who asks for which places; `sets` are the division sets that answer today, or at the moment `at` (None: now)."""

    identity: Identity
    filters: RegisterFilters
    sets: Sequence[int]
    at: datetime | None = None


class Found(NamedTuple):
    """The ids of a page in order, the cursor of the next page, and how many places fit in all."""

    ids: list[int]
    following: str | None
    total: int


def find_page(session: Session, asked: Asked, *, limit: int, after: str | None) -> Found:
    """A page; `after` is the cursor that the page before gave.

    Raises:
        InvalidInput: the cursor is not one of this list's.
    """
    filters = asked.filters
    position = parse_position(after, filters) if after is not None else None
    if asked.at is None and filters == RegisterFilters(sort=filters.sort, descending=filters.descending):
        # Nothing is narrowed: an index counts all, and another leads to the page.
        total = count_places(session, asked)
        key = _key(filters.sort)
        statement = _page_of(
            _narrowed(asked).with_only_columns(col(Place.id), key), key, col(Place.id), filters, position
        )
        rows = [(row[0], row[1]) for row in session.connection().execute(statement.limit(limit + 1))]
    else:
        # What fits is found once for both, as that is what takes the time.
        fitting = _narrowed(asked).with_only_columns(col(Place.id).label("id"), _key(filters.sort).label("key"))
        if asked.at is not None:
            fitting = fitting.add_cte(*stand_ins(_visible_ids(session, asked.identity), asked.at))
        fit = fitting.cte("fit")
        page = _page_of(select(fit.c.id, fit.c.key), fit.c.key, fit.c.id, filters, position).limit(limit + 1)
        counted = select(func.count().label("total")).select_from(fit).subquery("counted")
        shown = page.subquery("shown")
        order = _order(shown.c.key, shown.c.id, filters)
        both = select(counted.c.total, shown.c.id, shown.c.key).select_from(counted.outerjoin(shown, true()))
        found = session.connection().execute(both.order_by(*order)).all()
        total = found[0].total
        rows = [(row.id, row.key) for row in found if row.id is not None]
    following = to_position(Position(rows[limit - 1][1], rows[limit - 1][0]), filters) if len(rows) > limit else None
    return Found([row[0] for row in rows[:limit]], following, total)


def _page_of(
    statement: Select[Any],
    key: ColumnElement[Any],
    place_id: SQLColumnExpression[Any],
    filters: RegisterFilters,
    position: Position | None,
) -> Select[Any]:
    """The statement in order, beyond a position."""
    if position is not None:
        here = tuple_(key, place_id)
        there = tuple_(literal(position.key, key.type), literal(position.place_id, BigInteger))
        statement = statement.where(here < there if filters.descending else here > there)
    return statement.order_by(*_order(key, place_id, filters))


def _order(
    key: SQLColumnExpression[Any], place_id: SQLColumnExpression[Any], filters: RegisterFilters
) -> list[SQLColumnExpression[Any]]:
    return [key.desc(), place_id.desc()] if filters.descending else [key, place_id]


def count_places(session: Session, asked: Asked) -> int:
    """How many places fit."""
    statement = _narrowed(asked, ordered=False).with_only_columns(func.count())
    return int(session.connection().execute(statement).scalar_one())


def find_all(session: Session, asked: Asked, *, limit: int) -> dict[str, int]:
    """References and ids of all that fit, at most `limit`, in the order of ids."""
    statement = _narrowed(asked, ordered=False).order_by(col(Place.id)).limit(limit)
    return _ids_of(session, statement)


class DrawnPlace(NamedTuple):
    """A place as a map of the register shows it; lon and lat in degrees (CRS84)."""

    reference: str
    name: str
    kind_label: str
    town: str | None
    membership_status: MembershipStatus
    assurance: Assurance
    lon: float
    lat: float


def list_drawn(session: Session, asked: Asked, *, limit: int) -> list[DrawnPlace]:
    """All that fit, at most `limit`, in the order of ids."""
    assurance = func.assurance_of(_NEWEST.c.verdict, _NEWEST.c.valid_until, london_today())
    statement = _narrowed(asked, ordered=False)
    if not _asks_for_audits(asked.filters):
        statement = statement.outerjoin(_NEWEST, _NEWEST.c.place_id == col(Place.id))
    drawn = statement.join(PremisesKind, col(PremisesKind.code) == col(Place.kind)).with_only_columns(
        col(Place.reference),
        col(Place.name),
        col(PremisesKind.label),
        col(Place.town),
        col(Place.membership_status),
        assurance,
        col(Place.lon),
        col(Place.lat),
    )
    rows = session.connection().execute(drawn.order_by(col(Place.id)).limit(limit))
    return [DrawnPlace(*row) for row in rows]


def find_extent(session: Session, asked: Asked) -> tuple[float, float, float, float] | None:
    """The box around all that fit: min lon, min lat, max lon, max lat (CRS84 degrees); None where nothing does."""
    lon, lat = col(Place.lon), col(Place.lat)
    statement = _narrowed(asked, ordered=False).with_only_columns(
        func.min(lon), func.min(lat), func.max(lon), func.max(lat)
    )
    west, south, east, north = session.connection().execute(statement).one()
    return None if west is None else (west, south, east, north)


def find_ids(session: Session, identity: Identity, references: Sequence[str]) -> dict[str, int]:
    """References and ids of those of these places that somebody may see."""
    statement = visible_places(identity).where(col(Place.reference).in_(references)).order_by(col(Place.id))
    return _ids_of(session, statement)


def _visible_ids(session: Session, identity: Identity) -> list[int]:
    statement = visible_places(identity).with_only_columns(col(Place.id))
    return [int(found) for found in session.connection().execute(statement).scalars() if found is not None]


def _ids_of(session: Session, statement: Select[Place]) -> dict[str, int]:
    rows = session.connection().execute(statement.with_only_columns(col(Place.reference), col(Place.id)))
    return {row[0]: int(row[1]) for row in rows if row[1] is not None}


def count_by_status(session: Session, identity: Identity) -> dict[str, int]:
    """How many of the places that somebody may see have each status; 0 included."""
    status = col(Place.membership_status)
    statement = visible_places(identity).with_only_columns(status, func.count()).group_by(status)
    found = {row[0]: int(row[1]) for row in session.connection().execute(statement)}
    return {status.value: found.get(status.value, 0) for status in MembershipStatus}


def to_position(position: Position, filters: RegisterFilters) -> str:
    """A cursor: opaque, and good for this order only."""
    key = position.key.isoformat() if isinstance(position.key, date) else position.key
    packed = orjson.dumps([filters.sort, filters.descending, key, position.place_id])
    return urlsafe_b64encode(packed).decode().rstrip("=")


def parse_position(cursor: str, filters: RegisterFilters) -> Position:
    """What a cursor holds.

    Raises:
        InvalidInput: it is not one of ours, or one of another order.
    """
    try:
        sort, descending, key, place_id = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if (sort, descending) != (filters.sort, filters.descending) or not 0 < int(place_id) < 2**63:
            raise ValueError  # noqa: TRY301 - every fault of a cursor is told in the same words
        return Position(_read_key(filters.sort, key), int(place_id))
    except (BadBase64, ValueError, TypeError, OverflowError):
        raise InvalidInput(
            "The cursor is not one that this list gave in this order.",
            "Follow the 'next' link of the page before, or leave the cursor out to start again.",
            field="cursor",
        ) from None


def _read_key(sort: Sort, key: Any) -> Key:  # noqa: ANN401 - whatever somebody sent
    if sort is Sort.VALID_UNTIL:
        return date.fromisoformat(key)
    if sort is Sort.UPDATED:
        return datetime.fromisoformat(key)
    if sort in {Sort.REFERENCE, Sort.STATUS}:
        if not -(2**31) < int(key) < 2**63:
            raise ValueError
        return int(key)
    if not isinstance(key, str) or "\x00" in key:
        raise ValueError
    return key


def _key(sort: Sort) -> ColumnElement[Any]:
    match sort:
        case Sort.REFERENCE:
            return cast(func.substr(col(Place.reference), 4), BigInteger)
        case Sort.NAME:
            return func.lower(col(Place.name))
        case Sort.TOWN:
            return func.lower(func.coalesce(col(Place.town), ""))
        case Sort.STATUS:
            order = array([literal_column(f"'{status}'", Text) for status in MembershipStatus])
            return func.array_position(order, cast(col(Place.membership_status), Text), type_=Integer)
        case Sort.VALID_UNTIL:
            return func.coalesce(_NEWEST.c.valid_until, literal(FOR_EVER, Date), type_=Date)
        case Sort.UPDATED:
            return cast(col(Place.updated_at), DateTime(timezone=True))


_NEWEST = (
    select(col(Audit.place_id), col(Audit.verdict), col(Audit.valid_until))
    .ext(distinct_on(col(Audit.place_id)))
    .where(col(Audit.effective_at) <= func.statement_timestamp())
    .order_by(col(Audit.place_id), col(Audit.effective_at).desc(), col(Audit.id).desc())
    .subquery("newest")
)
"""The audit that counts for each place, found for all places in one pass: an index lookup for each took six times as
long where a list is narrowed or ordered by assurance."""

_LINKS = "SELECT FROM place_division AS link WHERE link.place_id = place.id AND link.division_set_id = ANY(:sets)"
_LINKED = f"""EXISTS ({_LINKS} AND link.division_id IN (
    SELECT id FROM division WHERE gss_code = :division AND division_set_id = ANY(:sets)))"""
_FLAGS: dict[Flag, str] = {
    Flag.NEAR_BOUNDARY: f"EXISTS ({_LINKS} AND {NEAR_BOUNDARY})",
    Flag.POSTCODE_DISAGREES: f"EXISTS ({_LINKS} AND {POSTCODE_DISAGREES})",
    Flag.NO_CONSENT: "place.consent_on IS NULL",
    Flag.UNASSESSED: """NOT EXISTS (
        SELECT FROM audit WHERE audit.place_id = place.id AND audit.effective_at <= statement_timestamp())""",
    Flag.CHANGE_WAITING: f"EXISTS ({CHANGE_WAITS})",
}
_MATCHING = "place.id IN (SELECT find_places(:words, :part, :numbers, :postcodes, :contacts))"
_DIGITS = re.compile(r"(?:SP-?)?([0-9]{1,18})", re.ASCII | re.IGNORECASE)
"""A reference as people type it: SP-0042, SP0042 or 42."""


def _narrowed(asked: Asked, *, ordered: bool = True) -> Select[Place]:
    """`visible_places` with the conditions of the filters; of the past (`stand_ins`) there are no others."""
    filters = asked.filters
    statement = visible_places(asked.identity) if asked.at is None else select(Place)
    if _asks_for_audits(filters) or (ordered and filters.sort is Sort.VALID_UNTIL):
        statement = statement.outerjoin(_NEWEST, _NEWEST.c.place_id == col(Place.id))
    written = [_FLAGS[flag] for flag in filters.flags]
    statement = statement.where(*_plain(filters), *_of_clock(asked), *(_condition(one, asked) for one in written))
    if filters.division:
        statement = statement.where(_condition(_LINKED, asked).bindparams(division=filters.division))
    if filters.text:
        reads_contacts = "contact_name" in readable_private(asked.identity)
        statement = statement.where(_matching(filters.text, contacts=reads_contacts if asked.at is None else None))
    return statement


def _asks_for_audits(filters: RegisterFilters) -> bool:
    return bool(filters.assurances or filters.valid_before or filters.within_days is not None)


def _condition(written: str, asked: Asked) -> TextClause:
    if ":sets" not in written:
        return text(written)
    return text(written).bindparams(bindparam("sets", list(asked.sets), type_=ARRAY(Integer)))


def _plain(filters: RegisterFilters) -> Iterator[ColumnElement[bool]]:
    if filters.statuses:
        yield col(Place.membership_status).in_(filters.statuses)
    if filters.schemes:
        yield col(Place.schemes).op("&&", return_type=Boolean)(cast(list(filters.schemes), ARRAY(Text)))
    if filters.kinds:
        yield col(Place.kind).in_(filters.kinds)


def _of_clock(asked: Asked) -> Iterator[ColumnElement[bool]]:
    filters = asked.filters
    today = asked.at.astimezone(LONDON).date() if asked.at else london_today()
    if filters.assurances:
        assurance = func.assurance_of(_NEWEST.c.verdict, _NEWEST.c.valid_until, today)
        yield assurance.in_(filters.assurances)
    if filters.valid_before:
        yield _NEWEST.c.valid_until < filters.valid_before
    if filters.within_days is not None:
        yield _NEWEST.c.valid_until.between(today, today + timedelta(days=filters.within_days))


def _matching(words: str, *, contacts: bool | None) -> TextClause:
    """The condition that finds words; `contacts`: names of contacts too. None: of the past, which holds no contacts."""
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    digits = _DIGITS.fullmatch(words)
    return text(MATCHING if contacts is None else _MATCHING).bindparams(
        bindparam("numbers", [f"SP-{digits.group(1).zfill(4)}"] if digits else [], type_=ARRAY(Text)),
        bindparam("postcodes", _postcodes_like(words), type_=ARRAY(Text)),
        words=words,
        part=f"%{escaped}%",
        **({} if contacts is None else {"contacts": contacts}),
    )


def _postcodes_like(words: str) -> list[str]:
    """Patterns of the postcodes that begin so; the space may have been left out."""
    squeezed = "".join(words.upper().split())
    if not _POSTCODE.fullmatch(squeezed):
        return []
    spaced = [f"{squeezed[:at]} {squeezed[at:]}%" for at in range(2, min(len(squeezed), 4) + 1)]
    return [*spaced, f"{squeezed}%"] if len(squeezed) <= _LONGEST_OUTWARD else spaced
