"""docs/importing.md says what the code does."""

import re
import tomllib
from pathlib import Path

import pytest
from typer.main import get_command

from app.cli.places import places_app
from app.exchange.columns import COLUMNS, REQUIRED
from app.exchange.mapping import Mapping, read_mapping
from app.places.drafts import parse_draft
from app.places.facts import fold

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "importing.md").read_text(encoding="utf-8")


def test_the_table_of_columns_is_the_code_s() -> None:
    rows = [
        f"| `{name}`{' (required)' if name in REQUIRED else ''} | {column.holds} | "
        f"{f'`{column.example}`' if column.example else ''} | {', '.join(column.also)} |"
        for name, column in COLUMNS.items()
    ]
    heading = "| column | what it holds | example | also read as |\n|---|---|---|---|\n"
    assert heading + "\n".join(rows) + "\n" in PAGE


def test_the_examples_of_the_columns_are_sound() -> None:
    draft, faults = parse_draft({name: column.example for name, column in COLUMNS.items()})
    assert draft is not None, faults


def test_every_option_is_documented() -> None:
    command = get_command(places_app).commands["import"]  # type: ignore[attr-defined]  # a group has commands
    options = {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
    assert options - {"--help"} == set(re.findall(r"^\| `(--[a-z-]+)", PAGE, re.MULTILINE))


def test_the_mapping_on_the_page_names_every_part() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    mapping = Mapping.model_validate(tomllib.loads(example))
    assert mapping.model_fields_set == set(Mapping.model_fields)


def test_the_fault_that_the_page_shows_is_what_people_get() -> None:
    said = dict.fromkeys(re.findall(r"^\| \d+ \| (\S+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|", PAGE, re.MULTILINE))
    assert len(said) == 4
    words = {"type": "kind", "longitude": "lon"}
    for column, value, what, remedy in said:
        if column == "postcode":
            continue  # it needs the register's postcodes: tests/rules/test_import.py
        extra = {"lat": "-1.57"} if column == "longitude" else {}
        faults = parse_draft({"name": "A", "kind": "cafe", "schemes": "safe_place", "postcode": "DH1 1AA"}
                             | {words.get(column, column): value} | extra)[1]  # fmt: skip
        assert (faults[0].what, faults[0].remedy) == (what, remedy)
        assert fold(words.get(column, column)) in {fold(name) for name in COLUMNS}


@pytest.mark.parametrize("path", sorted((DOCS / "examples").glob("*.toml")), ids=lambda path: path.name)
def test_example_mappings_are_sound(path: Path) -> None:
    assert read_mapping(path).columns
