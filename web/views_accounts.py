"""What the pages of signing in, of one's own account, and of an authority's accounts are given."""

from dataclasses import dataclass, field
from datetime import datetime

from web.views_office import Choice, FormFault


@dataclass(frozen=True, slots=True)
class Form:
    """A form with what was typed into it and what is wrong with it. Passwords and codes are never shown again."""

    values: dict[str, str] = field(default_factory=dict)
    faults: tuple[FormFault, ...] = ()

    def fault_of(self, name: str) -> str:
        """What is wrong with a field; empty where nothing is."""
        return next((fault.text for fault in self.faults if fault.field == name), "")


@dataclass(frozen=True, slots=True)
class SignInWay:
    """One way to sign in, and the page on which it begins."""

    href: str
    text: str
    hint: str


@dataclass(frozen=True, slots=True)
class SignInPage:
    """sign_in.html: how do you want to sign in? `notice` says why somebody is asked again."""

    ways: tuple[SignInWay, ...]
    notice: str = ""


@dataclass(frozen=True, slots=True)
class SignInPasswordPage(Form):
    """sign_in_password.html. `to` is the page that was wanted; `notice` says what was done before."""

    to: str = ""
    notice: str = ""


@dataclass(frozen=True, slots=True)
class SignInCodePage(Form):
    """sign_in_code.html: the code of an authenticator, or a recovery code."""

    to: str = ""


@dataclass(frozen=True, slots=True)
class SignInLinkPage(Form):
    """sign_in_link.html, sign_in_link_sent.html. `to` is the page that was wanted, or the way back to the form."""

    to: str = ""


@dataclass(frozen=True, slots=True)
class SignInLinkUsePage:
    """sign_in_link_use.html: the page with the button. `standing` is good, elsewhere (asked for there) or over."""

    standing: str
    to: str = ""


@dataclass(frozen=True, slots=True)
class SignInOidcPage:
    """sign_in_oidc.html: why somebody is not signed in. `is_down`: the provider does not answer."""

    what: str
    remedy: str
    is_down: bool = False


@dataclass(frozen=True, slots=True)
class SignOutOidcPage:
    """sign_in_oidc_out.html: leads on to signing out at the provider."""

    address: str


@dataclass(frozen=True, slots=True)
class InvitationPage(Form):
    """sign_in_invitation.html: choose a password. `is_over` where the link is not good any more."""

    name: str = ""
    email: str = ""
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A browser in which somebody is signed in."""

    id: int
    browser: str
    way: str
    since: datetime
    seen: datetime
    is_this: bool = False


@dataclass(frozen=True, slots=True)
class AccountPage:
    """account.html: a person's own account."""

    name: str
    email: str
    role: str
    authority: str
    sessions: tuple[SessionRow, ...]
    has_password: bool
    has_authenticator: bool
    recovery_codes: int = 0
    done: str = ""


@dataclass(frozen=True, slots=True)
class ChangePasswordPage(Form):
    """account_password.html."""

    email: str = ""


@dataclass(frozen=True, slots=True)
class ConfirmPage(Form):
    """account_confirm.html: a change that is made once the password was entered again."""

    title: str = ""
    lead: str = ""
    action: str = ""
    button: str = ""
    is_warning: bool = False


@dataclass(frozen=True, slots=True)
class AuthenticatorPage(Form):
    """account_authenticator.html: the seed as a picture and as letters, and the field for its first code.

    `picture` is an SVG element that we drew ourselves.
    """

    picture: str = ""
    letters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecoveryCodesPage:
    """account_codes.html: shown once."""

    codes: tuple[str, ...]
    is_new_authenticator: bool = False


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One person in the list of an authority's accounts."""

    id: int
    name: str
    email: str
    role: str
    is_active: bool
    protection: str
    signed_in: datetime | None = None
    councillor: str = ""
    is_self: bool = False


@dataclass(frozen=True, slots=True)
class AccountsPage:
    """accounts.html: the people of an authority who can sign in, and those who could."""

    rows: tuple[AccountRow, ...]
    done: str = ""

    @property
    def active(self) -> tuple[AccountRow, ...]:
        """Those who can sign in."""
        return tuple(row for row in self.rows if row.is_active)

    @property
    def inactive(self) -> tuple[AccountRow, ...]:
        """Those who left."""
        return tuple(row for row in self.rows if not row.is_active)


@dataclass(frozen=True, slots=True)
class AddAccountPage(Form):
    """accounts_new.html. `councillors` are those who have no account yet."""

    roles: tuple[Choice, ...] = ()
    councillors: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class OneAccountPage(Form):
    """accounts_one.html: an administrator's view of somebody's account."""

    account: AccountRow | None = None
    roles: tuple[Choice, ...] = ()
    councillors: tuple[Choice, ...] = ()
    sessions: tuple[SessionRow, ...] = ()
    has_authenticator: bool = False
    done: str = ""
