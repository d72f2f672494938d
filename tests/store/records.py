"""An invented practice in the store's own words, for the tests of the store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

from domain.accounts import AccountKind, Licence, Profile, Proof
from domain.findings import Clause, Finding, Severity, Span
from domain.plans import Change, Plan, PlannedVersion, Verdict
from domain.posts import Post, PostKind

START = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
OWNER = "worker-1"
POLICY = "policy-1"
_numbers = count(1)


def person(store, name="Maren Okafor", email=None):
    return store.staff.add(
        name, "therapist", Licence.COUNSELOR, email or f"s{next(_numbers)}@example.org", None, None, START
    )


def profile(platform_id=None, **changes):
    number = platform_id or f"id-{next(_numbers)}"
    values = {
        "platform": "mastodon",
        "platform_id": number,
        "handle": f"@{number}@social.example",
        "url": f"https://social.example/@{number}",
        "api_base": "https://social.example",
        "display_name": "Maren",
        "bio": "Therapist in Larkspur Bend.",
        "reads": "Public posts.",
    }
    return Profile(**values | changes)


def enrolled(store, staff=None, page=None, now=START):
    return store.accounts.enroll(
        (staff or person(store)).id,
        AccountKind.PROFESSIONAL,
        page or profile(),
        token="section7-abc",
        notice_hash="n" * 64,
        notice_text="What is read, and why.",
        actor="Maren Okafor",
        now=now,
    )


def authorise(store, account_id, starts_at=START, ends_at=None, now=START):
    return store.accounts.authorise(
        account_id,
        proof=Proof.BIO,
        proof_reference="bio",
        actor="Maren Okafor",
        starts_at=starts_at,
        ends_at=ends_at,
        now=now,
    )


def active(store, staff=None, page=None, now=START):
    return authorise(store, enrolled(store, staff, page, now).id, starts_at=now, now=now)


def claim(store, now=START, owner=OWNER, limit=100):
    return store.accounts.claim_due(now, owner, lease_until=now + HOUR, limit=limit)


def post(post_id="1", text="The maples have turned red.", **changes):
    values = {
        "post_id": post_id,
        "url": f"https://social.example/p/{post_id}",
        "kind": PostKind.POST,
        "text": text,
        "published_at": START + HOUR,
    }
    return Post(**values | changes)


def finding(clause=Clause.CONDUCT, severity=Severity.S2, **changes):
    values = {
        "clause": clause,
        "severity": severity,
        "probability": 0.8,
        "spans": (Span("text", 0, 3, "The"),),
        "reason": "The post mocks a colleague.",
        "detector": "conduct",
        "version": "1",
    }
    return Finding(**values | changes)


def version(which=None, change=Change.NEW, published_at=None):
    which = which or post()
    return PlannedVersion(which, change, published_at or which.published_at)


def clean(which=None, change=Change.NEW):
    return Verdict(version(which, change))


def flagged(which=None, *found, change=Change.NEW):
    which = which or post()
    found = found or (finding(),)
    return Verdict(
        version(which, change),
        findings=found,
        excerpts=tuple("The ▒▒▒ have turned red." for _ in found),
        kept_text=which.text,
    )


def plan(*verdicts, now=START, **changes):
    values = {
        "versions": tuple(verdict.version for verdict in verdicts),
        "next_check_at": now + DAY,
        "posts_listed": len(verdicts),
        "cursor": '{"since": 1}',
    }
    return Plan(**values | changes)


def visit(store, *verdicts, of=None, now=START + HOUR, policy_version=POLICY, **changes):
    """Claim one account, the first unless `of` names another, and apply a pass to it."""
    store.accounts.make_due(now)
    leased = claim(store, now)
    (account, *_) = [each for each in leased if of is None or each.id == of.id]
    for other in leased:
        if other.id != account.id:
            store.accounts.release(other.id, OWNER)
    return store.posts.apply(
        account, plan(*verdicts, now=now, **changes), verdicts, owner=OWNER, policy_version=policy_version, now=now
    )
