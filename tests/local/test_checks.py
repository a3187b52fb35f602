"""`scripts/test` tells the truth: every stage runs, and one that fails is never lost."""

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.local import checks
from scripts.local.progress import SetupError

ROOT = Path(__file__).parent.parent.parent
PYTHON = Path(sys.executable)
GOOD_CODE = '"""Nothing wrong here."""\n'
BAD_CODE = "import os\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project of its own, with a real linter and real tests; the set-up is tested elsewhere."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "test-results").mkdir()
    (tmp_path / "module.py").write_text(GOOD_CODE)
    (tmp_path / "tests" / "test_small.py").write_text("def test_small():\n    assert True\n")
    (tmp_path / "conftest.py").write_text(
        "def pytest_addoption(parser):\n    parser.addoption('--without-browser', action='store_true')\n"
    )
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
    monkeypatch.delenv("COVERAGE_PROCESS_START", raising=False)
    monkeypatch.setattr(checks, "WORKERS", 0)
    monkeypatch.setattr(checks, "ROOT", tmp_path)
    monkeypatch.setattr(checks, "_set_up", lambda **_: PYTHON)
    monkeypatch.setattr(checks, "audit", lambda _: [])  # tested elsewhere too
    monkeypatch.setattr(checks, "CHECKS", {"lint": ["ruff", "check", "--isolated", "module.py"]})
    return tmp_path


def test_all_well(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert checks.main(["--fast"]) == 0
    said = capfd.readouterr().out.splitlines()
    assert any(line.startswith("== lint: ") and line.endswith(" s") for line in said)
    assert "1 passed" in said[-1]
    assert (project / "test-results" / "junit.xml").is_file()


def test_a_failing_check_does_not_stop_the_tests_but_fails_the_run(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (project / "module.py").write_text(BAD_CODE)
    assert checks.main(["--fast"]) == 1
    said = capfd.readouterr().out
    assert "F401" in said
    assert "1 passed" in said
    assert said.splitlines()[-1] == "FAILED before the tests: lint."


def test_a_failing_test_fails_the_run(project: Path) -> None:
    (project / "tests" / "test_small.py").write_text("def test_small():\n    assert False\n")
    assert checks.main(["--fast"]) == 1


def test_words_after_two_dashes_go_to_pytest(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (project / "tests" / "test_other.py").write_text("def test_other():\n    assert False\n")
    assert checks.main(["--fast", "--", "tests", "-k", "small"]) == 0
    assert "1 passed" in capfd.readouterr().out


def test_setting_up_only_runs_nothing(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (project / "module.py").write_text(BAD_CODE)
    assert checks.main(["--set-up-only"]) == 0
    assert "F401" not in capfd.readouterr().out


def test_a_set_up_that_fails_is_said_in_words(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(**_: object) -> Path:
        raise SetupError("Chromium is missing.")

    monkeypatch.setattr(checks, "_set_up", fail)
    assert checks.main([]) == 1
    assert capfd.readouterr().err.strip() == "Chromium is missing."
    assert project.is_dir()


def test_help_needs_no_environment() -> None:
    done = subprocess.run([ROOT / "scripts" / "test", "--help"], capture_output=True, text=True, check=True, cwd="/")
    assert "--fast" in done.stdout
