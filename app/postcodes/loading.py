"""Loading postcode units from a file: all of it or nothing, in the caller's transaction."""

from collections.abc import Callable
from dataclasses import dataclass

from app.db.sessions import WriteSession
from app.errors import FaultyFile
from app.postcodes import queries
from app.postcodes.files import PostcodeFile, RowFault, first_faults


@dataclass(frozen=True)
class PostcodesLoaded:
    """What a load did.

    Attributes:
        kind: what the file was.
        loaded: units added or renewed.
        left_out: rows that rightly are no units with a position, by reason.
        held: units that the register holds now.
    """

    kind: str
    loaded: int
    left_out: dict[str, int]
    held: int


class FaultyRows(FaultyFile):
    """Rows of a file that are wrong; nothing of it was loaded."""

    title = "Rows of the file cannot be used"

    def __init__(self, faults: list[RowFault]) -> None:
        super().__init__(
            f"{len(faults)} rows are wrong, and nothing was loaded:\n{first_faults(faults)}",
            "Correct them or take them out, and load the file again.",
        )
        self.faults = faults


def load_postcodes(
    session: WriteSession,
    file: PostcodeFile,
    *,
    source: str | None = None,
    replace: bool = False,
    progress: Callable[[int], None] = lambda _: None,
) -> PostcodesLoaded:
    """Add the file's units to the register, in place of those of the same postcode.

    Args:
        session: the transaction.
        file: what to load.
        source: said with every answer; without it the kind of the file.
        replace: forget all other units.
        progress: hears how many rows have been read, now and then.

    Raises:
        FaultyFile: the file cannot be read, or holds no unit.
        FaultyRows: rows are wrong, or a postcode is there twice.
    """
    with session.begin_nested():  # a file that breaks off leaves the transaction as it was
        loaded = queries.stage(session, file.rows(), progress)
    if file.faults:
        raise FaultyRows(file.faults)
    if loaded == 0:
        raise FaultyFile(f"{file.path.name} holds no postcode that can be loaded.", _reasons(file))
    repeated = queries.list_repeated(session)
    if repeated:
        raise FaultyFile(
            f"{file.path.name} has some postcodes more than once: {', '.join(repeated)}.", "Keep one row for each."
        )
    if replace:
        queries.forget_all(session)
    queries.upsert_staged(session, source or file.kind)
    return PostcodesLoaded(file.kind, loaded, dict(file.left_out), queries.count_units(session))


def _reasons(file: PostcodeFile) -> str:
    if not file.left_out:
        return "Check that it is the right file."
    return "All rows were left out: " + ", ".join(f"{count} {reason}" for reason, count in file.left_out.items()) + "."
