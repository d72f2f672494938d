"""What is sent with an owner's token, what is asked with a body, and what is looked up in the DNS."""

import json
from datetime import UTC, datetime

import dns.exception
import dns.resolver
import pytest

from collectors.base import Grant, Politeness
from collectors.http import open_http
from collectors.names import txt_records
from domain.errors import AddressRefused, TimedOut, TokenRefused, Unreachable, WrongContent
from tests.fakes.loopback import Loopback, redirect, reply

SECRET = "s3cret-of-the-owner"
GRANT = Grant("instagram", "1784", SECRET)


@pytest.fixture
def server():
    with Loopback() as running:
        yield running


@pytest.fixture
def client(server):
    polite = Politeness(user_agent="section7", contact="", delay=0, jitter=0, allowed_private=frozenset({server.place}))
    with open_http(polite, clock=lambda: datetime.now(UTC), lookup=lambda name, _: (f"for {name}",)) as opened:
        yield opened


def test_the_token_goes_along_only_where_a_request_says_so(server, client):
    server.routes["/me"] = reply(b"{}")
    http = client.for_account(30, grant=GRANT, hosts=frozenset({"127.0.0.1"}))
    http.get(server.url("/me"))
    http.get(server.url("/me"), authorised=True)
    assert ["authorization" in asked.headers for asked in server.seen] == [False, True]
    assert server.seen[1].headers["authorization"] == f"Bearer {SECRET}"


def test_the_token_goes_to_no_other_host_not_even_by_a_redirect(server, client):
    server.routes["/me"] = redirect("http://localhost:1/elsewhere")
    other = client.for_account(30, grant=GRANT, hosts=frozenset({"graph.example"}))
    with pytest.raises(AddressRefused) as refused:
        other.get(server.url("/me"), authorised=True)
    assert SECRET not in str(refused.value)
    with pytest.raises(AddressRefused):
        client.for_account(30, grant=GRANT, hosts=frozenset({"127.0.0.1"})).get(server.url("/me"), authorised=True)
    assert len(server.seen) == 1


def test_without_a_token_nothing_is_asked(server, client):
    with pytest.raises(TokenRefused):
        client.for_account(30).get(server.url("/me"), authorised=True)
    assert not server.seen


def test_a_token_shows_in_no_representation():
    assert SECRET not in repr(GRANT)


def test_a_question_with_a_body_is_asked_once_and_follows_no_redirect(server, client):
    server.routes["/list"] = reply(b'{"data": []}')
    server.routes["/moved"] = redirect("/list")
    http = client.for_account(30)
    assert http.post(server.url("/list"), json={"max_count": 20}).body == b'{"data": []}'
    assert json.loads(server.seen[0].body) == {"max_count": 20}
    with pytest.raises(WrongContent):
        http.post(server.url("/moved"), json={})


def test_a_form_goes_to_the_platforms_own_hosts_alone_since_it_may_hold_secrets(server, client):
    server.routes["/token"] = reply(b"{}")
    http = client.for_account(30, grant=GRANT, hosts=frozenset({"127.0.0.1"}))
    http.post(server.url("/token"), form={"grant_type": "refresh_token", "refresh_token": "a b&c"})
    assert server.seen[0].body == b"grant_type=refresh_token&refresh_token=a+b%26c"
    assert server.seen[0].headers["content-type"] == "application/x-www-form-urlencoded"
    assert "authorization" not in server.seen[0].headers
    for other in (client.for_account(30), client.for_account(30, grant=GRANT, hosts=frozenset({"graph.example"}))):
        with pytest.raises((AddressRefused, TokenRefused)):
            other.post(server.url("/token"), form={"refresh_token": SECRET})
    assert len(server.seen) == 1


def test_an_interfaces_version_goes_along_and_never_in_place_of_the_token(server, client):
    server.routes["/me"] = server.routes["/list"] = reply(b"{}")
    http = client.for_account(30, grant=GRANT, hosts=frozenset({"127.0.0.1"}))
    version = {"LinkedIn-Version": "202606", "Authorization": "Bearer none"}
    http.get(server.url("/me"), headers=version, authorised=True)
    http.post(server.url("/list"), json={}, headers=version, authorised=True)
    assert [asked.headers["linkedin-version"] for asked in server.seen] == ["202606", "202606"]
    assert [asked.headers["authorization"] for asked in server.seen] == [f"Bearer {SECRET}"] * 2


def test_records_of_a_name_come_through_the_accounts_own_reader(client):
    assert client.for_account(30).txt("_atproto.dana.example") == ("for _atproto.dana.example",)
    with pytest.raises(TimedOut):
        client.for_account(0).txt("_atproto.dana.example")


@pytest.mark.parametrize(
    ("failure", "raised"),
    [(dns.exception.Timeout(), TimedOut), (dns.resolver.NoNameservers(), Unreachable), (OSError(), Unreachable)],
)
def test_a_silent_name_server_is_named(monkeypatch, failure, raised):
    def resolve(*_, **__):
        raise failure

    monkeypatch.setattr(dns.resolver.Resolver, "resolve", resolve)
    with pytest.raises(raised):
        txt_records("_atproto.dana.example", 1)


@pytest.mark.parametrize("name", ["", "a" * 64 + ".example", "x." * 200, "a..example", "\udcff.example"])
def test_what_is_no_name_has_no_records(name):
    assert txt_records(name, 1) == ()
