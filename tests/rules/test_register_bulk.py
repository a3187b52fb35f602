"""One thing done to many places, and searches that are kept."""

from typing import Any

import pytest

from app.db.sessions import WriteSession
from app.errors import Conflict, FaultyFields, Forbidden, InvalidInput, NotFound
from app.permissions.identity import Identity
from app.places import bulk
from app.places.bulk import apply_bulk, preview_bulk
from app.places.editing import patch_place
from app.places.register_rules import get_visible
from app.places.register_schemas import RegisterFilters
from app.places.register_settings import write_setting
from app.places.saved_views import delete_view, list_views, save_view
from app.places.waiting import list_waiting
from app.places.work_schemas import BulkAction, Selection
from app.tables import Account
from app.vocabulary import MembershipStatus, Role
from tests.register import AUTHORITY, Register

OFFICER = Identity(Role.OFFICER, account_id=1, authority_code=AUTHORITY)
ADMINISTRATOR = Identity(Role.ADMINISTRATOR, account_id=3, authority_code=AUTHORITY)
SUSPEND = BulkAction(kind="status", value="suspended", reason="Flood")
ADD = BulkAction(kind="add_scheme", value="safe_haven", reason="Joined")


@pytest.fixture
def register(session: WriteSession) -> Register:
    return Register(session)


def add(register: Register, *names: str, **facts: Any) -> tuple[str, ...]:  # noqa: ANN401 - columns of Place
    return tuple(register.add_place(name, **facts).reference for name in names)


def test_a_preview_says_what_will_change_and_applying_does_that(register: Register, session: WriteSession) -> None:
    references = add(register, "One", "Two")
    (already,) = add(register, "Three", membership_status="suspended")
    selection = Selection((*references, already))
    preview = preview_bulk(session, OFFICER, selection, SUSPEND)
    assert preview.faults == []
    assert preview.changed == 2
    assert {(row.reference, row.before, row.after, row.changes) for row in preview.rows} == {
        (references[0], "Listed", "Suspended", True),
        (references[1], "Listed", "Suspended", True),
        (already, "Suspended", "Suspended", False),
    }
    assert apply_bulk(session, OFFICER, selection, SUSPEND, preview.token) == (2, 0)
    assert [get_visible(session, OFFICER, one).version for one in (*references, already)] == [2, 2, 1]
    rows = session.connection().exec_driver_sql(
        "SELECT DISTINCT actor, via, reason FROM place_revision WHERE version = 2"
    )
    assert [tuple(row) for row in rows] == [("account:1", "page", "Flood")]
    messages = session.connection().exec_driver_sql("SELECT payload ->> 'reference' FROM outbox_message ORDER BY 1")
    assert list(messages.scalars()) == sorted(references)


def test_one_faulty_place_stops_all_and_every_one_is_named(register: Register, session: WriteSession) -> None:
    (good,) = add(register, "Good")
    (proposed,) = add(register, "Proposed", membership_status="proposed")
    (gone,) = add(register, "Gone", membership_status="withdrawn")
    selection = Selection((good, proposed, gone, "SP-99999"))
    preview = preview_bulk(session, OFFICER, selection, SUSPEND)
    assert {row.reference for row in preview.faults} == {proposed, gone, "SP-99999"}
    with pytest.raises(FaultyFields) as caught:
        apply_bulk(session, OFFICER, selection, SUSPEND, preview.token)
    assert {fault.field for fault in caught.value.faults} == {proposed, gone, "SP-99999"}
    assert all(fault.what and fault.remedy for fault in caught.value.faults)
    assert get_visible(session, OFFICER, good).membership_status is MembershipStatus.LISTED


def test_what_has_changed_since_the_preview_is_refused(register: Register, session: WriteSession) -> None:
    (one,) = add(register, "One")
    selection = Selection(filters=RegisterFilters(statuses=(MembershipStatus.LISTED,)))
    token = preview_bulk(session, OFFICER, selection, ADD).token
    patch_place(session, OFFICER, one, {"town": "Durham"}, base_version=1)
    with pytest.raises(Conflict, match="changed since"):
        apply_bulk(session, OFFICER, selection, ADD, token)
    token = preview_bulk(session, OFFICER, selection, ADD).token
    add(register, "Two")
    with pytest.raises(Conflict, match="changed since"):
        apply_bulk(session, OFFICER, selection, ADD, token)
    token = preview_bulk(session, OFFICER, selection, ADD).token
    with pytest.raises(Conflict, match="changed since"):
        apply_bulk(session, OFFICER, selection, ADD.model_copy(update={"value": "reporting_centre"}), token)
    assert apply_bulk(session, OFFICER, selection, ADD, token) == (2, 0)
    assert get_visible(session, OFFICER, one).schemes == ["safe_place", "safe_haven"]


def test_schemes_and_consent(register: Register, session: WriteSession) -> None:
    (one,) = add(register, "One", consent_on=None)
    selection = Selection((one,))
    remove = BulkAction(kind="remove_scheme", value="safe_place", reason="Left")
    assert preview_bulk(session, OFFICER, selection, remove).rows[0].fault
    apply_bulk(session, OFFICER, selection, ADD, preview_bulk(session, OFFICER, selection, ADD).token)
    apply_bulk(session, OFFICER, selection, remove, preview_bulk(session, OFFICER, selection, remove).token)
    consent = BulkAction(kind="consent", value="1 November 2026", reason="Letters came back")
    preview = preview_bulk(session, OFFICER, selection, consent)
    assert (preview.rows[0].before, preview.rows[0].after) == ("", "1 November 2026")
    apply_bulk(session, OFFICER, selection, consent, preview.token)
    place = get_visible(session, OFFICER, one)
    assert (place.schemes, str(place.consent_on)) == (["safe_haven"], "2026-11-01")


def test_edits_of_listed_places_wait_where_that_is_set(register: Register, session: WriteSession) -> None:
    one, two = add(register, "One", "Two")
    (proposed,) = add(register, "Three", membership_status="proposed")
    write_setting(session, ADMINISTRATOR, "second_person_for_listed_places", True)
    selection = Selection((one, two, proposed))
    preview = preview_bulk(session, OFFICER, selection, ADD)
    assert {row.reference: row.waits for row in preview.rows} == {one: True, two: True, proposed: False}
    assert apply_bulk(session, OFFICER, selection, ADD, preview.token) == (1, 2)
    assert get_visible(session, OFFICER, one).schemes == ["safe_place"]
    waiting = list_waiting(session, ADMINISTRATOR)
    assert [change.differences[0].submitted for change in waiting] == [["safe_place", "safe_haven"]] * 2
    assert {row.reference for row in preview_bulk(session, OFFICER, selection, ADD).faults} == {one, two}
    assert preview_bulk(session, OFFICER, selection, SUSPEND).rows[0].waits is False


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        (BulkAction(kind="status", value="gone", reason="x"), {"value"}),
        (BulkAction(kind="add_scheme", value="x", reason=" "), {"value", "reason"}),
        (BulkAction(kind="consent", value="2999-01-01", reason="x"), {"value"}),
    ],
)
def test_a_faulty_action(register: Register, session: WriteSession, action: BulkAction, fields: set[str]) -> None:
    with pytest.raises(FaultyFields) as caught:
        preview_bulk(session, OFFICER, Selection(add(register, "One")), action)
    assert {fault.field for fault in caught.value.faults} == fields


def test_too_many_or_none(register: Register, session: WriteSession, monkeypatch: pytest.MonkeyPatch) -> None:
    references = add(register, "One", "Two")
    monkeypatch.setattr(bulk, "MOST_AT_ONCE", 1)
    for selection in (Selection(references), Selection(filters=RegisterFilters())):
        with pytest.raises(InvalidInput, match="more than 1"):
            preview_bulk(session, OFFICER, selection, SUSPEND)
    for selection in (Selection(), Selection(filters=RegisterFilters(text="nothing like it"))):
        with pytest.raises(InvalidInput, match="No place"):
            preview_bulk(session, OFFICER, selection, SUSPEND)
    auditor = Identity(Role.AUDITOR, account_id=1, authority_code=AUTHORITY)
    with pytest.raises(Forbidden):
        preview_bulk(session, auditor, Selection(references), SUSPEND)


def test_views_are_ones_own_and_checked(register: Register, session: WriteSession) -> None:  # noqa: ARG001
    session.add_all(
        [Account(id=at, authority_code=AUTHORITY, role="officer", name="N", email=f"{at}@example.org") for at in (1, 2)]
    )
    session.flush()
    view = save_view(session, OFFICER, "  To chase ", "?status=listed&status=suspended&q=&sort=valid_until&cursor=x")
    assert (view.name, view.query) == ("To chase", "status=listed%2Csuspended&sort=valid_until")
    assert save_view(session, OFFICER, "To chase", "flag=no_consent").id == view.id
    assert list_views(session, OFFICER) == [(view.id, "To chase", "flag=no_consent")]
    other = Identity(Role.OFFICER, account_id=2, authority_code=AUTHORITY)
    assert list_views(session, other) == []
    with pytest.raises(NotFound):
        delete_view(session, other, view.id)
    for name, query in (
        ("", "q=hall"),
        ("x" * 61, ""),
        ("A", "colour=red"),
        ("A", "status=gone"),
        ("A", "q=" + "x" * 201),
    ):
        with pytest.raises(FaultyFields):
            save_view(session, OFFICER, name, query)
    delete_view(session, OFFICER, view.id)
    assert list_views(session, OFFICER) == []
