"""Files of boundaries: formats, coordinate systems, field names, faults and repairs."""

import json
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import shapely
from shapely import MultiPolygon, Point, Polygon, union_all

from app.divisions import file_kinds
from app.divisions.files import ChosenFields, Fields, guess_fields, read_divisions
from app.errors import FaultyFile
from tests.register import AUTHORITY, SIDE, SOUTH, WEST
from tests.rules.boundary_files import BNG_MEMBER, feature, square, write_geojson, write_with_gdal

CODES = ["E05000001", "E05000002"]
SQUARES = [square(0), square(1)]
TO_A_MILLIMETRE = 0.0015


def features(*, lonlat: bool = True, **properties: object) -> list[dict[str, Any]]:
    return [
        feature(shape, code, f"Division {code[-1]}", lonlat=lonlat, **properties)
        for shape, code in zip(SQUARES, CODES, strict=True)
    ]


def assert_the_two_squares(path: Path) -> None:
    read = read_divisions(path, AUTHORITY)
    assert [(one.gss_code, one.name) for one in read.records] == [
        ("E05000001", "Division 1"),
        ("E05000002", "Division 2"),
    ]
    assert read.faults == []
    for record, drawn in zip(read.records, SQUARES, strict=True):
        assert record.area.polygon.hausdorff_distance(drawn) < TO_A_MILLIMETRE


def test_geojson_in_longitude_and_latitude(tmp_path: Path) -> None:
    assert_the_two_squares(write_geojson(tmp_path / "new.geojson", features()))


def test_geojson_on_the_national_grid(tmp_path: Path) -> None:
    assert_the_two_squares(write_geojson(tmp_path / "new.geojson", features(lonlat=False), crs=BNG_MEMBER))


def test_geopackage(tmp_path: Path) -> None:
    assert_the_two_squares(write_with_gdal(tmp_path / "new.gpkg", SQUARES, CODES, crs="EPSG:27700"))


def test_zipped_shapefile(tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    folder.mkdir()
    write_with_gdal(folder / "new.shp", SQUARES, CODES, crs="EPSG:27700")
    with zipfile.ZipFile(tmp_path / "new.zip", "w") as archive:
        for part in folder.iterdir():
            archive.write(part, part.name)
    assert_the_two_squares(tmp_path / "new.zip")


def test_other_systems_are_refused_with_the_command_that_helps(tmp_path: Path) -> None:
    utm = [Polygon([(600_000, 6_070_000), (601_000, 6_070_000), (601_000, 6_071_000)])] * 2
    path = write_with_gdal(tmp_path / "utm.gpkg", utm, CODES, crs="EPSG:25830")
    with pytest.raises(FaultyFile) as caught:
        read_divisions(path, AUTHORITY)
    assert "UTM zone 30N" in caught.value.what
    assert "ogr2ogr -t_srs EPSG:4326" in caught.value.remedy


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_a_file_that_does_not_say_its_system(tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    folder.mkdir()
    write_with_gdal(folder / "new.shp", SQUARES, CODES, crs=None)
    with zipfile.ZipFile(tmp_path / "new.zip", "w") as archive:
        for part in folder.iterdir():
            archive.write(part, part.name)
    with pytest.raises(FaultyFile, match="does not say its coordinate system"):
        read_divisions(tmp_path / "new.zip", AUTHORITY)


@pytest.mark.parametrize(
    ("name", "content"), [("x.geojson", "{"), ("x.zip", "no zip"), ("x.txt", "hello"), ("x.gpkg", "")]
)
def test_what_is_no_file_of_boundaries(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(FaultyFile, match="cannot be read as boundaries"):
        read_divisions(path, AUTHORITY)
    with pytest.raises(FaultyFile, match="no file"):
        read_divisions(tmp_path / "nothing.geojson", AUTHORITY)


@pytest.fixture
def neighbours_file(tmp_path: Path) -> Path:
    """A file of somebody else on the same machine, which GDAL would read where a recipe names it."""
    write_with_gdal(tmp_path / "theirs.gpkg", SQUARES, CODES, crs="EPSG:27700", layer="theirs")
    return tmp_path / "theirs.gpkg"


def recipes(neighbours_file: Path) -> dict[str, str]:
    """What GDAL follows rather than reads, as text."""
    vrt = f"<OGRVRTDataSource><OGRVRTLayer name='theirs'><SrcDataSource>{neighbours_file}</SrcDataSource>"
    vrt += "</OGRVRTLayer></OGRVRTDataSource>"
    piped = {"type": "gdal_streamed_alg", "command_line": f"gdal vector pipeline ! read {neighbours_file}"}
    return {"vrt": vrt, "pipeline": json.dumps(piped)}


@pytest.mark.parametrize("name", ["new.geojson", "new.json", "new.gpkg", "new.vrt", "new.gdalg.json"])
@pytest.mark.parametrize("recipe", ["vrt", "pipeline"])
def test_a_file_that_names_another_file_is_not_followed(neighbours_file: Path, name: str, recipe: str) -> None:
    path = neighbours_file.with_name(name)
    path.write_text(recipes(neighbours_file)[recipe])
    with pytest.raises(FaultyFile, match="cannot be read as boundaries"):
        read_divisions(path, AUTHORITY)


@pytest.mark.parametrize("member", ["new.shp", "new.vrt", "../new.shp"])
def test_nor_is_one_that_is_packed(neighbours_file: Path, member: str) -> None:
    path = neighbours_file.with_name("new.zip")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, recipes(neighbours_file)["vrt"])
    with pytest.raises(FaultyFile, match="cannot be read as boundaries"):
        read_divisions(path, AUTHORITY)


def test_nor_is_one_inside_of_true_boundaries(neighbours_file: Path) -> None:
    path = neighbours_file.with_name("new.geojson")
    document = {"type": "FeatureCollection", "note": recipes(neighbours_file)["vrt"], "features": features()[:1]}
    path.write_text(json.dumps(document))
    assert [record.gss_code for record in read_divisions(path, AUTHORITY).records] == ["E05000001"]


@pytest.mark.parametrize("at", ["file", "shape"])
def test_no_address_is_asked_for_a_coordinate_system(tmp_path: Path, at: str) -> None:
    asked: list[str] = []

    class Asked(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    with HTTPServer(("127.0.0.1", 0), Asked) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        link = {"type": "link", "properties": {"href": f"http://127.0.0.1:{server.server_port}/crs"}}
        given = features()
        if at == "shape":
            given[0]["geometry"]["crs"] = link
        path = write_geojson(tmp_path / "new.geojson", given, crs=link if at == "file" else None)
        with pytest.raises(FaultyFile, match="by an address"):
            read_divisions(path, AUTHORITY)
        server.shutdown()
    assert asked == []


def test_what_unpacks_to_too_much_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_kinds, "LARGEST", 1_000_000)
    with zipfile.ZipFile(tmp_path / "new.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("new.shp", b"\x00\x00\x27\x0a" + bytes(2_000_000))
    assert (tmp_path / "new.zip").stat().st_size < 10_000
    with pytest.raises(FaultyFile, match="larger than"):
        read_divisions(tmp_path / "new.zip", AUTHORITY)


def test_a_layer_is_chosen_where_there_are_several(tmp_path: Path) -> None:
    path = write_with_gdal(tmp_path / "two.gpkg", SQUARES, CODES, crs="EPSG:27700", layer="wards")
    write_with_gdal(path, SQUARES[:1], CODES[:1], crs="EPSG:27700", layer="districts", append="")
    with pytest.raises(FaultyFile, match=r"--layer: wards, districts|--layer: districts, wards"):
        read_divisions(path, AUTHORITY)
    assert len(read_divisions(path, AUTHORITY, layer="districts").records) == 1


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["FID", "WD25CD", "WD25NM", "LAD25CD", "LAD25NM"], Fields("WD25CD", "WD25NM", None, "LAD25CD")),
        (["CED23CD", "CED23NM", "CTY23CD"], Fields("CED23CD", "CED23NM", None, "CTY23CD")),
        (["ced25cd", "ced25nm"], Fields("ced25cd", "ced25nm", None, None)),
        (["LAD25CD", "LAD25NM"], Fields("LAD25CD", "LAD25NM", None, None)),
        (
            ["gss_code", "name", "members", "authority_code"],
            Fields("gss_code", "name", "members", "authority_code"),
        ),
        (["WD13CD", "WD13NM", "WD13NMW"], Fields("WD13CD", "WD13NM", None, None)),
    ],
)
def test_fields_are_guessed(names: list[str], expected: Fields) -> None:
    assert guess_fields(names) == expected


def test_fields_that_were_named_count() -> None:
    chosen = ChosenFields("id", "label", "cllrs")
    assert guess_fields(["id", "label", "cllrs", "WD25CD", "WD25NM"], chosen) == Fields("id", "label", "cllrs", None)
    with pytest.raises(FaultyFile, match=r"no field 'id'. It has: a, b"):
        guess_fields(["a", "b"], chosen)
    with pytest.raises(FaultyFile, match="--code-field: a, b"):
        guess_fields(["a", "b"])
    with pytest.raises(FaultyFile, match="--name-field: WD25CD, b"):
        guess_fields(["WD25CD", "b"])


def test_divisions_of_other_authorities_are_left_out(tmp_path: Path) -> None:
    ours, theirs = features()
    ours["properties"]["LAD25CD"] = AUTHORITY
    theirs["properties"]["LAD25CD"] = "E06000005"
    read = read_divisions(write_geojson(tmp_path / "all.geojson", [ours, theirs]), AUTHORITY)
    assert [one.gss_code for one in read.records] == ["E05000001"]
    assert read.left_out == 1
    nothing = read_divisions(tmp_path / "all.geojson", "E06000001")
    assert nothing.faults == ["The file has no division of E06000001; 2 belong to others."]


def test_every_fault_is_named_by_feature(tmp_path: Path) -> None:
    drawn = [
        feature(square(0), "E0500", "Short code"),
        feature(square(0), "E05000002", " "),
        feature(square(0), "E05000003", "Too many", members=4),
        feature(square(0), "E05000004", "Half", members=1.5),
        feature(None, "E05000005", "No shape"),
        feature(Point(WEST, SOUTH), "E05000006", "A point"),
        feature(Polygon([(2.3, 48.8), (2.4, 48.8), (2.4, 48.9)]), "E05000007", "Paris", lonlat=False),
        feature(square(1), "E05000008", "Good", members=2),
    ]
    read = read_divisions(write_geojson(tmp_path / "bad.geojson", drawn), AUTHORITY)
    assert [one.gss_code for one in read.records] == ["E05000008"]
    assert read.records[0].members == 2
    expected = [
        "not a GSS code",
        "has no name",
        "one to 3 members, not '4",
        "not '1.5'",
        "no shape",
        "a Point",
        "outside",
    ]
    assert len(read.faults) == len(expected)
    for number, (fault, words) in enumerate(zip(read.faults, expected, strict=True), start=1):
        assert fault.startswith(f"Feature {number} (")
        assert words in fault


def test_repairs_are_said(tmp_path: Path) -> None:
    bow_tie = Polygon([(WEST, SOUTH), (WEST + 100, SOUTH + 100), (WEST + 100, SOUTH), (WEST, SOUTH + 100)])
    read = read_divisions(write_geojson(tmp_path / "x.geojson", [feature(bow_tie, "E05000001", "Tie")]), AUTHORITY)
    (repair,) = read.repairs
    assert repair.startswith("E05000001 Tie: An outline that crosses itself")
    assert read.records[0].area.polygon.area == pytest.approx(5_000, abs=1)


def test_parts_of_one_code_are_joined(tmp_path: Path) -> None:
    island = square(3, side=SIDE / 2)
    drawn = [feature(square(0), "E05000001", "Coast"), feature(island, "E05000001", "Coast")]
    read = read_divisions(write_geojson(tmp_path / "x.geojson", drawn), AUTHORITY)
    (record,) = read.records
    assert isinstance(record.area.polygon, MultiPolygon)
    assert record.area.polygon.area == pytest.approx(union_all([square(0), island]).area, abs=20)
    assert "two features of one code were joined" in read.repairs[0]


def test_one_code_under_two_names_is_a_fault(tmp_path: Path) -> None:
    drawn = [feature(square(0), "E05000001", "North"), feature(square(1), "E05000001", "South")]
    read = read_divisions(write_geojson(tmp_path / "x.geojson", drawn), AUTHORITY)
    assert read.faults == ["E05000001 is there twice, as 'North' and as 'South'."]


def test_shared_edges_stay_shared_through_the_transformation(tmp_path: Path) -> None:
    read = read_divisions(write_geojson(tmp_path / "x.geojson", features()), AUTHORITY)
    assert shapely.coverage_is_valid([record.area.polygon for record in read.records])
