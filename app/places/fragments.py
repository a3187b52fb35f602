"""The JSON of places: made by PostgreSQL once for a version of the register, kept, and joined into answers."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from threading import Lock
from time import monotonic
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlmodel import Session

from app.db.version import RegisterVersion
from app.places import queries
from app.places.queries import PlaceFacts
from app.places.standing import Standing, read_standing
from geo.positions import Positions

KEPT = 30_000
"""Places whose JSON one process keeps: about 40 MB of a register far larger than any county's."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A place's public facts as JSON: `properties` is an object without its closing brace; position CRS84, degrees.

    `feature_head` is what stands before the properties in a GeoJSON feature.
    """

    reference: str
    properties: bytes
    lon: float
    lat: float
    feature_head: bytes


def make_fragment(facts: PlaceFacts) -> Fragment:
    """The fragment of a place's public facts."""
    head = (
        f'{{"type":"Feature","id":"{facts.reference}",'
        f'"geometry":{{"type":"Point","coordinates":[{facts.lon!r},{facts.lat!r}]}},"properties":'
    )
    return Fragment(facts.reference, facts.properties.encode()[:-1], facts.lon, facts.lat, head.encode())


KEPT_ANSWERS_BYTES = 16 * 1024 * 1024
"""Whole answers that one process keeps: a map of a county, a partner's page, asked for again and again."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer that anybody may have again while the register stands still."""

    body: bytes
    headers: Mapping[str, str]
    media_type: str


@dataclass(slots=True)
class Kept:
    """What has been read of one version of the register. Kept data are never older than the version that names them."""

    tag: str
    standings: dict[date, Standing] = field(default_factory=dict)
    fragments: dict[int, Fragment] = field(default_factory=dict)
    answers: OrderedDict[str, KeptAnswer] = field(default_factory=OrderedDict)
    answers_bytes: int = 0
    positions: Positions | None = None
    positions_asked: bool = False
    since: float = field(default_factory=monotonic)
    lock: Lock = field(default_factory=Lock)

    def standing(self, session: Session, on: date) -> Standing:
        """`read_standing`, once."""
        known = self.standings.get(on)
        if known is None:
            known = self.standings[on] = read_standing(session, on)
        return known

    def keep(self, made: Mapping[int, Fragment]) -> None:
        """Remember fragments; the oldest make room."""
        with self.lock:
            self.fragments |= made
            for oldest in list(self.fragments)[: max(0, len(self.fragments) - KEPT)]:
                del self.fragments[oldest]

    def keep_answer(self, etag: str, answer: KeptAnswer) -> None:
        """Remember an answer by its ETag; the oldest make room. Answers to a position are never given here."""
        with self.lock:
            if etag in self.answers or len(answer.body) > KEPT_ANSWERS_BYTES:
                return
            self.answers[etag] = answer
            self.answers_bytes += len(answer.body)
            while self.answers_bytes > KEPT_ANSWERS_BYTES:
                _, oldest = self.answers.popitem(last=False)
                self.answers_bytes -= len(oldest.body)


_kept: WeakKeyDictionary[Engine, Kept] = WeakKeyDictionary()


def kept_for(engine: Engine, version: RegisterVersion) -> Kept:
    """What this process keeps of this version of the register behind an engine."""
    kept = _kept.get(engine)
    if kept is None or kept.tag != version.tag:
        kept = _kept[engine] = Kept(version.tag)
    return kept


def read_fragments(
    session: Session, ids: Sequence[int], standing: Standing, at: datetime | None
) -> dict[int, Fragment]:
    """The JSON of those of these places that are published at `at` (None: now)."""
    if not ids:
        return {}
    return {facts.id: make_fragment(facts) for facts in queries.facts_of(session, ids, sets=standing.set_ids, at=at)}


def find_fragments(
    session: Session, ids: Sequence[int], standing: Standing, at: datetime | None, kept: Kept | None
) -> Mapping[int, Fragment]:
    """`read_fragments`, from what is kept as far as it goes. The past is not kept: few ask for it."""
    if kept is None or at is not None:
        return read_fragments(session, ids, standing, at)
    missing = [place_id for place_id in ids if place_id not in kept.fragments]
    if not missing:
        return kept.fragments
    at_hand = {place_id: fragment for place_id in ids if (fragment := kept.fragments.get(place_id))}
    made = read_fragments(session, missing, standing, at)
    kept.keep(made)
    return {**at_hand, **made}
