"""Routes of the map: its script and its data."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from app.db.sessions import Reading
from app.db.version import current_version
from app.divisions.boundaries import Moment
from app.divisions.rules import get_division
from app.errors import NotFound
from app.public_map import map_data
from app.public_map.kept import answer, kept_for
from app.public_map.map_files import FILES, get_file
from app.public_map.maps import SCRIPT
from app.public_map.register import open_register

READ = ["GET", "HEAD"]

router = APIRouter(prefix="/map", include_in_schema=False)


@router.api_route("/places.geojson", methods=READ)
def places(request: Request, session: Reading, division: Annotated[str | None, Query()] = None) -> Response:
    """Every published place, or those linked to one division."""
    version = current_version(request.app.state.engine)
    register = open_register(request, session)
    if division is not None:
        get_division(session, division, Moment(version.on), outlines=False)
    body = kept_for(request.app.state.engine).get(
        ("places", version.tag, division),
        lambda: map_data.places_body(session, version.on, division, register.set_ids),
    )
    return answer(request, body)


@router.api_route("/divisions.geojson", methods=READ)
def divisions(request: Request, session: Reading) -> Response:
    """The divisions of today with the number of their places."""
    version = current_version(request.app.state.engine)
    body = kept_for(request.app.state.engine).get(
        ("divisions", version.tag), lambda: map_data.divisions_body(session, version.on)
    )
    return answer(request, body)


@router.api_route("/{name}", methods=READ)
def file(request: Request, name: str) -> Response:
    """A bundled file as it is now."""
    return answer(request, get_file(request.app.state.settings.data_folder, name)[1])


@router.api_route("/{version}/{name}", methods=READ)
def versioned(request: Request, session: Reading, version: str, name: str) -> Response:
    """The map's script or a bundled file. With its present version in the address it may be kept for ever."""
    if name in FILES:
        present, body = get_file(request.app.state.settings.data_folder, name)
    elif name == SCRIPT:
        rendered = open_register(request, session).map
        present, body = rendered.version, rendered.script
    else:
        raise NotFound("The map has no such file.", "Load the page again.")
    return answer(request, body, for_ever=version == present)
