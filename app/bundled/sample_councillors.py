"""The sample councillors with their terms of office. They are invented; how many to a division is illustrative."""

from datetime import date
from pathlib import Path

from sqlmodel import col, select

from app.db.sessions import WriteSession
from app.errors import FaultyFile
from app.exchange.reading import read_sheet
from app.places.facts import parse_phone
from app.tables import Councillor, Division, TermOfOffice


def load_sample_councillors(session: WriteSession, path: Path, authority: str, set_id: int) -> int:
    """Load them into the divisions of a set. How many.

    Raises:
        FaultyFile: a division is not in the set.
    """
    sheet = read_sheet(path)
    rows = [dict(zip(sheet.headings, row.cells, strict=True)) for row in sheet.rows]
    divisions = dict(
        session.exec(select(Division.gss_code, Division.id).where(col(Division.division_set_id) == set_id)).all()
    )
    people = [
        Councillor(
            authority_code=authority,
            name=row["name"],
            party=row["party"] or None,
            email=row["email"] or None,
            phone=parse_phone(row["phone"]) if row["phone"] else None,
        )
        for row in rows
    ]
    session.add_all(people)
    session.flush()
    for row, person in zip(rows, people, strict=True):
        division_id = divisions.get(row["division_code"])
        if division_id is None or person.id is None:
            raise FaultyFile(f"{path.name} names the division {row['division_code']}, which is not in the set.")
        session.add(
            TermOfOffice(
                councillor_id=person.id,
                division_id=division_id,
                seat=int(row["seat"]),
                starts_on=date.fromisoformat(row["starts_on"]),
                ends_on=date.fromisoformat(row["ends_on"]) if row["ends_on"] else None,
            )
        )
    session.flush()
    return len(people)
