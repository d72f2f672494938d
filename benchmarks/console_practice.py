"""A practice with tens of thousands of findings under review, written straight into a database of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import insert

from domain.access import Role
from domain.accounts import AccountKind, Licence, Profile, Proof
from domain.findings import Clause
from domain.plans import Change
from domain.posts import PostKind, PostState
from domain.review_locks import ReviewRules
from store.tables import findings, posts, versions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from store.engine import Store

SEEN = datetime(2026, 9, 7, 12, tzinfo=UTC)
NOW = SEEN + timedelta(days=60)
ACCOUNTS = 50
_BATCH = 5_000
_WORDS = "A walk by the river, a thought about rest, and one line that somebody ought to look at before Monday comes."


def fill(store: Store, count: int, reviewers: int) -> tuple[str, ...]:
    """`count` findings with their reviews open, and one signed-in session for each reviewer: their cookies' tokens."""
    accounts = [_account(store, number) for number in range(ACCOUNTS)]
    for start in range(0, count, _BATCH):
        _write(store, accounts, range(start, min(start + _BATCH, count)))
    store.search.reindex()
    store.reviews.open_new(NOW, ReviewRules(grace_days=0))
    return tuple(_session(store, number) for number in range(reviewers))


def _account(store: Store, number: int) -> int:
    email = f"person{number}@larkspurbend.example"
    person = store.staff.add(f"Person {number}", "counselor", Licence.COUNSELOR, email, None, None, SEEN)
    place = f"https://social.example/@person{number}"
    enrolled = store.accounts.enroll(
        person.id,
        AccountKind.PROFESSIONAL,
        Profile("mastodon", str(number), f"@person{number}", place, "https://social.example"),
        token=f"token-{number}",
        notice_hash="n" * 64,
        notice_text="The notice.",
        actor="command",
        now=SEEN,
    )
    store.accounts.authorise(
        enrolled.id, proof=Proof.BIO, proof_reference="bio", actor="command", starts_at=SEEN, ends_at=None, now=SEEN
    )
    return enrolled.id


def _write(store: Store, accounts: Sequence[int], numbers: range) -> None:
    with store.database.writing() as connection:
        made = connection.execute(insert(posts).returning(posts.c.id), list(_posts(accounts, numbers)))
        keys = made.scalars().all()
        made = connection.execute(insert(versions).returning(versions.c.id), [_version(key) for key in keys])
        connection.execute(
            insert(findings),
            [_finding(key, number) for key, number in zip(made.scalars().all(), numbers, strict=True)],
        )


def _posts(accounts: Sequence[int], numbers: range) -> Iterator[dict[str, Any]]:
    for number in numbers:
        yield {
            "account_id": accounts[number % len(accounts)],
            "post_id": str(number),
            "url": f"https://social.example/posts/{number}",
            "kind": PostKind.POST,
            "published_at": SEEN,
            "first_seen_at": SEEN,
            "last_seen_at": SEEN,
            "state": PostState.LIVE,
            "absences": 0,
            "current_hash": f"{number:064x}",
        }


def _version(key: int) -> dict[str, Any]:
    return {
        "post_key": key,
        "content_hash": f"{key:064x}",
        "change": Change.NEW,
        "first_seen_at": SEEN,
        "language": "en",
        "assessed": True,
        "kept_text": _WORDS,
        "kept_alts": [],
    }


def _finding(version_id: int, number: int) -> dict[str, Any]:
    at = SEEN + timedelta(minutes=number)
    return {
        "version_id": version_id,
        "clause": list(Clause)[number % 6],
        "severity": 1 + number % 4,
        "probability": 0.8,
        "reason": "The post praises a product and calls on people to buy.",
        "excerpt": "one line that somebody ought to look at",
        "spans": [{"field": "text", "start": 52, "end": 91}],
        "needs_context": [],
        "policy_version": "p",
        "detector": "rules",
        "detector_version": "d",
        "first_seen_at": at,
        "visible_from": at,
    }


def _session(store: Store, number: int) -> str:
    email = f"reviewer{number}@larkspurbend.example"
    roles = (Role.PRIVACY_OFFICER,)
    user = store.users.add(f"Reviewer {number}", email, roles, None, "command", NOW)
    store.users.record_training(user.id, NOW + timedelta(days=400), "command", NOW)
    token, _ = store.sessions.begin(user.id, NOW, timedelta(days=1), verified=True)
    return token
