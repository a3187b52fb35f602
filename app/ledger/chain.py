"""How the ledger's chain is checked: recomputed from the first entry on, by nothing but the entries themselves."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

import orjson

from app.errors import InvalidInput

BEFORE_THE_FIRST = bytes(32)
MARK = "safeplaces-ledger"
_PARTS = 5


class StoredEntry(NamedTuple):
    """An entry as it is stored; `recorded_at` in UTC."""

    chain: str
    sequence: int
    recorded_at: datetime
    concept: str
    subject: str
    actor: str
    content: str
    hash: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a chain at a moment: whoever has it can show later that nothing up to it was changed or cut off."""

    chain: str
    sequence: int
    hash: bytes
    at: datetime

    def to_line(self) -> str:
        """One line, for people and programs: `safeplaces-ledger E06000047 123 <hash> 2026-11-23T09:00:00Z`."""
        return f"{MARK} {self.chain} {self.sequence} {self.hash.hex()} {self.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


@dataclass(frozen=True, slots=True)
class Break:
    """The first place at which a chain does not hold, in words."""

    chain: str
    sequence: int
    what: str


@dataclass
class Verified:
    """What was found out about one chain."""

    chain: str
    entries: int = 0
    head: bytes = BEFORE_THE_FIRST
    broken: Break | None = None


def parse_checkpoints(text: str) -> list[Checkpoint]:
    """The checkpoints in a text, such as a committee paper: every line that holds one.

    Raises:
        InvalidInput: there is none, or one is not whole.
    """
    found = []
    for line in text.splitlines():
        if MARK not in line:
            continue
        parts = line[line.index(MARK) :].split()
        try:
            _, chain, sequence, head, at = parts[:_PARTS]
            moment = datetime.fromisoformat(at.rstrip(".,;"))
            found.append(Checkpoint(chain, int(sequence), bytes.fromhex(head), moment))
        except ValueError as error:
            raise InvalidInput(
                "A checkpoint is not whole.",
                f"It looks like: {MARK} E06000047 123 <64 characters> 2026-11-23T09:00:00Z",
            ) from error
    if not found:
        raise InvalidInput("There is no checkpoint in this text.", f"A line with one begins with {MARK}.")
    return found


def verify(entries: Iterable[StoredEntry], checkpoints: Iterable[Checkpoint] = ()) -> Iterator[Verified]:
    """Check chains whose entries come ordered by chain and sequence; one answer for each chain.

    A chain is followed to its first break. Checkpoints of chains without any entry are broken chains too.
    """
    wanted: dict[str, dict[int, Checkpoint]] = {}
    for checkpoint in checkpoints:
        wanted.setdefault(checkpoint.chain, {})[checkpoint.sequence] = checkpoint
    present: Verified | None = None
    for entry in entries:
        if present is None or entry.chain != present.chain:
            if present:
                yield _at_the_end(present, wanted.pop(present.chain, {}))
            present = Verified(entry.chain)
        if present.broken is None:
            _follow(present, entry, wanted.get(entry.chain, {}))
    if present:
        yield _at_the_end(present, wanted.pop(present.chain, {}))
    for chain, missing in wanted.items():
        yield _at_the_end(Verified(chain), missing)


def _follow(present: Verified, entry: StoredEntry, checkpoints: dict[int, Checkpoint]) -> None:
    expected = present.entries + 1
    if entry.sequence != expected:
        present.broken = Break(entry.chain, expected, f"entry {expected} is missing: entry {entry.sequence} follows")
        return
    hashed = sha256(present.head + entry.content.encode()).digest()
    if hashed != entry.hash:
        what = "its content, its hash, or an entry before it was changed"
        present.broken = Break(entry.chain, entry.sequence, f"the hash of entry {entry.sequence} is not that of {what}")
        return
    if fault := _disagrees(entry):
        present.broken = Break(entry.chain, entry.sequence, f"the column {fault} of entry {entry.sequence} was changed")
        return
    checkpoint = checkpoints.get(entry.sequence)
    if checkpoint and checkpoint.hash != hashed:
        present.broken = Break(
            entry.chain,
            entry.sequence,
            f"entry {entry.sequence} is not the one of the checkpoint of {checkpoint.at:%d %B %Y}: "
            "the chain was written anew",
        )
        return
    present.entries, present.head = entry.sequence, hashed


def _at_the_end(present: Verified, checkpoints: dict[int, Checkpoint]) -> Verified:
    """A checkpoint beyond the last entry shows that the end was cut off."""
    beyond = [checkpoint for sequence, checkpoint in checkpoints.items() if sequence > present.entries]
    if present.broken is None and beyond:
        furthest = max(beyond, key=lambda checkpoint: checkpoint.sequence)
        present.broken = Break(
            present.chain,
            present.entries + 1,
            f"the chain ends at entry {present.entries}, but a checkpoint of {furthest.at:%d %B %Y} knows entry "
            f"{furthest.sequence}: the end was cut off",
        )
    return present


def _disagrees(entry: StoredEntry) -> str | None:
    """The column that does not repeat the content, if one does not."""
    told = orjson.loads(entry.content)
    for column in ("concept", "subject", "actor"):
        if told.get(column) != getattr(entry, column):
            return column
    if told.get("at") != f"{entry.recorded_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}":
        return "recorded_at"
    return None
