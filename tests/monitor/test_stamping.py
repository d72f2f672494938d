from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from collectors.base import Politeness
from collectors.http import open_http
from domain.audit import AuditRecord
from domain.errors import UsageError
from monitor.heads import Signing, sign_due
from monitor.stamping import stamp_check, time_stamp
from monitor.verifying import Kept, verify_store
from tests.fakes.authority import Authority
from vault.signing import new_signing_key
from vault.timestamps import installed, query_for, stamp_in, stamped_at

pytestmark = pytest.mark.skipif(
    not installed() or shutil.which("openssl") is None, reason='needs the extra "timestamp" and openssl'
)
NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    with Authority(tmp_path_factory.mktemp("authority")) as running:
        yield running


@pytest.fixture
def http(authority):
    authority.answer = None
    gentle = Politeness(user_agent="section7", contact="", delay=0, jitter=0)
    with open_http(replace(gentle, allowed_private=frozenset({authority.place})), clock=lambda: NOW) as client:
        yield client


def test_an_authority_is_sent_a_hash_and_its_stamp_holds_for_these_bytes_alone(authority, http):
    stamp = time_stamp(http, authority.url, b"the head of the log")
    kind, query = authority.asked[-1]
    assert kind == "application/timestamp-query"
    assert b"the head" not in query
    at = stamped_at(stamp, b"the head of the log", [authority.root])
    assert at.tzinfo is not None
    with pytest.raises(UsageError, match="does not hold"):
        stamped_at(stamp, b"another head", [authority.root])


def test_a_stamp_that_another_authority_vouches_for_does_not_hold(authority, http, tmp_path):
    stamp = time_stamp(http, authority.url, b"head")
    other = Authority(tmp_path)
    other._server.server_close()
    with pytest.raises(UsageError, match="does not hold"):
        stamped_at(stamp, b"head", [other.root])


@pytest.mark.parametrize("answer", [(200, b"no stamp"), (500, b""), (302, b""), (200, b"")])
def test_an_authority_that_fails_stops_nothing(authority, http, answer):
    authority.answer = answer
    assert time_stamp(http, authority.url, b"head") == ""


def test_a_stamp_over_something_else_is_refused(authority, http):
    authority.answer = (200, authority.stamp(query_for(b"something else")))
    assert time_stamp(http, authority.url, b"head") == ""
    with pytest.raises(UsageError, match="something else"):
        stamp_in(authority.answer[1], query_for(b"head"))


def test_an_address_that_nobody_listens_at_stops_nothing(http):
    assert time_stamp(http, "http://127.0.0.1:9/tsa", b"head") == ""


def test_a_stamped_head_is_checked_against_the_authoritys_certificate(sqlite_store, authority, http, tmp_path):
    key = new_signing_key()
    sqlite_store.audit.record(AuditRecord(NOW, "command", "run.finished", "run:1"))
    tools = Signing(
        sqlite_store, key, tmp_path / "heads.jsonl", lambda content: time_stamp(http, authority.url, content)
    )
    sign_due(tools, NOW)
    head = sqlite_store.heads.newest()
    assert head.time_stamp
    assert verify_store(sqlite_store, key.public, kept=Kept(roots=(authority.root,))).found.flaws == []
    check = stamp_check([authority.root])
    assert check(head) == ""
    assert "does not hold" in check(replace(head, seq=7))
    later = replace(head, signed_at=datetime.now(UTC) + timedelta(days=1))
    assert check(later)
