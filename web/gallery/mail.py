"""Pages about mail."""

from dataclasses import replace
from datetime import timedelta

from web.gallery.exhibit import ADMINISTRATOR, HOSTILE, NOW, Exhibit
from web.views_mail import MailPage, MailRow, MailViewerPage, ShownMessage, TextPart
from web.views_office import Done

SENT = MailRow(
    41,
    "Link to sign in",
    "a.example@example.gov.uk",
    "sent",
    "Sent",
    "The mail server took it (250 2.0.0).",
    NOW - timedelta(minutes=3),
    1,
)
IN_DOUBT = replace(
    SENT,
    id=40,
    to="a.councillor.with.a.long.name@members.county-durham.example.gov.uk",
    state="uncertain",
    state_label="In doubt",
    answer="The worker died while the message was being handed over.",
    advice="Ask the person whether it came. Send it again only if it did not: they would get it twice.",
    may_send_again=True,
    may_say_arrived=True,
)
FAILED = replace(
    SENT,
    id=39,
    kind="Invitation",
    to="gone@example.org",
    state="failed",
    state_label="Not sent",
    answer="The mail server refused it for good (550 5.1.1).",
    advice="Check the address with the person, then send it again or have them ask for a new one.",
    may_send_again=True,
)
WAITING = replace(
    SENT,
    id=38,
    state="waiting",
    state_label="Waiting",
    answer="The mail server could not be spoken to (SMTPConnectError).",
    advice="It is tried again by itself.",
)
LINK = "http://127.0.0.1:8000/sign-in/link/vT3mB0h0nC2e8cQ4yJ5sK7rW9xA1bD6fG"
MESSAGE = ShownMessage(
    7,
    "a.example@example.gov.uk",
    "Your link to sign in to Safe places",
    NOW,
    (
        (TextPart("Use this link to sign in:"),),
        (TextPart(LINK, LINK),),
        (TextPart("It works once, for 15 minutes, in the browser that asked for it."),),
    ),
)
COMPLAINT = "No worker is at work and 3 jobs wait, mail among them perhaps. Start `safeplaces worker`."


def exhibits() -> dict[str, Exhibit]:
    """Every page of this area, by the name of its file."""
    hostile = MailPage(
        (replace(FAILED, kind=HOSTILE, to=HOSTILE, answer=HOSTILE),),
        (replace(SENT, kind=HOSTILE, to=HOSTILE),),
        COMPLAINT,
        leaves=True,
        total=2,
    )
    full = MailPage((IN_DOUBT, FAILED, WAITING), (SENT, replace(SENT, id=12)), "", leaves=True, total=5)
    pages = {
        "mail": full,
        "mail-empty": MailPage((), (), COMPLAINT, leaves=False, total=0),
        "mail-done": replace(full, done=Done("The message is sent again."), to_see_to=(), total=400),
        "mail-hostile": hostile,
    }
    shown = {
        "mail-viewer": MailViewerPage((MESSAGE, replace(MESSAGE, id=6)), ""),
        "mail-viewer-empty": MailViewerPage((), COMPLAINT),
        "mail-viewer-hostile": MailViewerPage(
            (ShownMessage(5, HOSTILE, HOSTILE, NOW, ((TextPart(HOSTILE), TextPart(HOSTILE, LINK)),)),), ""
        ),
    }
    office = {name: Exhibit("mail.html", page, "/office/mail", ADMINISTRATOR) for name, page in pages.items()}
    return office | {name: Exhibit("mail_viewer.html", page, "/dev/mail") for name, page in shown.items()}
