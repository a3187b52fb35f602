"""A real, certified OpenID provider (npm's oidc-provider) that runs beside the tests."""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from scripts.local.assets import node_path

PROGRAM = Path(__file__).parent / "provider.mjs"
ROOT = Path(__file__).parent.parent.parent
CLIENT_ID = "safeplaces"
CLIENT_SECRET = "a secret of tests, known to everybody"  # noqa: S105 - so it is
ROLES = (
    '[{"value": "register-administrators", "role": "administrator"}, {"value": "register-officers", "role": "officer"}]'
)


def settings_of(issuer: str) -> dict[str, str]:
    """The environment of a service that people sign in to at this provider."""
    return {
        "SAFEPLACES_OIDC_ISSUER": issuer,
        "SAFEPLACES_OIDC_CLIENT_ID": CLIENT_ID,
        "SAFEPLACES_OIDC_CLIENT_SECRET": CLIENT_SECRET,
        "SAFEPLACES_OIDC_ROLES": ROLES,
        "SAFEPLACES_OIDC_SCOPES": "openid email profile groups",
    }


@contextmanager
def running_provider(port: int, service: str) -> Iterator[str]:
    """The provider on this port, for the service at this address, with a key of its own: its issuer."""
    issuer = f"http://127.0.0.1:{port}"
    surroundings = os.environ | {"PATH": node_path(ROOT)}
    with tempfile.TemporaryFile() as log:
        program = subprocess.Popen(
            ["node", str(PROGRAM), str(port), service], env=surroundings, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _wait_until_it_answers(issuer, program)
            yield issuer
        except TimeoutError as error:
            log.seek(0)
            raise AssertionError(f"{error}\n{log.read().decode(errors='replace')}") from error
        finally:
            program.terminate()
            program.wait(timeout=10)


def _wait_until_it_answers(issuer: str, program: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and program.poll() is None:
        try:
            with urlopen(f"{issuer}/jwks", timeout=5) as answer:  # noqa: S310 - http to this machine
                if answer.status == HTTPStatus.OK:
                    return
        except URLError:
            time.sleep(0.05)
    raise TimeoutError(f"The provider at {issuer} did not start.")
