"""Production does not start with settings that are not safe, and says what to do about each."""

import subprocess
import sys
from pathlib import Path
from string import ascii_letters
from typing import Any

import pytest

from app import production
from app.production import list_dangers, refuse_dangers
from app.settings import Settings

SECRET = ascii_letters
LONG = ascii_letters[:24]
SHORT = ascii_letters[:8]
HIDDEN = "hidden-word"
SAFE = {
    "DATABASE_URL": f"postgresql://web:{LONG}@db.example.org/safeplaces?sslmode=verify-full",
    "environment": "production",
    "public_address": "https://safe.example.org",
    "secret": SECRET,
    "trusted_proxies": "127.0.0.1",
}
PROVIDER = {
    "oidc_issuer": "https://id.example.org",
    "oidc_client_id": "register",
    "oidc_client_secret": "of the provider",
    "oidc_roles": [{"value": "officers", "role": "officer", "authority": "E06000047"}],
}
ROOT = Path(__file__).parent.parent.parent


def dangers(**changed: Any) -> list[str]:  # noqa: ANN401  # values of any setting
    return list(list_dangers(Settings.model_validate(SAFE | changed)))


def test_safe_settings_are_accepted() -> None:
    assert dangers() == []
    refuse_dangers(Settings.model_validate(SAFE))


@pytest.mark.parametrize(
    ("changed", "named", "remedy"),
    [
        ({"public_address": ""}, "SAFEPLACES_PUBLIC_ADDRESS", "https://"),
        ({"public_address": "http://safe.example.org"}, "SAFEPLACES_PUBLIC_ADDRESS", "https"),
        ({"public_address": "https://localhost"}, "SAFEPLACES_PUBLIC_ADDRESS", "that people type"),
        ({"public_address": "https://safe.example.org@evil.example"}, "SAFEPLACES_PUBLIC_ADDRESS", "that people type"),
        ({"public_address": "https://safe.example.org/?x"}, "SAFEPLACES_PUBLIC_ADDRESS", "that people type"),
        ({"secret": None}, "SAFEPLACES_SECRET", "Make one with"),
        ({"secret": "a" * 40}, "SAFEPLACES_SECRET", "Make one with"),
        ({"DATABASE_URL": f"postgresql://web:{LONG}@db.example.org/safeplaces"}, "DATABASE_URL", "sslmode"),
        ({"DATABASE_URL": "postgresql://web@10.0.0.7/safeplaces?sslmode=prefer"}, "DATABASE_URL", "sslmode"),
        ({"DATABASE_URL": "postgresql:///safeplaces?host=db.example.org"}, "DATABASE_URL", "sslmode"),
        ({"DATABASE_URL": "postgresql://web@/safeplaces?hostaddr=192.0.2.9"}, "DATABASE_URL", "sslmode"),
        ({"DATABASE_URL": "postgresql://web@localhost,db.example.org/safeplaces"}, "DATABASE_URL", "sslmode"),
        ({"DATABASE_URL": "postgresql://web@localhost:5432,db.example.org:5432/safeplaces"}, "DATABASE_URL", "sslmode"),
        ({"DATABASE_URL": f"postgresql://web:{SHORT}@localhost/safeplaces"}, "DATABASE_URL", "ALTER ROLE"),
        ({"DATABASE_URL": f"postgresql://web:{'ab' * 20}@localhost/safeplaces"}, "DATABASE_URL", "ALTER ROLE"),
        ({"smtp_host": "mail.example.org", "smtp_tls": "none"}, "SAFEPLACES_SMTP_TLS", "starttls"),
        ({"tile_url": "http://tiles.example.org/{z}/{x}/{y}.png"}, "SAFEPLACES_TILE_URL", "https"),
        ({"notify_base_url": "http://notify.example.org"}, "SAFEPLACES_NOTIFY_BASE_URL", "https"),
        ({"exit_address": "http://weather.example.org"}, "SAFEPLACES_EXIT_ADDRESS", "https"),
        (PROVIDER | {"oidc_issuer": "http://id.example.org"}, "SAFEPLACES_OIDC_ISSUER", "https"),
        (PROVIDER | {"oidc_client_secret": None}, "SAFEPLACES_OIDC_CLIENT_SECRET", "confidential client"),
        ({"trusted_proxies": "10.0.0.7, 0.0.0.0/0"}, "SAFEPLACES_TRUSTED_PROXIES", "your own proxies"),
        ({"trusted_proxies": ""}, "SAFEPLACES_TRUSTED_PROXIES", "such as 127.0.0.1"),
        ({"trusted_proxies": "::/0"}, "SAFEPLACES_TRUSTED_PROXIES", "your own proxies"),
        ({"rate_limit_scale": 0}, "SAFEPLACES_RATE_LIMIT_SCALE", "leave it out"),
        ({"rate_limit_scale": 1000}, "SAFEPLACES_RATE_LIMIT_SCALE", "20 at most"),
        ({"session_idle_minutes": 720}, "SAFEPLACES_SESSION_IDLE_MINUTES", "240 at most"),
        ({"session_hours": 168}, "SAFEPLACES_SESSION_HOURS", "24 at most"),
    ],
)
def test_each_danger_is_a_sentence_with_a_remedy(changed: dict[str, Any], named: str, remedy: str) -> None:
    (danger,) = dangers(**changed)
    assert danger.startswith(named)
    assert remedy in danger


@pytest.mark.parametrize(
    "address",
    [
        "postgresql:///safeplaces?host=/run/postgresql",
        "postgresql:///safeplaces",
        f"postgresql://web:{SHORT}@/safeplaces?host=/run/postgresql",
        f"postgresql://web:{LONG}@localhost/safeplaces",
        "postgresql://web@localhost/safeplaces",
        "postgresql://web@127.0.0.1:5432/safeplaces",
        "postgresql://web@[::1]/safeplaces",
    ],
)
def test_a_database_of_this_machine_needs_no_tls(address: str) -> None:
    assert dangers(DATABASE_URL=address) == []


def test_a_secret_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    missing = dangers(secret=None, secret_file=file)
    assert [danger.split(",")[0] for danger in missing] == ["SAFEPLACES_SECRET_FILE"]
    file.write_text(SECRET[:31], encoding="utf-8")
    file.chmod(0o600)
    (danger,) = dangers(secret=None, secret_file=file)
    assert "fewer than 32 characters. Make one with" in danger
    file.write_text(SECRET, encoding="utf-8")
    file.chmod(0o640)
    assert "chmod 600" in dangers(secret=None, secret_file=file)[0]
    file.chmod(0o600)
    assert dangers(secret=None, secret_file=file) == []


def test_every_file_of_a_secret_is_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("word", encoding="utf-8")
    file.chmod(0o644)
    (danger,) = dangers(smtp_host="mail.example.org", smtp_sender="safe@example.org", smtp_password_file=file)
    assert danger.startswith("SAFEPLACES_SMTP_PASSWORD_FILE")
    assert "chmod 600" in danger


def test_where_the_system_keeps_secrets_the_mode_is_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(production, "KEPT_BY_THE_SYSTEM", (tmp_path,))
    file = tmp_path / "secret"
    file.write_text(SECRET, encoding="utf-8")
    file.chmod(0o444)
    assert dangers(secret=None, secret_file=file) == []
    assert len(dangers(secret=None, secret_file=tmp_path / "missing")) == 1


def test_what_cannot_be_read_is_told_before_it_is_needed(tmp_path: Path) -> None:
    (danger,) = dangers(notify_api_key_file=tmp_path / "missing")
    assert danger.startswith("SAFEPLACES_NOTIFY_API_KEY_FILE")
    assert "check its path" in danger


def test_every_file_of_a_secret_is_looked_at() -> None:
    files = {name for name in Settings.model_fields if name.endswith("_file") and name != "smtp_ca_file"}
    assert set(production.SECRET_FILES) == files


def test_a_provider_and_proxies_of_ones_own_are_accepted() -> None:
    assert dangers(**PROVIDER, rate_limit_scale=20, session_idle_minutes=240, session_hours=24) == []
    assert dangers(**PROVIDER, trusted_proxies="10.0.0.0/8, 192.0.2.7, 2001:db8::/32") == []


def test_development_starts_with_anything() -> None:
    refuse_dangers(Settings.model_validate({"DATABASE_URL": "postgresql://web@db.example.org/safeplaces"}))


def test_the_server_does_not_start_and_says_why() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "uvicorn", "--factory", "app.main:create_app", "--port", "0"],
        cwd=ROOT,
        env={
            "PATH": "/usr/bin:/bin",
            "DATABASE_URL": f"postgresql://web:{HIDDEN}@db.example.org/safeplaces",
            "SAFEPLACES_ENVIRONMENT": "production",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode != 0
    for named in ("SAFEPLACES_PUBLIC_ADDRESS", "SAFEPLACES_SECRET", "SAFEPLACES_TRUSTED_PROXIES", "DATABASE_URL"):
        assert f"- {named}" in done.stderr
    assert "Traceback" not in done.stderr
    assert HIDDEN not in done.stderr
