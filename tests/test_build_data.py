"""The build of the bundled data: the same input gives the same bytes, and odd input is dealt with openly."""

import gzip
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from openpyxl import Workbook

from scripts.data import build
from scripts.data.boundaries import labelled_positions
from scripts.data.build import PARTS, main
from scripts.data.code_point import (
    PostcodeUnits,
    SourceMissingError,
    find_zip,
    read_area_names,
    read_edition,
    read_units,
)
from scripts.data.layout import COUNTY, DATA
from scripts.data.postcodes import write_postcodes
from scripts.data.sample_councillors import TOTAL_MEMBERS, seats_by_division
from scripts.data.write import write_geojson, write_gzip

ROWS = (
    '"DH1 1AA",10,427000,542000,"E92000001","E19000001","E18000001","","E06000047","E05009036"',
    '"DH1 1AB",10,427000,542000,"E92000001","E19000001","E18000001","","E06000047","E05009060"',
    '"DH1 1AD",10,427000,542000,"E92000001","E19000001","E18000001","","E06000047","E05009060"',
    '"DH11AE",90,0,0,"E92000001","E19000001","E18000001","","E06000047","E05009036"',
    '"DH4  4ZZ",10,431000,550000,"E92000001","E19000001","E18000001","","E08000024","E05001158"',
)


@pytest.fixture
def small_zip(tmp_path: Path) -> Path:
    """A zip like Code-Point Open's, with five invented rows."""
    book = Workbook()
    sheet = book.create_sheet("UTE")
    for pair in (("Belmont ED", "E05009036"), ("Sunderland District (B)", "E08000024"), ("County Durham", COUNTY)):
        sheet.append(pair)
    packed = io.BytesIO()
    book.save(packed)
    path = tmp_path / "codepo_gb.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Data/CSV/dh.csv", "\n".join(ROWS) + "\n")
        archive.writestr("Doc/Codelist.xlsx", packed.getvalue())
        archive.writestr(
            "Doc/metadata.txt",
            "DATASET VERSION NUMBER: 2031.1.0\nCOPYRIGHT DATE: 20310122\nRM UPDATE DATE: 20310117\n      DH\t5\n",
        )
    return path


def test_reading_code_point_open(small_zip: Path) -> None:
    units = read_units(small_zip)
    assert units.postcode.tolist() == ["DH1 1AA", "DH1 1AB", "DH1 1AD", "DH1 1AE", "DH4 4ZZ"]
    assert units.positioned.tolist() == [True, True, True, False, True]
    assert read_area_names(small_zip) == {"E05009036": "Belmont", "E08000024": "Sunderland", COUNTY: "County Durham"}
    assert read_edition(small_zip) == {
        "version": "2031.1.0",
        "copyright_date": "2031-01-22",
        "royal_mail_date": "2031-01-17",
        "year": "2031",
    }
    with pytest.raises(SourceMissingError, match="DL"):
        read_units(small_zip, ("DH", "DL"))


def test_a_position_with_two_codes_gets_the_commoner_and_is_reported(small_zip: Path) -> None:
    positions, labels, conflicts = labelled_positions(read_units(small_zip))
    assert positions.tolist() == [[427000.0, 542000.0], [431000.0, 550000.0]]
    assert labels.tolist() == ["E05009060", "E08000024"]
    assert conflicts == [(427000, 542000, ["E05009036", "E05009060"])]


def test_units_without_a_position_are_written_without_one(small_zip: Path, tmp_path: Path) -> None:
    units = read_units(small_zip)
    write_postcodes(tmp_path / "one.csv.gz", units)
    write_postcodes(tmp_path / "two.csv.gz", units.where(np.arange(len(units))[::-1]))
    assert (tmp_path / "one.csv.gz").read_bytes() == (tmp_path / "two.csv.gz").read_bytes()
    text = gzip.decompress((tmp_path / "one.csv.gz").read_bytes()).decode()
    assert "DH1 1AE,,,90,E05009036,E06000047" in text.splitlines()


def test_written_files_do_not_depend_on_the_clock_or_the_name(tmp_path: Path) -> None:
    for name in ("a.gz", "b.gz"):
        write_gzip(tmp_path / name, "postcode\nDH1 1AA\n")
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()
    write_geojson(tmp_path / "c.geojson", [{"type": "Feature", "properties": {}, "geometry": None}], {"title": "é"})
    assert '"title": "é"' in (tmp_path / "c.geojson").read_text(encoding="utf-8")


def test_seats_are_shared_out_by_size_around_what_is_known() -> None:
    sizes = {f"E0500{number}": 100 + 7 * (number % 40) for number in range(9030, 9093)}
    seats = seats_by_division(sizes, {"E05009030": 3})
    assert sum(seats.values()) == TOTAL_MEMBERS
    assert seats["E05009030"] == 3
    assert set(seats.values()) <= {1, 2, 3}
    others = sorted((size, code) for code, size in sizes.items() if code != "E05009030")
    assert [seats[code] for _, code in others] == sorted(seats[code] for _, code in others), (
        "more units, not fewer seats"
    )


def test_unknown_parts_and_missing_sources_say_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["maps", "--folder", str(tmp_path)])
    assert "there is no part maps" in capsys.readouterr().err

    def missing() -> Path:
        raise SourceMissingError("install requirements/data.txt")

    monkeypatch.setattr(build, "find_zip", missing)
    assert main(["postcodes", "--folder", str(tmp_path)]) == 1
    assert "install requirements/data.txt" in capsys.readouterr().err


def test_the_whole_build_gives_the_committed_files(tmp_path: Path) -> None:
    try:
        find_zip()
    except SourceMissingError as missing:
        pytest.skip(str(missing))
    assert main(["--folder", str(tmp_path)]) == 0
    made = sorted(path.name for path in tmp_path.iterdir())
    assert len(made) == len(PARTS)
    differing = [name for name in made if (tmp_path / name).read_bytes() != (DATA / name).read_bytes()]
    assert not differing


def test_units_are_columns_of_one_length(small_zip: Path) -> None:
    units = read_units(small_zip)
    chosen = units.where(units.district == COUNTY)
    assert isinstance(chosen, PostcodeUnits)
    assert len(chosen) == 4
    assert chosen.xy.shape == (4, 2)
