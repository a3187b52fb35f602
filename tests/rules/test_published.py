"""The published predicate: the database against an independent statement of docs/domain.md, every combination."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import text

from app.db.sessions import WriteSession
from app.db.version import LONDON, london_today
from app.tables.published import PUBLIC_COLUMNS, published_place, published_place_as_at
from app.vocabulary import MembershipStatus, Verdict
from tests.register import Register

TODAY = london_today()
NOW = datetime.now(UTC)
DAY = timedelta(days=1)

STATUSES = list(MembershipStatus)
CONSENTS = [None, TODAY - DAY, TODAY, TODAY + DAY]
VERDICTS = [None, *Verdict]
VALID_UNTIL = [TODAY - DAY, TODAY, TODAY + DAY]
EFFECTIVE = [None, NOW - timedelta(hours=1), NOW + timedelta(hours=1)]


def ought_to_be_public(
    status: str, consent: date | None, verdict: str | None, valid_until: date, effective_at: datetime | None
) -> bool:
    """docs/domain.md: listed, consented, assurance fit or fit with actions, not lapsed."""
    listed = status == "listed"
    consented = consent is not None and consent <= TODAY
    counts = verdict is not None and effective_at is not None and effective_at <= NOW
    fit = counts and verdict in {"fit", "fit_with_actions"}
    lapsed = valid_until < TODAY
    return listed and consented and fit and not lapsed


def test_every_combination(session: WriteSession) -> None:
    register = Register(session)
    expected = {}
    for status, consent, verdict, valid_until, effective_at in product(
        STATUSES, CONSENTS, VERDICTS, VALID_UNTIL, EFFECTIVE
    ):
        place = register.add_place(audit=False, membership_status=status, consent_on=consent)
        if verdict:
            audit = register.add_audit(
                place, verdict, audited_on=TODAY - 9 * DAY, valid_until=valid_until, effective_at=NOW - DAY
            )
            session.execute(text("SET LOCAL session_replication_role = replica"))
            session.execute(
                text("UPDATE audit SET effective_at = :at WHERE id = :id"), {"at": effective_at, "id": audit.id}
            )
            session.execute(text("SET LOCAL session_replication_role = DEFAULT"))
        expected[place.reference] = ought_to_be_public(status, consent, verdict, valid_until, effective_at)
    assert len(expected) == 4 * 4 * 4 * 3 * 3
    assert register.published() == {reference for reference, public in expected.items() if public}
    assert register.published_at(datetime.now(UTC)) == register.published()
    assert 0 < len(register.published()) < len(expected)


@pytest.mark.parametrize(
    ("verdicts", "public"),
    [
        ([Verdict.FIT, Verdict.NOT_FIT], False),
        ([Verdict.NOT_FIT, Verdict.FIT], True),
        ([Verdict.NOT_FIT, Verdict.FIT_WITH_ACTIONS], True),
        ([Verdict.FIT, Verdict.FIT, Verdict.NOT_FIT], False),
    ],
)
def test_the_newest_effective_audit_counts(session: WriteSession, verdicts: list[Verdict], public: bool) -> None:  # noqa: FBT001
    register = Register(session)
    place = register.add_place(audit=False)
    for at, verdict in enumerate(verdicts):
        register.add_audit(place, verdict, effective_at=NOW - timedelta(hours=len(verdicts) - at))
    assert (place.reference in register.published()) is public


def test_of_two_audits_of_one_moment_the_later_row_counts(session: WriteSession) -> None:
    register = Register(session)
    place = register.add_place(audit=False)
    register.add_audit(place, Verdict.FIT, effective_at=NOW - DAY)
    register.add_audit(place, Verdict.NOT_FIT, effective_at=NOW - DAY)
    assert register.published() == set()


@pytest.mark.parametrize(("days_left", "assurance"), [(0, "due"), (59, "due"), (60, "fit"), (61, "fit")])
def test_assurance_is_due_in_the_last_sixty_days(session: WriteSession, days_left: int, assurance: str) -> None:
    register = Register(session)
    place = register.add_place(audit=False)
    register.add_audit(place, audited_on=TODAY - 300 * DAY, valid_until=TODAY + days_left * DAY)
    found = session.execute(text("SELECT assurance FROM published_place WHERE reference = :r"), {"r": place.reference})
    assert found.scalar_one() == assurance


@pytest.mark.parametrize(
    ("verdict", "valid_until", "assurance"),
    [
        (None, None, "unassessed"),
        ("not_fit", TODAY - DAY, "not_fit"),
        ("fit", TODAY - DAY, "lapsed"),
        ("fit_with_actions", TODAY + 100 * DAY, "fit_with_actions"),
    ],
)
def test_assurance_in_words(
    session: WriteSession, verdict: str | None, valid_until: date | None, assurance: str
) -> None:
    statement = text("SELECT assurance_of(:verdict, :valid_until, :today)")
    values = {"verdict": verdict, "valid_until": valid_until, "today": TODAY}
    assert session.execute(statement, values).scalar_one() == assurance


def test_the_past_replays(session: WriteSession) -> None:
    """What the public saw at each moment of a place's life, whatever happened since."""
    register = Register(session)
    day = [datetime.combine(TODAY - timedelta(days=100 - 10 * n), datetime.min.time(), UTC) for n in range(10)]
    place = register.add_place(audit=False, consent_on=TODAY - timedelta(days=200))
    register.backdate(place, day[1])
    register.add_audit(place, audited_on=day[2].date(), effective_at=day[2], valid_until=(day[6] - DAY).date())
    place.membership_status = MembershipStatus.SUSPENDED
    session.flush()
    register.backdate(place, day[3], version=2)
    session.refresh(place)
    place.membership_status = MembershipStatus.LISTED
    session.flush()
    register.backdate(place, day[4], version=3)
    register.add_audit(place, Verdict.FIT_WITH_ACTIONS, effective_at=day[8])
    seen = [place.reference in register.published_at(moment + timedelta(hours=1)) for moment in day]
    #        added  none   fit   suspended listed fit   lapsed lapsed again  still
    assert seen == [False, False, True, False, True, True, False, False, True, True]
    assert place.reference in register.published()


def test_a_moment_belongs_to_the_revision_that_began_then(session: WriteSession) -> None:
    register = Register(session)
    place = register.add_place(audit=False)
    moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
    register.backdate(place, moment)
    register.add_audit(place, audited_on=date(2026, 1, 1), effective_at=moment - DAY)
    session.execute(text("UPDATE place SET consent_on = DATE '2026-01-01'"))
    register.backdate(place, moment, version=2)
    assert register.published_at(moment) == {place.reference}
    assert register.published_at(moment - timedelta(microseconds=1)) == set()


@pytest.mark.parametrize("last_day", [date(2026, 7, 14), date(2026, 1, 14)], ids=["summer", "winter"])
def test_a_check_lapses_at_londons_midnight(session: WriteSession, last_day: date) -> None:
    """In summer that is 23:00 UTC of the last day itself."""
    register = Register(session)
    place = register.add_place(audit=False, consent_on=date(2025, 1, 1))
    register.backdate(place, datetime(2025, 2, 1, tzinfo=UTC))
    register.add_audit(
        place, audited_on=date(2025, 2, 1), effective_at=datetime(2025, 2, 2, tzinfo=UTC), valid_until=last_day
    )
    midnight = datetime.combine(last_day + DAY, datetime.min.time(), LONDON).astimezone(UTC)
    assert register.published_at(midnight - timedelta(seconds=1)) == {place.reference}
    assert register.published_at(midnight) == set()


def test_consent_counts_from_londons_midnight(session: WriteSession) -> None:
    register = Register(session)
    place = register.add_place(audit=False, consent_on=date(2026, 7, 10))
    register.backdate(place, datetime(2026, 7, 1, tzinfo=UTC))
    register.add_audit(place, audited_on=date(2026, 7, 1), effective_at=datetime(2026, 7, 2, tzinfo=UTC))
    assert register.published_at(datetime(2026, 7, 9, 22, 59, 59, tzinfo=UTC)) == set()
    assert register.published_at(datetime(2026, 7, 9, 23, 0, tzinfo=UTC)) == {place.reference}


def test_the_view_and_the_function_have_the_columns_that_python_knows(session: WriteSession) -> None:
    register = Register(session)
    place = register.add_place()
    now = session.execute(published_place.select()).mappings().one()
    then = session.execute(published_place_as_at(datetime.now(UTC)).select()).mappings().one()
    assert set(now) == {*PUBLIC_COLUMNS, "verdict", "assessed_on", "valid_until", "assurance"}
    assert dict(now) == dict(then)
    assert now["reference"] == place.reference


def test_nothing_private_is_in_the_view() -> None:
    private = {"contact_name", "contact_phone", "contact_email", "notes", "consent_by", "consent_on"}
    assert not private & set(published_place.columns.keys())
