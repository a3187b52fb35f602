"""Routes of administrators' view of mail: how messages stand, and what to do about those that went wrong."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from app.accounts.access import allow
from app.db.sessions import Reading, Writing
from app.db.version import LONDON
from app.errors import InvalidInput
from app.http.pages import render
from app.jobs.standing import find_standing
from app.mail.overview import MessageStanding, list_messages, settle_message
from app.permissions.identity import Identity
from app.permissions.table import Action
from app.vocabulary import MailState
from web.views_mail import MailPage, MailRow
from web.views_office import Done

router = APIRouter(prefix="/office/mail", include_in_schema=False)
Administrator = Annotated[Identity, Depends(allow(Action.READ_MAIL))]

STATE_LABELS: dict[MailState, str] = {
    MailState.WAITING: "Waiting",
    MailState.CLAIMED: "Being sent",
    MailState.HANDING_OVER: "Being sent",
    MailState.SENT: "Sent",
    MailState.FAILED: "Not sent",
    MailState.UNCERTAIN: "In doubt",
    MailState.KEPT: "Shown on this machine",
}
ADVICE: dict[MailState, str] = {
    MailState.WAITING: "It is tried again by itself.",
    MailState.FAILED: "Check the address with the person, then send it again or have them ask for a new one.",
    MailState.UNCERTAIN: "Ask the person whether it came. Send it again only if it did not: they would get it twice.",
}
DONE = {"again": Done("The message is sent again."), "arrived": Done("The message is noted as arrived.")}


@router.get("")
def show_mail(
    request: Request, identity: Administrator, session: Reading, done: Annotated[str | None, Query()] = None
) -> Response:
    """How the authority's messages stand."""
    messages, total = list_messages(session, identity)
    page = MailPage(
        to_see_to=tuple(_row(message) for message in messages if message.is_to_see_to),
        others=tuple(_row(message) for message in messages if not message.is_to_see_to),
        complaint=find_standing(session).complaint() or "",
        leaves=request.app.state.settings.mail_leaves,
        total=total,
        done=DONE.get(done or ""),
    )
    return render(request, "mail.html", page=page)


@router.post("/{message_id}")
def settle(identity: Administrator, session: Writing, message_id: int, what: Annotated[str, Form()]) -> Response:
    """Send a message again, or note that it arrived."""
    if what not in DONE:
        raise InvalidInput("It is not clear what to do with the message.", "Go back and use one of the buttons.")
    settle_message(session, identity, message_id, again=what == "again")
    return RedirectResponse(f"/office/mail?done={what}", status_code=303)


def _row(message: MessageStanding) -> MailRow:
    in_doubt = message.state is MailState.UNCERTAIN
    return MailRow(
        message.id,
        message.label,
        message.to_address,
        message.state.value,
        STATE_LABELS[message.state],
        message.answer,
        message.created_at.astimezone(LONDON),
        message.attempts,
        ADVICE.get(message.state, ""),
        may_send_again=message.has_body,
        may_say_arrived=in_doubt,
    )
