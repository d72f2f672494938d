from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.times import from_epoch, parse_instant

NINE = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-22T09:30:00Z",
        "2026-11-22T09:30:00.000Z",
        "2026-11-22T09:30:00.000000+00:00",
        "2026-11-22T10:30:00+01:00",
        "2026-11-22T04:30:00-05:00",
        "2026-11-22T09:30:00",
        "2026-11-22 09:30:00",
        " 2026-11-22T09:30Z ",
        1795339800,
        1795339800.0,
        1795339800000,
        "1795339800",
        "1795339800.0",
    ],
)
def test_the_same_instant_is_read_from_every_way_to_write_it(value):
    assert parse_instant(value) == NINE
    assert parse_instant(value).tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, "", "yesterday", "nan", "0000-00-00T00:00:00", "2026-13-01", "0", 0, -5, [], {}, b"2026"),
        *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2500-01-01T00:00:00Z"),
        *(float("nan"), float("inf"), 1e300, 10**400),
    ],
)
def test_what_is_no_instant_of_a_post_is_none(value):
    assert parse_instant(value) is None


def test_fractions_of_a_second_are_kept_to_the_microsecond():
    assert parse_instant("2026-11-22T09:30:00.1234567Z").microsecond == 123456
    assert parse_instant(1795339800.25).microsecond == 250000


@given(st.text() | st.integers() | st.floats())
def test_nothing_raises_and_what_is_read_is_aware_utc(value):
    read = parse_instant(value)
    assert read is None or read.tzinfo is UTC


@given(st.datetimes(datetime(1974, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC)))
def test_an_instant_survives_being_written(instant):
    assert parse_instant(instant.isoformat()) == instant
    assert abs((from_epoch(instant.timestamp() * 1000) - instant).total_seconds()) < 0.001
