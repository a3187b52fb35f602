"""What the office's forms share: what was sent, what has just been done, faults in the words of the pages."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from app.errors import Fault, FaultyFields, InvalidInput
from web.views_office import Done, FormFault

SEE_OTHER = 303

DONE: dict[str, str] = {
    "added": "The place is on the register. It is proposed: list it once it has been checked and has agreed.",
    "saved": "The changes are saved.",
    "unchanged": "Nothing was different, so nothing was saved.",
    "waits": "Your changes are kept. They wait for a second person; the approved version stays public until then.",
    "status": "The status has changed.",
    "division": "The division is decided.",
    "merged": "The two places are one now. The other reference leads here.",
    "approved": "The change is approved.",
    "refused": "The change is refused. Whoever asked for it can read why.",
    "withdrawn": "The change is taken back.",
    "bulk": "The places are changed.",
    "view-saved": "The view is saved.",
    "view-deleted": "The view is deleted.",
    "settings": "The settings are saved.",
}
"""From a word in an address to what is said at the head of the page."""


async def sent_form(request: Request) -> FormData:
    """The form that was sent. It has been read once already, for its token."""
    return await request.form()


SentForm = Annotated[FormData, Depends(sent_form)]


def text_of(form: FormData, name: str, longest: int = 2_000) -> str:
    """A field's text, without spaces around it; empty where it was not sent."""
    value = form.get(name)
    return value.strip()[:longest] if isinstance(value, str) else ""


def go_to(address: str, done: str = "") -> RedirectResponse:
    """Send the browser on after something was changed, so that loading the page again does not do it twice."""
    joint = "&" if "?" in address else "?"
    return RedirectResponse(f"{address}{joint}done={done}" if done else address, SEE_OTHER)


def done_of(word: str | None) -> Done | None:
    """What has just been done; None for a word that is none of ours."""
    return Done(DONE[word]) if word in DONE else None


def faults_of(error: InvalidInput, default: str) -> tuple[FormFault, ...]:
    """What is wrong, field by field; `default` is the field of an error that names none."""
    given: Iterable[Fault] = (
        error.faults if isinstance(error, FaultyFields) else [Fault(error.field or default, error.what, error.remedy)]
    )
    return tuple(FormFault(fault.field, f"{fault.what} {fault.remedy}".strip()) for fault in given)
