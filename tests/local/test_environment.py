"""The Python environment is made, kept, mended and moved as it should be: with real pip, on one small package."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.local import environment
from scripts.local.environment import ensure_environment
from scripts.local.progress import SetupError

ROOT = Path(__file__).parent.parent.parent
PACKAGE = "annotated-doc"
SECOND = "mdurl"


def locked(*names: str) -> str:
    """The entries of packages in our own lock file, hashes included."""
    entries = re.split(r"\n(?=\S)", (ROOT / "requirements" / "service.txt").read_text())
    return "\n".join(entry for entry in entries if entry.startswith(tuple(f"{name}==" for name in names))) + "\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with nothing but a lock file, and its environment."""
    root = tmp_path_factory.mktemp("made") / "checkout"
    (root / "requirements").mkdir(parents=True)
    (root / "requirements" / "service.txt").write_text(locked(PACKAGE))
    ensure_environment(root, "service")
    return root


@pytest.fixture
def checkout(made: Path, tmp_path: Path) -> Path:
    """A copy of it, elsewhere: so each test starts from an environment whose checkout was moved."""
    return Path(shutil.copytree(made, tmp_path / "checkout", symlinks=True))


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    def cut() -> None:
        monkeypatch.setenv("PIP_NO_INDEX", "1")
        monkeypatch.setenv("PIP_FIND_LINKS", "")

    return cut


def run(python: Path, program: str) -> str:
    return subprocess.run([python, "-c", program], capture_output=True, text=True, check=True, cwd="/").stdout.strip()


def test_it_holds_the_package_and_nothing_is_fetched_twice(checkout: Path, offline: Callable[[], None]) -> None:
    offline()
    python = ensure_environment(checkout, "service")
    assert run(python, "import annotated_doc; print(annotated_doc.__name__)") == "annotated_doc"


def test_the_project_is_importable_from_where_it_lies_now(checkout: Path, made: Path) -> None:
    python = ensure_environment(checkout, "service")
    paths = run(python, "import sys; print(sys.path)")
    assert str(checkout) in paths
    assert str(made) not in paths
    assert (checkout / ".venv" / "bin" / "safeplaces").stat().st_mode & 0o111


def test_a_new_lock_file_is_installed(checkout: Path) -> None:
    (checkout / "requirements" / "service.txt").write_text(locked(PACKAGE, SECOND))
    python = ensure_environment(checkout, "service")
    assert run(python, "import mdurl; print('here')") == "here"


def test_a_lock_file_that_holds_the_other_serves_for_both(checkout: Path, offline: Callable[[], None]) -> None:
    (checkout / "requirements" / "develop.txt").write_text(locked(PACKAGE, SECOND))
    ensure_environment(checkout, "develop")
    (checkout / ".venv" / ".installed-service").unlink()
    offline()
    ensure_environment(checkout, "service")


def test_a_package_with_another_hash_is_refused(checkout: Path) -> None:
    forged = re.sub(r"sha256:\w+", f"sha256:{'0' * 64}", locked(SECOND))
    (checkout / "requirements" / "service.txt").write_text(forged)
    with pytest.raises(SetupError, match=r"(?i)hashes"):
        ensure_environment(checkout, "service")
    with pytest.raises(SetupError, match=r"(?i)hashes"):
        ensure_environment(checkout, "service")


def test_an_index_out_of_reach_is_said_in_words(checkout: Path, offline: Callable[[], None]) -> None:
    (checkout / "requirements" / "service.txt").write_text(locked(PACKAGE, SECOND))
    offline()
    with pytest.raises(SetupError, match="Is the package index reachable"):
        ensure_environment(checkout, "service")


def test_a_broken_environment_is_made_again(checkout: Path) -> None:
    (checkout / ".venv" / "bin" / "python").unlink()
    python = ensure_environment(checkout, "service")
    assert run(python, "import annotated_doc; print('here')") == "here"


def test_a_python_without_venv_is_told_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "service.txt").write_text(locked(PACKAGE))
    asked: list[str] = []

    def refuse(*names: str) -> bool:
        asked.extend(names)
        return False

    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    monkeypatch.setattr(environment, "install_packages", refuse)
    with pytest.raises(SetupError, match=r"sudo apt-get install python3\.\d+-venv"):
        ensure_environment(tmp_path, "service")
    assert re.fullmatch(r"python3\.\d+-venv", asked[0])
