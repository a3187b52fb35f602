"""Errors of the register, by name. Rules raise them; `app/http/problems.py` alone knows their HTTP status.

Each says what is wrong (`what`) and what the person can do about it (`remedy`).
"""

from collections.abc import Sequence
from typing import Any, NamedTuple


class Fault(NamedTuple):
    """What is wrong with one value of several, and what to do about it."""

    field: str
    what: str
    remedy: str = ""


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


class FaultyFields(InvalidInput):
    """Several values that were given are wrong in themselves. Carries them all, so that they are told at once.

    Attributes:
        faults: each of them.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        named = ", ".join(dict.fromkeys(fault.field for fault in faults))
        super().__init__(f"These values are not valid: {named}.", "Each is explained with what to do about it.")
        self.faults = list(faults)


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


class DatabaseRoleRefused(DatabaseUnavailable):
    """The database knows no such role, or does not let its user become it."""

    title = "The database refuses the service's role"


class FaultyFile(RegisterError):
    """A file that cannot be used at all (as opposed to faults of single rows)."""

    title = "The file cannot be used"


class NotSignedIn(RegisterError):
    """It is not known who asks, and what they ask for is not for everyone."""

    title = "Sign in first"


class Forbidden(RegisterError):
    """It is known who asks, and they may not."""

    title = "You cannot do this"


class StaleVersion(RegisterError):
    """Somebody else changed it in the meantime. Carries both versions, so that nothing that was typed is lost.

    Attributes:
        current: what the register holds now, as JSON, and only what the asker may see of it.
        submitted: what was sent.
        differences: fact by fact {field, base, current, submitted, is_conflict}.
    """

    title = "Somebody else changed it in the meantime"

    def __init__(
        self,
        what: str,
        remedy: str = "",
        *,
        current: dict[str, Any],
        submitted: dict[str, Any],
        differences: Sequence[dict[str, Any]] = (),
    ) -> None:
        super().__init__(what, remedy)
        self.current = current
        self.submitted = submitted
        self.differences = list(differences)


class VersionRequired(RegisterError):
    """A change did not say which version it starts from."""

    title = "Say which version you are changing"


class PlaceMerged(RegisterError):
    """A place that was merged into another. Carries the reference of the one that stayed."""

    title = "This place was merged into another"

    def __init__(self, what: str, remedy: str = "", *, into: str) -> None:
        super().__init__(what, remedy)
        self.into = into


class TooManyRequests(RegisterError):
    """Asked too often. Carries the seconds to wait."""

    title = "Too many requests"

    def __init__(self, what: str, remedy: str = "", *, retry_after_s: int) -> None:
        super().__init__(what, remedy)
        self.retry_after_s = retry_after_s
