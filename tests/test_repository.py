"""What must never be committed: other people's code, addresses of package registries, paths of one machine, secrets."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FORBIDDEN = {
    # Written in pieces, so that this file does not contain what it looks for.
    "address of a package registry": r"registry\."
    r"npmjs|registry\."
    r"yarnpkg|pypi\."
    r"org|python"
    r"hosted\.|npm"
    r"mirror",
    "script or style from a foreign server": r"cdn\.js"
    r"delivr|un"
    r"pkg\.com|cdn"
    r"js\.cloudflare|fonts\.google"
    r"apis",
    "recorded download address": r'"resolved"' r"\s*:|^\s*(--index-" r"url|--extra-index-" r"url|--find-" r"links)",
    "path of one machine": r"(?<![\w.~$}/:])/(?:wo" r"rk|ro" r"ot)/\w|(?<![\w.~$}/:])/ho" r"me/[a-z]+/",
    "private key": r"-----BEGIN [A-Z ]*PRIVATE " r"KEY-----",
    "access token": r"\bgh" r"[pousr]_[A-Za-z0-9]{36}|\bAK" r"IA[0-9A-Z]{16}\b|\bxox" r"[baprs]-[\w-]{10,}",
    "password in an address": r"postgres(?:ql)?(?:\+\w+)?://\w+:(?!password@|secret@|x@)[^@\s${}]{6,}@(?!/)\w+\.\w+",
    "merge left unfinished": r"^(<{7} |>{7} )",
}
LICENSED_BINARIES = {".png", ".jpg", ".gz", ".ico", ".xlsx", ".gpkg", ".zip"}
LARGEST_BYTES = 1_500_000
LONGEST_LINE = 3_000
CODE = {".js", ".mjs", ".css", ".scss", ".html", ".py"}


def tracked() -> list[str]:
    done = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("not a git checkout")
    return [name for name in done.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def texts() -> list[tuple[str, str]]:
    return [(name, text_of(name)) for name in tracked() if Path(name).suffix not in LICENSED_BINARIES]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what], re.MULTILINE)
    found = [
        f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {match[0]}"
        for name, text in texts()
        for match in pattern.finditer(text)
    ]
    assert not found


@pytest.mark.parametrize(
    ("what", "example"),
    [
        ("address of a package registry", "https://registry." + "npmjs.org/leaflet/-/leaflet-1.9.4.tgz"),
        ("address of a package registry", "https://files.python" + "hosted.org/packages/x.whl"),
        ("script or style from a foreign server", "https://cdn.js" + "delivr.net/npm/leaflet"),
        ("recorded download address", '    "resolved"' + ': "https://example.org/x.tgz",'),
        ("recorded download address", "--index-" + "url https://example.org/simple"),
        ("path of one machine", 'open("/ro' + 'ot/notes.txt")'),
        ("path of one machine", "see /ho" + "me/alice/data"),
        ("private key", "-----BEGIN RSA PRIVATE " + "KEY-----"),
        ("access token", "gh" + "p_" + "a" * 36),
        ("password in an address", "postgresql://council:" + "hunter22" + "@db.example.org/x"),
        ("merge left unfinished", "<" * 7 + " HEAD"),
    ],
)
def test_the_search_would_find_it(what: str, example: str) -> None:
    assert re.search(FORBIDDEN[what], example, re.MULTILINE)


def test_no_installed_or_built_files() -> None:
    names = tracked()
    folders = {"node_modules", ".venv", "__pycache__", "vendor", "build", ".local", "test-results"}
    assert not [name for name in names if folders & set(Path(name).parts[:-1])]
    assert not [name for name in names if re.search(r"\.min\.|\.(whl|tgz|woff2?|ttf|otf|pyc|so)$", name)]


def test_code_is_written_for_people() -> None:
    long = [
        name
        for name, text in texts()
        if Path(name).suffix in CODE and max(map(len, text.splitlines()), default=0) > LONGEST_LINE
    ]
    assert not long, "minified code is built, never committed"


def test_only_data_is_large() -> None:
    large = [name for name in tracked() if (ROOT / name).stat().st_size > LARGEST_BYTES]
    assert all(name.startswith(("data/", "requirements/")) for name in large), large


def test_every_dependency_is_locked_with_its_hash() -> None:
    for lock in sorted((ROOT / "requirements").glob("*.txt")):
        entries = re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8").strip())
        unhashed = [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry]
        assert entries
        assert not unhashed, lock.name
