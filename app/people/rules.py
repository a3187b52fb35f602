"""Who a person is to the register, what it holds about them, and how that is given to them or erased."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import orjson
from sqlmodel import Session

from app.accounts import rules as accounts_rules
from app.db.sessions import Bounds, WriteSession, confine
from app.errors import NotFound
from app.people import queries
from app.people.queries import Row, change, rows
from app.tables import Account

CONTACT_FIELDS = ("contact_name", "contact_role", "contact_phone", "contact_email", "consent_by")
_NUMBERED = re.compile(r"(account|councillor):(\d{1,9})")
_CONTACT = re.compile(r"contact:(SP-\d{4,15})(?:/(.+))?", re.IGNORECASE)


@dataclass(frozen=True)
class Person:
    """One person by all the names under which something of theirs is kept (docs/decisions/0010-who-a-person-is.md).

    `contacts` are names of contacts without an e-mail address, such as contact:SP-0001/cora contact.
    """

    accounts: tuple[int, ...] = ()
    councillors: tuple[int, ...] = ()
    emails: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()

    @property
    def subjects(self) -> list[str]:
        """Of ledger entries about them."""
        return [f"account:{each}" for each in self.accounts] + [f"councillor:{each}" for each in self.councillors]

    @property
    def people(self) -> list[str]:
        """Of personal keys."""
        return self.subjects + [f"email:{email}" for email in self.emails] + list(self.contacts)


@dataclass(frozen=True)
class Erasure:
    """What erasing somebody changes: numbers of rows, and references of places."""

    person: Person
    accounts: list[int]
    councillors: list[int]
    contacts: list[str]
    notes: list[str]
    waiting: list[str]
    mail: int
    sealed: int


def find_person(session: Session, who: str) -> Person:
    """The person with an e-mail address or a name such as account:12, councillor:5 or contact:SP-0001.

    Raises:
        NotFound: nothing is kept under that name.
    """
    who = who.strip()
    numbered = _NUMBERED.fullmatch(who)
    if numbered:
        kind, number = numbered[1], int(numbered[2])
        person = Person(accounts=(number,)) if kind == "account" else Person(councillors=(number,))
    elif contact := _CONTACT.fullmatch(who):
        person = _contact(session, contact[1].upper(), contact[2])
    else:
        person = Person(emails=(who.lower(),))
    person = _complete(session, person)
    found = (
        (rows(session, queries.ACCOUNTS, accounts=list(person.accounts)))
        or rows(session, queries.COUNCILLORS, councillors=list(person.councillors))
        or rows(session, queries.CONTACTS, people=person.people)
        or rows(session, queries.WAITING, people=person.people)
        or rows(session, queries.MAIL, emails=list(person.emails))
        or rows(session, queries.KNOWN, people=person.people)
    )
    if not found:
        raise NotFound(
            f"Nothing is kept about {who}.",
            "Give the whole e-mail address, account:NUMBER or councillor:NUMBER, or contact:REFERENCE for the contact "
            "of a place (contact:REFERENCE/NAME for a former one without an address). Ask the person for other "
            "addresses that they may have used.",
            field="who",
        )
    return person


def _contact(session: Session, reference: str, name: str | None) -> Person:
    """The contact of a place: the present one, or one without an address who had that name."""
    if name is not None:
        found = rows(session, queries.CONTACT_CALLED, reference=reference, name=name)
    else:
        found = rows(session, queries.CONTACT_OF, reference=reference)
    person = str(found[0]["person"]) if found else f"contact:{reference}"
    kind, _, email = person.partition(":")
    return Person(emails=(email,)) if kind == "email" else Person(contacts=(person,))


def _complete(session: Session, person: Person) -> Person:
    """All that is theirs: by their e-mail addresses, and the councillor that an account stands for.

    Of places whose contact they are, also what was recorded under their name before they had an address there.
    """
    while True:
        found = rows(
            session,
            queries.THEIR_ACCOUNTS,
            accounts=list(person.accounts),
            emails=list(person.emails),
            councillors=list(person.councillors),
        )
        accounts = {each["id"] for each in found} | set(person.accounts)
        councillors = {each["councillor_id"] for each in found if each["councillor_id"]} | set(person.councillors)
        members = rows(
            session,
            queries.THEIR_COUNCILLORS,
            councillors=sorted(councillors),
            emails=list(person.emails),
        )
        councillors |= {each["id"] for each in members}
        emails = {each["email"] for each in (*found, *members) if each["email"]} | set(person.emails)
        before = rows(session, queries.BEFORE_AN_ADDRESS, emails=sorted(emails))
        contacts = {each["person"] for each in before} | set(person.contacts)
        complete = Person(*(tuple(sorted(each)) for each in (accounts, councillors, emails, contacts)))  # type: ignore[arg-type]  # in the order of the fields
        if complete == person:
            return complete
        person = complete


def export(session: WriteSession, person: Person) -> dict[str, Any]:
    """Everything that is held about a person, as plain values; that it was given out is recorded, under a number."""
    accounts, councillors, emails = list(person.accounts), list(person.councillors), list(person.emails)
    held: dict[str, Any] = {
        "person": {
            "accounts": accounts,
            "councillors": councillors,
            "emails": emails,
            "contacts": list(person.contacts),
        },
        "accounts": rows(session, queries.ACCOUNTS, accounts=accounts),
        "sessions": rows(session, queries.SESSIONS, accounts=accounts),
        "api_keys": rows(session, queries.KEYS, accounts=accounts),
        "saved_views": rows(session, queries.VIEWS, accounts=accounts),
        "councillors": rows(session, queries.COUNCILLORS, councillors=councillors),
        "terms_of_office": rows(session, queries.TERMS, councillors=councillors),
        "contact_of_places": rows(session, queries.CONTACTS, people=person.people),
        "changes_waiting": [_contact_facts(each) for each in rows(session, queries.WAITING, people=person.people)],
        "mail": rows(session, queries.MAIL, emails=emails),
        "ledger_entries": rows(session, queries.ENTRIES, subjects=person.subjects),
        "ledger_entries_of_what_they_did": rows(session, queries.ACTS, subjects=person.subjects)[0]["entries"],
        "earlier_values": rows(session, queries.SEALED, people=person.people),
    }
    return {"request": _record(session, person, "exported")} | held


def preview(session: Session, person: Person) -> Erasure:
    """What erasing a person will do."""
    contacts = rows(session, queries.CONTACTS, people=person.people)
    sealed = rows(session, queries.READABLE, people=person.people)
    return Erasure(
        person=person,
        accounts=list(person.accounts),
        councillors=list(person.councillors),
        contacts=[each["reference"] for each in contacts],
        notes=[each["reference"] for each in contacts if each["notes"]],
        waiting=[each["reference"] for each in rows(session, queries.WAITING, people=person.people)],
        mail=len(rows(session, queries.MAIL, emails=list(person.emails))),
        sealed=sealed[0]["found"],
    )


def erase(session: WriteSession, person: Person) -> str:
    """Erase a person in the caller's transaction; the number under which the ledger records it.

    The keys go last: changes before that seal old values once more.

    Raises:
        Conflict: they are the last active administrator of their authority.
    """
    change(session, queries.LOCK)
    request = _record(session, person, "erased")
    for number in person.accounts:
        _erase_account(session, number)
    for number in person.councillors:
        change(session, queries.ERASE_COUNCILLOR, councillor=number)
    for each in rows(session, queries.WAITING, people=person.people):
        facts = orjson.dumps(_without_contact(each["facts"], each["theirs"])).decode()
        change(session, queries.BLANK_WAITING, id=each["id"], facts=facts)
    change(session, queries.BLANK_CONTACTS, people=person.people)
    change(session, queries.DELETE_MAIL, emails=list(person.emails))
    change(session, queries.BLANK_ANSWERS, people=person.people)
    change(session, queries.DELETE_ANSWERS, emails=list(person.emails))
    change(session, queries.DELETE_KEYS, people=person.people)
    return request


def _erase_account(session: WriteSession, number: int) -> None:
    account = session.get(Account, number)
    if account is None:
        return
    (author,) = rows(session, queries.AUTHOR)
    confine(session, Bounds(number, account.authority_code, account.role, **author))
    accounts_rules.deactivate(session, account)
    session.flush()
    for statement in queries.DELETIONS:
        change(session, statement, account=number)
    change(session, queries.ERASE_ACCOUNT, account=number)
    session.expire_all()


def _contact_facts(waiting: Row) -> Row:
    """Of a change that waits, what is about the contact."""
    parts = {part: {field: waiting["facts"][part].get(field) for field in CONTACT_FIELDS} for part in waiting["theirs"]}
    return {"reference": waiting["reference"], "proposed_at": waiting["proposed_at"], **parts}


def _without_contact(facts: dict[str, Any], theirs: Collection[str]) -> dict[str, Any]:
    """The facts of a change without the person: in the parts that are theirs, or that name no contact at all."""
    left = dict(facts)
    for part in ("base", "submitted"):
        held = facts.get(part)
        if isinstance(held, dict) and (part in theirs or "contact_email" not in held):
            left[part] = {key: None if key in CONTACT_FIELDS else value for key, value in held.items()}
    return left


def _chains(session: Session, person: Person) -> list[str]:
    """The chains in which something of theirs is."""
    found = rows(
        session,
        queries.CHAINS,
        people=person.people,
        accounts=list(person.accounts),
        councillors=list(person.councillors),
    )
    return [each["chain"] for each in found] or ["register"]


def _record(session: Session, person: Person, operation: str) -> str:
    """Note a request in every chain that has something of theirs, by a number of chance: it leads to nobody."""
    request = f"request:{uuid4().hex[:12]}"
    for chain in _chains(session, person):
        change(session, queries.APPEND, chain=chain, subject=request, operation=operation)
    return request
