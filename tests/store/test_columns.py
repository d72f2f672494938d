from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.exc import StatementError

from domain.errors import StoreError
from domain.plans import Verdict
from store import tables
from store.columns import storable
from tests.store.records import START, active, finding, post, version, visit

ANY_TEXT = st.text(st.characters(), max_size=50)


def kept(store, value):
    """The instant as it comes back."""
    with store.database.writing() as connection:
        run = connection.execute(
            insert(tables.runs).values(kind="x", owner="x", started_at=value, counts={}, problem="")
        ).inserted_primary_key[0]
    with store.database.reading() as connection:
        return connection.execute(select(tables.runs.c.started_at).where(tables.runs.c.id == run)).scalar_one()


@settings(max_examples=30)
@given(
    st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1)),
    st.integers(-14 * 60, 14 * 60),
)
def test_an_instant_comes_back_in_utc(store, naive, minutes):
    instant = naive.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    back = kept(store, instant)
    assert back == instant
    assert back.tzinfo is UTC


def test_a_datetime_without_an_offset_is_refused(store):
    with pytest.raises(StatementError, match="without an offset"):
        kept(store, START.replace(tzinfo=None))


def test_instants_sort_by_time_on_both(store):
    offsets = [timezone(timedelta(hours=hours)) for hours in (9, -8, 0)]
    instants = [(START + timedelta(minutes=index)).astimezone(zone) for index, zone in enumerate(offsets)]
    for instant in reversed(instants):
        kept(store, instant)
    with store.database.reading() as connection:
        found = connection.execute(select(tables.runs.c.started_at).order_by(tables.runs.c.started_at)).scalars()
        assert list(found) == instants


@settings(max_examples=40)
@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_any_text_can_be_stored_and_offsets_stay(store, words, reason, alt):
    with store.database.reading() as connection:
        before = connection.execute(select(tables.versions.c.id)).scalars().all()
    if not before:
        active(store)
    which = post(str(len(before)), "x" + words)
    verdict = Verdict(
        version(which), (finding(reason=reason),), excerpts=(reason,), kept_text=which.text, kept_alts=(alt,)
    )
    visit(store, verdict)
    last = list(store.findings.kept_for_rescore())[-1].post
    assert last.text == storable(which.text)
    assert [medium.alt for medium in last.media] == [storable(alt)]
    assert len(last.text) == len(which.text)


def test_a_stranger_among_the_choices_is_refused(store):
    with pytest.raises(StatementError, match="is not a valid"), store.database.writing() as connection:  # noqa: PT012 - a transaction is several statements
        connection.execute(insert(tables.leases).values(name="x", owner="x", until=START))
        connection.execute(
            insert(tables.staff).values(
                name="x", role="x", licence="wizard", email="x", email_key="x", created_at=START
            )
        )
    with store.database.reading() as connection:
        assert connection.execute(select(tables.leases)).first() is None


def test_the_database_itself_holds_the_choices(store):
    statement = (
        "INSERT INTO staff (name, role, licence, email, email_key, created_at) "
        "VALUES ('x', 'x', 'wizard', 'x', 'x', '2026-01-01')"
    )
    with pytest.raises(StoreError, match="ck_staff_licence"), store.database.writing() as connection:
        connection.exec_driver_sql(statement)
