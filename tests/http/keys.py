"""A program with a key, at the register's API."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

from app.db.sessions import WriteSession
from app.vocabulary import Role
from tests.signing_in import add_account, add_key

EVERYTHING = (
    "places:read-all",
    "places:read-private",
    "places:write",
    "places:status",
    "places:merge",
    "places:approve",
)


@dataclass
class Program:
    """Sends requests with its key."""

    client: TestClient
    token: str

    def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        **rest: Any,  # noqa: ANN401 - what the client takes
    ) -> Response:
        """A request to an address below /api/v1."""
        sent = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        encoded = {name.encode(): text.encode() for name, text in sent.items()}
        return self.client.request(method, f"/api/v1/{path}", headers=encoded, follow_redirects=False, **rest)

    def get(self, path: str, **query: object) -> Response:
        """Read."""
        return self.send("GET", path, params=query)

    def post(self, path: str, body: object, **headers: str) -> Response:
        """Do something."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return self.send("POST", path, json=body, headers=named)

    def patch(self, reference: str, body: object, etag: str | None = None) -> Response:
        """Change a place from a version."""
        headers = {"Content-Type": "application/merge-patch+json"} | ({"If-Match": etag} if etag else {})
        return self.send("PATCH", f"places/{reference}", json=body, headers=headers)


def make_program(client: TestClient, session: WriteSession, *scopes: str, authority_code: str = "E06000047") -> Program:
    """A program of an account of its own, with these scopes, or all that the register has."""
    account = add_account(session, Role.OFFICER, authority_code=authority_code)
    return Program(client, add_key(session, account, *(scopes or EVERYTHING)))
