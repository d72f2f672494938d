"""When an account is read next: the one schedule, stretched by the account's own silence and spread by chance. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from domain.rhythm import interval

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from domain.accounts import Account
    from domain.plans import Plan
    from domain.posts import KnownPost

LONGEST_WAIT = timedelta(days=30)
"""No source can put its next reading off for longer."""


@dataclass(frozen=True, slots=True)
class Cadence:
    """The one schedule of all accounts, and when a failing one is set aside.

    `slowest` and `spread` are those of `domain.rhythm`; as they stand here nothing is slowed down or spread.
    """

    every: timedelta
    quarantine_after: int = 5
    first_retry: timedelta = timedelta(minutes=30)
    quarantine_retry: timedelta = timedelta(days=7)
    slowest: float = 1.0
    spread: float = 0.0


def next_check(
    account: Account,
    plan: Plan,
    not_before: datetime | None,
    *,
    known: Mapping[str, KnownPost],
    now: datetime,
    cadence: Cadence,
) -> datetime:
    """After a reading that went well: the schedule, or later where the account is silent or its site asks for it."""
    wait = interval(cadence.every, now - _newest(account, plan, known, now), cadence.slowest)
    planned = now + wait
    if not_before is not None:
        planned = min(max(planned, not_before), now + LONGEST_WAIT)
    return min(planned + wait * cadence.spread * _chance(account, now), now + LONGEST_WAIT)


def after_failure(account: Account, planned: datetime, *, now: datetime, cadence: Cadence) -> datetime:
    """After one that did not: as planned, spread over up to a tenth of the wait."""
    return min(planned + (planned - now) * cadence.spread * _chance(account, now), now + LONGEST_WAIT)


def _newest(account: Account, plan: Plan, known: Mapping[str, KnownPost], now: datetime) -> datetime:
    """When the account last showed something new, as far as that is remembered; at its start it counts as lively."""
    if plan.versions:
        return now
    return max((post.published_at for post in known.values()), default=account.authorisation.starts_at)


def _chance(account: Account, now: datetime) -> float:
    """Between 0 and 1: another one for each account and each reading, and the same one for the same two."""
    drawn = sha256(f"{account.id}\0{now.isoformat()}".encode()).digest()
    return int.from_bytes(drawn[:4], "big") / 0xFFFFFFFF
