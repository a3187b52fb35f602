"""What a location means, said before anything is saved."""

from sqlmodel import Session

from app.errors import InvalidInput, NotFound
from app.office.form_values import TypedForm, position_values
from app.office.words import SOURCE_WORDS
from app.places.location_preview import preview_location
from app.places.work_schemas import LocationPreview
from geo.faults import GeographyError
from web.views_office import LocationView


def show_location(session: Session, typed: TypedForm) -> LocationView:
    """What the register makes of the position in a form, or what is wrong with it."""
    try:
        values = position_values(typed) | {name: typed.get(name) for name in ("postcode", "uprn")}
        preview = preview_location(session, values)
    except (InvalidInput, NotFound, GeographyError) as error:
        return LocationView(fault=f"{error.what} {error.remedy}".strip())
    return to_view(preview)


def to_view(preview: LocationPreview) -> LocationView:
    """A preview in words."""
    position = (
        f"{preview.grid_reference}, easting {preview.easting:.0f}, northing {preview.northing:.0f}",
        f"{SOURCE_WORDS[preview.location_source]}, exact to some {preview.location_quality_m:g} metres.",
    )
    return LocationView(
        lon=round(preview.lon, 7),
        lat=round(preview.lat, 7),
        position=position,
        division=preview.division.name if preview.division else "",
        neighbours=tuple(one.name for one in preview.neighbours),
        warnings=tuple(_warnings(preview)),
    )


def _warnings(preview: LocationPreview) -> list[str]:
    warnings = []
    near = [one for one in preview.neighbours if one.basis == "near"]
    if preview.near_boundary:
        names = " and ".join(one.name for one in near) or "the edge of the area"
        metres = (
            f"{preview.distance_to_boundary_m:,.0f} metres" if preview.distance_to_boundary_m is not None else "close"
        )
        warnings.append(f"It lies {metres} from the boundary with {names}, nearer than the position is exact.")
    if preview.postcode_disagrees:
        official = next((one.name for one in preview.neighbours if one.basis == "postcode"), "another division")
        warnings.append(f"The postcode officially belongs to {official}.")
    if preview.is_far_from_postcode and preview.distance_to_postcode_m is not None:
        warnings.append(
            f"It lies {preview.distance_to_postcode_m:,.0f} metres from its postcode: one of the two is probably wrong."
        )
    return warnings
