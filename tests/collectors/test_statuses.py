from datetime import timedelta

import pytest

from collectors.base import Response
from collectors.statuses import raise_for_status
from domain.errors import (
    AccessRefused,
    AccountDeleted,
    AccountGone,
    RateLimited,
    ServerFault,
    Unreachable,
    WrongContent,
)
from tests.fakes.http import FakeHttp, answer
from tests.fakes.time import NOON


def given(status, **headers):
    return Response(
        status, "https://a.example/", {name.replace("_", "-"): value for name, value in headers.items()}, b""
    )


@pytest.mark.parametrize(
    ("response", "error"),
    [
        (given(204), WrongContent),
        (given(302), WrongContent),
        (given(400), WrongContent),
        (given(401), AccessRefused),
        (given(403), AccessRefused),
        (given(404), AccountGone),
        (given(408), Unreachable),
        (given(410), AccountDeleted),
        (given(429), RateLimited),
        (given(451), AccessRefused),
        (given(500), ServerFault),
        (given(503), ServerFault),
        (given(503, retry_after="soon"), ServerFault),
        (given(503, retry_after="30"), RateLimited),
        (given(522), ServerFault),
    ],
)
def test_a_status_is_the_error_that_names_it(response, error):
    with pytest.raises(error) as caught:
        raise_for_status(response, (), NOON)
    assert type(caught.value) is error
    assert str(response.status) in caught.value.detail


@pytest.mark.parametrize("status", [200, 304, 404, 400])
def test_what_is_expected_comes_back(status):
    raise_for_status(given(status), (404, 400), NOON)


def test_retry_at_is_what_the_server_asked_for():
    with pytest.raises(RateLimited) as caught:
        raise_for_status(given(429, retry_after="289"), (), NOON)
    assert caught.value.retry_at == NOON + timedelta(seconds=289)


def test_the_fake_reader_asks_and_answers_like_the_real_one():
    fake = FakeHttp(
        {
            "https://a.example/x?b=2&a=1": [
                answer("one", content_type="text/plain; charset=utf-8"),
                answer(status=429),
            ],
            "https://a.example/gone": answer(status=404),
            "https://a.example/down": Unreachable("cable"),
        }
    )
    first = fake.get("https://a.example/x", params={"b": 2, "a": 1}, validators={"If-None-Match": '"e"'}, robots=True)
    assert (first.body, first.content_type, first.url) == (b"one", "text/plain", "https://a.example/x?a=1&b=2")
    assert (fake.requests[0].validators, fake.requests[0].robots) == ({"If-None-Match": '"e"'}, True)
    for url, error in (("x?a=1&b=2", RateLimited), ("gone", AccountGone), ("down", Unreachable)):
        with pytest.raises(error):
            fake.get(f"https://a.example/{url}")
    assert fake.get("https://a.example/gone", expect=(404,)).status == 404
    for url in ("x?a=1&b=2", "never"):
        with pytest.raises(AssertionError, match="script"):
            fake.get(f"https://a.example/{url}")
    assert len(fake.urls) == 7
