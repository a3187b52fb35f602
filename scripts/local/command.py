"""The command `safeplaces` in a checkout: with DATABASE_URL as it is, without one on the checkout's private database.

The private database is used as it runs under `scripts/serve`, or started for as long as the command takes.
"""

import os
import subprocess
import sys

from scripts.local.postgis import ClusterError
from scripts.local.state import COMMAND, DATABASE, private_cluster


def main() -> int:
    """Run the register's command with the arguments given."""
    command = [sys.executable, *COMMAND, *sys.argv[1:]]
    if "DATABASE_URL" in os.environ:
        os.execv(sys.executable, command)  # noqa: S606 - the environment's own Python
    try:
        cluster = private_cluster()
        if not cluster.exists():
            print("There is no database yet. Start scripts/serve once, or set DATABASE_URL.", file=sys.stderr)
            return 1
        was_running = cluster.running()
        cluster.start()
    except ClusterError as error:
        print(error, file=sys.stderr)
        return 1
    os.environ["DATABASE_URL"] = cluster.url(DATABASE)
    if was_running:
        os.execv(sys.executable, command)  # noqa: S606 - as above
    try:
        return subprocess.run(command, check=False).returncode
    finally:
        cluster.stop()


if __name__ == "__main__":
    sys.exit(main())
