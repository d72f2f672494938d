"""Posts through parse, plan and save, against the bare parse of the same bytes."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.pairs import paired, show
from collectors.mastodon_statuses import parse_status
from domain.accounts import AccountKind, Licence, Profile, Proof
from domain.plans import Verdict
from domain.posts import Fetched
from migrations.upgrade import upgrade
from monitor.cadence import Cadence
from monitor.plan import decide
from store.engine import open_store
from vault.files import new_keyring

if TYPE_CHECKING:
    from domain.accounts import Account
    from store.engine import Store

POSTS = 2000
NOW = datetime(2026, 10, 7, 12, tzinfo=UTC)
START = NOW - timedelta(days=400)


def main() -> None:
    """Print the rate and the ratio."""
    body = _listing()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        upgrade(url)
        store = open_store(url, new_keyring())
        numbers = iter(range(1000))
        result = paired(lambda: _whole(store, next(numbers), body), lambda: _parse(body))
        store.close()
    show("parse, plan and save on SQLite", POSTS, "posts", result)


def _listing() -> bytes:
    statuses = [
        {
            "id": str(100_000 + number),
            "url": f"https://social.example/@tess/{number}",
            "uri": f"https://social.example/users/tess/statuses/{number}",
            "created_at": (NOW - timedelta(minutes=number)).isoformat(),
            "content": f"<p>Post {number}: what a <b>worry window</b> is, and why it helps &amp; when it does not.</p>"
            * 3,
            "visibility": "public",
            "account": {"id": "1"},
            "media_attachments": [],
        }
        for number in range(POSTS)
    ]
    return json.dumps(statuses).encode()


def _parse(body: bytes) -> Fetched:
    posts = [item.post for value in json.loads(body) if (item := parse_status(value, "1")).post is not None]
    return Fetched(tuple(posts), frozenset(post.post_id for post in posts), START, cursor="{}")


def _whole(store: Store, number: int, body: bytes) -> None:
    """A fresh account each time, so that every post is new and is written."""
    account = _account(store, number)
    plan = decide(
        account,
        _parse(body),
        store.posts.known(account.id),
        presence={},
        now=NOW,
        cadence=Cadence(every=timedelta(hours=24)),
    )
    verdicts = [Verdict(version) for version in plan.versions]
    store.posts.apply(account, plan, verdicts, owner="bench", policy_version="bench", now=NOW)


def _account(store: Store, number: int) -> Account:
    staff = store.staff.add(f"Person {number}", "counselor", Licence.NONE, f"p{number}@x.example", None, None, START)
    profile = Profile("mastodon", f"{number}@x", f"@p{number}", f"https://x.example/@p{number}", "https://x.example")
    enrolled = store.accounts.enroll(
        staff.id,
        AccountKind.PROFESSIONAL,
        profile,
        token="t",
        notice_hash="n" * 64,
        notice_text="n",
        actor="b",
        now=START,
    )
    store.accounts.authorise(
        enrolled.id, proof=Proof.BIO, proof_reference="bio", actor="b", starts_at=START, ends_at=None, now=START
    )
    store.accounts.make_due(NOW, [enrolled.id])
    return store.accounts.claim_due(NOW, "bench", NOW + timedelta(hours=1), 1)[0]
