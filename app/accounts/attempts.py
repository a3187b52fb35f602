"""How often somebody may try: counted so that guessing is slow and nobody can lock another person out.

Failures are counted by account AND by where they come from, never by the account alone: whoever guesses at an account
uses up what they have at their own address, and its owner, at another address or in a browser where they signed in
before, is not held up. docs/accounts.md says what was weighed. Addresses that nobody has are counted the same way.
"""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network
from typing import NamedTuple

from fastapi import Request
from sqlalchemy import Connection, text

from app.accounts.sessions import hash_token

BROWSER_COOKIE = "__Host-browser"
"""Set at a sign-in with a password, kept for 90 days: the browser is known to the account from then on."""
BROWSER_LIFETIME = timedelta(days=90)
WITHIN = timedelta(minutes=15)
AT_ONE_PLACE = 10
"""Attempts at one account from one address, or from one known browser."""
UNDER_ATTACK = 100
"""Attempts at one account within a day from everywhere, after which strangers have fewer at each address."""
AT_ONE_PLACE_UNDER_ATTACK = 3
AT_ONE_ADDRESS = 100
"""Attempts of strangers from one address at all accounts together: a whole office may share an address."""
LINKS_AT_ONE_PLACE = 5
"""Links to one address of e-mail that one network address, or one known browser, may have sent."""
LINKS_A_DAY = 40
"""The same for strangers from everywhere in a day: more would be a nuisance. A known browser is not held up."""
CODES = 5
"""Attempts at a code from one place, by somebody whose password was right."""
CODES_A_DAY = 50
"""The same from everywhere in a day: three codes in a million are right at any time, so this finds one in 7,000."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an attempt comes from: the network address, and the token of a browser that may be a known one."""

    address: str
    browser_token: str = ""

    @staticmethod
    def of(request: Request) -> "Origin":
        """Where a request comes from. Of an IPv6 address its /64 counts, since one household has all of that."""
        host = request.client.host if request.client else ""
        try:
            address = ip_address(host)
        except ValueError:
            pass
        else:
            if isinstance(address, IPv6Address):
                host = str(ip_network((address, 64), strict=False))
        return Origin(host, request.cookies.get(BROWSER_COOKIE, ""))


class Attempt(NamedTuple):
    """An attempt that was counted (`wait_s` 0), or for which one has to wait."""

    wait_s: int
    subjects: tuple[bytes, ...]


class Limit(NamedTuple):
    """A subject, and how many attempts it has within a time; None where it is counted only."""

    subject: bytes
    attempts: int | None


def begin_password_attempt(connection: Connection, email: str, origin: Origin) -> Attempt:
    """Count an attempt at an account, known or not, before it is judged."""
    attacked = _subject("strangers", email)
    known = connection.execute(_IS_KNOWN, {"email": email, "token_hash": hash_token(origin.browser_token)}).scalar_one()
    total = connection.execute(_COUNT, {"subject": attacked, "within": DAY}).scalar_one()
    if known:
        return begin_attempt(
            connection, [Limit(_subject("browser", email, origin.browser_token), AT_ONE_PLACE)], WITHIN
        )
    here = AT_ONE_PLACE_UNDER_ATTACK if total >= UNDER_ATTACK else AT_ONE_PLACE
    limits = [
        Limit(_subject("place", email, origin.address), here),
        Limit(_subject("address", origin.address), AT_ONE_ADDRESS),
        Limit(attacked, None),
    ]
    return begin_attempt(connection, limits, WITHIN)


def begin_link_attempt(connection: Connection, email: str, origin: Origin) -> Attempt:
    """Count a request for a link by e-mail, to an address that is known or not. Requests that succeed count too."""
    known = connection.execute(_IS_KNOWN, {"email": email, "token_hash": hash_token(origin.browser_token)}).scalar_one()
    if known:
        here = Limit(_subject("link browser", email, origin.browser_token), LINKS_AT_ONE_PLACE)
        return begin_attempt(connection, [here], WITHIN)
    first = begin_attempt(connection, [Limit(_subject("link", email, origin.address), LINKS_AT_ONE_PLACE)], WITHIN)
    if first.wait_s:
        return first
    second = begin_attempt(connection, [Limit(_subject("links", email), LINKS_A_DAY)], DAY)
    return Attempt(second.wait_s, first.subjects + second.subjects)


def begin_code_attempt(connection: Connection, account_id: int, origin: Origin) -> Attempt:
    """Count an attempt at the second step."""
    account = str(account_id)
    here = Limit(_subject("code", account, origin.browser_token or origin.address), CODES)
    first = begin_attempt(connection, [here], WITHIN)
    if first.wait_s:
        return first
    second = begin_attempt(connection, [Limit(_subject("codes", account), CODES_A_DAY)], DAY)
    return Attempt(second.wait_s, first.subjects + second.subjects)


def begin_own_attempt(connection: Connection, session_id: int) -> Attempt:
    """Count an attempt to confirm a change of one's own account with its password."""
    return begin_attempt(connection, [Limit(_subject("own", str(session_id)), AT_ONE_PLACE)], WITHIN)


def begin_attempt(connection: Connection, limits: list[Limit], within: timedelta) -> Attempt:
    """Count an attempt for each subject, unless one of them has none left."""
    subjects = tuple(limit.subject for limit in limits)
    wait_s = connection.execute(
        _BEGIN, {"subjects": list(subjects), "limits": [limit.attempts for limit in limits], "within": within}
    ).scalar_one()
    return Attempt(wait_s, subjects)


def take_back(connection: Connection, attempt: Attempt) -> None:
    """An attempt that succeeded does not count."""
    connection.execute(_TAKE_BACK, {"subjects": list(attempt.subjects)})


def _subject(kind: str, *parts: str) -> bytes:
    return sha256("\0".join((kind, *parts)).encode()).digest()


_IS_KNOWN = text("SELECT is_known_browser(:email, :token_hash)")
_COUNT = text("SELECT count_sign_in_attempts(:subject, :within)")
_BEGIN = text("SELECT begin_sign_in_attempt(CAST(:subjects AS bytea[]), CAST(:limits AS integer[]), :within)")
_TAKE_BACK = text("SELECT take_back_sign_in_attempt(CAST(:subjects AS bytea[]))")
