"""Boxes from text, and the envelope that surely holds them."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from geo.bbox import BoundingBox, find_envelope, parse_bbox
from geo.crs import find_bng
from geo.faults import CoordinatesFaultyError
from tests.geo.answering import answer_of

lons = st.floats(-9, 2.5)
lats = st.floats(49.5, 61.5)


def test_a_box() -> None:
    assert parse_bbox("-1.65,54.74,-1.50,54.80") == BoundingBox(-1.65, 54.74, -1.5, 54.8)
    assert parse_bbox("-180,-90,180,90") == BoundingBox(-180, -90, 180, 90)
    assert parse_bbox("0,0,0,0").holds(0, 0)


@pytest.mark.parametrize(
    ("text", "what", "remedy"),
    [
        ("", "four numbers; this has 0", "west,south,east,north"),
        ("1,2,3", "four numbers; this has 3", "west,south,east,north"),
        ("1,2,3,4,5,6", "four numbers; this has 6", "west,south,east,north"),
        ("nan,54,-1,55", "'nan' is not a number", "decimal degrees"),
        ("-1,54,-2,55", "corners the wrong way round", "south-west corner first"),
        ("-2,55,-1,54", "corners the wrong way round", "south-west corner first"),
        ("54.7,-1.6,54.8,-1.5", "swapped", "-1.6,54.7,-1.5,54.8"),
        ("-1.6,54,200,55", "not on the globe", "-180 to 180"),
        ("-1.6,-91,2,55", "not on the globe", "-90 to 90"),
    ],
)
def test_faults_say_what_to_do(text: str, what: str, remedy: str) -> None:
    with pytest.raises(CoordinatesFaultyError) as caught:
        parse_bbox(text)
    assert what in caught.value.what
    assert remedy in caught.value.remedy
    assert caught.value.field == "bbox"


@given(st.text(max_size=80))
def test_any_text_is_read_or_explained(text: str) -> None:
    box, fault = answer_of(parse_bbox, text)
    assert (fault.what and fault.remedy) if fault else box and all(map(math.isfinite, box))


@given(lons, lats, lons, lats, st.integers(0, 2**32 - 1))
def test_the_envelope_holds_every_position_of_the_box(a: float, b: float, c: float, d: float, seed: int) -> None:
    box = BoundingBox(min(a, c), min(b, d), max(a, c), max(b, d))
    envelope = find_envelope(box)
    assert envelope is not None
    random = np.random.default_rng(seed)
    some = random.uniform(box.min_lon, box.max_lon, 200), random.uniform(box.min_lat, box.max_lat, 200)
    rim = np.array([box.min_lon, box.max_lon, a, c]), np.array([box.min_lat, box.max_lat, d, b])
    for lon, lat in (some, rim):
        eastings, northings = find_bng(lon, lat)
        covered = ~np.isnan(eastings)
        assert (eastings[covered] >= envelope.min_easting).all()
        assert (eastings[covered] <= envelope.max_easting).all()
        assert (northings[covered] >= envelope.min_northing).all()
        assert (northings[covered] <= envelope.max_northing).all()


@given(lons, lats)
def test_the_envelope_of_a_small_box_is_small(lon: float, lat: float) -> None:
    envelope = find_envelope(BoundingBox(lon, lat, min(lon + 0.01, 2.5), min(lat + 0.01, 61.5)))
    assert envelope is not None
    assert envelope.max_easting - envelope.min_easting < 1_000
    assert envelope.max_northing - envelope.min_northing < 1_400


def test_the_whole_world_and_elsewhere() -> None:
    world = find_envelope(BoundingBox(-180, -90, 180, 90))
    assert world is not None
    assert world.min_easting < 0
    assert world.max_northing > 1_220_000
    assert find_envelope(BoundingBox(2.2, 30, 2.5, 40)) is None


@given(st.tuples(lons, lats, lons, lats))
def test_written_and_read_again(corners: tuple[float, float, float, float]) -> None:
    a, b, c, d = corners
    assume(a <= c)
    box = BoundingBox(a, min(b, d), c, max(b, d))
    assert parse_bbox(",".join(map(repr, box))) == box
