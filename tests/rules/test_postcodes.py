"""Postcodes: what people type, and the files that hold them."""

import gzip
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.db.sessions import WriteSession
from app.errors import FaultyFile, InvalidInput, NotFound
from app.postcodes.files import PostcodeFile
from app.postcodes.loading import FaultyRows, PostcodesLoaded, load_postcodes
from app.postcodes.rules import find_postcodes, get_postcode, parse_postcode
from app.tables import PostcodeUnit

CODE_POINT = '"{}",10,{},{},"E92000001","E19000001","E18000001","","E06000047","E05009036"\r\n'
BUNDLED = Path(__file__).parents[2] / "data" / "postcodes_county_durham.csv.gz"

# What people type

outward = st.from_regex(r"(DH|NE|SR|DL|TS|AB|ZE)[1-9][0-9]?|[BEGLMNSW][1-9][0-9]?|EC1A|W1A", fullmatch=True)
inward = st.from_regex(r"[0-9][ABD-HJLNP-UW-Z]{2}", fullmatch=True)


@given(outward, inward, st.sampled_from(["", " ", "  ", "-", "\t", "."]), st.booleans())
def test_any_case_and_spacing(first: str, second: str, between: str, lower: bool) -> None:  # noqa: FBT001  # drawn
    typed = f" {first}{between}{second} "
    assert parse_postcode(typed.lower() if lower else typed) == f"{first} {second}"


@given(st.text(max_size=40))
def test_any_text_is_a_postcode_or_explained(text: str) -> None:
    try:
        postcode = parse_postcode(text)
    except InvalidInput as error:
        assert error.what  # noqa: PT017  # either outcome is right; what matters is what it says
        assert error.remedy  # noqa: PT017  # the same
    else:
        assert parse_postcode(postcode) == postcode


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "No postcode was given"),
        ("  ", "No postcode was given"),
        ("DH1", "only the first half"),
        ("DH12 1AAA", "too long"),
        ("DH1 1A", "not a postcode"),
        ("DH1 IAA", "Did you mean DH1 1AA?"),
        ("DHI 1AA", "Did you mean DH1 1AA?"),
        ("DH1 OAA", "Did you mean DH1 0AA?"),
        ("XX1 1XX", "not a postcode"),
        ("GIR 0AA", "not a postcode"),
        ("Durham", "not a postcode"),
        ("D" * 1000, "too long"),
    ],
)
def test_slips_are_explained(typed: str, says: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_postcode(typed)
    assert says in f"{caught.value.what} {caught.value.remedy}"
    assert caught.value.field == "postcode"


# Files


def code_point(path: Path, *rows: str, area: str = "dh") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Doc/Code-Point_Open_Column_Headers.csv", "PC,PQ,EA,NO,CY,RH,LH,CC,DC,WC\r\n")
        archive.writestr("Doc/licence.txt", "OGL")
        archive.writestr(f"Data/CSV/{area}.csv", "".join(rows))
    return path


def load(
    session: WriteSession, path: Path, *, replace: bool = False, districts: frozenset[str] = frozenset()
) -> PostcodesLoaded:
    return load_postcodes(session, PostcodeFile(path, districts), replace=replace)


def test_code_point_open(session: WriteSession, tmp_path: Path) -> None:
    nowhere = '"DH1 9ZZ",90,0,0,"","","","","",""\r\n'
    rows = (CODE_POINT.format("DH1 1AB", 430316, 543630), CODE_POINT.format("DH11AD", 430238, 543637), nowhere)
    loaded = load(session, code_point(tmp_path / "codepo_gb.zip", *rows))
    assert loaded == PostcodesLoaded("OS Code-Point Open", 2, {"without a position": 1}, 2)
    unit = get_postcode(session, "dh1 1ab")
    assert (unit.easting, unit.northing, unit.quality) == (430316, 543630, 10)
    assert (unit.division_code, unit.district_code, unit.source) == ("E05009036", "E06000047", "OS Code-Point Open")
    assert set(find_postcodes(session, ["DH1 1AD", "DH1 1ZZ"])) == {"DH1 1AD"}
    with pytest.raises(NotFound, match="does not hold"):
        get_postcode(session, "DH1 1ZZ")


ONSPD_2024 = "pcd,pcd2,pcds,dointr,doterm,oscty,ced,oslaua,osward,parish,oseast1m,osnrth1m,osgrdind,ctry\n"
ONSPD_2025 = "pcd7,pcd8,pcds,dointr,doterm,cty25cd,ced25cd,lad25cd,wd25cd,parncp25cd,east1m,north1m,gridind,ctry25cd\n"


@pytest.mark.parametrize("heading", [ONSPD_2024, ONSPD_2025], ids=["2024", "2025"])
@pytest.mark.parametrize("zipped", [True, False])
def test_the_ons_postcode_directory(session: WriteSession, tmp_path: Path, heading: str, zipped: bool) -> None:  # noqa: FBT001
    rows = [
        "DH1 1AB,DH1  1AB,DH1 1AB,198001,,E99999999,E99999999,E06000047,E05009036,E04012345,430316,543630,1,E92000001",
        "RH1 1AA,RH1  1AA,RH1 1AA,198001,,E10000030,E58001500,E07000211,E05007000,E04009000,527900,150700,3,E92000001",
        "DH1 1AC,DH1  1AC,DH1 1AC,198001,199606,E99999999,E99999999,E06000047,E05009036,E0,430316,543630,1,E92000001",
        "BT1 1AA,BT1  1AA,BT1 1AA,198001,,N99999999,N99999999,N09000003,N08000312,N9,333900,374000,8,N92000002",
        "DH1 1AE,DH1  1AE,DH1 1AE,198001,,E99999999,E99999999,E06000047,E05009036,E04012345,,,9,E92000001",
    ]
    text = "\ufeff" + heading + "\n".join(rows) + "\n"
    path = tmp_path / ("onspd.zip" if zipped else "onspd.csv")
    if zipped:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("Documents/Ward names and codes.csv", "WD24CD,WD24NM\n")
            archive.writestr("Data/ONSPD_FEB_2025_UK.csv", text)
    else:
        path.write_text(text, encoding="utf-8")
    loaded = load(session, path)
    assert loaded.kind == "ONS Postcode Directory"
    assert (loaded.loaded, loaded.left_out) == (2, {"ended": 1, "outside Great Britain": 1, "without a position": 1})
    durham, surrey = get_postcode(session, "DH1 1AB"), get_postcode(session, "RH1 1AA")
    assert (durham.division_code, durham.district_code, durham.quality) == ("E05009036", "E06000047", 10)
    assert (surrey.division_code, surrey.quality) == ("E58001500", 30)  # the county's divisions, where there are such


def test_the_bundled_list(session: WriteSession) -> None:
    loaded = load(session, BUNDLED)
    assert loaded.loaded == loaded.held == 16_300
    assert loaded.left_out == {}


def test_bad_rows_are_listed_and_nothing_is_loaded(session: WriteSession, tmp_path: Path) -> None:
    session.add(PostcodeUnit(postcode="DH1 1AB", easting=1, northing=2, location="SRID=27700;POINT(1 2)", source="old"))
    session.flush()
    path = code_point(
        tmp_path / "codepo_gb.zip",
        CODE_POINT.format("DH1 1AB", 430316, 543630),
        CODE_POINT.format("DH1", 430316, 543630),
        CODE_POINT.format("DH1 1AD", "x", 543630),
        CODE_POINT.format("DH1 1AE", 730316, 543630),
        '"DH1 1AF",10\r\n',
        CODE_POINT.format("DH1 1AG", 430316, -5),
    )
    with pytest.raises(FaultyRows) as caught:
        load(session, path)
    assert [(fault.line, fault.what) for fault in caught.value.faults] == [
        (2, "This is only the first half of a postcode."),
        (3, "the easting is not a whole number of metres"),
        (4, "easting and northing are not on the National Grid"),
        (5, "it has 2 cells and needs 10"),
        (6, "the northing is not a whole number of metres"),
    ]
    assert "Data/CSV/dh.csv, line 2" in caught.value.what
    assert get_postcode(session, "DH1 1AB").source == "old"


def test_a_second_file_renews_and_adds_and_replace_forgets(session: WriteSession, tmp_path: Path) -> None:
    load(
        session, code_point(tmp_path / "1.zip", CODE_POINT.format("DH1 1AB", 1, 2), CODE_POINT.format("DH1 1AD", 3, 4))
    )
    second = code_point(tmp_path / "2.zip", CODE_POINT.format("DH1 1AB", 5, 6), CODE_POINT.format("DH1 1AE", 7, 8))
    assert load(session, second).held == 3
    session.expire_all()
    assert get_postcode(session, "DH1 1AB").easting == 5
    assert load(session, second, replace=True).held == 2
    assert find_postcodes(session, ["DH1 1AD"]) == {}


def test_only_some_districts(session: WriteSession, tmp_path: Path) -> None:
    other = CODE_POINT.replace("E06000047", "E06000005")
    path = code_point(tmp_path / "1.zip", CODE_POINT.format("DH1 1AB", 1, 2), other.format("DL1 1AB", 3, 4))
    loaded = load(session, path, districts=frozenset({"E06000005"}))
    assert (loaded.loaded, loaded.left_out) == (1, {"of other districts": 1})
    with pytest.raises(
        FaultyFile, match=r"no postcode that can be loaded. All rows were left out: 2 of other districts"
    ):
        load(session, path, districts=frozenset({"E06000001"}))


def test_a_postcode_that_is_there_twice(session: WriteSession, tmp_path: Path) -> None:
    row = CODE_POINT.format("DH1 1AB", 1, 2)
    with pytest.raises(FaultyFile, match="more than once: DH1 1AB"):
        load(session, code_point(tmp_path / "1.zip", row, row))


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("x.zip", b"no zip", "is damaged"),
        ("x.csv.gz", b"no gzip", "is damaged"),
        ("x.csv.gz", gzip.compress(b"postcode,easting,northing\nDH1 1AB,1,2\n", mtime=0)[:-9], "is damaged"),
        ("x.csv", b"postcode,x\n", "no column for the easting or the northing"),
        ("x.csv", b"", "no column for the postcode or the easting or the northing"),
        ("x.csv", b"\xff\xfe\x00", "is damaged"),
        ("x.csv", b"postcode,easting,northing\n", "no postcode that can be loaded"),
    ],
)
def test_files_that_are_something_else(
    session: WriteSession, tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FaultyFile, match=says):
        load(session, path)


def test_an_archive_without_tables_and_a_file_that_is_not_there(session: WriteSession, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(FaultyFile, match="holds no CSV"):
        load(session, tmp_path / "x.zip")
    with pytest.raises(FaultyFile, match="no file"):
        load(session, tmp_path / "nothing.zip")
