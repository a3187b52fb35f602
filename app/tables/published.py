"""The views that every public read goes through, as tables that statements can select from.

`published_place` is what the public may see now; `published_place_as_at(at)` what they could see at a moment. Both are
made by the migrations, from the one predicate `is_published`. They have the public columns of `place` and these:
`assurance` (fit, fit_with_actions or due), `verdict`, `assessed_on`, `valid_until`.
"""

from datetime import datetime

from sqlalchemy import Column, Date, MetaData, Table, TableValuedAlias, Text, func

from app.tables.place import Place

PUBLIC_COLUMNS = tuple(
    column.name
    for column in Place.__table__.columns  # type: ignore[attr-defined]  # SQLModel does not declare it
    if column.name not in {"consent_on", "membership_status"}
)

view_metadata = MetaData()


def _columns() -> list[Column[object]]:
    table = Place.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it
    copied = [Column(name, table.c[name].type, primary_key=name == "id") for name in PUBLIC_COLUMNS]
    return [
        *copied,
        Column("verdict", Text),
        Column("assessed_on", Date),
        Column("valid_until", Date),
        Column("assurance", Text),
    ]


published_place = Table("published_place", view_metadata, *_columns())


def published_place_as_at(at: datetime) -> TableValuedAlias:
    """The published places at a moment, with the columns of `published_place`, to select from."""
    return func.published_place_as_at(at).table_valued(*_columns()).alias("published_place")
