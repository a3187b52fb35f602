"""Where to turn at once: the numbers that stand on every page.

Read on 23 November 2026 in public copies of the services' own pages (Victim Support, Refuge, Samaritans, True Vision)
and of Durham County Council's page on hate crime; whoever puts a register online rings each of them first. The Stop
Hate UK line (0800 138 1625) is left out on purpose: it serves the areas that pay for it, the council's page does not
list it, and a frightened person must not ring a number that turns them away. An authority that has it adds it here.
"""

from dataclasses import dataclass
from datetime import date

CHECKED_ON = date(2026, 11, 23)


@dataclass(frozen=True, slots=True)
class HelpLine:
    """One way to get help.

    Attributes:
        name: who answers.
        purpose: when to use it, in plain words.
        phone: as it is dialled and read, with spaces; empty where there is none.
        link: address of a web page; empty where there is none.
    """

    name: str
    purpose: str
    phone: str = ""
    link: str = ""


HELP_LINES: tuple[HelpLine, ...] = (
    HelpLine(
        "Emergency", "If you are in danger now. If you cannot speak, call from a mobile and press 55 when asked.", "999"
    ),
    HelpLine("Police, not an emergency", "To report a crime or ask for advice.", "101"),
    HelpLine(
        "True Vision",
        "Report a hate crime to the police online.",
        link="https://www.report-it.org.uk/",
    ),
    HelpLine("Victim Support", "For anyone affected by crime. Free, 24 hours.", "0808 168 9111"),
    HelpLine("National Domestic Abuse Helpline", "Run by Refuge, for women. Free, 24 hours.", "0808 2000 247"),
    HelpLine("Samaritans", "Whatever you are going through. Free, 24 hours.", "116 123"),
)
