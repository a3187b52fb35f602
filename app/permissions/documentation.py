"""The tables of docs/permissions.md, made from the table of permissions: `python -m app.permissions.documentation`."""

import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from app.permissions.table import (
    KEY_SCOPES,
    PUBLIC_ADDRESSES,
    READS,
    RULES,
    Action,
    FieldClass,
    Reach,
    list_fields,
)
from app.vocabulary import ROLE_LABELS, Role

PAGE = Path(__file__).parent.parent.parent / "docs" / "permissions.md"
BEGIN = "<!-- Made from app/permissions/table.py by python -m app.permissions.documentation -->"
END = "<!-- Here ends what is made -->"

ACTION_WORDS: dict[Action, str] = {
    Action.READ_PUBLISHED: "Read what is published",
    Action.READ_PLACES: "Read the register, published or not",
    Action.READ_PRIVATE: "Read private contacts and notes",
    Action.WRITE_PLACES: "Add and change places",
    Action.CHANGE_STATUS: "List, suspend and withdraw places",
    Action.APPROVE_CHANGES: "Approve changes that wait",
    Action.MERGE_PLACES: "Merge duplicates",
    Action.READ_HISTORY: "Read the history",
    Action.WRITE_AUDITS: "Record checks",
    Action.READ_CIRCULATION: "Read how councillors are told",
    Action.WRITE_CIRCULATION: "Tell councillors",
    Action.USE_OWN_ACCOUNT: "Use one's own account",
    Action.MANAGE_ACCOUNTS: "Look after people's accounts",
    Action.MANAGE_KEYS: "Look after API keys",
    Action.MANAGE_SETTINGS: "Change settings",
    Action.READ_MAIL: "See and settle messages",
    Action.READ_LEDGER: "Read the whole ledger",
}
REACH_WORDS: dict[Reach, str] = {
    Reach.NOTHING: "",
    Reach.PUBLISHED: "published",
    Reach.OWN_DIVISIONS: "own divisions",
    Reach.OWN_AUTHORITY: "own authority",
}


def write_tables() -> str:
    """Everything between the two marks of the page."""
    parts = (_actions(), _classes(), _fields(), _addresses())
    return "\n\n".join("\n".join(part) for part in parts)


def put_tables(page: str) -> str:
    """A page with the tables in the place of those that it had."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{write_tables()}\n\n{END}{after}"


def _actions() -> Iterator[str]:
    yield "## Who may do what"
    yield ""
    yield f"| action | scope of a key | {' | '.join(ROLE_LABELS[role].lower() for role in Role)} |"
    yield "|---|---|" + "---|" * len(Role)
    for action in Action:
        reaches = " | ".join(REACH_WORDS[RULES[role].get(action, Reach.NOTHING)] for role in Role)
        scope = f"`{action.value}`" if action in KEY_SCOPES else ""
        yield f"| {ACTION_WORDS[action]} | {scope} | {reaches} |"


def _classes() -> Iterator[str]:
    yield "## Who reads which fields"
    yield ""
    yield f"| class | read by who may | {' | '.join(ROLE_LABELS[role].lower() for role in Role)} |"
    yield "|---|---|" + "---|" * len(Role)
    for kept in FieldClass:
        action = READS[kept]
        reaches = " | ".join(REACH_WORDS[RULES[role].get(action, Reach.NOTHING)] if action else "" for role in Role)
        yield f"| {kept.value} | {ACTION_WORDS[action].lower() if action else 'nobody: it never leaves'} | {reaches} |"


def _fields() -> Iterator[str]:
    yield "## Every field"
    for concept, fields in groupby(list_fields(), key=lambda entry: entry[0]):
        yield ""
        yield f"### {concept}"
        yield ""
        yield "| fields | class | written by who may |"
        yield "|---|---|---|"
        same: dict[tuple[FieldClass, Action | None], list[str]] = {}
        for _, name, field in fields:
            same.setdefault((field.kept, field.written_by), []).append(f"`{name}`")
        for (kept, action), names in same.items():
            yield f"| {', '.join(names)} | {kept.value} | {ACTION_WORDS[action].lower() if action else ''} |"


def _addresses() -> Iterator[str]:
    yield "## Addresses for everybody"
    yield ""
    yield "| address | what is there |"
    yield "|---|---|"
    for address, why in PUBLIC_ADDRESSES.items():
        yield f"| `{address}` | {why} |"


if __name__ == "__main__":
    PAGE.write_text(put_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stdout.write(f"{PAGE.name} is written.\n")
