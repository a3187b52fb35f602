"""Finding and installing PostGIS. Installing it for real needs a fresh machine; here apt only keeps notes."""

import os
import shutil
from pathlib import Path

import pytest

from scripts.local import binaries
from scripts.local.binaries import BinariesMissing, find_binaries, install_binaries, install_packages, missing_packages

APT = """#!/bin/sh
echo "$@" >> {notes}
case "$*" in
  *install*) cat {defaults} >> {notes} 2>/dev/null; exit {code} ;;
esac
"""
APT_CACHE = """#!/bin/sh
echo 'postgresql-15-postgis-3 - Geographic objects support for PostgreSQL 15'
echo 'postgresql-16-postgis-3 - Geographic objects support for PostgreSQL 16'
echo 'postgresql-16-postgis-3-scripts - SQL scripts'
"""


class Machine:
    """A machine whose apt notes what it is told."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.programs = folder / "programs"
        self.programs.mkdir()
        self.notes = folder / "notes"
        self.defaults = folder / "createcluster.d" / "safeplaces.conf"
        for name in ("env", "sh", "cat", "echo", "mkdir", "rm", "true"):
            (self.programs / name).symlink_to(shutil.which(name) or name)
        monkeypatch.setattr(binaries, "CLUSTER_DEFAULTS", self.defaults)
        monkeypatch.setenv("PATH", str(self.programs))
        self.write("apt-cache", APT_CACHE)
        self.install_ends_with(0)

    def install_ends_with(self, code: int) -> None:
        self.write("apt-get", APT.format(notes=self.notes, defaults=self.defaults, code=code))

    def write(self, name: str, text: str) -> None:
        (self.programs / name).write_text(text)
        (self.programs / name).chmod(0o755)

    def told(self) -> list[str]:
        return self.notes.read_text().splitlines() if self.notes.exists() else []


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


@pytest.fixture
def as_ordinary_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)


@pytest.fixture
def as_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)


@pytest.mark.usefixtures("as_root")
def test_no_public_cluster_is_made_and_nothing_stays_behind(machine: Machine) -> None:
    assert install_binaries() == find_binaries()
    update, install, defaults = machine.told()
    assert update.endswith("update")
    assert install.endswith("install -y --no-install-recommends postgresql-16-postgis-3")
    assert defaults == "create_main_cluster = false"
    assert not machine.defaults.exists()


@pytest.mark.usefixtures("as_root")
def test_an_installation_that_fails_is_told_and_nothing_stays_behind(machine: Machine) -> None:
    machine.install_ends_with(100)
    with pytest.raises(BinariesMissing, match=r"(?s)failed.*install postgresql-15-postgis-3.*docker compose up"):
        install_binaries(15)
    assert not machine.defaults.exists()


@pytest.mark.usefixtures("as_root")
def test_a_version_that_the_system_does_not_know(machine: Machine) -> None:
    with pytest.raises(BinariesMissing, match="know no fitting PostGIS"):
        install_binaries(99)
    assert len(machine.told()) == 1


@pytest.mark.usefixtures("as_ordinary_user")
def test_without_rights_nothing_is_tried(machine: Machine) -> None:
    with pytest.raises(BinariesMissing, match=r"sudo apt-get install postgresql-16-postgis-3.*DATABASE_URL.*docker"):
        install_binaries()
    assert not install_packages("chromium")
    assert not machine.told()


@pytest.mark.usefixtures("as_ordinary_user")
def test_sudo_is_used_where_it_asks_for_no_password(machine: Machine) -> None:
    machine.write("sudo", '#!/bin/sh\n[ "$1" = -n ] || exit 1\nshift\nexec "$@"\n')
    assert install_packages("chromium", "libatomic1")
    assert machine.told()[1].endswith("install -y --no-install-recommends chromium libatomic1")


def test_installed_packages_are_known(machine: Machine) -> None:
    assert missing_packages("anything") == []
    machine.write("dpkg-query", "#!/bin/sh\ncase $3 in here) echo 'install ok installed' ;; *) exit 1 ;; esac\n")
    assert missing_packages("here", "elsewhere") == ["elsewhere"]


def test_the_newest_postgresql_with_postgis_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for major, has_postgis in ((14, True), (16, True), (17, False)):
        programs, share = tmp_path / str(major) / "bin", tmp_path / str(major) / "share"
        programs.mkdir(parents=True)
        (share / "extension").mkdir(parents=True)
        if has_postgis:
            (share / "extension" / "postgis.control").touch()
        answers = {"postgres": f"postgres (PostgreSQL) {major}.2", "pg_config": share, "initdb": "", "psql": ""}
        for name, says in answers.items():
            (programs / name).write_text(f"#!/bin/sh\necho '{says}'\n")
            (programs / name).chmod(0o755)
    monkeypatch.setattr(binaries, "DEBIAN_VERSIONS", tmp_path)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    assert find_binaries() == tmp_path / "16" / "bin"
    assert find_binaries(14) == tmp_path / "14" / "bin"
    with pytest.raises(BinariesMissing, match="no PostgreSQL 17 with PostGIS"):
        find_binaries(17)
