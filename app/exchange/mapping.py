"""How the columns of somebody else's file become ours: read from TOML, documented in docs/importing.md."""

import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, model_validator

from app.errors import FaultyFile
from app.exchange.columns import COLUMNS, KEY_COLUMNS, REQUIRED


def _ours(name: str) -> str:
    if name not in COLUMNS:
        raise ValueError(f"'{name}' is not a column of ours")
    return name


Ours = Annotated[str, AfterValidator(_ours)]
Theirs = str
Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class Mapping(BaseModel):
    """A mapping file.

    Attributes:
        key: our columns by which a place is known from one run to the next, where rows have no reference.
        empty: texts that stand for "nothing known" in any column, such as "N/A".
        ignore: columns of theirs that are not wanted ("*" for all that are not named).
        columns: from ours to theirs.
        constants: from ours to a value for all rows.
        templates: from ours to text with their columns in braces: "{address2}, {address3}".
        week: their columns for the days, from which opening hours are made.
        values: for a column of theirs, from its values to ours.
        blank_if_wrong: our columns in which a value that is not valid becomes a warning and the fact "not known".
        leave_out: for a column of theirs, the values whose rows are left out.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: list[Ours] = []
    empty: list[str] = []
    ignore: list[Theirs] = []
    columns: dict[Ours, Theirs] = {}
    constants: dict[Ours, str] = {}
    templates: dict[Ours, str] = {}
    week: dict[Day, Theirs] = {}
    values: dict[Theirs, dict[str, str]] = {}
    leave_out: dict[Theirs, list[str]] = {}
    blank_if_wrong: list[Ours] = []

    @model_validator(mode="after")
    def _check(self) -> Self:
        week = ["opening_hours"] if self.week else []
        made = [*self.columns, *self.constants, *self.templates, *week]
        if twice := sorted({name for name in made if made.count(name) > 1}):
            raise ValueError(f"{', '.join(twice)}: mapped in two ways; keep one of them")
        if needed := sorted({*REQUIRED, "reference"}.intersection(self.blank_if_wrong)):
            raise ValueError(f"{', '.join(needed)}: cannot be left blank")
        if unfit := sorted(set(self.key) - set(KEY_COLUMNS)):
            raise ValueError(f"{', '.join(unfit)}: cannot be part of the key; use {', '.join(KEY_COLUMNS)}")
        return self


NO_MAPPING = Mapping()


def read_mapping(path: Path) -> Mapping:
    """Read a mapping file.

    Raises:
        FaultyFile: it is missing, is not TOML, or has faults, which are all named.
    """
    see = "See the example in docs/importing.md."
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FaultyFile(f"{path} cannot be read: {error.strerror}.", "Check the name of the file.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FaultyFile(f"The mapping {path.name} cannot be read: {error}.", see) from None
    try:
        return Mapping.model_validate(content)
    except ValidationError as error:
        raise FaultyFile(f"The mapping {path.name} has faults: {_named(error)}.", see) from None


def _named(error: ValidationError) -> str:
    return "; ".join(_one_fault(".".join(map(str, fault["loc"])), fault["msg"]) for fault in error.errors())


def _one_fault(where: str, message: str) -> str:
    said = message.removeprefix("Value error, ")
    if said.startswith("Extra inputs"):
        return f"{where}: there is no such part of a mapping"
    return f"{where.removesuffix('.[key]')}: {said}" if where else said
