"""All tables, one file for each concept. Import this package and every table is registered in `metadata`."""

from app.tables.account import (
    Account,
    AccountSecret,
    ApiKey,
    KnownBrowser,
    RecoveryCode,
    SignInAttempt,
    SignInLink,
    SignInSession,
)
from app.tables.audit import Audit
from app.tables.authority import Authority
from app.tables.base import metadata
from app.tables.councillor import Councillor, TermOfOffice
from app.tables.division import Division, DivisionPiece, DivisionSet
from app.tables.history import RowHistory
from app.tables.ledger import LedgerChain, LedgerEntry, PersonalKey, PersonalValue
from app.tables.mail import MailMessage
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
from app.tables.place_work import IdempotentAnswer, PlaceChange, PlaceMerge, RegisterSetting, SavedView
from app.tables.postcode import PostcodeUnit
from app.tables.version import RegisterVersion

__all__ = [
    "Account",
    "AccountSecret",
    "ApiKey",
    "Audit",
    "Authority",
    "Councillor",
    "Division",
    "DivisionPiece",
    "DivisionSet",
    "IdempotentAnswer",
    "KnownBrowser",
    "LedgerChain",
    "LedgerEntry",
    "MailMessage",
    "MembershipTransition",
    "OutboxMessage",
    "PersonalKey",
    "PersonalValue",
    "Place",
    "PlaceChange",
    "PlaceDivision",
    "PlaceMerge",
    "PlacePrivate",
    "PlaceRevision",
    "PostcodeUnit",
    "PremisesKind",
    "RecoveryCode",
    "RegisterSetting",
    "RegisterVersion",
    "RowHistory",
    "SavedView",
    "Scheme",
    "SignInAttempt",
    "SignInLink",
    "SignInSession",
    "TermOfOffice",
    "metadata",
]
