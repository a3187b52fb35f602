"""The reference page made from an OpenAPI description."""

from typing import Annotated

from fastapi import FastAPI, Query
from pydantic import BaseModel, Field

from web.api_reference import kind_words, paragraphs, to_reference


class Answer(BaseModel):
    """What comes back."""

    name: str = Field(description="What it is called.", examples=["Willow"])
    size: int | None = None


def describe() -> FastAPI:
    """A small API, described by FastAPI itself."""
    app = FastAPI(title="Small", version="9", description="First `line`\nof it.\n\nSecond.")

    @app.get("/things/{thing}", tags=["things"], summary="One thing")
    def one_thing(thing: str, limit: Annotated[int, Query(ge=1, le=9, description="How many.")] = 5) -> list[Answer]:
        """Gives it.

        And more.
        """
        return [Answer(name=thing, size=limit)]

    return app


def test_fastapis_own_description_becomes_a_page() -> None:
    page = to_reference(describe().openapi())
    assert page.description == ("First line of it.", "Second.")
    (group,) = page.groups
    assert group.name == "Things"
    (operation,) = group.operations
    assert (operation.method, operation.path, operation.summary) == ("GET", "/things/{thing}", "One thing")
    assert operation.description == ("Gives it.", "And more.")
    limit = next(value for value in operation.parameters if value.name == "limit")
    assert (limit.kind, limit.description, limit.place) == ("whole number from 1 to 9", "How many.", "query")
    assert operation.responses[0].content == "application/json (a list of Answer)"
    answer = next(schema for schema in page.schemas if schema.name == "Answer")
    assert [(one.name, one.kind, one.required, one.example) for one in answer.fields] == [
        ("name", "text", True, "Willow"),
        ("size", "whole number", False, ""),
    ]


def test_kinds_in_words() -> None:
    assert kind_words({"type": "array", "items": {"type": "number"}}) == "a list of number"
    assert kind_words({"enum": ["a", "b"]}) == "one of a, b"
    assert kind_words({"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}) == "date"
    assert kind_words({}) == "any value"


def test_paragraphs_keep_no_line_breaks() -> None:
    assert paragraphs("") == ()
    assert paragraphs("a\n b\n\n\nc") == ("a b", "c")
