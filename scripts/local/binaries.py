"""Find PostgreSQL programs with PostGIS beside them, or install Debian's packages of them. Standard library only."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

DEBIAN_VERSIONS = Path("/usr/lib/postgresql")
CLUSTER_DEFAULTS = Path("/etc/postgresql-common/createcluster.d/safeplaces.conf")
NEEDED = ("initdb", "postgres", "psql")
PACKAGE = re.compile(r"^postgresql-(\d+)-postgis-3$")


class ClusterError(RuntimeError):
    """The private PostGIS cannot be set up; the message says what the person can do."""


class BinariesMissing(ClusterError):
    """This machine has no PostgreSQL with PostGIS."""


def find_binaries(version: int | None = None) -> Path:
    """The folder with `initdb`, `postgres` and `psql` of the newest PostgreSQL that has PostGIS.

    Args:
        version: the major version that is needed (an existing cluster can be opened by its own version only).

    Raises:
        BinariesMissing: there is none.
    """
    found = {folder: _major(folder) for folder in _candidates() if _has_postgis(folder)}
    fitting = {folder: major for folder, major in found.items() if version in {None, major}}
    if not fitting:
        wanted = f" {version}" if version else ""
        raise BinariesMissing(f"This machine has no PostgreSQL{wanted} with PostGIS. {_how_to_install(version)}")
    return max(fitting, key=lambda folder: fitting[folder])


def install_binaries(version: int | None = None) -> Path:
    """Install Debian's or Ubuntu's package of PostGIS and return the folder as `find_binaries` does.

    Installing would start a public cluster on port 5432; a file in `createcluster.d` prevents it and is removed after.

    Raises:
        BinariesMissing: we are neither root nor allowed to use sudo without a password, or apt fails.
    """
    prefix = _root_prefix()
    if prefix is None or not shutil.which("apt-get"):
        raise BinariesMissing(f"PostGIS is needed and cannot be installed from here. {_how_to_install(version)}")
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=120"]
    _run([*apt, "update"], version)
    package = _debian_package(version)
    if package is None:
        raise BinariesMissing(f"The system's package lists know no fitting PostGIS. {_how_to_install(version)}")
    _run([*prefix, "mkdir", "-p", str(CLUSTER_DEFAULTS.parent)], version)
    write = f"echo 'create_main_cluster = false' > {CLUSTER_DEFAULTS}"
    _run([*prefix, "sh", "-c", write], version)
    try:
        _run([*apt, "install", "-y", "--no-install-recommends", package], version)
    finally:
        subprocess.run([*prefix, "rm", "-f", str(CLUSTER_DEFAULTS)], check=False)
    return find_binaries(version)


def install_packages(*packages: str) -> bool:
    """Install other Debian packages when we may; False when we may not or it failed."""
    prefix = _root_prefix()
    if prefix is None or not shutil.which("apt-get"):
        return False
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=120"]
    for command in ([*apt, "update"], [*apt, "install", "-y", "--no-install-recommends", *packages]):
        if subprocess.run(command, check=False, capture_output=True).returncode:
            return False
    return True


def missing_packages(*packages: str) -> list[str]:
    """Those of these Debian packages that are not installed; none where the system is not Debian's kind."""
    if not shutil.which("dpkg-query"):
        return []
    return [name for name in packages if "ok installed" not in _ask(["dpkg-query", "-W", "-f=${Status}", name])]


def _candidates() -> Iterator[Path]:
    """Folders that may hold the programs: Debian's versioned ones, those on PATH, and what pg_config tells."""
    yield from DEBIAN_VERSIONS.glob("*/bin")
    for program in ("initdb", "postgres"):
        if path := shutil.which(program):
            yield Path(path).resolve().parent
    if pg_config := shutil.which("pg_config"):
        yield Path(_ask([pg_config, "--bindir"]) or "/nonexistent")


def _has_postgis(folder: Path) -> bool:
    if not all(os.access(folder / program, os.X_OK) for program in NEEDED):
        return False
    shares = [Path("/usr/share/postgresql") / folder.parent.name]
    if told := _ask([str(folder / "pg_config"), "--sharedir"]):
        shares.append(Path(told))
    return any((share / "extension" / "postgis.control").is_file() for share in shares)


def _major(folder: Path) -> int:
    """The major version: "postgres (PostgreSQL) 15.18 (Debian …)" gives 15."""
    match = re.search(r"\) (\d+)", _ask([str(folder / "postgres"), "--version"]))
    return int(match[1]) if match else 0


def _ask(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def _root_prefix() -> list[str] | None:
    """What to write before a command that needs root: nothing, sudo, or None when there is no way."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and not subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode:
        return ["sudo", "-n"]
    return None


def _debian_package(version: int | None) -> str | None:
    """The newest PostGIS package that the package lists know, or the one for this version."""
    names = _ask(["apt-cache", "search", "--names-only", "^postgresql-[0-9]+-postgis-3$"]).splitlines()
    matches = [match for line in names if (match := PACKAGE.match(line.split()[0]))]
    fitting = {int(match[1]): match[0] for match in matches if version in {None, int(match[1])}}
    return fitting[max(fitting)] if fitting else None


def _how_to_install(version: int | None) -> str:
    package = _debian_package(version) if shutil.which("apt-cache") else None
    package = package or f"postgresql-{version or 15}-postgis-3"
    return (
        f"Run `sudo apt-get install {package}` and start again; or set DATABASE_URL to a PostGIS that you have; "
        "or use containers: `docker compose up`."
    )


def _run(command: list[str], version: int | None) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except OSError as error:
        raise BinariesMissing(f"`{command[0]}` cannot be run: {error}. {_how_to_install(version)}") from error
    except subprocess.CalledProcessError as error:
        said = "\n".join(error.stderr.strip().splitlines()[-5:])
        raise BinariesMissing(f"`{' '.join(command)}` failed:\n{said}\n{_how_to_install(version)}") from error
