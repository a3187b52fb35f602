"""Verification finds every way of tampering with a chain, and names the first entry that does not hold."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, text

from app.db.sessions import ReadSession, WriteSession
from app.errors import InvalidInput
from app.ledger.chain import BEFORE_THE_FIRST, Checkpoint, StoredEntry, Verified, parse_checkpoints, verify
from app.ledger.queries import list_heads, stream_entries
from tests.register import Register

ROOT = Path(__file__).parent.parent.parent
MOMENT = datetime(2026, 11, 23, 9, tzinfo=UTC)


def make_chain(length: int, chain: str = "E06000047") -> list[StoredEntry]:
    entries, head = [], BEFORE_THE_FIRST
    for number in range(1, length + 1):
        at = MOMENT + timedelta(seconds=number)
        told = {
            "at": f"{at:%Y-%m-%dT%H:%M:%S.%fZ}",
            "actor": "account:1",
            "concept": "place",
            "subject": f"SP-{number:04}",
        }
        content = orjson.dumps(told).decode()
        head = sha256(head + content.encode()).digest()
        entries.append(StoredEntry(chain, number, at, "place", told["subject"], "account:1", content, head))
    return entries


def check(entries: list[StoredEntry], *checkpoints: Checkpoint) -> Verified:
    (result,) = verify(entries, checkpoints)
    return result


def test_a_whole_chain_holds() -> None:
    entries = make_chain(5)
    result = check(entries, Checkpoint("E06000047", 3, entries[2].hash, MOMENT))
    assert (result.entries, result.head, result.broken) == (5, entries[4].hash, None)


@given(length=st.integers(2, 30), data=st.data())
def test_the_first_broken_entry_is_named(length: int, data: st.DataObject) -> None:
    entries = make_chain(length)
    at = data.draw(st.integers(0, length - 1))
    kind = data.draw(st.sampled_from(["content", "hash", "column", "moment", "missing", "swapped"]))
    entry = entries[at]
    if kind == "content":
        entries[at] = entry._replace(content=entry.content.replace("SP-", "SQ-"))
    elif kind == "hash":
        entries[at] = entry._replace(hash=sha256(entry.hash).digest())
    elif kind == "column":
        entries[at] = entry._replace(subject="SP-9999")
    elif kind == "moment":
        entries[at] = entry._replace(recorded_at=entry.recorded_at + timedelta(microseconds=1))
    elif kind == "missing" and at < length - 1:
        del entries[at]
    elif kind == "swapped" and at < length - 1:
        entries[at], entries[at + 1] = (
            entries[at + 1]._replace(sequence=entry.sequence),
            entry._replace(sequence=entry.sequence + 1),
        )
    else:
        return
    result = check(entries)
    assert result.broken is not None
    assert result.broken.sequence == at + 1
    assert result.entries == at


def test_a_chain_that_was_written_anew_or_cut_off_fails_its_checkpoint() -> None:
    honest = make_chain(6)
    checkpoint = Checkpoint("E06000047", 5, honest[4].hash, MOMENT)
    cut = check(honest[:4], checkpoint)
    assert cut.broken is not None
    assert "cut off" in cut.broken.what
    content = honest[0].content.replace("account:1", "account:2")
    anew, head = [], BEFORE_THE_FIRST
    for entry in [honest[0]._replace(content=content, actor="account:2"), *honest[1:]]:
        head = sha256(head + entry.content.encode()).digest()
        anew.append(entry._replace(hash=head))
    assert check(anew).broken is None, "without a checkpoint a chain written anew holds"
    found = check(anew, checkpoint)
    assert found.broken is not None
    assert "written anew" in found.broken.what
    (gone,) = verify([], [checkpoint])
    assert gone.broken is not None


def test_several_chains_are_followed_each() -> None:
    one, other = make_chain(3, "E06000005"), make_chain(4, "E06000047")
    other[1] = other[1]._replace(content="{}")
    results = list(verify([*one, *other]))
    assert [(result.chain, result.broken is None) for result in results] == [("E06000005", True), ("E06000047", False)]


def test_checkpoints_are_read_out_of_a_paper() -> None:
    head = Checkpoint("E06000047", 12, bytes(range(32)), MOMENT)
    paper = f"Item 7. The head of the ledger was:\n  {head.to_line()}\nResolved: noted."
    assert parse_checkpoints(paper) == [head]
    for text_without in ("nothing here", "safeplaces-ledger E06000047 twelve"):
        with pytest.raises(InvalidInput):
            parse_checkpoints(text_without)


# With the database


@pytest.fixture
def written(empty_database_url: str) -> Iterator[Engine]:
    """A register with some entries, committed."""
    engine = create_engine(empty_database_url)
    with WriteSession(engine) as session, session.begin():
        register = Register(session)
        for number in range(5):
            register.add_place(f"Place {number}").name = f"Renamed {number}"
    yield engine
    engine.dispose()


def read(engine: Engine) -> list[Verified]:
    with ReadSession(engine) as session:
        return list(verify(stream_entries(session)))


def tamper(engine: Engine, statement: str) -> None:
    """As somebody who administers the database server would, past every trigger."""
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(statement))


def test_what_the_database_wrote_holds(written: Engine) -> None:
    assert [result.broken for result in read(written)] == [None]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET content = replace(content, 'Renamed 2', 'Honest 2') WHERE content LIKE '%Renamed 2%'",
        "DELETE FROM ledger_entry WHERE sequence = 4",
        "UPDATE ledger_entry SET actor = 'account:9' WHERE sequence = 3",
        "UPDATE ledger_entry SET hash = sha256(hash) WHERE sequence = 2",
    ],
)
def test_tampering_past_the_triggers_is_found(written: Engine, statement: str) -> None:
    tamper(written, statement)
    assert [result.broken is None for result in read(written)] == [False]


def test_the_commands(written: Engine, empty_database_url: str, tmp_path: Path) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "app.cli", "ledger", *words],
            cwd=ROOT,
            env={"DATABASE_URL": empty_database_url, "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )

    paper = tmp_path / "paper.txt"
    paper.write_text(run("checkpoint").stdout, encoding="utf-8")
    with ReadSession(written) as session:
        (head,) = list_heads(session)
    assert head.hash.hex() in paper.read_text(encoding="utf-8")
    whole = run("verify", "--checkpoint", str(paper))
    assert whole.returncode == 0, whole.stderr
    assert f"{head.sequence} entries hold" in whole.stdout
    tamper(written, f"DELETE FROM ledger_entry WHERE sequence > {head.sequence - 2}")
    assert run("verify", "--quiet").returncode == 0, "a cut end shows by a checkpoint only"
    cut = run("verify", "--quiet", "--checkpoint", paper.read_text(encoding="utf-8"))
    assert cut.returncode == 1
    assert "cut off" in cut.stdout
    assert "The ledger was changed" in cut.stderr


def test_a_strangers_program_agrees(written: Engine) -> None:
    """The independent check that docs/ledger.md prints."""
    page = (ROOT / "docs" / "ledger.md").read_text(encoding="utf-8")
    program = page.split("```python\n")[1].split("```")[0]
    with written.connect() as connection:
        lines = connection.execute(
            text("SELECT chain, sequence, content, encode(hash, 'hex') FROM ledger_entry ORDER BY 1, 2")
        ).all()
    given = "".join(f"{chain}\t{sequence}\t{content}\t{digest}\n" for chain, sequence, content, digest in lines)
    done = subprocess.run(
        [sys.executable, "-c", program], input=given, capture_output=True, text=True, check=False, env={}
    )
    assert done.stdout == f"E06000047: {len(lines)} entries hold, head {lines[-1][3]}\n", done.stderr
