"""Single reading statements straight from the event loop, for the few routes that are asked most.

A thread, a session and a transaction cost a list of places more than the list itself (1.6 times the requests without
them). One statement is its own transaction, and connections of this pool work as the web's role and refuse to write.
Whoever uses it falls back to a `ReadSession` when it has no answer, so a database that is away is told of there, in one
place.
"""

from collections.abc import Mapping
from typing import Any

from psycopg import AsyncConnection, OperationalError
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from app.db.sessions import WEB_ROLE
from app.settings import Settings

WAIT_S = 2.0


class DirectReads:
    """A small pool of connections of the event loop on which the service lives, opened at the first use.

    Between `start` and `close` only: whoever asks an application that was never started, as a test may, gets no answer
    here, so no connection outlives its loop.
    """

    def __init__(self, settings: Settings) -> None:
        scheme, separator, rest = settings.database_url.partition("://")
        self._address = f"{scheme.partition('+')[0]}{separator}{rest}"
        self._size = min(settings.pool_size, 8)
        self._pool: AsyncConnectionPool[AsyncConnection[TupleRow]] | None = None
        self._is_started = False

    def start(self) -> None:
        """From now on there is a loop that lives as long as the service."""
        self._is_started = True

    async def fetch(self, statement: str, values: Mapping[str, Any]) -> list[TupleRow] | None:
        """The rows of one statement (psycopg's `%(name)s` placeholders), or None where the database did not answer."""
        if not self._is_started:
            return None
        try:
            pool = self._pool or await self._open()
            async with pool.connection() as connection:
                return await (await connection.execute(statement, values)).fetchall()
        except (OperationalError, PoolTimeout):
            return None

    async def close(self) -> None:
        """Close the connections."""
        self._is_started = False
        pool, self._pool = self._pool, None
        if pool:
            await pool.close()

    async def _open(self) -> AsyncConnectionPool[AsyncConnection[TupleRow]]:
        pool: AsyncConnectionPool[AsyncConnection[TupleRow]] = AsyncConnectionPool(
            self._address,
            min_size=1,
            max_size=self._size,
            timeout=WAIT_S,
            kwargs={
                "autocommit": True,
                "connect_timeout": 5,
                "application_name": "safeplaces",
                "options": f"-c default_transaction_read_only=on -c role={WEB_ROLE}",
            },
            open=False,
        )
        self._pool = pool
        await pool.open()
        return pool
