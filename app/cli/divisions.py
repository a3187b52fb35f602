"""`safeplaces divisions`: load, check, activate, end, retire and fetch sets of electoral divisions."""

from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import httpx
import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Column, Table

from app.cli.database import reading, writing
from app.divisions import queries, sets
from app.divisions.arcgis import FeatureLayer, write_features
from app.divisions.boundaries import in_words
from app.divisions.files import ChosenFields, read_divisions
from app.divisions.sets import SetDescription, SetLoaded
from app.tables.division import DivisionSet
from geo.coverage_check import CoverageReport

app = typer.Typer(no_args_is_help=True, help=__doc__)
console = Console(highlight=False)
SHOWN = 20

Authority = Annotated[str, typer.Option(help="GSS code of the authority, such as E06000047.")]
ValidFrom = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="First day in force.")]
ValidTo = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day no longer in force.")]
Source = Annotated[str, typer.Option(help="Who published the boundaries, and which edition.")]
Licence = Annotated[str, typer.Option(help="Licence, such as 'Open Government Licence v3.0'.")]
Attribution = Annotated[str, typer.Option(help="The credit that the licence asks for.")]
Approximate = Annotated[bool, typer.Option("--approximate", help="These are not the official lines.")]
Title = Annotated[str | None, typer.Option(help="Title of the set; made from authority and date where left out.")]
AuthorityName = Annotated[str | None, typer.Option(help="Name of an authority that the register does not know yet.")]
CodeField = Annotated[str | None, typer.Option(help="Field of the GSS code; guessed for ONS products.")]
NameField = Annotated[str | None, typer.Option(help="Field of the name; guessed for ONS products.")]
MembersField = Annotated[str | None, typer.Option(help="Field of the number of councillors.")]
SetId = Annotated[int, typer.Argument(help="Number of the set: see `safeplaces divisions list`.", metavar="ID")]


@app.command()
def load(  # noqa: PLR0913  # a command's options are its parameters
    file: Annotated[Path, typer.Argument(help="GeoJSON, GeoPackage, or a Shapefile as zip; EPSG:4326 or 27700.")],
    *,
    authority: Authority,
    valid_from: ValidFrom,
    source: Source,
    licence: Licence,
    valid_to: ValidTo = None,
    attribution: Attribution = "",
    approximate: Approximate = False,
    title: Title = None,
    authority_name: AuthorityName = None,
    code_field: CodeField = None,
    name_field: NameField = None,
    members_field: MembersField = None,
    layer: Annotated[str | None, typer.Option(help="Layer, where the file has several.")] = None,
) -> None:
    """Load a set of boundaries. It stays inactive until you have looked at it and activate it."""
    chosen = ChosenFields(code_field, name_field, members_field)
    with console.status(f"Reading {file.name}"):
        read = read_divisions(file, authority, layer=layer, chosen=chosen)
    description = SetDescription(
        authority_code=authority,
        title=title or _title(authority_name or authority, valid_from),
        valid_from=valid_from.date(),
        valid_to=valid_to.date() if valid_to else None,
        source=source,
        licence=licence,
        attribution=attribution,
        approximate=approximate,
        authority_name=authority_name,
    )
    with console.status("Storing the divisions"), writing() as session:
        loaded = sets.load_set(session, read, description)
        session.expunge(loaded.division_set)
    show_loaded(loaded)


@app.command()
def fetch(  # noqa: PLR0913  # a command's options are its parameters
    authority: Annotated[str, typer.Argument(help="GSS code of the authority.", metavar="GSS")],
    *,
    layer: Annotated[str, typer.Option(help="Address of an ArcGIS layer, ending in FeatureServer/0.")],
    valid_from: ValidFrom,
    source: Annotated[str | None, typer.Option(help="Without it the layer's own name and address.")] = None,
    licence: Licence = "Open Government Licence v3.0",
    valid_to: ValidTo = None,
    attribution: Annotated[str | None, typer.Option(help="Without it what the layer says of copyright.")] = None,
    approximate: Approximate = False,
    title: Title = None,
    authority_name: AuthorityName = None,
    code_field: CodeField = None,
    name_field: NameField = None,
    members_field: MembersField = None,
) -> None:
    """Fetch boundaries from a map server, such as the ONS Open Geography portal, and load them as a set."""
    chosen = ChosenFields(code_field, name_field, members_field)
    with httpx.Client() as client, TemporaryDirectory() as folder, Progress(console=console) as progress:
        server = FeatureLayer(layer, client)
        task = progress.add_task("Fetching", total=None)
        described = server.describe()
        features = server.fetch(authority, lambda got, all_: progress.update(task, completed=got, total=all_))
        path = Path(folder) / "fetched.geojson"
        write_features(features, path)
        read = read_divisions(path, authority, chosen=chosen)
    description = SetDescription(
        authority_code=authority,
        title=title or _title(authority_name or authority, valid_from),
        valid_from=valid_from.date(),
        valid_to=valid_to.date() if valid_to else None,
        source=source or f"{described.name}, {server.url}",
        licence=licence,
        attribution=described.copyright_text if attribution is None else attribution,
        approximate=approximate,
        authority_name=authority_name,
    )
    with writing() as session:
        loaded = sets.load_set(session, read, description)
        session.expunge(loaded.division_set)
    show_loaded(loaded)


def _title(authority: str, valid_from: date) -> str:
    return f"Electoral divisions of {authority} from {in_words(valid_from)}"


@app.command("list")
def list_sets() -> None:
    """All sets, with their periods and what they answer for."""
    authority = Column("Authority", no_wrap=True)
    table = Table("Set", authority, "Title", "In force from", "until", "Divisions", "Status", "Lines")
    with reading() as session:
        for found, divisions in queries.list_sets(session):
            until = in_words(found.valid_to) if found.valid_to else ""
            lines = "approximate" if found.approximate else "official"
            row = (found.authority_code, found.title, in_words(found.valid_from), until, str(divisions), found.status)
            table.add_row(str(found.id), *row, lines)
    console.print(table)


@app.command()
def check(set_id: SetId) -> None:
    """Measure gaps, overlaps and duplicates of a set."""
    with writing() as session:
        report = sets.check_set(session, set_id)
    show_coverage(report)


@app.command()
def activate(
    set_id: SetId,
    *,
    accept_faults: Annotated[bool, typer.Option("--accept-faults", help="Although divisions overlap.")] = False,
) -> None:
    """Let a set answer for its period, and assign every place of the register to its divisions."""
    with console.status("Assigning every place of the register"), writing() as session:
        session.record_as("safeplaces divisions activate", via="cli")
        links = sets.activate_set(session, set_id, accept_faults=accept_faults)
    console.print(f"Set {set_id} is active.")
    show_links(links)


@app.command()
def end(
    set_id: SetId, on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="First day no longer in force.")]
) -> None:
    """Say when a set ceases to be in force, so that the next one can be activated."""
    day: date = on.date()
    with writing() as session:
        sets.end_set(session, set_id, day)
    console.print(f"Set {set_id} is in force until {in_words(day)}.")


@app.command()
def retire(set_id: SetId) -> None:
    """Let a set answer for nothing any more, as one that was loaded by mistake."""
    with writing() as session:
        sets.retire_set(session, set_id)
    console.print(f"Set {set_id} is retired.")


def show_loaded(loaded: SetLoaded) -> None:
    """What a load found and what comes next."""
    stored: DivisionSet = loaded.division_set
    console.print(f"Loaded set {stored.id}, '{stored.title}', inactive.")
    show_coverage(loaded.coverage)
    members = [record.members for record in loaded.file.records]
    known = [number for number in members if number is not None]
    table = Table("Of the file", "", show_header=True)
    table.add_row("Fields", f"{loaded.file.fields.code}, {loaded.file.fields.name}")
    table.add_row("Members", f"{sum(known)} in {len(known)} divisions; not known of {len(members) - len(known)}")
    table.add_row("Features of other authorities, left out", str(loaded.file.left_out))
    table.add_row("Holes", str(sum(record.area.holes for record in loaded.file.records)))
    table.add_row("Parts or holes under 10 m²", str(sum(record.area.slivers for record in loaded.file.records)))
    table.add_row("Repairs", str(len(loaded.file.repairs)))
    table.add_row("Pieces for look-ups", str(loaded.pieces))
    console.print(table)
    for repair in loaded.file.repairs[:SHOWN]:
        console.print(f"Repaired: {repair}")
    console.print(f"Look at it, then: safeplaces divisions activate {stored.id}")


def show_coverage(report: CoverageReport) -> None:
    """Counts, and where the faults are."""
    table = Table("How they fit together", "")
    table.add_row("Divisions", str(report.areas))
    table.add_row("Area", f"{report.area_m2 / 1e6:,.1f} km²")
    table.add_row("Gaps", f"{len(report.gaps)} ({sum(gap.area_m2 for gap in report.gaps):,.0f} m²)")
    table.add_row("Overlaps", f"{len(report.overlaps)} ({sum(one.area_m2 for one in report.overlaps):,.0f} m²)")
    table.add_row("Drawn twice", str(len(report.duplicates)))
    table.add_row("Edges that neighbours do not share", f"{report.unmatched_m:,.0f} m")
    console.print(table)
    for gap in report.gaps[:SHOWN]:
        at = f"{gap.easting:.0f}, {gap.northing:.0f}"
        console.print(f"Gap of {gap.area_m2:,.0f} m² at {at}, between {', '.join(gap.neighbours)}")
    for one in report.overlaps[:SHOWN]:
        at = f"{one.easting:.0f}, {one.northing:.0f}"
        console.print(f"Overlap of {one.area_m2:,.0f} m² at {at}, of {' and '.join(one.labels)}")
    for pair in report.duplicates[:SHOWN]:
        console.print(f"The same area twice: {' and '.join(pair)}")


def show_links(links: queries.Links) -> None:
    """What the links of the register's places look like."""
    table = Table("Places of the register", "")
    table.add_row("Assigned to a division", str(links.assigned))
    table.add_row("In none", str(links.without))
    table.add_row("Nearer to the boundary than their location is certain", str(links.near_boundary))
    table.add_row("Postcode's official division is another", str(links.postcode_disagrees))
    table.add_row("Decided by an officer", str(links.decided))
    console.print(table)
