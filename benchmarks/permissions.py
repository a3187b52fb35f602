"""What signing in and permissions add to a request: the median, against the same request without them.

"Without" is the same application that takes for granted who asks: no session or key is looked up, nothing is asked of
the table of permissions. Row-level security stays, since the rows that somebody sees depend on it. Both servers run at
once and are asked in turn.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from statistics import median

from fastapi import FastAPI, Request
from sqlalchemy import create_engine

from app.accounts.access import allow, bounds_of
from app.accounts.key_rules import FASTEST_RATE, KeyDraft, make_key
from app.accounts.sessions import COOKIE, hash_token, new_token
from app.db.sessions import WriteSession
from app.main import create_app
from app.permissions.identity import Identity
from app.permissions.table import Action
from app.tables import Account, SignInSession
from app.tables.base import now_utc
from app.vocabulary import Role
from benchmarks.measure import print_table, private_postgis, serving
from benchmarks.synthetic_register import AUTHORITY, fill_register, migrate

PLACES = 1_000
ROUNDS = 400
ACCOUNT = "SAFEPLACES_BENCHMARK_ACCOUNT"


def create_trusting_app() -> FastAPI:
    """The application, but everybody is the officer of the account that the environment names."""
    app = create_app()
    officer = Identity(Role.OFFICER, account_id=int(os.environ[ACCOUNT]), name="Olive", authority_code=AUTHORITY)

    def trust(request: Request) -> Identity:
        request.state.identity = officer
        request.state.bounds = bounds_of(officer)
        return officer

    for action in Action:
        app.dependency_overrides[allow(action)] = trust
    return app


def main() -> None:
    """Fill, serve twice, ask in turn, print."""
    with private_postgis() as cluster:
        cluster.create_database("bench")
        url = cluster.url("bench")
        migrate(url)
        fill_register(url, PLACES)
        account, cookie, key = _sign_in(url)
        requests = {
            "one place of the register, with an API key": (
                "/api/v1/register/places/SP-0001",
                {"Authorization": f"Bearer {key}"},
            ),
            "the same place's page, signed in": ("/office/places/SP-0001", {"Cookie": f"{COOKIE}={cookie}"}),
            "a page of 50 places of the register, with an API key": (
                "/api/v1/register/places?limit=50",
                {"Authorization": f"Bearer {key}"},
            ),
        }
        trusting = "--factory benchmarks.permissions:create_trusting_app"
        with (
            serving(
                "--factory app.main:create_app",
                ready="/health/live",
                DATABASE_URL=url,
                SAFEPLACES_RATE_LIMIT_SCALE="0",
            ) as ours,
            serving(
                trusting,
                ready="/health/live",
                DATABASE_URL=url,
                SAFEPLACES_RATE_LIMIT_SCALE="0",
                SAFEPLACES_BENCHMARK_ACCOUNT=str(account),
            ) as trusted,
        ):
            rows = [
                [what, without, with_it, with_it / without]
                for what, (path, headers) in requests.items()
                for with_it, without in [_ask_in_turn((ours, trusted), path, headers)]
            ]
    print_table(
        f"Signing in and permissions (median of {ROUNDS} requests each)", ["", "ms without", "ms with", "times"], rows
    )


def _sign_in(url: str) -> tuple[int, str, str]:
    """An officer with a session and a key: the account's id and both tokens."""
    engine = create_engine(url)
    token, now = new_token(), now_utc()
    with WriteSession(engine) as session, session.begin():
        account = Account(authority_code=AUTHORITY, role=Role.OFFICER, name="Olive", email="olive@example.org")
        session.add(account)
        session.flush()
        _, key = make_key(session, account, KeyDraft("Benchmark", [Action.READ_PLACES], per_minute=FASTEST_RATE))
        session.add(
            SignInSession(
                account_id=account.id or 0,
                token_hash=hash_token(token),
                csrf_token=new_token(),
                method="password",
                browser="A benchmark",
                created_at=now,
                seen_at=now,
                expires_at=now.replace(year=now.year + 1),
            )
        )
        made = account.id or 0
    engine.dispose()
    return made, token, key


def _ask_in_turn(addresses: tuple[str, str], path: str, headers: dict[str, str]) -> tuple[float, float]:
    """The median of milliseconds that each server takes for the request, over connections that stay open."""
    taken: tuple[list[float], list[float]] = ([], [])
    with _connected(addresses[0]) as first, _connected(addresses[1]) as second:
        for at in range(ROUNDS + 20):  # the first twenty warm up
            for which, connection in enumerate((first, second)):
                started = time.perf_counter()
                connection.request("GET", path, headers=headers)
                answer = connection.getresponse()
                answer.read()
                if answer.status != 200:  # noqa: PLR2004  # anything else is no answer to measure
                    raise RuntimeError(f"{path} answered {answer.status}.")
                if at >= 20:  # noqa: PLR2004  # as said above
                    taken[which].append((time.perf_counter() - started) * 1000)
    return median(taken[0]), median(taken[1])


@contextmanager
def _connected(address: str) -> Iterator[HTTPConnection]:
    connection = HTTPConnection(address.removeprefix("http://"), timeout=30)
    yield connection
    connection.close()


if __name__ == "__main__":
    main()
