"""The search of the first page: postcodes, names, positions, and what it says when it cannot answer."""

import re
from http import HTTPStatus

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.http.test_pages import PAGE, cards, heading

pytestmark = pytest.mark.usefixtures("built_assets")

COUNTY_HALL = "DH1 5UL"


def ask(client: TestClient, **data: str) -> Response:
    return client.post("/", data=data, headers=PAGE, follow_redirects=False)


def error_of(answer: Response) -> str:
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    found = re.search(r'id="where-error".*?</span>(.*?)</p>', answer.text, re.DOTALL)
    assert found, "no error beside the field"
    assert "There is a problem" in answer.text
    return found.group(1).strip()


@pytest.mark.parametrize("typed", [COUNTY_HALL, "dh15ul", " Dh1  5uL ", "DH15UL", "d h1 5ul"])
def test_a_postcode_however_typed_gives_division_list_and_map(sample_client: TestClient, typed: str) -> None:
    answer = ask(sample_client, where=typed)
    assert answer.status_code == HTTPStatus.OK
    assert answer.headers["cache-control"] == "no-store"
    assert heading(answer.text) == "You are in the Neville&#39;s Cross division"
    assert len(cards(answer.text)) == 10
    assert 'data-division="E05009070"' in answer.text
    assert re.search(r'data-point="-1\.58\d+,54\.78\d+"', answer.text)


def test_the_nearest_places_come_first_as_the_api_has_them(sample_client: TestClient) -> None:
    listed = sample_client.get("/api/v1/places", params={"postcode": COUNTY_HALL, "limit": 10}).json()["places"]
    assert cards(ask(sample_client, where=COUNTY_HALL).text) == [place["reference"] for place in listed]
    assert [place["distance_m"] for place in listed] == sorted(place["distance_m"] for place in listed)


def test_the_count_of_the_division_is_that_of_its_page(sample_client: TestClient) -> None:
    listed = sample_client.get("/api/v1/divisions").json()["divisions"]
    count = next(one["places"] for one in listed if one["gss_code"] == "E05009070")
    assert count == 1
    assert "It has 1 safe place." in " ".join(ask(sample_client, where=COUNTY_HALL).text.split())


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "Enter a postcode or the name of a place"),
        ("   ", "Enter a postcode or the name of a place"),
        ("DH1", "This is only the first half of a postcode. Give it in full"),
        ("dh1 5", "This is only the first half of a postcode. Give it in full"),
        ("DH1 OUL", "Did you mean DH1 0UL?"),
        ("DH1 9ZZ", "The register does not hold this postcode"),
        ("BT1 1AA", "This postcode is in Northern Ireland"),
        ("xyzzy", "We found nothing of that name. Check the spelling, or enter a postcode"),
        ("12345", "This is not a postcode"),
        ("SP-987654", "There is no place"),
        ("a" * 300, "up to 80 letters"),
        ("%_%", "We found nothing of that name"),
    ],
)
def test_what_cannot_be_answered_says_what_to_do(sample_client: TestClient, typed: str, says: str) -> None:
    answer = ask(sample_client, where=typed)
    assert says in error_of(answer)
    assert answer.headers["cache-control"] == "no-store"
    assert f'value="{" ".join(typed.split())[:80]}"' in answer.text, "what was typed is lost"


def test_what_was_typed_is_text_and_nothing_else(sample_client: TestClient) -> None:
    answer = ask(sample_client, where='"><script>alert(1)</script>${x}')
    assert error_of(answer)
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;${x}" in answer.text


def test_a_town_gives_the_places_around_it(sample_client: TestClient) -> None:
    answer = ask(sample_client, where="brandon")
    assert answer.status_code == HTTPStatus.OK
    assert heading(answer.text) == "Places near the middle of Brandon"
    assert "The middle of Brandon is in the Brandon division." in answer.text
    assert len(cards(answer.text)) == 10


def test_a_division_that_is_no_town_gives_its_page_without_a_redirect(sample_client: TestClient) -> None:
    answer = ask(sample_client, where="durham south")
    assert answer.status_code == HTTPStatus.OK
    assert heading(answer.text) == "Durham South"
    assert answer.headers["cache-control"] == "no-store"


def test_a_name_with_several_meanings_lets_people_choose(sample_client: TestClient) -> None:
    answer = ask(sample_client, where="chester")
    assert heading(answer.text) == "Which one do you mean?"
    assert re.findall(r'name="where" value="([^"]+)"', answer.text) == ["Chester-le-Street"]
    assert "Chester-le-Street North" in answer.text
    chosen = ask(sample_client, where="Chester-le-Street")
    assert heading(chosen.text) == "Places near the middle of Chester-le-Street"


def test_a_place_is_found_by_its_name_and_by_words_of_its_address(sample_client: TestClient) -> None:
    place = sample_client.get("/api/v1/places/SP-0001").json()
    by_name = ask(sample_client, where=place["name"].upper())
    assert cards(by_name.text)[0] == "SP-0001"
    by_reference = ask(sample_client, where="sp-0001")
    assert cards(by_reference.text) == cards(by_name.text)
    by_address = ask(sample_client, where=place["address"][0])
    assert "/places/SP-0001" in by_address.text


def test_every_option_of_a_choice_leads_somewhere(sample_client: TestClient) -> None:
    for typed in ("library", "bishop", "east"):
        page = ask(sample_client, where=typed).text
        options = re.findall(r'class="choice" href="([^"]+)"', page)
        assert 2 <= len(options) + page.count('name="where" value=') <= 12
        for address in options:
            assert sample_client.get(address).status_code == HTTPStatus.OK


def test_a_position_gives_division_list_and_map(sample_client: TestClient) -> None:
    answer = ask(sample_client, lon="-1.586", lat="54.786")
    assert answer.status_code == HTTPStatus.OK
    assert heading(answer.text) == "You are in the Neville&#39;s Cross division"
    assert "Your position" in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_a_position_near_a_line_names_the_neighbour(sample_client: TestClient) -> None:
    shape = sample_client.get("/api/v1/divisions/E05009070", params={"f": "geojson"}).json()
    ring = shape["geometry"]["coordinates"][0]
    ring = ring[0] if isinstance(ring[0][0], list) else ring
    answers = [ask(sample_client, lon=str(lon), lat=str(lat)) for lon, lat in ring[:: max(1, len(ring) // 6)]]
    assert all("close to the boundary with" in answer.text for answer in answers)


def test_a_position_outside_the_divisions_still_gets_the_nearest_places(sample_client: TestClient) -> None:
    answer = ask(sample_client, lon="-1.6", lat="54.97")
    assert answer.status_code == HTTPStatus.OK
    assert heading(answer.text) == "Places near your position"
    assert "outside the divisions that we hold" in answer.text
    assert len(cards(answer.text)) == 10


def test_a_position_abroad_is_told_so(sample_client: TestClient) -> None:
    assert "outside Great Britain" in error_of(ask(sample_client, lon="2.3522", lat="48.8566"))


@pytest.mark.parametrize(
    ("lon", "lat", "says"),
    [
        ("nan", "54.7", "is not a number"),
        ("-1.5", "inf", "is not a number"),
        ("1e400", "54.7", "is not a number"),
        ("54.78", "-1.58", "swapped"),
        ("-1.58", "", "not complete"),
        ("-1.58", "540", "not on the globe"),
        ("426775", "543541", "not on the globe"),
        ("<b>", "1", "&lt;b&gt;"),
    ],
)
def test_a_bad_position_is_a_clear_page(sample_client: TestClient, lon: str, lat: str, says: str) -> None:
    answer = ask(sample_client, lon=lon, lat=lat)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert says in answer.text
    assert "Find a safe place" in answer.text


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.text(max_size=90), lon=st.text(max_size=12), lat=st.text(max_size=12))
def test_no_text_breaks_the_search(sample_client: TestClient, where: str, lon: str, lat: str) -> None:
    where, lon, lat = (text.encode("utf-8", "replace").decode() for text in (where, lon, lat))
    answer = ask(sample_client, where=where, lon=lon, lat=lat)
    assert answer.status_code in {HTTPStatus.OK, HTTPStatus.UNPROCESSABLE_ENTITY}
