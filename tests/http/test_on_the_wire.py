"""What only a real server on a socket can show: letters that have two lengths, or that never end."""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from httpx2 import Client

from tests.browsing import PROJECT, free_port, wait_until_live

FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
SLOW_SENDERS = 150
"""Far more than the service has threads (40) or connections to the database (10)."""


@pytest.fixture(scope="module")
def port(sample_database_url: str, built_assets: Path) -> Iterator[int]:
    """The port of a server as production starts it."""
    number = free_port()
    command = [sys.executable, "-m", "uvicorn", "--factory", "app.main:create_app", "--no-access-log"]
    command += ["--no-proxy-headers", f"--port={number}", "--log-level=warning"]
    surroundings = {"DATABASE_URL": sample_database_url, "SAFEPLACES_STATIC_FOLDER": str(built_assets)}
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(command, cwd=PROJECT, env=os.environ | surroundings, stdout=log, stderr=log)
        try:
            wait_until_live(f"http://127.0.0.1:{number}", server)
            yield number
        finally:
            server.terminate()
            server.wait(timeout=15)


def send(port: int, letter: str) -> bytes:
    """The first line of the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(letter.encode())
        return connection.recv(1_000).partition(b"\r\n")[0]


@pytest.mark.parametrize(
    "lengths",
    [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        "Content-Length: -1\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    ],
    ids=["both", "two", "negative", "no number"],
)
def test_where_a_letter_ends_is_never_a_matter_of_opinion(port: int, lengths: str) -> None:
    assert send(port, f"POST /sign-in/password HTTP/1.1\r\nHost: here\r\n{FORM}{lengths}").startswith(b"HTTP/1.1 400")


def test_a_letter_that_says_that_it_is_too_long_is_not_read(port: int) -> None:
    letter = f"POST /sign-in/password HTTP/1.1\r\nHost: here\r\n{FORM}Content-Length: 99999999\r\n\r\n"
    assert send(port, letter).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(
    "path", ["/static/x/../../../alembic.ini", "/static/%2e%2e/%2e%2e/alembic.ini", "/map/..%2f..%2fa"]
)
def test_no_path_leads_out(port: int, path: str) -> None:
    assert send(port, f"GET {path} HTTP/1.1\r\nHost: here\r\n\r\n").startswith(b"HTTP/1.1 404")


def test_slow_senders_hold_up_nobody(port: int) -> None:
    unfinished = f"HTTP/1.1\r\nHost: here\r\n{FORM}Content-Length: 500\r\n\r\nemail=a".encode()
    with ExitStack() as stack:
        for path in ("/sign-in/password", "/account/password", "/api/v1/places"):
            for _ in range(SLOW_SENDERS // 3):
                sender = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
                sender.sendall(f"POST {path} ".encode() + unfinished)
        with Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
            for path in ("/divisions", "/api/v1/places?limit=1", "/sign-in"):
                assert client.get(path).status_code == 200, path
