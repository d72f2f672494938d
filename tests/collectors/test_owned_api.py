"""What refusals mean to everyone who asks with an owner's token, and how tokens are renewed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from collectors.owned_api import Answer, OwnedApi, TokenDoor, code_in, next_midnight, renewed
from domain.errors import (
    AccessRefused,
    AccountGone,
    Malformed,
    RateLimited,
    ServerFault,
    TokenRefused,
    WrongContent,
)
from tests.fakes.collected import NOW
from tests.fakes.http import FakeHttp, answer
from tests.fakes.owned_service import TOKEN, grant

BASE = "https://api.example"
DOOR = TokenDoor("https://api.example/token")


def ask(given, absent=(), refusal=lambda _response, _body: None):
    http = FakeHttp({f"{BASE}/me": given})
    found = OwnedApi(http, BASE, refusal, {"Version": "7"}).get("/me", absent=absent)
    assert [(asked.authorised, asked.headers) for asked in http.requests] == [(True, {"Version": "7"})]
    return found


@pytest.mark.parametrize(
    ("status", "raised"),
    [
        (400, WrongContent),
        (401, TokenRefused),
        (402, AccessRefused),
        (403, AccessRefused),
        (404, AccountGone),
        (410, AccountGone),
        (418, WrongContent),
        (426, WrongContent),
        (429, RateLimited),
        (500, ServerFault),
    ],
)
def test_a_status_says_what_a_body_does_not(status, raised):
    with pytest.raises(raised) as refused:
        ask(answer("<html>no</html>", status=status))
    assert type(refused.value) is raised
    assert "html" not in str(refused.value)


def test_a_rate_limit_keeps_the_servers_own_time():
    with pytest.raises(RateLimited) as refused:
        ask(answer("{}", status=429, retry_after="60"))
    assert refused.value.retry_at is not None


def test_an_interface_may_refuse_with_a_status_that_says_well():
    with pytest.raises(TokenRefused):
        ask(answer('{"error": {"code": "invalid"}}'), refusal=lambda _response, body: TokenRefused(str(len(body))))


def test_only_the_interface_itself_can_say_that_a_thing_is_not_there():
    assert ask(answer('{"error": {}}', status=404), absent=(404,)) == Answer(404, {})
    with pytest.raises(AccountGone):
        ask(answer("<html>a gateway's page</html>", status=404), absent=(404,))


@pytest.mark.parametrize(("body", "raised"), [("[]", Malformed), ('{"a"', Malformed), ("<html>", WrongContent)])
def test_what_is_no_object_is_an_error(body, raised):
    with pytest.raises(raised):
        ask(answer(body))


@pytest.mark.parametrize(
    ("said", "midnight"),
    [
        ("Wed, 25 Nov 2026 12:00:00 GMT", datetime(2026, 11, 26, 8, tzinfo=UTC)),
        ("Thu, 26 Nov 2026 07:59:59 GMT", datetime(2026, 11, 26, 8, tzinfo=UTC)),
        ("Sat, 01 Aug 2026 12:00:00 GMT", datetime(2026, 8, 2, 7, tzinfo=UTC)),
        ("soon", None),
        ("", None),
    ],
)
def test_midnight_is_that_of_the_place_summer_time_included(said, midnight):
    assert next_midnight("America/Los_Angeles", answer(date=said)) == midnight


def renew(body, status=200, **changes):
    http = FakeHttp({DOOR.url: answer(body, status=status)})
    found = renewed(grant(expires_at=NOW, **changes), http, NOW, DOOR)
    return found, http.requests


def test_a_token_is_renewed_by_a_form_and_keeps_what_was_not_said_anew():
    found, requests = renew('{"access_token": "new", "expires_in": 3600}', scopes=frozenset({"read"}))
    assert (found.token, found.refresh_token, found.scopes) == ("new", "r3fresh", frozenset({"read"}))
    assert found.expires_at == NOW + timedelta(hours=1)
    assert requests[0].json == {
        "grant_type": "refresh_token",
        "refresh_token": "r3fresh",
        "client_id": "app",
        "client_secret": "appsecret",
    }
    assert not requests[0].authorised


def test_scopes_are_read_however_they_are_parted():
    found, _ = renew('{"access_token": "new", "scope": "a,b c"}')
    assert found.scopes == frozenset("abc")


@pytest.mark.parametrize(("seconds", "lasts"), [("-1", None), ('"x"', None), ("1e400", None), ("9" * 20, 3650)])
def test_an_odd_lifetime_is_bounded(seconds, lasts):
    found, _ = renew(f'{{"access_token": "new", "expires_in": {seconds}}}')
    assert found.expires_at == (None if lasts is None else NOW + timedelta(days=lasts))


@pytest.mark.parametrize(
    ("body", "status"), [('{"error": "invalid_grant"}', 400), ('{"error": "invalid_client"}', 401), ("{}", 200)]
)
def test_a_withdrawn_permission_is_told_without_a_secret(body, status):
    with pytest.raises(TokenRefused) as refused:
        renew(body, status)
    assert TOKEN not in str(refused.value)
    assert "r3fresh" not in str(refused.value)


@pytest.mark.parametrize("odd", ["Injected token", "n\r\nX-Injected: 1", "n\u00e9w-Injected", "Injected" * 600])
@pytest.mark.parametrize("key", ["access_token", "refresh_token"])
def test_a_token_that_no_header_can_hold_is_refused_and_not_repeated(key, odd):
    said = {"access_token": "new", "refresh_token": "newer"} | {key: odd}
    with pytest.raises(Malformed) as refused:
        renew(json.dumps(said))
    assert "Injected" not in f"{refused.value} {refused.value.__cause__} {refused.value.__context__}"


@pytest.mark.parametrize("lacking", [{"refresh_token": ""}, {"client_id": ""}])
def test_what_cannot_be_renewed_is_left_alone(lacking):
    found, requests = renew("{}", **lacking)
    assert (found, requests) == (None, [])


def test_a_code_is_a_word_and_never_a_sentence():
    assert code_in({"code": "scope_not_authorized"}, "code") == "scope_not_authorized"
    assert code_in({"code": "Dana said hello"}, "code") == "no reason given"
    assert code_in({}, "code") == "no reason given"
