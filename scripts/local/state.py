"""Where a checkout keeps its private database, and how it is reached."""

import os
from pathlib import Path

from scripts.local.postgis import Cluster

ROOT = Path(__file__).resolve().parent.parent.parent
DATABASE = "safeplaces"
COMMAND = ["-m", "app.cli"]
"""The register's own command, for the environment's Python."""


def state_folder() -> Path:
    """`.local` in the checkout, or the folder that SAFEPLACES_STATE_DIR names."""
    return Path(os.environ.get("SAFEPLACES_STATE_DIR") or ROOT / ".local").absolute()


def private_cluster() -> Cluster:
    """The checkout's private PostGIS, existing or not, running or not."""
    return Cluster(state_folder() / "postgres")
