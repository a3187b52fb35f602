"""An officer decides to which division a doubtful place belongs; new assignments respect that while it is possible."""

from datetime import UTC, datetime

from sqlalchemy import text

from app.db.sessions import WriteSession
from app.divisions.rules import assign_places
from app.errors import Conflict, InvalidInput
from app.permissions.identity import Identity
from app.permissions.table import Action, require
from app.places.editing import lock_place, tidy_reason
from app.places.register_rules import get_visible, sets_of_today
from app.places.register_schemas import RegisterPlace
from app.tables.base import now_utc


def decide_division(
    session: WriteSession, identity: Identity, reference: str, gss_code: str | None, *, reason: str
) -> RegisterPlace:
    """Say which of the divisions that a place is linked to it belongs to; None takes an earlier decision back.

    The other links go, and with them the marks. A place that is moved away from the decision is assigned afresh. The
    place gets another version, so that its history says who decided and why.

    Raises:
        NotFound, PlaceMerged: there is no such place (any more).
        InvalidInput: there is no reason.
        Conflict: the place is not linked to that division, or there is no decision to take back.
    """
    require(identity, Action.WRITE_PLACES)
    reason = tidy_reason(reason) or ""
    if not reason:
        raise InvalidInput("A decision needs a reason.", "Say why, in a few words.", field="reason")
    place = lock_place(session, identity, reference)
    session.record_as(identity.actor, via=identity.via, reason=reason)
    values = {"place": place.id, "code": gss_code, "sets": sets_of_today(session)}
    if gss_code is None:
        if not session.connection().execute(_TAKE_BACK, values).rowcount:
            raise Conflict("There is no decision on this place's division.", "Nothing needs to be taken back.")
    else:
        linked = session.connection().execute(_LINKED, values).scalars().all()
        if gss_code not in linked:
            raise Conflict(
                f"{reference} is not linked to the division {gss_code[:20]}.",
                f"Choose one of: {', '.join(linked)}." if linked else "Correct its location first.",
            )
        session.connection().execute(_TAKE_BACK, values)
        session.connection().execute(_DECIDE, values | {"at": datetime.now(UTC), "by": identity.actor})
    place.updated_at = now_utc()
    assign_places(session, [place.id or 0])
    return get_visible(session, identity, reference)


_OF_TODAY = "place_id = :place AND division_set_id = ANY(CAST(:sets AS integer[]))"
_OF_CODE = "division_id IN (SELECT id FROM division WHERE gss_code = :code)"
_LINKED = text("""
    SELECT division.gss_code FROM place_division AS link JOIN division ON division.id = link.division_id
    WHERE link.place_id = :place AND link.division_set_id = ANY(CAST(:sets AS integer[])) ORDER BY division.gss_code
""")
_TAKE_BACK = text(f"""
    UPDATE place_division SET basis = 'near', decided_at = NULL, decided_by = NULL
    WHERE {_OF_TODAY} AND basis = 'decided'
""")
_DECIDE = text(f"""
    UPDATE place_division SET basis = 'decided', decided_at = :at, decided_by = :by WHERE {_OF_TODAY} AND {_OF_CODE}
""")
