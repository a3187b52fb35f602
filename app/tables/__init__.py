"""All tables, one file for each concept. Import this package and every table is registered in `metadata`."""

from app.tables.audit import Audit
from app.tables.authority import Authority
from app.tables.base import metadata
from app.tables.councillor import Councillor, TermOfOffice
from app.tables.division import Division, DivisionPiece, DivisionSet
from app.tables.outbox import OutboxMessage
from app.tables.place import (
    MembershipTransition,
    Place,
    PlaceDivision,
    PlacePrivate,
    PlaceRevision,
    PremisesKind,
    Scheme,
)
from app.tables.postcode import PostcodeUnit
from app.tables.version import RegisterVersion

__all__ = [
    "Audit",
    "Authority",
    "Councillor",
    "Division",
    "DivisionPiece",
    "DivisionSet",
    "MembershipTransition",
    "OutboxMessage",
    "Place",
    "PlaceDivision",
    "PlacePrivate",
    "PlaceRevision",
    "PostcodeUnit",
    "PremisesKind",
    "RegisterVersion",
    "Scheme",
    "TermOfOffice",
    "metadata",
]
