"""Bulk actions as programs ask for them: a JSON body becomes a selection and an action, all faults at once."""

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.errors import Fault, FaultyFields
from app.places.bulk import MOST_AT_ONCE
from app.places.queries import Codes
from app.places.register_filters import parse_register_filters
from app.places.saved_views import LONGEST_QUERY, read_query
from app.places.work_schemas import BulkAction, Selection

_REMEDIES = {
    "missing": "Give it.",
    "extra_forbidden": "Leave it out.",
    "string_type": "Give it as text, in quotation marks.",
    "string_pattern_mismatch": "References look like SP-0042.",
    "list_type": 'Give a list, such as ["SP-0042"].',
    "too_long": "Go step by step.",
    "literal_error": "Use: status, add_scheme, remove_scheme or consent.",
}

Reference = Annotated[str, Field(pattern=r"^SP-[0-9]{4,18}$", examples=["SP-0042"])]


class BulkAsked(BaseModel):
    """Places, by reference or by a search, and what is to be done to all of them."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    references: Annotated[
        list[Reference] | None,
        Field(description="The places; either these or `query`.", min_length=1, max_length=MOST_AT_ONCE),
    ] = None
    query: Annotated[
        str | None,
        Field(
            description="A query string of /api/v1/register/places (such as that of a saved view): all places that "
            f"fit, at most {MOST_AT_ONCE:,}. An empty one means all that the key may see.",
            examples=["status=listed&division=E05009052"],
            max_length=LONGEST_QUERY,
        ),
    ] = None
    action: Annotated[
        BulkAction,
        Field(description="`value` is a status, the code of a scheme, or a day of consent; `reason` is for histories."),
    ]


class BulkConfirmed(BulkAsked):
    """The same, with the token of the preview that was looked at."""

    token: Annotated[str, Field(description="From the preview, which stands for these places in these versions.")]


Asked = TypeVar("Asked", bound=BulkAsked)


def parse_asked(given: dict[str, Any]) -> BulkAsked:
    """What a preview is asked for.

    Raises:
        FaultyFields: every member that is wrong.
    """
    return _parsed(BulkAsked, given)


def parse_confirmed(given: dict[str, Any]) -> BulkConfirmed:
    """What is to be done, as it was previewed.

    Raises:
        FaultyFields: every member that is wrong.
    """
    return _parsed(BulkConfirmed, given)


def to_selection(asked: BulkAsked, codes: Codes) -> Selection:
    """The places that are meant.

    Raises:
        FaultyFields: the search has a filter that the list does not know.
    """
    if asked.query is None:
        return Selection(tuple(dict.fromkeys(asked.references or ())))
    return Selection(filters=parse_register_filters(read_query(asked.query), codes))


def _parsed(kind: type[Asked], given: dict[str, Any]) -> Asked:
    try:
        asked = kind.model_validate(given)
    except ValidationError as error:
        raise FaultyFields([_fault(one) for one in error.errors(include_input=False)]) from None
    if (asked.references is None) == (asked.query is None):
        raise FaultyFields([Fault("references", "The places are not said in one way.", "Give references, or a query.")])
    return asked


def _fault(error: Any) -> Fault:  # noqa: ANN401 - pydantic's description of an error
    field = ".".join(str(part)[:40] for part in error["loc"])
    return Fault(field, f"{error['msg']}.", _REMEDIES.get(error["type"], "See /api/docs for what is allowed."))
