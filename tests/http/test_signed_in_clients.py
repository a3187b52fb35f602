"""The clients that tests sign in with are what they say they are."""

from app.vocabulary import Role
from tests.signing_in import SignedIn, SignIn


def test_officers_are_recognised_and_strangers_are_not(as_officer: SignedIn, sign_in: SignIn) -> None:
    """The cookie of one browser is not that of another, and the public has none."""
    auditor = sign_in(Role.AUDITOR, authority_code="E06000005")
    for person in (as_officer, auditor):
        answer = person.client.get("/account")
        assert answer.status_code == 200
        assert person.account.name in answer.text
