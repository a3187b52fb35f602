"""Which passwords are accepted, and how they are kept."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from zxcvbn.frequency_lists import FREQUENCY_LISTS  # type: ignore[import-untyped] # it has no annotations

from app.accounts.passwords import SHORTEST, accept_password, hash_password, is_easily_guessed, is_password
from app.errors import InvalidInput


def accept(password: str) -> str:
    return accept_password(password, email="jo.example@durham.example.org", name="Jo Example")


@pytest.mark.parametrize(
    "password",
    [
        "crumpet lantern estuary",
        "correct horse battery staple",
        "thimbleorchardwalrus",
        "kX9#vQ2!mZ7$",
        "8247 1936 5501 7720",
        "Blåbærsyltetøy og vafler",
        "пароль из четырёх слов",
        "🦉🐢🌵🍄🚲🎺🧵🪴🫖🪁🧭🔭 owls",
        "x" * 5 + "the kettle sings at dawn" * 4,
    ],
)
def test_long_and_unusual_ones_are_accepted(password: str) -> None:
    assert accept(password)


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Password2026!",
        "P@$$w0rd12345",
        "qwertyuiop123",
        "123456789012",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "Durham2026!!",
        "SafePlaces2026",
        "CountyCouncil1",
        "Summer2026Summer",
        "jo.example1234",
        "Example-Jo-2026",
        "letmein letmein",
        "manchesterunited",
        "111111222222333333",
        "1qaz2wsx3edc4rfv",
        "q1w2e3r4t5y6",
        "Christopher1!",
        "playstation3",
        "qwertyytrewq",
        "sonyericsson1",
    ],
)
def test_what_is_guessed_first_is_refused(password: str) -> None:
    with pytest.raises(InvalidInput, match="guessed early") as raised:
        accept(password)
    assert raised.value.field == "password"


def test_none_of_the_passwords_that_were_found_elsewhere_is_accepted() -> None:
    found = [word for word in FREQUENCY_LISTS["passwords"] if len(word) >= SHORTEST]
    assert len(FREQUENCY_LISTS["passwords"]) >= 30_000
    assert len(found) > 200, "those of the 30,000 that are long enough to be asked about"
    assert [word for word in found if not is_easily_guessed(word, "", "")] == []


@pytest.mark.parametrize(("length", "told"), [(0, "at least 12"), (11, "at least 12"), (129, "at most 128")])
def test_length_is_all_that_is_asked(length: int, told: str) -> None:
    password = ("crumpet lantern estuary " * 6)[:length]
    with pytest.raises(InvalidInput, match=told):
        accept(password)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=140))
@settings(max_examples=300)
def test_every_text_is_judged_without_a_fault(text: str) -> None:
    assert is_easily_guessed(text, "jo@example.org", "Jo") in {True, False}


def test_argon2id_is_what_is_stored_and_every_keyboard_types_the_same() -> None:
    stored = hash_password(accept("Ångström café lantern"))
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert is_password("Ångström café lantern", stored)
    assert is_password("A\u030angstro\u0308m cafe\u0301 lantern", stored)
    assert not is_password("Ångström café lanterN", stored)
    assert not is_password("", stored)
    assert not is_password("nobody has this password", None), "the hash for nobody opens nothing"
    assert not is_password("x" * 100_000, stored)
