"""The service's connections work as the web's role, and a user who is only its member is enough."""

from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from app.db.sessions import WEB_ROLE, find_refusal, make_engine
from app.main import create_app
from tests.conftest import migrate, settings_for
from tests.web_role import refused


def test_no_temporary_objects_where_the_database_is_its_owners(bare_database_url: str) -> None:
    """Whoever can make a function of their own can look through the condition of a view."""
    migrate(bare_database_url)
    engine = make_engine(settings_for(bare_database_url), role=WEB_ROLE)
    with engine.connect() as connection:
        refused(connection, "CREATE FUNCTION pg_temp.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'")
        refused(connection, "CREATE TEMPORARY TABLE mine (id int)")
    engine.dispose()


def test_the_service_connects_as_that_role(empty_database_url: str) -> None:
    engine = make_engine(settings_for(empty_database_url), role=WEB_ROLE)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT current_user")).scalar_one() == WEB_ROLE
        refused(connection, "DELETE FROM place")
    engine.dispose()


def test_a_user_who_is_only_a_member_can_serve_and_cannot_become_more(empty_database_url: str) -> None:
    """What docs/running.md advises for production."""
    owner = create_engine(empty_database_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        connection.execute(text("CREATE ROLE only_a_member LOGIN IN ROLE safeplaces_web"))
    try:
        url = empty_database_url.replace("postgres@", "only_a_member@")
        engine = make_engine(settings_for(url), role=WEB_ROLE)
        with engine.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM published_place")).scalar_one() == 0
            refused(connection, "SET ROLE postgres")
            connection.execute(text("RESET ROLE"))
            refused(connection, "DELETE FROM place")
        engine.dispose()
    finally:
        with owner.connect() as connection:
            connection.execute(text("DROP ROLE only_a_member"))
        owner.dispose()


def test_a_user_who_may_not_become_the_role_gets_a_sentence(empty_database_url: str) -> None:
    """At the start in the log, and from readiness: the database does answer, so "not reachable" would mislead."""
    owner = create_engine(empty_database_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        connection.execute(text("CREATE ROLE not_a_member LOGIN"))
    try:
        settings = settings_for(empty_database_url.replace("postgres@", "not_a_member@"))
        engine = make_engine(settings, role=WEB_ROLE)
        refusal = find_refusal(engine)
        assert refusal is not None
        assert "GRANT safeplaces_web" in refusal.remedy
        engine.dispose()
        with TestClient(create_app(settings)) as client:
            (check,) = client.get("/health/ready").json()["checks"]
            assert not check["ok"]
            assert "role" in check["what"]
            assert "GRANT safeplaces_web" in check["remedy"]
        missing = make_engine(settings_for(empty_database_url), role="no_such_role")
        refusal = find_refusal(missing)
        assert refusal is not None
        assert "no_such_role" in refusal.what
        good = make_engine(settings_for(empty_database_url), role=WEB_ROLE)
        assert find_refusal(good) is None
        good.dispose()
    finally:
        with owner.connect() as connection:
            connection.execute(text("DROP ROLE not_a_member"))
        owner.dispose()
