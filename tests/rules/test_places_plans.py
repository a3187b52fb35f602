"""How PostgreSQL carries out the lists: by index, with the published predicate inlined, at a cost that stays flat."""

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from app.places import filters as parse
from app.places.filters import PlaceFilters
from app.places.list_queries import list_statement
from benchmarks.synthetic_register import Extent, fill_register
from geo.crs import point_to_lonlat
from scripts.local.postgis import Cluster

COUNT = 20_000


@pytest.fixture(scope="module")
def extent(cluster: Cluster, template: str) -> Iterator[tuple[str, Extent]]:
    """A database of its own: rows that other tests rolled back would be in the way of counting."""
    name = f"safeplaces_plans_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    cluster.query(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield name, fill_register(cluster.url(name), COUNT)
    cluster.query(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def filled(extent: tuple[str, Extent]) -> Extent:
    return extent[1]


@pytest.fixture
def connection(cluster: Cluster, extent: tuple[str, Extent]) -> Iterator[Connection]:
    engine = create_engine(cluster.url(extent[0]), poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


def plan_of(connection: Connection, filters: PlaceFilters, limit: int = 101) -> list[dict[str, Any]]:
    """The nodes of the plan as carried out, with generic values as in the service."""
    statement, values = list_statement(filters, sets=[1], limit=limit)
    connection.execute(text("SET LOCAL jit = off"))
    found = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", values).scalar_one()
    plan = found if isinstance(found, list) else json.loads(found)
    nodes: list[dict[str, Any]] = []

    def walk(node: dict[str, Any]) -> None:
        nodes.append(node)
        for child in node.get("Plans", []):
            walk(child)

    walk(plan[0]["Plan"])
    return nodes


def indexes(nodes: list[dict[str, Any]]) -> set[str]:
    return {node["Index Name"] for node in nodes if "Index Name" in node}


def box(extent: Extent, side_m: float) -> PlaceFilters:
    west, south = point_to_lonlat(extent.west + 20_000, extent.south + 20_000)
    east, north = point_to_lonlat(extent.west + 20_000 + side_m, extent.south + 20_000 + side_m)
    return PlaceFilters(bbox=parse.parse_box(f"{west},{south},{east},{north}"))


def test_a_box_is_answered_by_the_index_and_looks_up_no_more_audits_than_it_shows(
    connection: Connection, filled: Extent
) -> None:
    nodes = plan_of(connection, box(filled, 9_000))
    assert "ix_place_location" in indexes(nodes)
    assert not [node for node in nodes if node["Node Type"] == "Function Scan"]
    audits = next(node for node in nodes if node.get("Index Name") == "ix_audit_newest")
    assert audits["Actual Loops"] <= 102
    assert nodes[0]["Actual Rows"] == 101


def test_the_nearest_come_from_the_index_in_order(connection: Connection, filled: Extent) -> None:
    origin = parse.origin_at(filled.west + 30_000, filled.south + 20_000)
    nodes = plan_of(connection, PlaceFilters(origin=origin), limit=10)
    assert "ix_place_location" in indexes(nodes)
    assert sum(node["Actual Rows"] for node in nodes if node.get("Relation Name") == "place") < 50


def test_a_plain_list_walks_the_primary_key(connection: Connection, filled: Extent) -> None:
    assert filled
    nodes = plan_of(connection, PlaceFilters())
    assert "pk_place" in indexes(nodes)
    assert nodes[0]["Shared Hit Blocks"] + nodes[0]["Shared Read Blocks"] < 1500


def test_words_are_found_by_the_indexes(connection: Connection, filled: Extent) -> None:
    assert filled
    nodes = plan_of(connection, PlaceFilters(text="zebra crossing"))
    assert indexes(nodes) & {"ix_place_search", "ix_place_name_trigram"}


@pytest.mark.parametrize("side_m", [500, 2_000])
def test_the_cost_of_a_box_follows_from_what_it_holds(connection: Connection, filled: Extent, side_m: float) -> None:
    """Few pages are read however large the register is: this one has 20,000 places."""
    nodes = plan_of(connection, box(filled, side_m))
    shown = nodes[0]["Actual Rows"]
    read = nodes[0]["Shared Hit Blocks"] + nodes[0]["Shared Read Blocks"]
    assert read < 40 + 12 * shown
