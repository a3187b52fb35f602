"""What no line of the service may do, read from its source: docs/security-asvs.md names these tests."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = [
    path
    for folder in ("app", "web", "geo")
    for path in (ROOT / folder).rglob("*.py")
    if "node_modules" not in path.parts
]
SCRIPTS = sorted((ROOT / "web" / "scripts").rglob("*.js"))
TEMPLATES = sorted((ROOT / "web" / "templates").rglob("*.html"))
SPEAK_TO_OTHERS = {
    "app/accounts/oidc_provider.py": "the provider of the settings",
    "app/mail/smtp.py": "the mail server of the settings",
    "app/mail/notify.py": "GOV.UK Notify",
    "app/divisions/arcgis.py": "the map server that an operator's command names",
    "app/cli/divisions.py": "the same",
}
"""The only modules that open a connection to anything but the database, and to what."""
OWN_MARKUP = {
    "'aria-current=\"true\"'",
    '"@<wbr>"',
    "entry.symbol_svg",
    "status_shapes[code]",
    "assurance_shapes[code]",
    '(shapes[kind] or shapes["other"])',
    "page.picture",
    "more",
}
"""What templates write as it is: drawings of ours, a QR code that is drawn here, and constants of other templates."""


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imported(path: Path) -> set[str]:
    """Whole names of what a module imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return names


def called(path: Path) -> Iterator[str]:
    """Names of functions that a module calls, with what they are attributes of."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_no_program_is_started_and_no_text_becomes_code(path: Path) -> None:
    roots = {name.partition(".")[0] for name in imported(path)}
    assert roots.isdisjoint({"subprocess", "pty", "pickle", "marshal", "shelve", "dill", "yaml", "ctypes"})
    assert set(called(path)).isdisjoint(
        {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "os.execv", "os.spawnv"}
    )


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_only_named_modules_speak_to_others(path: Path) -> None:
    outward = {"httpx", "httpx2", "requests", "socket", "aiosmtplib", "smtplib", "ftplib", "authlib"}
    outward |= {"notifications_python_client", "telnetlib", "xmlrpc"}
    names = imported(path)
    speaks = {name.partition(".")[0] for name in names} & outward or names & {"urllib.request", "http.client"}
    assert not speaks or name_of(path) in SPEAK_TO_OTHERS


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_chance_and_digests_are_strong(path: Path) -> None:
    names = imported(path)
    assert "random" not in names
    weak = {"hashlib.md5", "hashlib.sha1", "hashlib.new", "md5", "sha1"}
    assert weak.isdisjoint(names | set(called(path)))
    assert not re.search(r"\b(modes\.ECB|TripleDES|ARC4)\b", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_scripts_write_text_as_text_and_keep_nothing(path: Path) -> None:
    source = path.read_text(encoding="utf-8").replace("picture.innerHTML = svg // markup of our own", "")
    found = re.findall(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|postMessage|localStorage"
        r"|sessionStorage|indexedDB|__proto__|document\.domain|document\.cookie|WebSocket|RTCPeerConnection",
        source,
    )
    assert not found


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_templates_write_only_our_own_markup_as_it_is(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    written = re.findall(r"""("[^"]*"|'[^']*'|\([^)]*\)|[\w.]+(?:\[\w+\])?)\s*\|\s*safe\b""", source)
    assert source.count("| safe") + source.count("|safe") == len(written)
    assert set(written) <= OWN_MARKUP
    assert "autoescape" not in source
    assert "<script>" not in source, "scripts are files"
    assert not re.search(r"\son\w+=", source), "nor do they stand in attributes"
