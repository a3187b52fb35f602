"""What audits of the libraries say is understood: weaknesses, none, and no answer at all."""

import json
from pathlib import Path

import pytest

from scripts.local import audit

WEAK = {"id": "PYSEC-2026-1", "fix_versions": ["1.2.4"], "aliases": [], "description": "…"}
PIP = {
    "dependencies": [
        {"name": "sound", "version": "1.0", "vulns": []},
        {"name": "weak", "version": "1.2.3", "vulns": [WEAK]},
        {"name": "unknown", "version": "9", "skip_reason": "Dependency not found and could not be audited"},
    ],
    "fixes": [],
}
NPM = {
    "auditReportVersion": 2,
    "vulnerabilities": {"leafless": {"name": "leafless", "severity": "high"}},
    "metadata": {"vulnerabilities": {"high": 1}, "dependencies": {"prod": 12, "dev": 40}},
}


def test_a_weakness_is_named_with_what_mends_it() -> None:
    found = audit.read_pip_audit(json.dumps(PIP))
    assert found.asked == 2
    assert found.weaknesses == ("weak 1.2.3: PYSEC-2026-1, mended in 1.2.4",)
    assert audit.read_npm_audit(json.dumps(NPM)).words == (
        "npm packages: 12 asked about, 1 with known weaknesses.\n  leafless: high"
    )


@pytest.mark.parametrize("answer", ["", "npm error audit endpoint returned an error", "[]", '{"dependencies": []}'])
def test_no_answer_is_no_weakness_and_is_said(answer: str) -> None:
    for read in (audit.read_pip_audit, audit.read_npm_audit):
        found = read(answer)
        assert found.weaknesses == ()
        assert "could not be asked" in found.words


def test_packages_that_were_skipped_are_not_called_sound() -> None:
    skipped = {"dependencies": [PIP["dependencies"][2]], "fixes": []}
    assert audit.read_pip_audit(json.dumps(skipped)).asked is None


@pytest.mark.parametrize(("weaknesses", "code"), [((), 0), (("weak 1.2.3: PYSEC-2026-1",), 1)])
def test_known_weaknesses_fail_the_command(
    weaknesses: tuple[str, ...], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "ensure_environment", lambda *_: Path("python"))
    monkeypatch.setattr(audit, "audit", lambda _: [audit.Audit("Python packages", 3, weaknesses)])
    assert audit.main() == code
