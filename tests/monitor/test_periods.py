from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.periods import period_named, period_of
from monitor.periods import due_at, periods_due

NEW_YORK = "America/New_York"


def test_a_week_begins_on_monday_midnight_by_the_practices_clock() -> None:
    period = period_of(datetime(2026, 11, 22, 12, tzinfo=UTC), NEW_YORK)

    assert period.week == "2026-W47"
    assert period.start == datetime(2026, 11, 16, 5, tzinfo=UTC)
    assert period.end == datetime(2026, 11, 23, 5, tzinfo=UTC)


def test_the_week_in_which_clocks_go_back_has_one_hour_more() -> None:
    period = period_named("2026-W44", NEW_YORK)

    assert period.end - period.start == timedelta(days=7, hours=1)


def test_the_week_in_which_clocks_go_forward_has_one_hour_less() -> None:
    period = period_named("2026-W10", NEW_YORK)

    assert period.end - period.start == timedelta(days=7, hours=-1)


@pytest.mark.parametrize(
    "name", ["2026-W54", "2025-W53", "2026-47", "W47", "", "2026-W0", "2026-W-1", "9999-W52", "²026-W4²"]
)
def test_what_is_no_iso_week_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        period_named(name, NEW_YORK)


def test_week_53_belongs_to_the_year_that_has_it() -> None:
    assert period_of(datetime(2027, 1, 2, tzinfo=UTC), NEW_YORK).week == "2026-W53"


def test_a_digest_is_due_on_its_weekday_after_the_week() -> None:
    period = period_named("2026-W43", NEW_YORK)

    assert due_at(period, "monday", time(7)) == datetime(2026, 10, 26, 11, tzinfo=UTC)
    assert due_at(period, "wednesday", time(7)) == datetime(2026, 10, 28, 11, tzinfo=UTC)


def test_local_time_is_kept_over_the_change_of_clocks() -> None:
    before = due_at(period_named("2026-W43", NEW_YORK), "monday", time(7))
    after = due_at(period_named("2026-W44", NEW_YORK), "monday", time(7))

    assert after - before == timedelta(days=7, hours=1)


def test_every_missed_week_is_due_and_none_that_has_not_ended() -> None:
    since = datetime(2026, 10, 1, tzinfo=UTC)
    now = datetime(2026, 10, 26, 12, tzinfo=UTC)

    due = [period.week for period in periods_due(since, now, NEW_YORK, "monday", time(7))]

    assert due == ["2026-W40", "2026-W41", "2026-W42", "2026-W43"]


def test_a_week_is_not_due_before_its_hour() -> None:
    since = datetime(2026, 10, 20, tzinfo=UTC)
    now = datetime(2026, 10, 26, 10, 59, tzinfo=UTC)

    assert list(periods_due(since, now, NEW_YORK, "monday", time(7))) == []


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)),
    st.sampled_from([NEW_YORK, "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"]),
)
def test_weeks_follow_each_other_without_gap_or_overlap(instant: datetime, zone: str) -> None:
    period = period_of(instant, zone)
    following = period_of(period.end, zone)

    assert period.start <= instant < period.end
    assert following.start == period.end
    assert period_named(period.week, zone) == period
