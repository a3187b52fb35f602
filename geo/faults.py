"""What can be wrong with coordinates and shapes, in words for people."""


class GeographyError(ValueError):
    """Coordinates or a shape that cannot be used.

    Attributes:
        what: one sentence, what is wrong.
        remedy: one sentence, what to do next.
        field: the name of the input at fault, where it is known.
    """

    def __init__(self, what: str, remedy: str, *, field: str | None = None) -> None:
        super().__init__(f"{what} {remedy}")
        self.what = what
        self.remedy = remedy
        self.field = field


class CoordinatesFaultyError(GeographyError):
    """Text or numbers that are not coordinates: not finite, out of range, or in the wrong order."""


class OutsideGreatBritain(GeographyError):  # named for what happened, like the register's errors
    """A position for which Ordnance Survey's transformation is not defined."""


class ShapeFaultyError(GeographyError):
    """A shape that is not a usable area, and cannot be made one."""
