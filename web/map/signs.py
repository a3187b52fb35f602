"""The signs of the map: a colour and a shape for what a place is, or for how well it is assured, and a picture in it.

Nobody has to tell colours apart: every group has a shape of its own, and every kind a picture, the one of the lists.
Colours stand in styles/_map.scss under the class `sign--<group>`, because they differ in the dark.
"""

from dataclasses import dataclass
from functools import cache
from itertools import groupby

from web.environment import make_environment
from web.map.options import SignStyle
from web.views import LegendEntry

# Outlines in a square of 36, with room for a white edge. Pictures are drawn in the middle, 18 wide.
SHAPES = {
    "circle": "M18 3a15 15 0 1 1 0 30a15 15 0 1 1 0-30Z",
    "square": "M8 4.5h20a3.5 3.5 0 0 1 3.5 3.5v20a3.5 3.5 0 0 1-3.5 3.5H8A3.5 3.5 0 0 1 4.5 28V8A3.5 3.5 0 0 1 8 4.5Z",
    "house": "M18 2.5 32.5 13.5V30a2.5 2.5 0 0 1-2.5 2.5H6A2.5 2.5 0 0 1 3.5 30V13.5Z",
    "hexagon": "M10 4h16l8 14-8 14H10L2 18Z",
    "shield": "M18 2.5 32 6.5V18c0 8-5.5 13-14 16C9.5 31 4 26 4 18V6.5Z",
    "diamond": "M18 .5 35.5 18 18 35.5 .5 18Z",
    "triangle": "M18 1 35 32.5H1Z",
    "octagon": "M11.5 3h13L33 11.5v13L24.5 33h-13L3 24.5v-13Z",
}

TICK = '<path d="m5 12.5 4.5 4.5L19 7.5"/>'
TICK_AND_MORE = '<path d="m3 11.5 4 4L15 7M19.5 12v.01M15.5 18h.01M20 18h.01"/>'
CLOCK = '<circle cx="12" cy="12" r="8"/><path d="M12 7.5V12l3 2"/>'
STOPPED_CLOCK = '<circle cx="12" cy="12" r="8"/><path d="m6.5 17.5 11-11"/>'
CROSS = '<path d="m6 6 12 12M18 6 6 18"/>'
QUESTION = '<path d="M8.5 9a3.5 3.5 0 1 1 5 3.2c-1 .6-1.5 1.2-1.5 2.6M12 18.5h.01"/>'


@dataclass(frozen=True, slots=True)
class Sign:
    """The sign of one code.

    Attributes:
        code: the premises kind or assurance that has this sign; the last sign also stands for codes not listed.
        group: signs of a group share colour, shape and line of the legend.
        svg: markup of our own making.
    """

    code: str
    group: str
    label: str
    svg: str


# code of the kind -> group, its shape and its line in the legend
KIND_GROUPS = (
    ("community", "circle", "Community and worship", ("community_centre", "place_of_worship")),
    ("learning", "square", "Libraries, museums, schools", ("library", "museum", "education")),
    ("shops", "house", "Shops and cafés", ("shop", "cafe")),
    ("health", "hexagon", "Health and pharmacies", ("pharmacy", "health_centre")),
    ("services", "shield", "Council, police and fire", ("council_office", "police_station", "fire_station")),
    ("leisure", "octagon", "Leisure and travel", ("leisure_centre", "transport_hub")),
    ("other", "diamond", "Other places", ("other",)),
)

# code of the assurance, shape, picture, label; the codes are groups of their own
ASSURANCES = (
    ("fit", "circle", TICK, "Fit for purpose"),
    ("fit_with_actions", "hexagon", TICK_AND_MORE, "Fit, with improvements agreed"),
    ("due", "triangle", CLOCK, "Due for review"),
    ("lapsed", "diamond", STOPPED_CLOCK, "Check has lapsed"),
    ("not_fit", "square", CROSS, "Not fit for purpose"),
    ("unassessed", "octagon", QUESTION, "Not yet checked"),
)


@cache
def signs_for(style: SignStyle) -> tuple[Sign, ...]:
    """Every sign of a style, those of one group next to each other."""
    if style == "assurance":
        return tuple(Sign(code, code, label, draw(shape, code, picture)) for code, shape, picture, label in ASSURANCES)
    pictures = make_environment().get_template("parts/icons.html").make_module().__dict__["shapes"]
    return tuple(
        Sign(code, group, label, draw(shape, group, pictures[code]))
        for group, shape, label, codes in KIND_GROUPS
        for code in codes
    )


def draw(shape: str, group: str, picture: str) -> str:
    """A sign as SVG, without any style attribute (the Content-Security-Policy forbids them)."""
    # In a triangle and a house the middle of the room lies lower.
    x, y, size = {"triangle": (10, 14.5, 16), "house": (9, 11, 18)}.get(shape, (9, 9, 18))
    return (
        f'<svg class="sign sign--{group}" viewBox="-1 -1 38 38" aria-hidden="true" focusable="false">'
        f'<path class="sign__shape" d="{SHAPES[shape]}"/>'
        f'<svg class="sign__picture" x="{x}" y="{y}" width="{size}" height="{size}" viewBox="0 0 24 24">{picture}</svg>'
        "</svg>"
    )


def legend_of(signs: tuple[Sign, ...]) -> tuple[LegendEntry, ...]:
    """One line for each group, with the sign of its first code."""
    groups = groupby(signs, key=lambda sign: sign.group)
    return tuple(LegendEntry(first.label, first.svg) for first in (next(group) for _, group in groups))
