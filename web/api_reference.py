"""Turns the OpenAPI description of the API into a page that needs no JavaScript.

The ready-made viewers load scripts from other hosts or need rules that our Content-Security-Policy does not give.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Described = dict[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")
CLIENT_ERROR = 400


@dataclass(frozen=True, slots=True)
class Value:
    """A parameter, or a member of an answer. `place` is path, query or header for parameters."""

    name: str
    kind: str
    description: str = ""
    required: bool = False
    example: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One status that an operation answers with, and what it then holds."""

    status: str
    description: str
    content: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """An example of a body, as text to show."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One method at one address."""

    method: str
    path: str
    anchor: str
    summary: str
    description: tuple[str, ...] = ()
    parameters: tuple[Value, ...] = ()
    body: str = ""
    responses: tuple[Answer, ...] = ()
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Operations that share a tag."""

    name: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Schema:
    """A named kind of object, with its members."""

    name: str
    anchor: str
    description: tuple[str, ...] = ()
    fields: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class ApiReferencePage:
    """api_docs.html: the whole reference."""

    title: str
    version: str
    description: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    schemas: tuple[Schema, ...] = field(default=())


def to_reference(openapi: Described) -> ApiReferencePage:
    """The page for an OpenAPI 3.1 description (the dictionary that FastAPI's `app.openapi()` gives)."""
    groups: dict[str, list[Operation]] = {}
    for path, methods in openapi.get("paths", {}).items():
        for method in METHODS:
            if method in methods:
                operation = methods[method]
                tag = next(iter(operation.get("tags", [])), "Other")
                groups.setdefault(tag, []).append(_to_operation(openapi, path, method, operation))
    info = openapi["info"]
    return ApiReferencePage(
        title=info["title"],
        version=info["version"],
        description=paragraphs(info.get("description", "")),
        groups=tuple(Group(_sentence(name), tuple(operations)) for name, operations in groups.items()),
        schemas=tuple(_to_schema(name, one) for name, one in openapi.get("components", {}).get("schemas", {}).items()),
    )


def paragraphs(text: str) -> tuple[str, ...]:
    """Text split at its empty lines, each paragraph on one line; marks of Markdown code are taken away."""
    blocks = re.split(r"\n\s*\n", text.strip())
    return tuple(" ".join(block.split()).replace("`", "") for block in blocks if block.strip())


def kind_words(schema: Described) -> str:
    """What a JSON Schema allows, in words: text, a whole number from 1 to 200, a list of PlaceSummary."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    for key in ("anyOf", "oneOf"):
        if key in schema:
            kinds = [kind_words(one) for one in schema[key] if one.get("type") != "null"]
            return " or ".join(dict.fromkeys(kinds))
    if "const" in schema:
        return f"always {schema['const']}"
    if "enum" in schema:
        return "one of " + ", ".join(str(one) for one in schema["enum"])
    if schema.get("type") == "array":
        return f"a list of {kind_words(schema.get('items', {}))}".replace(" of object", " of objects")
    return _simple_kind(schema)


def _simple_kind(schema: Described) -> str:
    formats = {"date-time": "date and time", "date": "date", "uri": "address", "email": "e-mail address"}
    names = {
        "string": "text",
        "integer": "whole number",
        "number": "number",
        "boolean": "true or false",
        "object": "object",
    }
    declared = schema.get("type", "any value")
    kind = formats.get(
        schema.get("format", ""), names.get(declared, "any value") if isinstance(declared, str) else "any value"
    )
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    if low is not None and high is not None:
        return f"{kind} from {low} to {high}"
    if low is not None:
        return f"{kind} from {low}"
    return f"{kind} up to {high}" if high is not None else kind


def _to_operation(openapi: Described, path: str, method: str, operation: Described) -> Operation:
    return Operation(
        method=method.upper(),
        path=path,
        anchor=_anchor(f"{method} {path}"),
        summary=operation.get("summary") or f"{method.upper()} {path}",
        description=paragraphs(operation.get("description", "")),
        parameters=tuple(_to_parameter(_resolved(openapi, one)) for one in operation.get("parameters", [])),
        body=_content_words(operation.get("requestBody", {}).get("content", {})),
        responses=tuple(
            Answer(status, _resolved(openapi, one).get("description", ""), _content_words(one.get("content", {})))
            for status, one in operation.get("responses", {}).items()
        ),
        examples=tuple(_examples(operation)),
    )


def _to_parameter(parameter: Described) -> Value:
    schema = parameter.get("schema", {})
    return Value(
        name=parameter["name"],
        kind=kind_words(schema),
        description=" ".join(paragraphs(parameter.get("description") or schema.get("description", ""))),
        required=bool(parameter.get("required")),
        example=_first_example(parameter) or _first_example(schema),
        place=parameter["in"],
    )


def _to_schema(name: str, schema: Described) -> Schema:
    required = set(schema.get("required", []))
    return Schema(
        name=name,
        anchor=_anchor(f"schema {name}"),
        description=paragraphs(schema.get("description", "")),
        fields=tuple(
            Value(
                name=member,
                kind=kind_words(one),
                description=" ".join(paragraphs(one.get("description", ""))),
                required=member in required,
                example=_first_example(one),
            )
            for member, one in schema.get("properties", {}).items()
        ),
    )


def _resolved(openapi: Described, one: Described) -> Described:
    """`one`, or what its `$ref` within the document points to."""
    if "$ref" not in one:
        return one
    found: Described = openapi
    for part in str(one["$ref"]).removeprefix("#/").split("/"):
        found = found[part]
    return found


def _content_words(content: Described) -> str:
    return "; ".join(
        f"{media_type} ({kind_words(one['schema'])})" if one.get("schema") else media_type
        for media_type, one in content.items()
    )


def _first_example(one: Described) -> str:
    example = one.get("example")
    if example is None and one.get("examples"):
        examples = one["examples"]
        first = next(iter(examples.values() if isinstance(examples, dict) else examples))
        example = first.get("value") if isinstance(first, dict) and "value" in first else first
    if example is None:
        return ""
    return example if isinstance(example, str) else json.dumps(example, ensure_ascii=False)


def _examples(operation: Described) -> Iterator[Example]:
    """Examples of the body to send and of the good answers."""
    bodies = [("Example of what to send", operation.get("requestBody", {}).get("content", {}))]
    bodies += [
        ("Example answer", response.get("content", {}))
        for status, response in operation.get("responses", {}).items()
        if status.isdigit() and int(status) < CLIENT_ERROR
    ]
    for label, content in bodies:
        for media_type, one in content.items():
            if "example" in one:
                yield Example(f"{label} ({media_type})", _shown(one["example"]))
            for name, example in one.get("examples", {}).items():
                yield Example(f"{label}: {example.get('summary', name)} ({media_type})", _shown(example.get("value")))


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)


def _anchor(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
