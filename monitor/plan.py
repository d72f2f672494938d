"""What one pass over one account means: new, edited, missing, gone, when to look again. Pure.

The outcome of reading comes in as a value (posts, "not modified" or an error), the decision goes out as a Plan.
Nothing here touches the network, the store or the clock.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from domain.accounts import Account, AccountState
from domain.errors import CollectError, RateLimited
from domain.plans import Change, Plan, PlannedVersion
from domain.posts import PROFILE_ID, Fetched, KnownPost, NotModified, Post, PostKind, PostState, Presence
from monitor.cadence import Cadence, after_failure, next_check

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.posts import ProfileSeen

CONFIRMATIONS = 2
"""Times a platform must say "not there" before a post counts as gone."""
CONFIRMATION_GAP = timedelta(hours=6)
"""Least time between two such answers, so that one outage cannot count twice."""


def suspects(outcome: Fetched | NotModified, known: Mapping[str, KnownPost]) -> tuple[str, ...]:
    """Ids to be asked for one by one before anything is concluded: posts that ought to be in this listing and are not.

    Where nothing changed they are the ones that were already missing: a second answer is still owed for them.
    """
    if isinstance(outcome, NotModified):
        return tuple(post.post_id for post in _posts(known) if post.state is PostState.MISSING)
    return _unlisted(outcome, known)


def _unlisted(fetched: Fetched, known: Mapping[str, KnownPost]) -> tuple[str, ...]:
    if fetched.covers_since is None:
        return ()
    return tuple(
        post.post_id
        for post in _posts(known)
        if post.state is not PostState.GONE
        and post.published_at >= fetched.covers_since
        and post.post_id not in fetched.listed_ids
    )


def _posts(known: Mapping[str, KnownPost]) -> tuple[KnownPost, ...]:
    """All but the profile: no listing holds it, so that a reading which did not see it says nothing about it."""
    return tuple(post for post in known.values() if post.post_id != PROFILE_ID)


def profile_post(profile: ProfileSeen, url: str, now: datetime) -> Post:
    """The profile as a post of its own. It stands publicly now, whenever it was written; see decision 0016."""
    name, picture = profile.display_name.strip(), profile.avatar_alt.strip()
    bio = profile.bio.strip()
    lines = (
        f"Display name: {name}" if name else "",
        # Of a site the name is the first line of its words about itself, and is said once.
        f"{bio}\n".removeprefix(f"{name}\n").strip() if name else bio,
        f"Profile picture: {picture}" if picture else "",
    )
    return Post(PROFILE_ID, url, PostKind.PROFILE, "\n".join(line for line in lines if line), published_at=now)


def decide(
    account: Account,
    outcome: Fetched | NotModified | CollectError,
    known: Mapping[str, KnownPost],
    *,
    presence: Mapping[str, Presence],
    now: datetime,
    cadence: Cadence,
) -> Plan:
    """The plan for this outcome. `presence` answers for `suspects(outcome, known)`."""
    if isinstance(outcome, CollectError):
        return _failed(account, outcome, now, cadence)
    asked = [known[post_id] for post_id in suspects(outcome, known)]
    counted = [post for post in asked if presence.get(post.post_id) is Presence.ABSENT and _counts(post, now)]
    concluded = Plan(
        missing=tuple(
            post.post_id
            for post in asked
            if post.state is PostState.LIVE and presence.get(post.post_id) is not Presence.PRESENT
        ),
        absent=tuple(post.post_id for post in counted),
        gone=tuple(post.post_id for post in counted if post.absences + 1 >= CONFIRMATIONS),
        cursor=outcome.cursor,
        state=AccountState.ACTIVE,
        outcome="not-modified",
        returned=_returned(outcome, known, presence),
    )
    made = concluded if isinstance(outcome, NotModified) else _read(account, outcome, known, concluded, now)
    due = next_check(account, made, outcome.not_before, known=known, now=now, cadence=cadence)
    return replace(made, next_check_at=due)


def _read(account: Account, fetched: Fetched, known: Mapping[str, KnownPost], concluded: Plan, now: datetime) -> Plan:
    profile = _profile(account, fetched, known, now)
    posts = (*fetched.posts, *profile)
    there = fetched.listed_ids | {post.post_id for post in profile}
    return replace(
        concluded,
        versions=_versions(account, posts, known, now),
        seen=tuple(post_id for post_id in known if post_id in there),
        bio=None if fetched.profile is None else fetched.profile.bio,
        handle=_new_handle(account, fetched.profile),
        outcome="read",
        posts_listed=len(posts),
        skipped=fetched.skipped,
    )


def _profile(account: Account, fetched: Fetched, known: Mapping[str, KnownPost], now: datetime) -> tuple[Post, ...]:
    """The profile where it was seen. An empty one is none, unless it had words before: then they were taken away."""
    if fetched.profile is None:
        return ()
    post = profile_post(fetched.profile, account.url, now)
    return (post,) if post.text or PROFILE_ID in known else ()


def _new_handle(account: Account, profile: ProfileSeen | None) -> str | None:
    """The name the account goes by now; None where it is the same but for its spelling, or was not told."""
    seen = profile.handle.strip() if profile else ""
    same = seen.lstrip("@").casefold() == account.handle.lstrip("@").casefold()
    return None if not seen or same else seen


def _returned(
    outcome: Fetched | NotModified, known: Mapping[str, KnownPost], presence: Mapping[str, Presence]
) -> tuple[str, ...]:
    listed = outcome.listed_ids if isinstance(outcome, Fetched) else frozenset()
    return tuple(
        post.post_id
        for post in known.values()
        if post.state is not PostState.LIVE
        and (post.post_id in listed or presence.get(post.post_id) is Presence.PRESENT)
    )


def _counts(post: KnownPost, now: datetime) -> bool:
    """Two answers close together are one answer: a single outage must not delete a post."""
    return post.last_absence_at is None or now - post.last_absence_at >= CONFIRMATION_GAP


def _versions(
    account: Account, posts: tuple[Post, ...], known: Mapping[str, KnownPost], now: datetime
) -> tuple[PlannedVersion, ...]:
    planned = (_version(account, post, known.get(post.post_id), now) for post in posts)
    return tuple(version for version in planned if version is not None)


def _version(account: Account, post: Post, before: KnownPost | None, now: datetime) -> PlannedVersion | None:
    if before is not None:
        # Its words went when it was gone; now that it stands again they are judged again.
        if before.content_hash == post.content_hash and before.state is not PostState.GONE:
            return None
        change = Change.BASELINE if before.baseline else Change.EDITED
        # A profile is judged by the day on which these words stand there: its author may have left meanwhile.
        published_at = now if post.post_id == PROFILE_ID else before.published_at
        return PlannedVersion(post=post, change=change, published_at=published_at)
    first_reading = account.cursor is None
    if post.published_at is None and (first_reading or post.undatable):
        return PlannedVersion(post=post, change=Change.BASELINE, published_at=now)
    # A date in the future is a trick to stay on top; the post is public now, whatever it claims.
    published_at = now if post.published_at is None else min(post.published_at, now)
    if published_at < account.authorisation.starts_at:
        return None
    return PlannedVersion(post=post, change=Change.NEW, published_at=published_at)


def _failed(account: Account, error: CollectError, now: datetime, cadence: Cadence) -> Plan:
    # Being asked to wait is the site's right and no fault of the account: it never leads to quarantine.
    failures = account.failures + (0 if isinstance(error, RateLimited) else 1)
    quarantined = failures >= cadence.quarantine_after
    wait = cadence.quarantine_retry if quarantined else _back_off(failures, cadence)
    asked_for = error.retry_at or now
    return Plan(
        next_check_at=after_failure(account, max(now + wait, asked_for), now=now, cadence=cadence),
        state=AccountState.QUARANTINED if quarantined else AccountState.ACTIVE,
        failures=failures,
        problem_code=error.code,
        problem=error.reason,
        outcome=error.code,
    )


def _back_off(failures: int, cadence: Cadence) -> timedelta:
    doublings: int = 2 ** max(0, min(failures, 20) - 1)
    return min(cadence.first_retry * doublings, cadence.every)
