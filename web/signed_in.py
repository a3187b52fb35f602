"""What the frame of every page for people who signed in is given."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NavigationLink:
    """One entry of the navigation. `section` is what a template names as its own to have the entry marked."""

    href: str
    text: str
    section: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in, what they may go to, and the token that each of their forms carries."""

    name: str
    role: str
    links: tuple[NavigationLink, ...]
    csrf_token: str

    def items(self, section: str, path: str) -> list[dict[str, object]]:
        """The navigation as the service navigation component takes it."""
        return [
            {"href": link.href, "text": link.text, "active": link.section == section, "current": link.href == path}
            for link in self.links
        ]
