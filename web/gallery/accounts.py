"""Pages of signing in, of one's own account, and of an authority's accounts."""

from dataclasses import replace
from datetime import timedelta

from web.gallery.exhibit import ADMINISTRATOR, HOSTILE, NOW, OFFICER, Exhibit
from web.views_accounts import (
    AccountPage,
    AccountRow,
    AccountsPage,
    AddAccountPage,
    AuthenticatorPage,
    ChangePasswordPage,
    ConfirmPage,
    InvitationPage,
    OneAccountPage,
    RecoveryCodesPage,
    SessionRow,
    SignInCodePage,
    SignInLinkPage,
    SignInLinkUsePage,
    SignInOidcPage,
    SignInPage,
    SignInPasswordPage,
    SignInWay,
    SignOutOidcPage,
)
from web.views_office import Choice, FormFault

WRONG = FormFault("password", "The e-mail address or the password is not right. Check both.")
SESSIONS = (
    SessionRow(3, "Firefox on Windows", "With a password", NOW - timedelta(hours=2), NOW, is_this=True),
    SessionRow(2, "Safari on iPhone", "By a link in an e-mail", NOW - timedelta(hours=5), NOW - timedelta(minutes=40)),
)
ROLES = (
    Choice("councillor", "Councillor", hint="Sees the places of their own division."),
    Choice("auditor", "Auditor", hint="Sees all places and records checks."),
    Choice("officer", "Officer", hint="Keeps the register."),
    Choice("administrator", "Administrator", hint="Also looks after people."),
)
COUNCILLORS = (Choice("4", "Alex Example"), Choice("9", "Sam Sample"))
ROW = AccountRow(
    7,
    "Jo Example",
    "jo.example@example.gov.uk",
    "Officer",
    is_active=True,
    protection="Password and authenticator",
    signed_in=NOW - timedelta(days=1),
)
ROWS = (
    replace(ROW, id=1, name="Ash Sample", email="ash.sample@example.gov.uk", role="Administrator", is_self=True),
    ROW,
    replace(
        ROW,
        id=8,
        name="Councillor A. Example",
        email="a.example@example.gov.uk",
        role="Councillor",
        protection="Link by e-mail",
        signed_in=None,
        councillor="Alex Example",
    ),
    replace(ROW, id=9, name="Pat Gone", email="pat.gone@example.gov.uk", is_active=False, protection="No password yet"),
)
PICTURE = (
    '<svg width="60" height="60" class="qr"><path fill="#fff" d="M0 0h60v60h-60z"/><path d="M8 8h12v12h-12z"/></svg>'
)


def exhibits() -> dict[str, Exhibit]:
    """Every page of this area, by the name of its file."""
    return {**_signing_in(), **_links(), **_own_account(), **_accounts()}


def _signing_in() -> dict[str, Exhibit]:
    ways = (
        SignInWay("/sign-in/link", "Have a link sent to your e-mail address", "For councillors. No password."),
        SignInWay("/sign-in/password", "Use a password", "For people with an account here."),
    )
    wrong = SignInPasswordPage(values={"email": HOSTILE}, faults=(WRONG,))
    over = InvitationPage(is_over=True)
    choose = InvitationPage(
        name="Jo Example", email="jo.example@example.gov.uk", faults=(FormFault("password", "At least 12 characters."),)
    )
    code = SignInCodePage(faults=(FormFault("code", "This code is not right."),))
    return {
        "sign_in": Exhibit("sign_in.html", SignInPage(ways, "You were signed out."), "/sign-in"),
        "sign_in_password": Exhibit("sign_in_password.html", SignInPasswordPage(), "/sign-in/password"),
        "sign_in_password_wrong": Exhibit("sign_in_password.html", wrong, "/sign-in/password"),
        "sign_in_code": Exhibit("sign_in_code.html", SignInCodePage(), "/sign-in/code"),
        "sign_in_code_wrong": Exhibit("sign_in_code.html", code, "/sign-in/code"),
        "sign_in_invitation": Exhibit("sign_in_invitation.html", choose, "/sign-in/invitation/x"),
        "sign_in_invitation_over": Exhibit("sign_in_invitation.html", over, "/sign-in/invitation/x"),
    }


def _links() -> dict[str, Exhibit]:
    wrong = SignInLinkPage(
        values={"email": HOSTILE}, faults=(FormFault("email", "This is not an e-mail address that we can write to."),)
    )
    again = SignInLinkPage(to="/sign-in/link")
    pages = {
        "sign_in_link": Exhibit("sign_in_link.html", SignInLinkPage(), "/sign-in/link"),
        "sign_in_link_wrong": Exhibit("sign_in_link.html", wrong, "/sign-in/link"),
        "sign_in_link_sent": Exhibit("sign_in_link_sent.html", again, "/sign-in/link/sent"),
    }
    for standing in ("good", "elsewhere", "over"):
        page = SignInLinkUsePage(standing)
        pages[f"sign_in_link_{standing}"] = Exhibit("sign_in_link_use.html", page, "/sign-in/link/x")
    down = SignInOidcPage("The sign-in service does not answer.", "Try again in a few minutes.", is_down=True)
    refused = SignInOidcPage(HOSTILE, "Ask an administrator of the register.")
    out = SignOutOidcPage("https://id.example.gov.uk/end?id_token_hint=x&client_id=y")
    pages["sign_in_oidc_down"] = Exhibit("sign_in_oidc.html", down, "/sign-in/oidc")
    pages["sign_in_oidc_refused"] = Exhibit("sign_in_oidc.html", refused, "/sign-in/oidc/callback")
    pages["sign_in_oidc_out"] = Exhibit("sign_in_oidc_out.html", out, "/sign-out")
    return pages


def _own_account() -> dict[str, Exhibit]:
    account = AccountPage(
        name="Jo Example",
        email="jo.example@example.gov.uk",
        role="Officer",
        authority="County Durham",
        sessions=SESSIONS,
        has_password=True,
        has_authenticator=True,
        recovery_codes=9,
        done="Your password is changed.",
    )
    confirm = ConfirmPage(
        title="Remove your authenticator",
        lead="Only your password will protect your account then.",
        action="/account/authenticator/remove",
        button="Remove it",
        is_warning=True,
        faults=(WRONG,),
    )
    seed = AuthenticatorPage(picture=PICTURE, letters=("JBSW", "Y3DP", "EHPK", "3PXP"))
    codes = RecoveryCodesPage(("7K2QX-0M4ZA-9T1CD-RW6EH-3VNJB", "2C9FA-HJ70M-QXT54-B8KDE-6RWZP"), True)
    return {
        "account": Exhibit("account.html", account, "/account", OFFICER),
        "account_without_password": Exhibit(
            "account.html", replace(account, has_password=False, sessions=SESSIONS[:1], done=""), "/account", OFFICER
        ),
        "account_password": Exhibit(
            "account_password.html", ChangePasswordPage(email="jo.example@example.gov.uk"), "/account/password", OFFICER
        ),
        "account_confirm": Exhibit("account_confirm.html", confirm, "/account/authenticator/remove", OFFICER),
        "account_authenticator": Exhibit("account_authenticator.html", seed, "/account/authenticator", OFFICER),
        "account_codes": Exhibit("account_codes.html", codes, "/account/authenticator/confirm", OFFICER),
    }


def _accounts() -> dict[str, Exhibit]:
    new = AddAccountPage(
        values={"name": HOSTILE, "email": "x", "role": "councillor"},
        roles=ROLES,
        councillors=COUNCILLORS,
        faults=(FormFault("email", "This is not an e-mail address that we can write to."),),
    )
    one = OneAccountPage(
        account=ROW,
        values={"role": "officer"},
        roles=ROLES,
        councillors=COUNCILLORS,
        sessions=SESSIONS[1:],
        has_authenticator=True,
        done="A link is on its way to them.",
    )
    left = OneAccountPage(account=ROWS[3], values={"role": "officer"}, roles=ROLES)
    return {
        "accounts": Exhibit("accounts.html", AccountsPage(ROWS), "/office/accounts", ADMINISTRATOR),
        "accounts_new": Exhibit("accounts_new.html", new, "/office/accounts/new", ADMINISTRATOR),
        "accounts_one": Exhibit("accounts_one.html", one, "/office/accounts/7", ADMINISTRATOR),
        "accounts_one_left": Exhibit("accounts_one.html", left, "/office/accounts/9", ADMINISTRATOR),
    }
