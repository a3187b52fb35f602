"""A misspelt parameter is an error, not a filter that silently does nothing."""

from collections.abc import Iterator

from fastapi import Request
from fastapi.dependencies.models import Dependant
from pydantic import BaseModel

from app.errors import InvalidInput


async def refuse_unknown_parameters(request: Request) -> None:
    """A dependency for API routers. It does not wait for anything, so it needs no thread.

    Raises:
        InvalidInput: the query has a parameter that the route does not know; names those that it does.
    """
    given = request.query_params.keys()
    if not given:
        return
    known = list(dict.fromkeys(_names(request.scope["route"].dependant)))
    unknown = [name for name in given if name not in known]
    if unknown:
        allowed = f"Use: {', '.join(known)}." if known else "This address takes none."
        raise InvalidInput(f"There is no parameter '{unknown[0][:40]}' here.", allowed, field=unknown[0][:40])


def _names(dependant: Dependant) -> Iterator[str]:
    for parameter in dependant.query_params:
        model = parameter.field_info.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            yield from (field.alias or name for name, field in model.model_fields.items())
        else:
            yield parameter.alias
    for inner in dependant.dependencies:
        yield from _names(inner)
