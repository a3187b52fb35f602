"""The life of a division set: loaded, checked, activated, ended, retired. Boundaries are never overwritten."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

import shapely

from app.db.sessions import WriteSession
from app.divisions import queries
from app.divisions.boundaries import in_words
from app.divisions.files import DivisionFile, DivisionRecord
from app.errors import Conflict, FaultyFile, InvalidInput, NotFound
from app.outbox.rules import queue_message
from app.tables.authority import Authority
from app.tables.base import now_utc
from app.tables.division import DivisionSet
from app.vocabulary import DivisionSetStatus
from geo.coverage_check import CoverageReport, check_coverage
from geo.crs import geometry_to_lonlat
from geo.features import to_geometry_text

ACTIVATED = "division_set.activated"
_SHOWN = 10


@dataclass(frozen=True)
class SetDescription:
    """What is said of a set: whose it is, when it is in force ([valid_from, valid_to)), where it comes from."""

    authority_code: str
    title: str
    valid_from: date
    valid_to: date | None
    source: str
    licence: str
    attribution: str = ""
    approximate: bool = False
    authority_name: str | None = None


@dataclass(frozen=True)
class SetLoaded:
    """A set that was loaded, with what its file was like and how its divisions fit together."""

    division_set: DivisionSet
    file: DivisionFile
    coverage: CoverageReport
    pieces: int


def load_set(session: WriteSession, file: DivisionFile, description: SetDescription) -> SetLoaded:
    """Store a set, inactive: it answers for nothing until it has been looked at and activated.

    Raises:
        FaultyFile: the file has faults; nothing is stored.
        InvalidInput: the period ends before it begins, or the authority is new and has no name.
        Conflict: the same divisions are held already from the same day on.
    """
    if file.faults:
        more = [f"and {len(file.faults) - _SHOWN} more"] if len(file.faults) > _SHOWN else []
        raise FaultyFile(
            "Nothing was loaded:\n" + "\n".join(file.faults[:_SHOWN] + more), "Correct the file and load it again."
        )
    if description.valid_to is not None and description.valid_to <= description.valid_from:
        raise InvalidInput("The boundaries end before they begin.", "Give a later --valid-to, or none.")
    _ensure_authority(session, description)
    content = content_hash(file.records)
    same = queries.find_same_content(session, description.authority_code, description.valid_from, content)
    if same is not None:
        raise Conflict(
            f"The same divisions are already held as set {same.id} ('{same.title}', {same.status}).",
            "There is nothing to do."
            if same.status == DivisionSetStatus.ACTIVE
            else f"Activate that one: safeplaces divisions activate {same.id}.",
        )
    stored = _store(session, description, content, file.records)
    pieces = queries.cut_pieces(session, _id_of(stored))
    return SetLoaded(stored, file, _coverage(file.records), pieces)


def _ensure_authority(session: WriteSession, description: SetDescription) -> None:
    if session.get(Authority, description.authority_code) is None:
        if not description.authority_name:
            raise InvalidInput(
                f"The register does not know the authority {description.authority_code}.",
                "Check the code, or give the authority's name with --authority-name to add it.",
            )
        session.add(Authority(code=description.authority_code, name=description.authority_name))
        session.flush()


def _store(
    session: WriteSession, description: SetDescription, content: str, records: Sequence[DivisionRecord]
) -> DivisionSet:
    stored = DivisionSet(
        authority_code=description.authority_code,
        title=description.title,
        valid_from=description.valid_from,
        valid_to=description.valid_to,
        source=description.source,
        licence=description.licence,
        attribution=description.attribution,
        approximate=description.approximate,
        status=DivisionSetStatus.LOADED,
        content_sha256=content,
    )
    session.add(stored)
    session.flush()
    rows = [
        {
            "division_set_id": stored.id,
            "gss_code": record.gss_code,
            "name": record.name,
            "members": record.members,
            "geometry": queries.to_stored(shapely.to_wkb(record.area.polygon)),
            "outline_lonlat": to_geometry_text(geometry_to_lonlat(record.area.polygon)),
            "area_m2": float(record.area.polygon.area),
        }
        for record in records
    ]
    queries.insert_divisions(session, rows)
    return stored


def content_hash(records: Sequence[DivisionRecord]) -> str:
    """SHA-256 of codes, names, members and areas, to the centimetre, wherever rings and parts begin."""
    digest = sha256()
    for record in sorted(records, key=lambda one: one.gss_code):
        digest.update(f"{record.gss_code}\n{record.name}\n{record.members}\n".encode())
        digest.update(shapely.to_wkb(shapely.normalize(shapely.set_precision(record.area.polygon, 0.01))))
    return digest.hexdigest()


def _coverage(records: Sequence[DivisionRecord]) -> CoverageReport:
    return check_coverage({record.gss_code: record.area.polygon for record in records})


def check_set(session: WriteSession, set_id: int) -> CoverageReport:
    """How the divisions of a stored set fit together.

    Raises:
        NotFound: there is no such set.
    """
    get_set(session, set_id)
    outlines = queries.list_outlines(session, set_id)
    return check_coverage({outline.gss_code: outline.area for outline in outlines})


def get_set(session: WriteSession, set_id: int) -> DivisionSet:
    """A set by its number.

    Raises:
        NotFound: there is none.
    """
    found = session.get(DivisionSet, set_id)
    if found is None:
        raise NotFound(f"There is no division set {set_id}.", "See safeplaces divisions list.")
    return found


def activate_set(session: WriteSession, set_id: int, *, accept_faults: bool = False) -> queries.Links:
    """Let a set answer for its period, and link every place of the register to its divisions.

    Args:
        session: the transaction; the links are made by one statement, and a message is queued for what follows from it.
        set_id: a loaded or retired set.
        accept_faults: activate it although its divisions overlap or are there twice.

    Raises:
        NotFound: there is no such set.
        Conflict: it is active already, overlaps another active set in time, or its divisions overlap on the ground.
    """
    chosen = get_set(session, set_id)
    if chosen.status == DivisionSetStatus.ACTIVE:
        raise Conflict(f"Set {set_id} is active already.", "There is nothing to do.")
    other = queries.find_overlapping(session, chosen, chosen.valid_to)
    if other is not None:
        end = chosen.valid_from if other.valid_from < chosen.valid_from else None
        raise Conflict(
            f"Set {set_id} overlaps set {other.id}, '{other.title}', which is in force {_period(other)}.",
            (f"End that one first: safeplaces divisions end {other.id} --on {end}." if end else "")
            + f" Or retire it: safeplaces divisions retire {other.id}.",
        )
    report = check_set(session, set_id)
    if (report.overlaps or report.duplicates) and not accept_faults:
        raise Conflict(
            f"Divisions of set {set_id} overlap: {len(report.overlaps)} pairs, {len(report.duplicates)} drawn twice.",
            f"See safeplaces divisions check {set_id}; --accept-faults activates it nevertheless.",
        )
    chosen.status = DivisionSetStatus.ACTIVE
    chosen.activated_at = now_utc()
    session.flush()
    queries.assign_register(session, set_id)
    links = queries.count_links(session, set_id)
    queue_message(
        session,
        ACTIVATED,
        {"division_set_id": set_id, "authority_code": chosen.authority_code, "assigned": links.assigned},
    )
    return links


def end_set(session: WriteSession, set_id: int, on: date) -> DivisionSet:
    """Say when a set ceases to be in force: `on` is the first day without it.

    Raises:
        NotFound: there is no such set.
        InvalidInput: that is not after its beginning.
        Conflict: it would then overlap another active set.
    """
    chosen = get_set(session, set_id)
    if on <= chosen.valid_from:
        raise InvalidInput(
            f"Set {set_id} has been in force only since {in_words(chosen.valid_from)}.", "Give a later day."
        )
    if chosen.status == DivisionSetStatus.ACTIVE and (other := queries.find_overlapping(session, chosen, on)):
        raise Conflict(f"Set {set_id} would overlap set {other.id}, '{other.title}'.", "Give an earlier day.")
    chosen.valid_to = on
    session.flush()
    return chosen


def retire_set(session: WriteSession, set_id: int) -> DivisionSet:
    """Let a set answer for nothing any more. Its divisions and links stay, for the record.

    Raises:
        NotFound: there is no such set.
    """
    chosen = get_set(session, set_id)
    chosen.status = DivisionSetStatus.RETIRED
    session.flush()
    return chosen


def _period(found: DivisionSet) -> str:
    until = f" to {in_words(found.valid_to)}" if found.valid_to else ", with no end"
    return f"from {in_words(found.valid_from)}{until}"


def _id_of(stored: DivisionSet) -> int:
    if stored.id is None:
        raise ValueError("the set has not been flushed")
    return stored.id
