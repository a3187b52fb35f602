"""`safeplaces ledger`: is every change still there as it was written, and how can others check that?"""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from app.cli.database import reading
from app.errors import Conflict, NotFound
from app.ledger.chain import parse_checkpoints, verify
from app.ledger.queries import count_entries, list_heads, stream_entries

ledger_app = typer.Typer(no_args_is_help=True, help=__doc__)
console = Console(soft_wrap=True)


@ledger_app.command("verify")
def verify_ledger(
    checkpoint: Annotated[
        list[str] | None,
        typer.Option(help="A checkpoint that was published, as text or as a file that holds it; may be repeated."),
    ] = None,
    *,
    quiet: Annotated[bool, typer.Option(help="No progress bar.")] = False,
) -> None:
    """Recompute every hash. Ends with 1 and names the first broken entry of each chain where one does not hold."""
    known = [found for given in checkpoint or [] for found in parse_checkpoints(_read(given))]
    with reading() as session:
        entries = (
            stream_entries(session)
            if quiet
            else track(
                stream_entries(session),
                total=count_entries(session),
                description="Checking",
                console=Console(stderr=True),
            )
        )
        results = list(verify(entries, known))
    for result in results:
        if result.broken:
            console.print(
                f"{result.chain}: BROKEN at entry {result.broken.sequence}: {result.broken.what}.", style="red"
            )
        else:
            console.print(f"{result.chain}: {result.entries:,} entries hold. Head {result.head.hex()}")
    if any(result.broken for result in results):
        raise Conflict(
            "The ledger was changed after it was written.",
            "Keep this database as it is, restore a backup beside it, and compare from the named entry on.",
        )
    if not results:
        raise NotFound("The ledger has no entry yet.", "Load the register first: safeplaces setup.")


@ledger_app.command("checkpoint")
def print_checkpoint() -> None:
    """Print the head of each chain, for a committee paper: with it can be checked later that nothing was cut off."""
    with reading() as session:
        heads = list_heads(session)
    if not heads:
        raise NotFound("The ledger has no entry yet.", "Load the register first: safeplaces setup.")
    for head in heads:
        console.print(head.to_line(), highlight=False)


def _read(given: str) -> str:
    path = Path(given)
    try:
        return path.read_text(encoding="utf-8") if path.is_file() else given
    except OSError:
        return given
