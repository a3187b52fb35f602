"""A provider that misbehaves as a test asks it to: the certified one (tests/oidc_provider) cannot."""

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import new as hmac
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT = "register"
GIVES_UP_S = 30
"""Longer than anybody waits for a provider."""
Claims = dict[str, Any]


@dataclass
class Forger:
    """What it answers; tests change it.

    Attributes:
        claims: of the next ID token, beside the usual ones.
        forge: makes the ID token of its claims; None: signed as it should be.
        metadata: members of the discovery document that differ.
        told: what the userinfo endpoint says; None: there is none.
        may_answer: answers wait until it is set.
        bodies: raw answers by path, instead of those that it would give.
    """

    issuer: str = ""
    claims: Claims = field(default_factory=dict)
    forge: Callable[[Claims], str] | None = None
    metadata: Claims = field(default_factory=dict)
    told: Claims | None = None
    may_answer: Event = field(default_factory=Event)
    bodies: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    challenge: str = ""
    nonce: str = ""
    forms: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.may_answer.set()
        self.rotate()

    def rotate(self) -> None:
        """Sign with another key from now on."""
        self.key = RSAKey.generate_key(2048, private=True, parameters={"use": "sig"})
        self.key.ensure_kid()

    def usual(self) -> Claims:
        """The claims of an ID token that holds."""
        now = int(time.time())
        standard = {"iss": self.issuer, "sub": "1", "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": self.nonce}
        named = {
            "name": "Olive Officer",
            "email": "olive@example.gov.uk",
            "email_verified": True,
            "groups": ["keepers"],
        }
        return {name: value for name, value in (standard | named | self.claims).items() if value is not None}

    def sign(self, claims: Claims, key: RSAKey | None = None, **header: str) -> str:
        """An ID token with a signature."""
        key = key or self.key
        return jwt.encode({"alg": "RS256", "kid": key.kid or ""} | header, claims, key)

    def sign_with_public_key(self, claims: Claims) -> str:
        """HS256 with the public key as its secret, which whoever reads the keys can make."""
        parts = [{"alg": "HS256", "kid": self.key.kid}, claims]
        signed = ".".join(_encoded(json.dumps(part).encode()) for part in parts)
        return f"{signed}.{_encoded(hmac(self.key.as_pem(private=False), signed.encode(), sha256).digest())}"

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, bytes]:
        """Status and body for a path."""
        self.asked.append(path)
        self.may_answer.wait(GIVES_UP_S)
        if path in self.bodies:
            return self.bodies[path]
        if path == "/.well-known/openid-configuration":
            return 200, json.dumps(self._discovery()).encode()
        if path == "/jwks":
            return 200, json.dumps(KeySet([self.key]).as_dict(private=False)).encode()
        if path == "/userinfo":
            return 200, json.dumps(self.told).encode()
        self.forms.append(form)
        proof = _encoded(sha256(form["code_verifier"].encode()).digest())
        if proof != self.challenge:
            return 400, b'{"error": "invalid_grant"}'
        token = (self.forge or self.sign)(self.usual())
        body = {"access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": token}
        return 200, json.dumps(body).encode()

    def _discovery(self) -> Claims:
        paths = {"authorization_endpoint": "/auth", "token_endpoint": "/token", "jwks_uri": "/jwks"}
        if self.told is not None:
            paths["userinfo_endpoint"] = "/userinfo"
        return {"issuer": self.issuer} | {name: self.issuer + path for name, path in paths.items()} | self.metadata

    def see(self, address: str) -> str:
        """Read what a browser brings: the state to bring back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["code_challenge_method"] == "S256"
        assert asked["response_type"] == "code"
        self.challenge, self.nonce = asked["code_challenge"], asked["nonce"]
        return asked["state"]


def _encoded(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


@contextmanager
def running_forger() -> Iterator[Forger]:
    """A forger on a free port of this machine."""
    forger = Forger()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            self._answer({name: values[0] for name, values in parse_qs(body).items()})

        def _answer(self, form: dict[str, str]) -> None:
            status, body = forger.answer(self.path, form)
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            with suppress(OSError):  # the service did not wait
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    forger.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield forger
    server.shutdown()
    thread.join()
    server.server_close()
