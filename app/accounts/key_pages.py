"""/office/keys: the API keys of an authority, for its administrators."""

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.accounts import key_rules
from app.accounts.access import allow
from app.accounts.key_rules import SCOPE_LABELS, KeyDraft
from app.accounts.shown import faults_of, in_london, see
from app.db.sessions import Reading, WriteSession, Writing
from app.errors import Conflict, InvalidInput, RegisterError
from app.http.pages import render
from app.permissions.identity import Identity
from app.permissions.table import Action
from app.tables import Account, ApiKey
from web.views_keys import KeyRow, KeysPage, NewKeyPage, OneKeyPage, ShownKeyPage
from web.views_office import Choice

READ = ["GET", "HEAD"]
DONE = {"revoked": "The key is revoked. Programs that use it are refused from now on."}
LIVES = (("30", "30 days"), ("90", "90 days"), ("365", "1 year"), ("730", "2 years"))
OVERLAPS = (
    ("0", "It ends at once", "Where the key may have been seen by somebody."),
    ("1", "1 day", ""),
    ("7", "7 days", ""),
    ("30", "30 days", ""),
)

router = APIRouter(prefix="/office/keys", include_in_schema=False)
Administrator = Annotated[Identity, Depends(allow(Action.MANAGE_KEYS))]


class SentKey:
    """The form of a new key, as it was filled in."""

    def __init__(
        self,
        name: Annotated[str, Form(max_length=200)] = "",
        scopes: Annotated[list[str] | None, Form(max_length=20)] = None,
        days: Annotated[str, Form(max_length=4)] = "",
        per_minute: Annotated[str, Form(max_length=10)] = "",
    ) -> None:
        self.values = {"name": name, "days": days, "per_minute": per_minute}
        self.scopes = tuple(scopes or ())
        life, rate = (int(text) if text.isdecimal() else 0 for text in (days, per_minute.strip()))
        self.draft = KeyDraft(name, self.scopes, timedelta(days=life), rate)


@router.api_route("", methods=READ)
def list_keys(request: Request, identity: Administrator, session: Reading, done: str = "") -> Response:
    """Every key of the authority, those that are over too."""
    found = key_rules.list_keys(session, identity.authority_code)
    followed = {key.replaces_id for key, _ in found}
    rows = tuple(show_key(key, maker, is_followed=key.id in followed) for key, maker in found)
    return render(request, "keys.html", page=KeysPage(rows, DONE.get(done, "")))


@router.api_route("/new", methods=READ)
def show_new_key(request: Request, _: Administrator) -> Response:
    """The form for a new key."""
    values = {"days": "365", "per_minute": str(key_rules.USUAL_RATE)}
    return render(request, "keys_new.html", page=_new_page(values, ()))


@router.post("/new")
def make_key(
    request: Request, identity: Administrator, session: Writing, sent: Annotated[SentKey, Depends()]
) -> Response:
    """Make a key and show it, this one time."""
    _act(session, identity, "Made on the page of keys")
    try:
        key, token = key_rules.make_key(session, _maker(session, identity), sent.draft)
    except (InvalidInput, Conflict) as error:
        page = _new_page(sent.values, sent.scopes, error)
        return render(request, "keys_new.html", status=HTTPStatus.UNPROCESSABLE_ENTITY, page=page)
    return render(request, "keys_shown.html", page=ShownKeyPage(key.name, token, in_london(key.expires_at)))


@router.api_route("/{key_id}", methods=READ)
def show_one_key(request: Request, identity: Administrator, session: Reading, key_id: int) -> Response:
    """A key, to be replaced or revoked."""
    return render(request, "keys_one.html", page=_one_page(session, identity, key_id))


@router.post("/{key_id}/rotate")
def rotate_key(
    request: Request,
    identity: Administrator,
    session: Writing,
    key_id: int,
    overlap: Annotated[str, Form(max_length=3)] = "",
) -> Response:
    """Make the key that follows this one and show it; the old one goes on for a while."""
    _act(session, identity, "Replaced on the page of keys")
    old = key_rules.get_key(session, identity.authority_code or "", key_id)
    try:
        key, token = key_rules.rotate_key(session, old, _maker(session, identity), parse_overlap(overlap))
    except (InvalidInput, Conflict) as error:
        page = _one_page(session, identity, key_id, error)
        return render(request, "keys_one.html", status=HTTPStatus.UNPROCESSABLE_ENTITY, page=page)
    shown = ShownKeyPage(key.name, token, in_london(key.expires_at), old_until=in_london(old.expires_at))
    return render(request, "keys_shown.html", page=shown)


@router.post("/{key_id}/revoke")
def revoke_key(identity: Administrator, session: Writing, key_id: int) -> Response:
    """End a key at once."""
    _act(session, identity, "Revoked on the page of keys")
    key_rules.revoke_key(session, key_rules.get_key(session, identity.authority_code or "", key_id))
    return see("/office/keys?done=revoked")


def parse_overlap(text: str) -> timedelta:
    """How long an old key goes on; raises InvalidInput where none was chosen."""
    if text not in {days for days, _, _ in OVERLAPS}:
        raise InvalidInput("Choose how long the old key goes on.", field="overlap")
    return timedelta(days=int(text))


def show_key(key: ApiKey, maker: str, *, is_followed: bool = False) -> KeyRow:
    """A key as pages and commands show it: never more of it than its prefix."""
    day = f"{in_london(key.revoked_at or key.expires_at):%-d %B %Y}"
    is_good = not key_rules.is_over(key)
    return KeyRow(
        id=key.id or 0,
        name=key.name,
        prefix=key.prefix,
        maker=maker,
        scopes=tuple(key.scopes),
        per_minute=key.per_minute,
        standing=f"Until {day}" if is_good else f"Revoked on {day}" if key.revoked_at else f"Ended on {day}",
        last_used=in_london(key.last_used_at) if key.last_used_at else None,
        is_good=is_good,
        is_followed=is_followed,
    )


def _act(session: WriteSession, identity: Identity, reason: str) -> None:
    session.record_as(identity.actor, via=identity.via, reason=reason)


def _maker(session: WriteSession, identity: Identity) -> Account:
    return session.get_one(Account, identity.account_id)


def _new_page(values: dict[str, str], chosen: tuple[str, ...], error: RegisterError | None = None) -> NewKeyPage:
    return NewKeyPage(
        values=values,
        faults=faults_of(error, "name") if error else (),
        chosen={"scopes": chosen},
        scopes=tuple(Choice(scope.value, label, hint=scope.value) for scope, label in SCOPE_LABELS.items()),
        lives=tuple(Choice(days, words) for days, words in LIVES),
    )


def _one_page(session: Session, identity: Identity, key_id: int, error: RegisterError | None = None) -> OneKeyPage:
    found = key_rules.list_keys(session, identity.authority_code)
    key_rules.get_key(session, identity.authority_code or "", key_id)
    followed = {key.replaces_id for key, _ in found}
    row = next(show_key(key, maker, is_followed=key.id in followed) for key, maker in found if key.id == key_id)
    return OneKeyPage(
        values={"overlap": "7"},
        faults=faults_of(error, "overlap") if error else (),
        key=row,
        overlaps=tuple(Choice(days, words, hint=hint) for days, words, hint in OVERLAPS),
    )
