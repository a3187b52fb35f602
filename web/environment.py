"""Makes the Jinja environment that renders every page: our templates, GOV.UK components, filters, built files."""

from functools import lru_cache, partial
from pathlib import Path

from jinja2 import ChainableUndefined, ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader

from web import words
from web.assets import BUILD_FOLDER, asset
from web.help_lines import HELP_LINES

TEMPLATES = Path(__file__).parent / "templates"


@lru_cache
def make_environment(build_folder: Path = BUILD_FOLDER) -> Environment:
    """The environment for all pages, made once for each folder of built files.

    Escaping is on for every template. GOV.UK's components read attributes of parameters that were not given, which only
    ChainableUndefined allows; our own templates read fields of the classes in `web.views`, which the tests check.
    """
    environment = Environment(
        loader=ChoiceLoader(
            [
                FileSystemLoader(TEMPLATES),
                PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
            ]
        ),
        undefined=ChainableUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(asset=partial(asset, folder=build_folder), help_lines=HELP_LINES)
    environment.filters.update(
        boundary_words=words.boundary_words,
        by_letter=words.by_letter,
        count_words=words.count_words,
        date_words=words.date_words,
        day_words=words.day_words,
        distance_words=words.distance_words,
        hours_words=words.hours_words,
        open_words=words.open_words,
        phone_link=words.phone_link,
        phone_words=words.phone_words,
        time_words=words.time_words,
        web_address_words=words.web_address_words,
        weekday_words=words.weekday_words,
    )
    environment.tests["web_address"] = words.is_web_address
    return environment
