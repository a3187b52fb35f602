"""Whether the private database was prepared by this very version, so that a second start need not ask again.

The note lies beside the cluster's data and names the files that the preparation reads and the revision that it left. A
new version, a new database, or a migration by hand makes it void.
"""

import hashlib
from pathlib import Path

from scripts.local.postgis import Cluster, ClusterError

READ_BY_PREPARATION = ("migrations", "data", "app/bundled")


def is_prepared(cluster: Cluster, database: str, root: Path) -> bool:
    """Whether `note_prepared` was called for this state of files and database."""
    note = cluster.folder / "prepared"
    return note.is_file() and note.read_text() == _state(cluster, database, root)


def note_prepared(cluster: Cluster, database: str, root: Path) -> None:
    """Remember that migrations and bundled data are in the database."""
    (cluster.folder / "prepared").write_text(_state(cluster, database, root))


def _state(cluster: Cluster, database: str, root: Path) -> str:
    whole = hashlib.sha256()
    for folder in READ_BY_PREPARATION:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                whole.update(f"{path.relative_to(root)}\0".encode())
                whole.update(hashlib.sha256(path.read_bytes()).digest())
    made = f"SELECT oid FROM pg_database WHERE datname = '{database}'"
    try:
        revision = cluster.query("SELECT version_num FROM alembic_version", database)
    except ClusterError:
        revision = "none"
    return f"{whole.hexdigest()} {cluster.query(made)} {revision}"
