"""Seats and their holders as they go over the wire. Public contacts only."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Holder(BaseModel):
    """A councillor who holds a seat."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: int
    name: str
    party: str | None
    email: str | None
    phone: str | None


class Seat(BaseModel):
    """One seat of a division; `holder` is null while it is vacant."""

    model_config = ConfigDict(frozen=True)

    number: Annotated[int, Field(ge=1, le=3)]
    holder: Holder | None
    since: Annotated[date | None, Field(description="First day of the holder's term.")] = None
    until: Annotated[date | None, Field(description="First day after the term, where it is known.")] = None


class DivisionSeats(BaseModel):
    """The seats of a division on a day.

    Where the number of seats is not known (`members` is null) only those that are held are listed.
    """

    model_config = ConfigDict(frozen=True)

    gss_code: str
    on: date
    members: int | None
    seats: tuple[Seat, ...]

    @property
    def vacancies(self) -> int | None:
        """How many seats are vacant; None where the number of seats is not known."""
        return None if self.members is None else sum(seat.holder is None for seat in self.seats)
