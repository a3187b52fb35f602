"""Searches of the register that a person keeps under a name."""

from urllib.parse import parse_qs, urlencode

from sqlmodel import Session, col, select

from app.db.sessions import WriteSession
from app.errors import Conflict, Fault, FaultyFields, InvalidInput, NotFound
from app.permissions.identity import Identity
from app.permissions.table import Action, require
from app.places.facts import parse_line
from app.places.queries import read_codes
from app.places.register_filters import parse_register_filters, to_query
from app.places.register_schemas import RegisterQuery
from app.places.work_schemas import View
from app.tables import SavedView

LONGEST_NAME = 60
MOST_VIEWS = 50
MOST_PARTS = 40
LONGEST_QUERY = 2_000
_LISTS = frozenset({"status", "assurance", "scheme", "kind", "flag"})


def list_views(session: Session, identity: Identity) -> list[View]:
    """The asker's own views, by name."""
    require(identity, Action.READ_PLACES)
    statement = select(SavedView).where(SavedView.account_id == identity.account_id)
    found = session.exec(statement.order_by(SavedView.name, col(SavedView.id)))
    return [View(view.id or 0, view.name, view.query) for view in found]


def save_view(session: WriteSession, identity: Identity, name: str, query: str) -> View:
    """Keep a search under a name; one of the same name is replaced.

    Raises:
        FaultyFields: the name is empty or too long, or the query is not one of the list.
        Conflict: there are as many views as one may have.
    """
    require(identity, Action.READ_PLACES)
    tidy = _name(name)
    query = tidy_query(session, query)
    mine = select(SavedView).where(SavedView.account_id == identity.account_id)
    views = {view.name: view for view in session.exec(mine)}
    if tidy not in views and len(views) >= MOST_VIEWS:
        raise Conflict(f"You have {MOST_VIEWS} views already.", "Delete one that you no longer need.")
    view = views.get(tidy) or SavedView(account_id=identity.account_id or 0, name=tidy, query=query)
    view.query = query
    session.add(view)
    session.flush()
    return View(view.id or 0, view.name, view.query)


def delete_view(session: WriteSession, identity: Identity, view_id: int) -> None:
    """Delete one of the asker's own views.

    Raises:
        NotFound: they have none of that number.
    """
    require(identity, Action.READ_PLACES)
    statement = select(SavedView).where(SavedView.id == view_id, SavedView.account_id == identity.account_id)
    view = session.exec(statement).one_or_none()
    if view is None:
        raise NotFound("You have no such view.", "It may have been deleted already.")
    session.delete(view)
    session.flush()


def read_query(query: str) -> RegisterQuery:
    """The query that a query string (?…) is; position and size of the page are left out.

    Raises:
        FaultyFields: it has a part that the list does not know, or is too long.
    """
    query = query.lstrip("?")
    if len(query) > LONGEST_QUERY:
        raise FaultyFields([Fault("query", "The search is too long.", f"Use at most {LONGEST_QUERY:,} characters.")])
    if any(part and "=" not in part for part in query.split("&")):
        raise FaultyFields([Fault("query", "This is not a query string.", "It looks like status=listed&sort=town.")])
    try:
        parts = parse_qs(query, max_num_fields=MOST_PARTS)
    except ValueError:
        raise FaultyFields([Fault("query", "The search has too many parts.", "Ask for less at once.")]) from None
    known = {name: values for name, values in parts.items() if name not in {"cursor", "limit"}}
    if unknown := [name for name in known if name not in RegisterQuery.model_fields]:
        raise FaultyFields([Fault(name[:40], "The list has no such filter.", "Leave it out.") for name in unknown])
    values = {name: given if name in _LISTS else given[-1] for name, given in known.items()}
    longest = RegisterQuery.model_fields["q"].metadata[0].max_length
    if len(str(values.get("q", ""))) > longest:
        raise FaultyFields([Fault("q", "The search text is too long.", f"Use at most {longest} characters.")])
    return RegisterQuery.model_validate(values)


def tidy_query(session: Session, query: str) -> str:
    """A query string with what narrows the list, and nothing else.

    Raises:
        FaultyFields: everything that is wrong with it.
    """
    return urlencode(to_query(parse_register_filters(read_query(query), read_codes(session))))


def _name(name: str) -> str:
    try:
        tidy = parse_line(name, LONGEST_NAME)
    except InvalidInput as error:
        raise FaultyFields([Fault("name", error.what, error.remedy)]) from None
    if not tidy:
        raise FaultyFields([Fault("name", "The view has no name.", "Give it a short one.")])
    return tidy
