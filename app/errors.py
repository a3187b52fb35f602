"""Errors of the register, by name. Rules raise them; `app/http/problems.py` alone knows their HTTP status.

Each says what is wrong (`what`) and what the person can do about it (`remedy`).
"""


class RegisterError(Exception):
    """Something that a person asked for cannot be done.

    Attributes:
        what: one sentence, what is wrong.
        remedy: one sentence, what to do next; may be empty.
        field: the name of the input that is wrong, where there is one.
    """

    title = "The request cannot be carried out"

    def __init__(self, what: str, remedy: str = "", *, field: str | None = None) -> None:
        super().__init__(f"{what} {remedy}".strip())
        self.what = what
        self.remedy = remedy
        self.field = field


class InvalidInput(RegisterError):
    """A value that was given is wrong in itself."""

    title = "A value is not valid"


class NotFound(RegisterError):
    """There is nothing by that name."""

    title = "Not found"


class PlaceGone(RegisterError):
    """A place that was public and is no longer. Carries the location, so that an answer can offer what is near."""

    title = "This place is no longer listed"

    def __init__(self, what: str, remedy: str = "", *, reference: str, easting: float, northing: float) -> None:
        super().__init__(what, remedy)
        self.reference = reference
        self.easting = easting
        self.northing = northing


class Conflict(RegisterError):
    """The register is in a state that does not allow it."""

    title = "It conflicts with what the register holds"


class NotAcceptable(RegisterError):
    """The format that was asked for is not one that we can give."""

    title = "Format not available"


class DatabaseUnavailable(RegisterError):
    """The database did not answer."""

    title = "The register cannot be reached"


class FaultyFile(RegisterError):
    """A file that cannot be used at all (as opposed to faults of single rows)."""

    title = "The file cannot be used"
