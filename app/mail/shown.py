"""Development's way out, which is none: messages stay, and a page on this machine shows them."""

from app.mail.letter import Letter
from app.mail.way_out import AboutToHandOver, Delivery, Ending


class Shown:
    """Keeps every message for the viewer."""

    async def deliver(self, letter: Letter, about_to_hand_over: AboutToHandOver) -> Delivery:
        """Keep it."""
        del letter, about_to_hand_over
        return Delivery(Ending.KEPT, "Kept for the viewer.")

    async def was_accepted(self, letter: Letter) -> bool | None:
        """Nothing ever leaves."""
        del letter
        return None
