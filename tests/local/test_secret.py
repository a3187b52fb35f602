"""The secret that the first start makes."""

from pathlib import Path

import pytest

from app.accounts.secret import decrypt, encrypt, read_secret
from app.errors import Conflict
from app.settings import Settings
from scripts.local.secret import ensure_secret


def settings_of(**values: object) -> Settings:
    return Settings.model_validate({"DATABASE_URL": "postgresql://nobody@/nothing"} | values)


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SAFEPLACES_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.delenv("SAFEPLACES_SECRET", raising=False)
    monkeypatch.setenv("SAFEPLACES_SECRET_FILE", "")
    return tmp_path / "state"


def test_it_is_made_once_and_for_its_owner_only(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ensure_secret()
    file = state / "secret"
    made = file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(made.strip()) == 64
    assert [path.name for path in state.iterdir()] == ["secret"]
    assert made.strip() not in capsys.readouterr().out
    ensure_secret()
    assert file.read_text() == made
    assert read_secret(settings_of(secret_file=file)) == made.strip()


def test_one_that_is_named_is_left_alone(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAFEPLACES_SECRET", "x" * 40)
    ensure_secret()
    assert not state.exists()


def test_what_is_encrypted_is_read_by_the_same_secret_for_the_same_purpose_only() -> None:
    ours, theirs = settings_of(secret="a" * 32), settings_of(secret="b" * 32)
    stored = encrypt(ours, "authenticator", "seed")
    assert "seed" not in stored
    assert decrypt(ours, "authenticator", stored) == "seed"
    for settings, purpose in ((theirs, "authenticator"), (ours, "something else")):
        with pytest.raises(Conflict, match="cannot be read with this installation's secret"):
            decrypt(settings, purpose, stored)


@pytest.mark.parametrize("content", [None, b"too short", b"\xff" * 40])
def test_a_secret_that_cannot_be_used_is_said_in_words(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(Conflict, match="secret") as raised:
        read_secret(settings_of(secret_file=file))
    assert "SAFEPLACES_SECRET_FILE" in raised.value.remedy


def test_it_is_not_shown_where_settings_are() -> None:
    assert "a" * 32 not in repr(settings_of(secret="a" * 32))
