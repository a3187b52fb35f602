"""Parts of the API's description of the register: answers, headers, bodies and parameters."""

from typing import Any

Responses = dict[int | str, dict[str, Any]]


def answer(description: str, example: object, *, etag: bool = False, location: str = "") -> dict[str, Any]:
    """An answer in JSON with an example, and what its headers say."""
    headers: dict[str, Any] = {}
    if etag:
        headers["ETag"] = header("The reference and the version, for If-Match.", '"SP-0042.7"')
    if location:
        headers["Location"] = header("Where it is.", location)
    found = {"description": description, "content": {"application/json": {"example": example}}}
    return found | ({"headers": headers} if headers else {})


def header(description: str, example: str) -> dict[str, Any]:
    """A header of an answer."""
    return {"description": description, "schema": {"type": "string"}, "example": example}


def flat_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a model without references, to stand inside a description of another document."""
    definitions = schema.pop("$defs", {})

    def resolved(part: Any) -> Any:  # noqa: ANN401 - any part of a JSON schema
        if isinstance(part, dict):
            name = str(part.get("$ref", "")).rpartition("/")[2]
            return resolved(definitions[name]) if name else {key: resolved(value) for key, value in part.items()}
        return [resolved(item) for item in part] if isinstance(part, list) else part

    return dict(resolved(schema))


def body(media_types: tuple[str, ...], schema: dict[str, Any], example: object, *, required: bool) -> dict[str, Any]:
    """What a request brings: one schema in each of these media types."""
    content = {media_type: {"schema": schema, "example": example} for media_type in media_types}
    return {"requestBody": {"required": required, "content": content}}


def parameter(name: str, description: str, example: str, *, required: bool = False) -> dict[str, Any]:
    """A header of a request."""
    return {
        "name": name,
        "in": "header",
        "required": required,
        "description": description,
        "schema": {"type": "string"},
        "example": example,
    }


def object_schema(properties: dict[str, dict[str, Any]], *, required: tuple[str, ...]) -> dict[str, Any]:
    """An object with these members and no others."""
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": list(required),
    }
