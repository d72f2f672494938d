"""What retention takes beside the accounts: lines of logs, concerns, sign-ins. Rule by rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, String, and_, cast, exists, false, literal, not_, or_, select

from domain.reporting import UNLOGGED, DeliveryKind, DeliveryState
from store.findings import ALERT_PREFIX
from store.governing import older
from store.hosts import forgotten
from store.record_tables import attempts, concerns, links, reporters, sessions
from store.tables import accounts, checks, deliveries, findings, hosts, runs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Column, Table

    from domain.plans import RetentionProfile
    from store.held import Held


@dataclass(frozen=True, slots=True)
class OldLines:
    """Rows past their time, under the name that the report counts them by."""

    kind: str
    table: Table
    which: ColumnElement[bool]

    @property
    def key(self) -> Column[Any]:
        """The first column of the table's key."""
        return next(iter(self.table.primary_key.columns))


def old_lines(profile: RetentionProfile, now: datetime, held: Held) -> Sequence[OldLines]:
    """Everything past its time that belongs to no single account, but for what a hold keeps.

    Runs and mails cannot be told apart by account, so they stay while any hold stands.
    """
    if held.everything:
        return ()
    unheld = (
        ()
        if held
        else (
            OldLines("runs", runs, older(runs.c.started_at, profile.run_log, now)),
            OldLines("deliveries", deliveries, _mails(profile, now)),
        )
    )
    free = checks.c.account_id.not_in(held.accounts)
    return (
        OldLines("passes", checks, and_(free, older(checks.c.at, profile.run_log, now))),
        *unheld,
        OldLines("reporters", reporters, _reporters(profile, now, held)),
        OldLines("concerns", concerns, and_(_over(profile, now), _free(held))),
        OldLines("sessions", sessions, older(sessions.c.expires_at, profile.sign_in, now)),
        OldLines("links", links, older(links.c.expires_at, profile.sign_in, now)),
        OldLines("attempts", attempts, older(attempts.c.at, profile.attempts, now)),
        OldLines("hosts", hosts, forgotten(now)),
    )


def _mails(profile: RetentionProfile, now: datetime) -> ColumnElement[bool]:
    # While its finding exists, an alert's line is what keeps it from being sent again.
    standing = select(literal(ALERT_PREFIX) + cast(findings.c.id, String))
    ordinary = and_(
        or_(deliveries.c.kind != DeliveryKind.ALERT, deliveries.c.key.not_in(standing)),
        older(deliveries.c.queued_at, profile.delivery_log, now),
    )
    # That such a mail was sent on a day may point to somebody: it is forgotten as soon as the post may be.
    unlogged = and_(deliveries.c.kind.in_(UNLOGGED), older(deliveries.c.queued_at, profile.clean_hash, now))
    return and_(deliveries.c.state.in_((DeliveryState.SENT, DeliveryState.REFUSED)), or_(ordinary, unlogged))


def _over(profile: RetentionProfile, now: datetime) -> ColumnElement[bool]:
    return or_(
        and_(concerns.c.privacy_complaint, older(concerns.c.answered_at, profile.concern_privacy, now)),
        and_(not_(concerns.c.privacy_complaint), older(concerns.c.answered_at, profile.concern_other, now)),
    )


def _reporters(profile: RetentionProfile, now: datetime, held: Held) -> ColumnElement[bool]:
    if profile.reporters is None:
        return false()
    done = older(concerns.c.answered_at, profile.reporters, now)
    return exists().where(concerns.c.id == reporters.c.concern_id, done, _free(held))


def _free(held: Held) -> ColumnElement[bool]:
    """Concerns about nobody whose account is held."""
    about = select(accounts.c.staff_id).where(accounts.c.id.in_(held.accounts))
    return or_(concerns.c.about_staff_id.is_(None), concerns.c.about_staff_id.not_in(about))
