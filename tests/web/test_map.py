"""The rendered map: one small script, always the same, that names no other host and holds no text of the register."""

import re
from typing import Any

import folium
import pytest

from app import vocabulary
from web.map.options import MapOptions, SignStyle
from web.map.render import render_map
from web.map.signs import SHAPES, signs_for

COUNTY = (-2.41, 54.44, -1.24, 54.92)


def options(**changes: object) -> MapOptions:
    given: dict[str, Any] = {
        "element_id": "register_map",
        "bounds": COUNTY,
        "places_url": "/map/places.geojson?v=7",
        "divisions_url": "/map/divisions.geojson?v=7",
        "asset_address": lambda name: f"/static/abc/{name}",
    }
    return MapOptions(**given | changes)


def test_two_renderings_are_the_same_bytes() -> None:
    assert render_map(options()) == render_map(options())
    assert render_map(options()).script != render_map(options(places_url="/map/places.geojson?v=8")).script


def test_nothing_is_loaded_from_another_host() -> None:
    rendered = render_map(options())
    whole = rendered.script + rendered.html + "".join(rendered.assets.css + rendered.assets.js)
    assert "//" not in whole
    assert all(address.startswith("/static/abc/") for address in rendered.assets.css + rendered.assets.js)
    assert rendered.assets.js[0].endswith("/leaflet.js")
    assert rendered.assets.js[-1].endswith("/map/map.js")


def test_folium_itself_is_left_as_it_was() -> None:
    render_map(options())
    assert any(address.startswith("https://") for _, address in folium.Map.default_js)
    assert any(address.startswith("https://") for _, address in folium.plugins.MarkerCluster.default_js)


def test_the_script_is_small_and_needs_no_inline_code() -> None:
    rendered = render_map(options())
    assert len(rendered.script) < 20_000
    assert "<" not in rendered.script, "markup stays escaped, so that the script could also stand in a page"
    assert "`" not in rendered.script
    assert "${" not in rendered.script
    for text in (rendered.html, *(entry.symbol_svg for entry in rendered.legend)):
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=", text)


def test_addresses_cannot_break_out_of_the_script() -> None:
    script = render_map(options(places_url='/x"</script><script>alert(1)</script>')).script
    assert "</script>" not in script
    assert '"/x\\"' in script


def test_tiles_are_used_only_when_set_and_their_credit_is_text() -> None:
    assert "tileLayer" not in render_map(options()).script
    script = render_map(
        options(
            tile_url="https://tiles.example/{z}/{x}/{y}.png", tile_attribution="© <img src=x onerror=alert(1)> Maps"
        )
    ).script
    assert "https://tiles.example/{z}/{x}/{y}.png" in script
    assert "<img" not in script
    assert "\\u0026lt;img" in script
    assert '"hasTiles": true' in script


def test_the_highlighted_division_is_handed_over() -> None:
    assert '"division": "E05009070"' in render_map(options(highlighted_division="E05009070")).script


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"element_id": "my-map"}, "lower-case letters"),
        ({"element_id": "x;alert(1)"}, "lower-case letters"),
        ({"bounds": (-1.2, 54.4, -2.4, 54.9)}, "is no box"),
        ({"bounds": (54.4, -2.4, 54.9, float("nan"))}, "is no box"),
        ({"tile_url": "javascript:alert(1)"}, "no address of map tiles"),
    ],
)
def test_what_cannot_be_a_map_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        options(**changes)


def test_every_kind_and_assurance_has_a_sign() -> None:
    assert {sign.code for sign in signs_for("kind")} == set(vocabulary.PREMISES_KINDS)
    assert {sign.code for sign in signs_for("assurance")} == {str(code) for code in vocabulary.Assurance}
    assert signs_for("kind")[-1].code == "other", "the last sign stands for kinds that an authority added"


@pytest.mark.parametrize("style", ["kind", "assurance"])
def test_groups_differ_in_shape_not_only_in_colour(style: SignStyle) -> None:
    shapes: dict[str, str] = {}
    for sign in signs_for(style):
        outline = next(name for name, path in SHAPES.items() if f'd="{path}"' in sign.svg)
        assert shapes.setdefault(sign.group, outline) == outline
    assert len(set(shapes.values())) == len(shapes)


def test_no_two_kinds_look_the_same() -> None:
    assert len({sign.svg for sign in signs_for("kind")}) == len(signs_for("kind"))


def test_the_legend_names_each_group_once() -> None:
    labels = [entry.label for entry in render_map(options()).legend]
    assert len(labels) == len(set(labels)) == len({sign.group for sign in signs_for("kind")})
