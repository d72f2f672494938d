from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.rate_limits import LONGEST_WAIT, earliest_next
from tests.fakes.time import NOON

SPENT = {"x-ratelimit-remaining": "0"}
EPOCH = int(NOON.timestamp())


def seconds(headers, status=200, now=NOON):
    until = earliest_next(status, headers, now)
    return None if until is None else (until - now).total_seconds()


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, None),
        ({"retry-after": "30"}, 30),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"retry-after": "0"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "Fri, 20 Nov 2026 12:02:00 GMT"}, 120),
        ({"retry-after": "Friday, 20-Nov-26 12:02:00 GMT"}, 120),
        ({"retry-after": "Fri, 20 Nov 2026 11:00:00 GMT"}, None),
        ({"retry-after": "soon"}, None),
        ({**SPENT, "x-ratelimit-reset": "2026-11-20T12:04:00.996774Z"}, 240.996774),
        ({**SPENT, "x-ratelimit-reset": "2026-11-20T13:04:00+01:00"}, 240),
        ({**SPENT, "x-ratelimit-reset": str(EPOCH + 90)}, 90),
        ({**SPENT, "x-ratelimit-reset": str((EPOCH + 90) * 1000)}, 90),
        ({**SPENT, "x-ratelimit-reset": "594.0"}, 594),
        ({"x-ratelimit-remaining": "0.0", "x-ratelimit-reset": "594.5"}, 594.5),
        ({"x-ratelimit-remaining": "12", "x-ratelimit-reset": "594"}, None),
        ({"x-ratelimit-reset": "594"}, None),
        ({"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(EPOCH + 7)}, 7),
        ({"ratelimit-remaining": "0", "ratelimit-reset": str(EPOCH + 289)}, 289),
        ({"ratelimit-remaining": "0", "ratelimit-reset": "289"}, 289),
        ({"ratelimit-remaining": "0", "ratelimit-policy": "3000;w=300"}, 300),
        ({"ratelimit-remaining": "0", "ratelimit-policy": "10;w=1, 3000;w=300"}, 300),
        ({"ratelimit-remaining": "0", "ratelimit-policy": "3000"}, None),
        ({"ratelimit": '"default";r=0;t=30', "ratelimit-policy": '"default";q=100;w=60'}, 30),
        ({"ratelimit": '"default";r=0', "ratelimit-policy": '"default";q=100;w=60'}, 60),
        ({"ratelimit": '"default";r=5;t=30'}, None),
        ({"ratelimit": "limit=100, remaining=0, reset=45"}, 45),
        ({"x-app-usage": '{"call_count":28,"total_time":25,"total_cputime":25}'}, None),
        ({"x-app-usage": '{"call_count":28,"total_time":100,"total_cputime":25}'}, 3600),
        ({"x-business-use-case-usage": '{"1":[{"call_count":3,"estimated_time_to_regain_access":0}]}'}, None),
        ({"x-business-use-case-usage": '{"1":[{"call_count":99,"estimated_time_to_regain_access":19}]}'}, 1140),
        ({"x-business-use-case-usage": '{"1":[{"call_count":100}],"2":"odd","3":[4]}'}, 3600),
        ({"retry-after": "60", **SPENT, "x-ratelimit-reset": "600"}, 600),
        ({"retry-after": "99999999"}, LONGEST_WAIT.total_seconds()),
        ({**SPENT, "x-ratelimit-reset": "9999-12-31T23:59:59Z"}, LONGEST_WAIT.total_seconds()),
    ],
)
def test_every_form_of_signal(headers, wait):
    assert seconds(headers) == wait


def test_a_429_needs_no_remaining():
    assert seconds({"x-ratelimit-reset": "2026-11-20T12:05:00.000001Z"}, 429) == 300.000001
    assert seconds({"ratelimit-policy": "3000;w=300"}, 429) == 300
    assert seconds({"ratelimit": '"default";t=30'}, 429) == 30
    assert seconds({}, 429) is None


@pytest.mark.parametrize("skew", [timedelta(hours=-3), timedelta(seconds=40), timedelta(days=400)])
def test_a_server_whose_clock_is_wrong_is_understood_by_its_own_date(skew):
    theirs = NOON + skew
    headers = {"date": theirs.strftime("%a, %d %b %Y %H:%M:%S GMT")}
    at = theirs + timedelta(seconds=90)
    for value in (at.isoformat(), str(int(at.timestamp()))):
        assert seconds({**headers, **SPENT, "x-ratelimit-reset": value}) == 90
    assert seconds({**headers, "retry-after": at.strftime("%a, %d %b %Y %H:%M:%S GMT")}) == 90
    assert seconds({**headers, "retry-after": "90"}) == 90


NAMES = [
    "date",
    "retry-after",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "ratelimit",
    "ratelimit-remaining",
    "ratelimit-reset",
    "ratelimit-policy",
    "x-app-usage",
    "x-business-use-case-usage",
]
GARBAGE = st.one_of(
    st.text(max_size=30),
    st.integers().map(str),
    st.floats().map(str),
    st.datetimes().map(str),
    st.sampled_from(
        ['{"a":[{"call_count":1e400}]}', "[" * 5000, '"default";r=0;t=-', "0001-01-01T00:00:00+23:59", "1e999", "٣"]
    ),
)


@given(st.dictionaries(st.sampled_from(NAMES), GARBAGE), st.sampled_from([200, 429, 503]))
def test_garbage_never_raises_and_never_leaves_the_month_to_come(headers, status):
    until = earliest_next(status, headers, NOON)
    assert until is None or NOON < until <= NOON + LONGEST_WAIT
