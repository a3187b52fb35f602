"""Where is this postcode?"""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from app.db.sessions import Reading
from app.http.caching import private_headers
from app.http.parameters import refuse_unknown_parameters
from app.postcodes.rules import MAXIMUM_LENGTH, get_postcode
from app.postcodes.schemas import Postcode, to_postcode

router = APIRouter(prefix="/api/v1/postcodes", tags=["Postcodes"], dependencies=[Depends(refuse_unknown_parameters)])


@router.get(
    "/{postcode}",
    summary="Where is this postcode?",
    responses={
        HTTPStatus.NOT_FOUND.value: {"description": "The register does not hold this postcode."},
        HTTPStatus.UNPROCESSABLE_ENTITY.value: {"description": "This is not a whole postcode."},
    },
)
def read_postcode(
    postcode: Annotated[
        str,
        Path(
            description="A whole postcode, in any case, with or without its space.",
            examples=["DH1 1AB", "dh11ab"],
            max_length=MAXIMUM_LENGTH,
        ),
    ],
    session: Reading,
    response: Response,
) -> Postcode:
    """The position of a postcode unit, and the codes of its division and district. Answers are never stored."""
    response.headers.update(private_headers())
    return to_postcode(get_postcode(session, postcode))
