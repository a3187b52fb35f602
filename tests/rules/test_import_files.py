"""Files as offices save them: encodings, delimiters, worksheets, headings, mappings."""

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from app.errors import FaultyFile, InvalidInput
from app.exchange.binding import bind
from app.exchange.columns import BY_HEADING, COLUMNS, REQUIRED
from app.exchange.csv_sheets import decode, read_csv
from app.exchange.faults import Fault, write_faults
from app.exchange.mapping import NO_MAPPING, Mapping, read_mapping
from app.exchange.reading import read_sheet
from app.exchange.rows import Checked, check_rows
from app.exchange.sheets import Sheet, SheetRow
from app.exchange.week import DAYS, week_to_hours
from app.places.drafts import FIRST_WORDS
from app.places.facts import fold
from app.places.opening_hours import parse_opening_hours

HEADINGS = ["name", "kind", "schemes", "postcode"]
ROW = ["Café Nørd £1", "cafe", "safe_place", "DH1 1AA"]


HOSTILE_XML = {
    "a bomb": '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    "another file": '<!DOCTYPE x [<!ENTITY b SYSTEM "file:///etc/hostname">]>',
}


@pytest.mark.parametrize("kind", HOSTILE_XML)
@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml"])
def test_no_entity_of_a_workbook_is_expanded(tmp_path: Path, kind: str, part: str) -> None:
    honest = write_workbook(tmp_path / "honest.xlsx", [HEADINGS, ROW])
    with ZipFile(honest) as source, ZipFile(tmp_path / "places.xlsx", "w") as target:
        for name in source.namelist():
            content = source.read(name).decode("utf-8")
            if name == part:
                declared, _, rest = content.partition("?>") if content.startswith("<?xml") else ("", "", content)
                content = f"{declared}?>{HOSTILE_XML[kind]}{rest}" if declared else HOSTILE_XML[kind] + rest
            target.writestr(name, content)
    with pytest.raises(FaultyFile, match="not an XLSX file that can be read"):
        read_sheet(tmp_path / "places.xlsx")


def write_workbook(path: Path, rows: Sequence[Sequence[object]], *, title: str = "Places") -> Path:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    workbook.save(path)
    return path


def checked(headings: list[str], *rows: list[str], mapping: Mapping = NO_MAPPING) -> Checked:
    sheet = Sheet(headings, [SheetRow(number, row) for number, row in enumerate(rows, start=2)])
    return check_rows(sheet, bind(headings, mapping), FIRST_WORDS)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\r\n", "\n"])
def test_csv_of_any_make(tmp_path: Path, encoding: str, delimiter: str, line_end: str) -> None:
    path = tmp_path / "places.csv"
    path.write_bytes(line_end.join(delimiter.join(row) for row in (HEADINGS, ROW, [], ROW)).encode(encoding))
    sheet = read_sheet(path)
    assert sheet.headings == HEADINGS
    assert sheet.rows == [(2, ROW), (4, ROW)]
    assert bool(sheet.notes) == (encoding == "cp1252")


def test_excel_s_own_separator_line_is_no_row(tmp_path: Path) -> None:
    path = tmp_path / "places.csv"
    path.write_text("sep=;\r\nname;kind\r\nA, B;cafe\r\n", encoding="utf-8")
    assert read_sheet(path).rows == [(2, ["A, B", "cafe"])]


def test_lines_within_cells_are_one_row(tmp_path: Path) -> None:
    path = tmp_path / "places.csv"
    path.write_text('name,description\n"A","One\nTwo"\nB,"say ""hello"""\n', encoding="utf-8")
    assert read_csv(path).rows == [(2, ["A", "One\nTwo"]), (3, ["B", 'say "hello"'])]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\n\n ,\n", "empty"),
        (b'name,kind\n"A,cafe\n', "quotation mark"),
        (b"name,kind,NAME\n", "stand twice: name"),
        (bytes(range(256)) * 20, "not text"),
        (b"\xd0\xcf\x11\xe0 old excel", "old format"),
        (b"PK\x03\x04 no zip", "not an XLSX file"),
    ],
)
def test_files_that_cannot_be_used(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "places.csv"
    path.write_bytes(content)
    with pytest.raises(FaultyFile, match=said) as caught:
        read_sheet(path)
    assert caught.value.remedy


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(FaultyFile, match="cannot be read"):
        read_sheet(tmp_path / "none.csv")


def test_cells_beyond_the_headings_are_a_fault_of_their_row(tmp_path: Path) -> None:
    path = tmp_path / "places.csv"
    path.write_text("name,kind\nA,cafe,,\nB,cafe,safe\nC\n", encoding="utf-8")
    sheet = read_sheet(path)
    assert sheet.rows == [(2, ["A", "cafe"]), (4, ["C", ""])]
    assert [(fault.row, fault.value) for fault in sheet.faults] == [(3, "safe")]


def test_worksheets_give_what_a_person_sees(tmp_path: Path) -> None:
    values = [
        "A",
        100053358,
        0.5,
        427350.0,
        True,
        date(2026, 1, 5),
        datetime.combine(date(2026, 1, 5), time(9, 30)),
        time(9, 30),
        None,
    ]
    path = write_workbook(tmp_path / "places.xlsx", [[f"h{at}" for at in range(9)], values])
    assert read_sheet(path).rows == [
        (2, ["A", "100053358", "0.5", "427350", "yes", "2026-01-05", "2026-01-05T09:30:00", "09:30:00", ""])
    ]


def test_rows_beyond_what_a_worksheet_says_of_itself_are_read(tmp_path: Path) -> None:
    honest = write_workbook(tmp_path / "honest.xlsx", [HEADINGS, ROW, [], ROW])
    with ZipFile(honest) as source, ZipFile(tmp_path / "places.xlsx", "w") as target:
        for name in source.namelist():
            content = source.read(name).replace(b'<dimension ref="A1:D4"', b'<dimension ref="A1:A1"')
            target.writestr(name, content)
    assert (tmp_path / "places.xlsx").read_bytes() != honest.read_bytes()
    assert read_sheet(tmp_path / "places.xlsx").rows == [(2, ROW), (4, ROW)]


def test_formulas_and_errors_are_refused_where_they_matter(tmp_path: Path) -> None:
    rows = [[*HEADINGS, "mine"], ["=A1", "cafe", "safe_place", "DH1 1AA", "=1+1"], ["B", "#N/A", *ROW[2:], ""]]
    sheet = read_sheet(write_workbook(tmp_path / "places.xlsx", rows))
    found = check_rows(sheet, bind(sheet.headings, NO_MAPPING), FIRST_WORDS)
    assert [(fault.row, fault.column, fault.value) for fault in found.faults] == [
        (2, "name", "=A1"),
        (3, "kind", "#N/A"),
    ]
    assert "formula" in found.faults[0].what
    assert found.drafts == []


def test_a_worksheet_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "places.xlsx"
    workbook = Workbook()
    for title in ("Read me", "Places"):
        workbook.create_sheet(title).append([f"of {title}"])
    del workbook["Sheet"]
    workbook.save(path)
    assert read_sheet(path).headings == ["of Read me"]
    assert "other worksheets" in read_sheet(path).notes[0]
    assert read_sheet(path, sheet_name="Places").headings == ["of Places"]
    with pytest.raises(FaultyFile, match="Nowhere"):
        read_sheet(path, sheet_name="Nowhere")


def test_columns_in_any_order_and_spelling() -> None:
    found = checked(["POST CODE", "Premises-Kind", " Scheme ", "Place  name", "Telephone", "colour"],
                    ["dh1 1aa", "Café", "Safe place", "Nørd", "0191 496 0000", "red"])  # fmt: skip
    assert [row.draft.phone for row in found.drafts] == ["+44 191 496 0000"]
    assert bind(["colour", *HEADINGS], NO_MAPPING).unused == ["colour"]


def test_missing_columns_are_named_at_once() -> None:
    with pytest.raises(FaultyFile, match="kind, schemes, postcode"):
        bind(["name", "easting"], NO_MAPPING)


def test_headings_lead_to_one_column_each() -> None:
    headings = [heading for name, column in COLUMNS.items() for heading in (name, *column.also)]
    assert len({fold(heading) for heading in headings}) == len(headings)
    assert set(BY_HEADING.values()) == set(COLUMNS)


MAPPED = Mapping.model_validate(
    {
        "empty": ["[Unknown]"],
        "ignore": ["*"],
        "columns": {"name": "Venue", "postcode": "PC"},
        "constants": {"kind": "library", "schemes": "safe_place"},
        "templates": {"address_1": "{No}, {Street}, {Area}", "description": "Run by {Owner}."},
        "values": {"Step": {"ramp": "yes", "STEPS  ONLY": "no"}},
        "leave_out": {"Type": ["Mobile"]},
        "blank_if_wrong": ["phone"],
    }
)
THEIRS = ["Venue", "PC", "No", "Street", "Area", "Owner", "Type", "phone", "Step"]


def test_a_mapping_makes_our_columns() -> None:
    mapping = MAPPED.model_copy(update={"columns": {**MAPPED.columns, "step_free_entrance": "Step"}})
    found = checked(
        THEIRS,
        ["A", "DH1 1AA", "12", "Front Street", "", "[unknown]", "Static", "0191 496 0000", "Ramp"],
        ["B", "DH1 1AB", "", "", " ", "a council", "Static", "none", "steps only"],
        ["C", "DH1 1AD", "", "", "", "", "mobile", "", ""],
        mapping=mapping,
    )
    first, second = (row.draft for row in found.drafts)
    assert (first.name, first.kind, first.schemes) == ("A", "library", ["safe_place"])
    assert (first.address_1, first.description, first.step_free_entrance) == ("12, Front Street", None, True)
    assert (second.address_1, second.description, second.step_free_entrance) == (None, "Run by a council.", False)
    assert second.phone is None
    assert [(fault.row, fault.column, fault.value) for fault in found.warnings] == [(3, "phone", "none")]
    assert found.left_out == [(4, "Type is 'mobile'")]
    assert found.faults == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("columns = 3", "columns"),
        ("[columns]\nnam = 'x'", "'nam' is not a column of ours"),
        ("[columns]\nname = 'x'\n[constants]\nname = 'y'", "name: mapped in two ways"),
        ("key = ['easting']", "cannot be part of the key"),
        ("blank_if_wrong = ['name']", "name: cannot be left blank"),
        ("colums = {}", "colums: there is no such part"),
        ("= 3", "cannot be read"),
    ],
)
def test_faults_of_a_mapping_are_said(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FaultyFile, match=said):
        read_mapping(path)


def test_a_mapping_that_names_other_columns_is_refused() -> None:
    with pytest.raises(FaultyFile, match="does not have: PC, No, Street"):
        bind(["Venue"], MAPPED)


@pytest.mark.parametrize(
    ("cells", "hours"),
    [
        (["9am-5pm"] * 5 + ["10:00 to 12:30", "closed"], "Mo-Fr 09:00-17:00; Sa 10:00-12:30"),
        (["09:00-12:00, 13.00-17.00"] + [""] * 6, "Mo 09:00-12:00,13:00-17:00"),
        (["1-5pm"] + [""] * 6, "Mo 13:00-17:00"),
        (["9pm-2am"] * 7, "Mo-Su 21:00-02:00"),
        (["noon - midnight"] + [""] * 6, "Mo 12:00-24:00"),
        (["24 hours"] * 7, "Mo-Su 00:00-24:00"),
        (["Closed"] * 7, "off"),
        ([""] * 7, ""),
    ],
)
def test_a_column_for_each_day(cells: list[str], hours: str) -> None:
    assert week_to_hours(cells) == hours
    if hours:
        parse_opening_hours(hours)


@pytest.mark.parametrize("cell", ["9-5", "nine to five", "25:00-26:00", "9am", "13pm-2pm"])
def test_days_that_cannot_be_read(cell: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        week_to_hours(["", cell, "", "", "", "", ""])
    assert caught.value.field == "tuesday"


@given(
    st.lists(st.tuples(st.integers(0, 11), st.sampled_from([0, 15, 30]), st.integers(13, 24)), min_size=7, max_size=7)
)
def test_whatever_a_week_gives_can_be_read(spans: list[tuple[int, int, int]]) -> None:
    hours = week_to_hours([f"{begin}:{minute:02}-{end}:00" for begin, minute, end in spans])
    assert parse_opening_hours(hours).text == hours
    assert sum(day in hours for day in DAYS.values()) >= 1


def test_a_week_in_a_mapping_names_the_column_at_fault() -> None:
    mapping = Mapping.model_validate({"week": {"monday": "Mon", "tuesday": "Tue"}, "ignore": ["*"]})
    found = checked(
        [*HEADINGS, "Mon", "Tue"], [*ROW, "9am-5pm", "closed"], [*ROW, "9am-5pm", "9 to 5"], mapping=mapping
    )
    assert [row.draft.opening_hours for row in found.drafts] == ["Mo 09:00-17:00"]
    assert [(fault.row, fault.column, fault.value) for fault in found.faults] == [(3, "Tue", "9 to 5")]


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"])), min_size=2, max_size=2), min_size=1))
def test_what_is_written_as_csv_is_read_again(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    written = io.StringIO()
    csv.writer(written).writerows([["first", "second"], *rows])
    path = tmp_path_factory.mktemp("csv") / "any.csv"
    path.write_bytes(written.getvalue().encode("utf-8"))
    filled = [row for row in rows if any(cell and not cell.isspace() for cell in row)]
    assert [row.cells for row in read_sheet(path).rows] == filled


@given(st.text(), st.sampled_from(["utf-8-sig", "utf-16"]))
def test_marked_text_is_read_as_it_was_written(text: str, encoding: str) -> None:
    clean = text.encode("utf-8", "ignore").decode().replace("\x00", "")
    assert decode(clean.encode(encoding), "file")[0] == clean


def test_faults_are_written_for_excel_without_formulas(tmp_path: Path) -> None:
    path = tmp_path / "faults.csv"
    write_faults(path, [Fault(7, "Name, of place", "=cmd|' /C calc'!A0", "Wrong.", "Correct it: £.")])
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [
            ["row", "column", "value", "what is wrong", "what to do"],
            ["7", "Name, of place", "'=cmd|' /C calc'!A0", "Wrong.", "Correct it: £."],
        ]


def test_required_columns_are_columns() -> None:
    assert set(REQUIRED) <= set(COLUMNS)
