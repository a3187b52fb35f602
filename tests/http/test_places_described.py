"""The API's description of places says what the answers hold, and its examples are true."""

from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.db.sessions import WriteSession
from app.places.schemas import PlaceFeature, PlaceFeatureCollection, PlaceList, PublicPlace, PublishedPlace
from tests.register import Register

PATHS = ("/api/v1/places", "/api/v1/places/{reference}", "/api/v1/divisions/{gss_code}/places")


@pytest.fixture
def described(app: FastAPI) -> dict[str, Any]:
    return app.openapi()


@pytest.mark.parametrize("path", PATHS)
def test_each_parameter_is_described_and_has_an_example(described: dict[str, Any], path: str) -> None:
    operation = described["paths"][path]["get"]
    assert operation["summary"]
    assert operation["description"]
    for parameter in operation["parameters"]:
        schema = parameter["schema"]
        assert parameter.get("description") or schema.get("description"), parameter["name"]
        if parameter["name"] not in {"limit", "cursor"}:
            assert schema.get("examples") or parameter.get("examples"), parameter["name"]


@pytest.mark.parametrize("path", PATHS)
def test_each_answer_is_described_with_an_example(described: dict[str, Any], path: str) -> None:
    answers = described["paths"][path]["get"]["responses"]
    assert {"200", "304", "404", "406", "422", "503"} <= set(answers)
    assert set(answers["200"]["content"]) == {"application/json", "application/geo+json", "text/csv"}
    for status, answer in answers.items():
        assert answer["description"]
        for media_type, content in answer.get("content", {}).items():
            assert content["example"], (status, media_type)
            assert content["schema"]
    assert "410" in answers or path != "/api/v1/places/{reference}"


def test_the_references_of_the_description_lead_somewhere(described: dict[str, Any]) -> None:
    known = described["components"]["schemas"]

    def references(part: object) -> list[str]:
        if isinstance(part, dict):
            own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
            return own + [found for value in part.values() for found in references(value)]
        return [found for value in part for found in references(value)] if isinstance(part, list) else []

    for path, operations in described["paths"].items():
        for reference in references(operations):
            assert reference.startswith("#/components/schemas/"), path
            assert reference.removeprefix("#/components/schemas/") in known


def test_examples_are_as_described(described: dict[str, Any]) -> None:
    content = described["paths"][PATHS[0]]["get"]["responses"]["200"]["content"]
    PlaceList.model_validate(content["application/json"]["example"], extra="forbid")
    PlaceFeatureCollection.model_validate(content["application/geo+json"]["example"], extra="forbid")
    one = described["paths"][PATHS[1]]["get"]["responses"]
    PublishedPlace.model_validate(one["200"]["content"]["application/json"]["example"], extra="forbid")
    PlaceFeature.model_validate(one["200"]["content"]["application/geo+json"]["example"], extra="forbid")
    for nearest in one["410"]["content"]["application/problem+json"]["example"]["nearest"]:
        PublicPlace.model_validate(nearest, extra="forbid")


def test_answers_are_as_described(client: TestClient, session: WriteSession) -> None:
    """The bytes come from PostgreSQL without passing through the models, so they are held against them here."""
    register = Register(session)
    register.add_divisions()
    place = register.add_place(closures=[{"first_day": "2026-12-24", "last_day": "2026-12-24", "reason": "x"}])
    for query in ("", "near=-1.57,54.77", "open_at=2026-11-25T12:00", "as_at=2026-01-01"):
        PlaceList.model_validate_json(client.get(f"{PATHS[0]}?{query}").content, extra="forbid")
        geojson = client.get(f"{PATHS[0]}?f=geojson&{query}").content
        PlaceFeatureCollection.model_validate_json(geojson, extra="forbid")
    address = f"{PATHS[0]}/{place.reference}"
    PublishedPlace.model_validate_json(client.get(address).content, extra="forbid")
    PlaceFeature.model_validate_json(client.get(f"{address}?f=geojson").content, extra="forbid")
    linked = client.get("/api/v1/divisions/E05000001/places").content
    PlaceList.model_validate_json(linked, extra="forbid")
