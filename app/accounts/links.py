"""Signing in by a link in an e-mail: single use, good for 15 minutes, in the browser that asked for it.

Whoever reads the mail elsewhere cannot use it, nor can a program that opens every link: only a button's POST uses one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from sqlalchemy import Connection, Engine

from app.accounts import link_queries, queries
from app.accounts.attempts import Origin, begin_link_attempt
from app.accounts.letters import send_sign_in_link
from app.accounts.queries import KnownAccount
from app.db.failures import translated
from app.db.sessions import WriteSession
from app.errors import InvalidInput
from app.mail.addresses import parse_address

LIFETIME = timedelta(minutes=15)
Standing = Literal["good", "elsewhere", "over"]
"""`elsewhere`: good, but in the browser in which it was asked for."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a link.

    Attributes:
        email: as it was typed in.
        origin: where the request comes from. Nothing is sent to one address more often than `attempts` has it.
        browser: the random token that the asking browser holds.
        address_of: the address of the page for a link's token.
    """

    email: str
    origin: Origin
    browser: str
    address_of: Callable[[str], str]


def ask_for_link(session: WriteSession, engine: Engine, asked: Asked) -> None:
    """Send a link to an address, if somebody who may have one has it. The caller tells everybody the same.

    The request is counted through `engine`, in a transaction of its own, whatever becomes of `session`.

    Raises:
        InvalidInput: this is no e-mail address; `field` is "email".
    """
    try:
        email = parse_address(asked.email).lower()
    except InvalidInput as error:
        raise InvalidInput(error.what, error.remedy, field="email") from error
    with translated(), engine.begin() as connection:
        if begin_link_attempt(connection, email, asked.origin).wait_s:
            return
    linked = link_queries.find_account_for_link(session.connection(), email)
    if linked is None:
        return
    account = queries.enter(session, linked)
    token = link_queries.make_sign_in_link(session, linked.account_id, asked.browser, LIFETIME)
    send_sign_in_link(session, account, asked.address_of(token))


def judge_link(connection: Connection, token: str, browser: str) -> Standing:
    """How a link stands for a browser. Looking does not use it up."""
    standing = link_queries.standing_of_link(connection, token, browser)
    if standing is None:
        return "over"
    return "good" if standing == "good" else "elsewhere"


def use_link(session: WriteSession, token: str, browser: str) -> KnownAccount | None:
    """Whose link it was, for the first who uses it in the browser that asked; None for everybody else."""
    return link_queries.use_sign_in_link(session, token, browser)
