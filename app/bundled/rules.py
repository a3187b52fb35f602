"""Loading the files of `data/`, part by part; each part only where the register holds nothing of its kind.

| part | loaded when |
|---|---|
| postcodes of County Durham | no postcode is held |
| electoral divisions of County Durham | no division set is held |
| sample places and councillors | no authority is held: the register is brand-new |

The caller's transaction is the unit: a load that is cut short leaves nothing.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from app.bundled import queries
from app.bundled.sample_councillors import load_sample_councillors
from app.bundled.sample_places import load_sample_places
from app.db.sessions import WriteSession
from app.db.version import london_today
from app.divisions.files import read_divisions
from app.divisions.sets import SetDescription, activate_set, load_set
from app.errors import FaultyFile
from app.postcodes.files import PostcodeFile
from app.postcodes.loading import load_postcodes
from app.settings import PROJECT_ROOT
from app.tables import Authority, DivisionSet, PostcodeUnit

DATA_FOLDER = PROJECT_ROOT / "data"
AUTHORITY_CODE = "E06000047"
AUTHORITY_NAME = "County Durham"

Progress = Callable[[str], None]


@dataclass
class BundledReport:
    """What was loaded: counts, nought for parts that were left alone."""

    postcodes: int = 0
    divisions: int = 0
    places: int = 0
    audits: int = 0
    councillors: int = 0

    @property
    def anything(self) -> bool:
        """Whether anything was loaded."""
        return bool(self.postcodes or self.divisions or self.places)


def is_loaded(session: WriteSession) -> bool:
    """Whether there is nothing left for `load_bundled` to do: divisions and postcodes are held, whosever they are."""
    return queries.holds(session, DivisionSet) and queries.holds(session, PostcodeUnit)


def load_bundled(
    session: WriteSession,
    data_folder: Path = DATA_FOLDER,
    *,
    today: date | None = None,
    progress: Progress = lambda _: None,
) -> BundledReport:
    """Load what the register lacks of the bundled data, in the caller's transaction.

    Args:
        session: the transaction.
        data_folder: where the files are.
        today: the day from which the sample's audits and consents count back; without it London's today.
        progress: hears what is being done.

    Raises:
        FaultyFile: a file is missing or damaged.
    """
    queries.wait_for_other_loads(session)
    report = BundledReport()
    if is_loaded(session):
        return report
    session.record_as("safeplaces setup", via="sample", reason="Bundled data")
    if not queries.holds(session, PostcodeUnit):
        progress("Postcodes of County Durham")
        file = PostcodeFile(_find(data_folder, "postcodes_county_durham.csv.gz"))
        # The divisions are drawn from these very postcodes.
        source = _about(_find(data_folder, "electoral_divisions.geojson"))["source"]
        report.postcodes = load_postcodes(session, file, source=source).loaded
    if not queries.holds(session, DivisionSet):
        is_new = not queries.holds(session, Authority)
        if session.get(Authority, AUTHORITY_CODE) is None:
            session.add(Authority(code=AUTHORITY_CODE, name=AUTHORITY_NAME, is_sample=is_new))
            session.flush()
        progress("Electoral divisions, with approximate boundaries")
        report.divisions, set_id = _load_divisions(session, _find(data_folder, "electoral_divisions.geojson"))
        if is_new:
            progress("Sample places, which are invented")
            day = today or london_today()
            places = _find(data_folder, "sample_places.csv")
            report.places, report.audits = load_sample_places(session, places, AUTHORITY_CODE, day)
            progress("Sample councillors, who are invented")
            councillors = _find(data_folder, "sample_councillors.csv")
            report.councillors = load_sample_councillors(session, councillors, AUTHORITY_CODE, set_id)
    queries.count_for_planner(session)
    return report


def _find(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.is_file():
        raise FaultyFile(
            f"The bundled file {path} is missing.", "Restore it from the repository, or correct SAFEPLACES_DATA_FOLDER."
        )
    return path


def _about(path: Path) -> dict[str, Any]:
    """Source, licence and date, which a bundled GeoJSON file carries."""
    about: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["metadata"]
    return about


def _load_divisions(session: WriteSession, path: Path) -> tuple[int, int]:
    """Load and activate the bundled division set. How many divisions, and the id of the set."""
    about = _about(path)
    description = SetDescription(
        authority_code=about["authority_code"],
        title=about["title"],
        valid_from=date.fromisoformat(about["valid_from"]),
        valid_to=date.fromisoformat(about["valid_to"]),
        source=about["source"],
        licence=about["licence"],
        attribution=". ".join(about["attribution"]),
        approximate=about["approximate"],
    )
    loaded = load_set(session, read_divisions(path, description.authority_code), description)
    set_id = loaded.division_set.id
    if set_id is None:
        raise RuntimeError("The division set has no id after it was stored.")
    activate_set(session, set_id)
    return len(loaded.file.records), set_id
