"""The API keeps to its own description, whatever is sent: requests made from the description, good and faulty ones.

The same requests are made in each run (nothing is random). More of them, against a running service: CONTRIBUTING.md.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import APIOperation
from schemathesis.checks import not_a_server_error
from schemathesis.python.asgi import ASGIClient, get_client
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import create_engine, text
from sqlmodel import Session, select

from app.accounts.key_rules import FASTEST_RATE
from app.db.sessions import WriteSession
from app.main import create_app
from app.permissions.identity import Identity
from app.permissions.table import KEY_SCOPES
from app.places.editing import patch_place
from app.places.register_settings import write_setting
from app.places.saved_views import save_view
from app.settings import Settings
from app.tables import Account
from app.vocabulary import Role
from scripts.local.postgis import Cluster
from tests.conftest import clone, settings_for
from tests.register import AUTHORITY
from tests.signing_in import add_account, add_key

CONFIGURATION: dict[str, Any] = {
    "checks": {
        # Preconditions (412) are looked at before the body, as HTTP wants it.
        "negative_data_rejection": {
            "expected-statuses": ["400", "401", "403", "404", "405", "406", "409", "412", "415", "422", "428", "429"]
        }
    },
}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
LENIENT = {
    "POST /api/v1/divisions/lookup": "each item has an answer of its own, faulty ones too",
    "GET /api/v1/places": "an empty filter narrows nothing, as forms send it",
    "GET /api/v1/divisions/{gss_code}/places": "the same",
    "GET /api/v1/register/places": "the same",
}
"""Where more is taken than described, and why: there everything but `negative_data_rejection` is checked."""
A_FEW = 12


def operations() -> dict[str, APIOperation[Any, Any, Any, Any]]:
    """What the service says of its API, which needs no database: each of its operations by method and address."""
    app = create_app(Settings(DATABASE_URL="postgresql://nobody@/nothing"))
    schema = schemathesis.openapi.from_dict(app.openapi(), config=schemathesis.Config.from_dict(CONFIGURATION))
    found: list[Any] = [one.ok() for one in schema.include(path_regex="^/api/v1/").get_all_operations()]  # type: ignore[union-attr]  # a faulty description fails here
    return {f"{one.method.upper()} {one.path}": one for one in found}


OPERATIONS = operations()
FOR_PROGRAMS = [name for name, one in OPERATIONS.items() if "Register" in (one.tags or ())]
FOR_EVERYBODY = [name for name in OPERATIONS if name not in FOR_PROGRAMS]


@pytest.fixture(scope="module")
def everybodys(sample_database_url: str) -> Iterator[ASGIClient]:
    """A client of the service over the bundled data."""
    app: Any = create_app(settings_for(sample_database_url))
    with get_client(app) as client:
        yield client


@pytest.fixture(scope="module")
def own_database_url(cluster: Cluster, sample_template: str) -> Iterator[str]:
    """A database with a place, a change and a view as the examples of the description name them; changes are kept."""
    with clone(cluster, sample_template) as url:
        engine = create_engine(settings_for(url).sqlalchemy_url)
        with WriteSession(engine) as session, session.begin():
            set_the_scene(session)
        engine.dispose()
        yield url


@pytest.fixture(scope="module")
def programs(own_database_url: str) -> Iterator[ASGIClient]:
    """A client of the service over that database."""
    app: Any = create_app(settings_for(own_database_url))
    with get_client(app) as client:
        yield client


@pytest.fixture
def key(own_database_url: str) -> str:
    """A new key for everything: what it may do in a minute is not used up by the other operations."""
    engine = create_engine(settings_for(own_database_url).sqlalchemy_url)
    with Session(engine) as session, session.begin():
        token = add_key(session, session.exec(select(Account)).one(), *KEY_SCOPES, per_minute=FASTEST_RATE)
    engine.dispose()
    return token


def set_the_scene(session: WriteSession) -> None:
    account = add_account(session, Role.ADMINISTRATOR)
    officer = Identity(Role.ADMINISTRATOR, account.id, authority_code=AUTHORITY)
    write_setting(session, officer, "second_person_for_listed_places", True)
    session.execute(text("SELECT setval('place_change_id_seq', 6), setval('saved_view_id_seq', 2)"))
    (version,) = session.execute(text("SELECT version FROM place WHERE reference = 'SP-0042'")).one()
    assert patch_place(session, officer, "SP-0042", {"town": "Seaham"}, base_version=version).change_id == 7
    assert save_view(session, officer, "Near a boundary", "flag=near_boundary").id == 3


def keep_to_it(name: str, client: ASGIClient, **sent: Any) -> None:  # noqa: ANN401 - headers
    """Send the examples of an operation, requests as it is described, and faulty ones; check all answers."""
    operation = OPERATIONS[name]
    checks = [check for check in CHECKS if check is not negative_data_rejection or name not in LENIENT]

    def check(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(base_url=client.base_url, session=client, checks=checks, **sent)

    examples = operation.get_strategies_from_examples()
    ways = [operation.as_strategy(generation_mode=mode) for mode in schemathesis.GenerationMode]
    for way, often in [*((example, 1) for example in examples), *((way, A_FEW) for way in ways)]:
        run = settings(
            max_examples=often,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        run(given(way)(check))()


@pytest.mark.parametrize("name", FOR_EVERYBODY)
def test_what_is_for_everybody(name: str, everybodys: ASGIClient) -> None:
    keep_to_it(name, everybodys)


@pytest.mark.parametrize("name", FOR_PROGRAMS)
def test_what_is_for_programs_with_a_key(name: str, programs: ASGIClient, key: str) -> None:
    keep_to_it(name, programs, headers={"Authorization": f"Bearer {key}"})


def test_all_of_the_api_is_tried() -> None:
    assert len(FOR_EVERYBODY) >= 9
    assert len(FOR_PROGRAMS) >= 19
    assert LENIENT.keys() <= OPERATIONS.keys()
