"""Speaking OpenID Connect with the provider: discovery, the code flow with PKCE, the ID token, signing out.

What the provider says is checked as OpenID Connect Core 1.0 section 3.1.3.7 has it: signature by a key of the provider
and an algorithm of our list, issuer, audience, expiry, nonce, and the hash of the access token.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import structlog
from authlib.common.urls import add_params_to_uri  # type: ignore[import-untyped] # Authlib has no annotations
from authlib.integrations.base_client import OAuthError  # type: ignore[import-untyped] # the same
from authlib.integrations.httpx_client import OAuth2Client  # type: ignore[import-untyped] # the same
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped] # the same
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import Key, KeySet
from joserfc.jws import JWSRegistry

from app.accounts.oidc_flow import Flow
from app.errors import Forbidden
from app.http.security_log import note_event
from app.settings import Settings

try:  # Authlib takes the first of these that is installed, and its errors are that one's
    import httpx2 as http_client
except ImportError:  # pragma: no cover - both are installed where tests run
    import httpx as http_client  # type: ignore[no-redef] # the same library under its older name

log = structlog.get_logger(__name__)

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Signatures by a key pair. Never `none`, and never HS256, with which whoever knows the public key could sign."""
KINDS_OF_KEYS = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
TIMEOUT_S = 5.0
KEPT_S = 3600.0
LONGEST_ANSWER = 1_000_000
LEEWAY_S = 60
"""By how much the clocks of two machines may differ."""


class SignInFailed(Forbidden):
    """The provider did not vouch for somebody, or what it said does not hold."""

    title = "You could not be signed in"


class ProviderUnavailable(SignInFailed):
    """The provider does not answer, or not as one."""

    def __init__(self) -> None:
        super().__init__(
            "The sign-in service of your council does not answer at the moment.",
            "Try again in a few minutes. If it goes on, tell the people who look after it.",
        )


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom the provider vouches for: its claims, and the token to sign out with."""

    claims: Mapping[str, Any]
    id_token: str


class Provider:
    """The provider of the settings, with what is known of it: its addresses and keys, asked again each hour."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = Lock()
        self._metadata: dict[str, Any] | None = None
        self._keys: KeySet | None = None
        self._asked_at = {"metadata": 0.0, "keys": 0.0}

    @property
    def issuer(self) -> str:
        """What it calls itself."""
        return self._settings.oidc_issuer

    def metadata(self) -> dict[str, Any]:
        """Its addresses. Where it does not answer, what it said before stands.

        Raises:
            ProviderUnavailable: it never answered, or calls itself something else.
        """
        with self._lock:
            if self._metadata is None or self._is_old("metadata"):
                try:
                    self._metadata = self._read_metadata()
                except ProviderUnavailable:
                    if self._metadata is None:
                        raise
                self._asked_at["metadata"] = monotonic()
            return self._metadata

    def start_address(self, flow: Flow, redirect_uri: str) -> str:
        """Where a browser goes in order to sign in."""
        metadata = self.metadata()
        with self._client(metadata) as client:
            address, _ = client.create_authorization_url(
                metadata["authorization_endpoint"],
                state=flow.state,
                nonce=flow.nonce,
                code_verifier=flow.verifier,
                redirect_uri=redirect_uri,
            )
        return str(address)

    def exchange(self, code: str, flow: Flow, redirect_uri: str) -> Vouched:
        """Whom a code stands for.

        Raises:
            SignInFailed: the code is not good (any more), or the ID token is not.
            ProviderUnavailable: the provider does not answer.
        """
        metadata = self.metadata()
        with self._client(metadata) as client:
            try:
                token = client.fetch_token(
                    metadata["token_endpoint"], code=code, code_verifier=flow.verifier, redirect_uri=redirect_uri
                )
                id_token = token.get("id_token")
                if not isinstance(id_token, str):
                    raise _refused("no_id_token")
                claims = self._read_id_token(id_token, flow.nonce, token.get("access_token"))
                return Vouched(self._complete(client, metadata, claims), id_token)
            except OAuthError as error:
                raise _refused(str(error.error)[:60]) from error
            except JoseError as error:
                raise _refused(type(error).__name__) from error
            except (http_client.HTTPError, ValueError, TypeError) as error:
                raise _unavailable(error) from error

    def sign_out_address(self, id_token: str, back_to: str) -> str | None:
        """Where a browser goes in order to sign out there too; None where the provider knows no such thing."""
        try:
            endpoint = self.metadata().get("end_session_endpoint")
        except ProviderUnavailable:
            return None
        if not isinstance(endpoint, str):
            return None
        asked = {
            "id_token_hint": id_token,
            "client_id": self._settings.oidc_client_id,
            "post_logout_redirect_uri": back_to,
        }
        return str(add_params_to_uri(endpoint, asked))

    def is_answer_of(self, issuer: str | None) -> bool:
        """Whether an answer's `iss` (RFC 9207) is right: it has to be there if the provider says that it sends it."""
        if issuer is None:
            return not self.metadata().get("authorization_response_iss_parameter_supported")
        return issuer == self.issuer

    def _client(self, metadata: Mapping[str, Any] | None = None) -> OAuth2Client:
        settings = self._settings
        secret = settings.read_oidc_client_secret()
        offered = (metadata or {}).get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        method = "client_secret_basic" if "client_secret_basic" in offered else "client_secret_post"
        return OAuth2Client(
            settings.oidc_client_id,
            secret,
            token_endpoint_auth_method=method if secret else "none",
            scope=settings.oidc_scopes,
            code_challenge_method="S256",
            leeway=0,  # a token that lasts a minute is good for what is asked at once
            timeout=TIMEOUT_S,
            follow_redirects=False,
        )

    def _is_old(self, what: str) -> bool:
        return monotonic() - self._asked_at[what] > KEPT_S

    def _read_metadata(self) -> dict[str, Any]:
        address = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
        with self._client() as client:
            metadata = _get_json(client, address)
        needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if metadata.get("issuer") != self.issuer or not all(isinstance(metadata.get(name), str) for name in needed):
            raise _unavailable("not the metadata of this issuer")
        scheme = urlsplit(self.issuer).scheme
        named = [value for name, value in metadata.items() if name.endswith(("_endpoint", "jwks_uri"))]
        if any(urlsplit(str(value)).scheme not in {scheme, "https"} for value in named):
            raise _unavailable("an address of it is not https")
        return metadata

    def _read_keys(self, *, anew: bool = False) -> KeySet:
        metadata = self.metadata()
        with self._lock:
            if self._keys is None or anew or self._is_old("keys"):
                with self._client() as client:
                    try:
                        self._keys = KeySet.import_key_set(_get_json(client, metadata["jwks_uri"]))  # type: ignore[arg-type] # checked by the library
                    except (JoseError, KeyError) as error:
                        raise _unavailable(error) from error
                self._asked_at["keys"] = monotonic()
            return self._keys

    def _read_id_token(self, id_token: str, nonce: str, access_token: object) -> dict[str, Any]:
        """The claims of an ID token that holds. With an unknown key, the provider's keys are asked for once more."""
        try:
            decoded = _decode(id_token, self._read_keys())
        except (InvalidKeyIdError, BadSignatureError):
            decoded = _decode(id_token, self._read_keys(anew=True))
        options = {
            "iss": {"essential": True, "value": self.issuer},
            "aud": {"essential": True, "value": self._settings.oidc_client_id},
        }
        known = {"nonce": nonce, "client_id": self._settings.oidc_client_id, "access_token": access_token}
        claims = CodeIDToken(decoded.claims, decoded.header, options, known)
        claims.validate(leeway=LEEWAY_S)
        if not isinstance(claims["sub"], str) or not claims["sub"]:
            raise _refused("no_subject")
        return dict(claims)

    def _complete(self, client: OAuth2Client, metadata: Mapping[str, Any], claims: dict[str, Any]) -> dict[str, Any]:
        """The claims with those that the provider tells only at its userinfo endpoint, where one that we need lacks."""
        needed = (self._settings.oidc_role_claim.partition(".")[0], self._settings.oidc_email_claim, "name")
        endpoint = metadata.get("userinfo_endpoint")
        if not isinstance(endpoint, str) or all(name in claims for name in needed):
            return claims
        told = _get_json(client, endpoint, withhold_token=False)
        if told.get("sub") != claims["sub"]:
            raise _refused("other_subject")
        return told | claims


def _decode(id_token: str, keys: KeySet) -> jwt.Token:
    def choose(token: Any) -> Key:  # noqa: ANN401 - the library's own type is private
        """The only key of the right kind; by its id where the token names one."""
        header = token.headers()
        kind = KINDS_OF_KEYS.get(str(header.get("alg"))[:2])
        fitting = [
            key
            for key in keys.keys
            if key.key_type == kind
            and key.get("use") in {None, "sig"}
            and ("kid" not in header or key.kid == header["kid"])
        ]
        if len(fitting) != 1:
            raise InvalidKeyIdError
        return fitting[0]

    registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
    return jwt.decode(id_token, choose, registry=registry)


def _get_json(client: OAuth2Client, address: str, *, withhold_token: bool = True) -> dict[str, Any]:
    """A JSON object from an address of the provider.

    Raises:
        ProviderUnavailable: it does not answer in time, or with something else.
    """
    deadline = monotonic() + 2 * TIMEOUT_S
    body = bytearray()
    try:
        with client.stream("GET", address, withhold_token=withhold_token) as answer:
            answer.raise_for_status()
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > LONGEST_ANSWER or monotonic() > deadline:
                    raise _unavailable("too long")
        value = json.loads(bytes(body))
    except (http_client.HTTPError, http_client.InvalidURL, OAuthError, ValueError) as error:
        raise _unavailable(error) from error
    if not isinstance(value, dict):
        raise _unavailable("no JSON object")
    return value


def _unavailable(cause: object) -> ProviderUnavailable:
    log.warning("oidc_unavailable", cause=cause if isinstance(cause, str) else type(cause).__name__)
    return ProviderUnavailable()


def _refused(cause: str) -> SignInFailed:
    """What people read does not depend on the cause; the log names it, and nobody."""
    note_event("sign_in_failed", method="oidc", cause=cause)
    return SignInFailed(
        "Your sign-in could not be confirmed.",
        "Start again. If it goes on, tell the people who look after the register's sign-in.",
    )
