"""How each account fared in a period, from the log of passes. The rows are read here; what they mean is pure."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Integer, and_, bindparam, func, or_, select

from domain.accounts import AccountState, LedgerEvent
from domain.imports import is_imported
from domain.problems import what_is_wrong
from domain.reporting import CoverageLine, Reading
from domain.rhythm import interval
from store.columns import UtcDateTime
from store.recording import WELL
from store.stops import stops_between
from store.tables import accounts, checks, ledger, posts, staff

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import BindParameter, Select
    from sqlalchemy.engine import Connection

    from domain.reporting import Period
    from store.columns import AnyRow


class _Plan(NamedTuple):
    """What should have been: in which period until now, and how often accounts are read."""

    now: datetime
    every: timedelta
    period: Period


class _Statements(NamedTuple):
    accounts: Select[Any]
    passes: Select[Any]


_SINCE = bindparam("since", type_=UtcDateTime)
_UNTIL = bindparam("until", type_=UtcDateTime)


def coverage_lines(connection: Connection, period: Period, now: datetime, every: timedelta) -> tuple[CoverageLine, ...]:
    """One line an account that was authorised at some time in the period and is not withdrawn."""
    return _lines(connection, _ALL, _Plan(now, every, period))


def coverage_line(
    connection: Connection, account_id: int, period: Period, now: datetime, every: timedelta
) -> CoverageLine | None:
    """The line of one account; None where `coverage_lines` has none."""
    return next(iter(_lines(connection, _ONE, _Plan(now, every, period), account_id)), None)


def _lines(
    connection: Connection, asked: _Statements, plan: _Plan, account_id: int | None = None
) -> tuple[CoverageLine, ...]:
    period = plan.period
    given = {"since": period.start, "until": period.end} | ({} if account_id is None else {"account": account_id})
    passes: defaultdict[int, list[AnyRow]] = defaultdict(list)
    for row in connection.execute(asked.passes, given).all():
        passes[row.account_id].append(row)
    stopped = bool(stops_between(connection, period.start, min(plan.now, period.end)))
    accounts_then = connection.execute(asked.accounts, given).all()
    return tuple(_line(row, passes[row.id], plan, stopped=stopped) for row in accounts_then)


def _authorised() -> Select[Any]:
    began = and_(
        ledger.c.event == LedgerEvent.AUTHORISED,
        ledger.c.at < _UNTIL,
        ledger.c.starts_at < _UNTIL,
        or_(ledger.c.ends_at.is_(None), ledger.c.ends_at > _SINCE),
    )
    began_at = select(ledger.c.account_id, func.min(ledger.c.at).label("at")).where(began)
    authorised = began_at.group_by(ledger.c.account_id).subquery()
    read_at = (
        select(func.max(checks.c.at))
        .where(checks.c.account_id == accounts.c.id, checks.c.outcome.in_(WELL), checks.c.at < _UNTIL)
        .scalar_subquery()
    )
    newest = (
        select(func.max(posts.c.published_at))
        .where(posts.c.account_id == accounts.c.id, posts.c.published_at < _SINCE)
        .scalar_subquery()
    )
    event = (
        select(ledger.c.event)
        .where(ledger.c.account_id == accounts.c.id, ledger.c.at < _UNTIL)
        .order_by(ledger.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(
            *accounts.c["id", "handle", "platform", "state", "failures", "problem", "problem_code"],
            staff.c.name,
            authorised.c.at.label("began_at"),
            read_at.label("read_at"),
            newest.label("newest_at"),
            event.label("event"),
        )
        .select_from(accounts.join(staff).join(authorised, authorised.c.account_id == accounts.c.id))
        .where(accounts.c.state != AccountState.WITHDRAWN)
        .order_by(staff.c.name, accounts.c.id)
    )


def _statements(account: BindParameter[int] | None = None) -> _Statements:
    """Made once for each: making them takes longer than asking them."""
    asked = _authorised()
    passes = select(checks).where(checks.c.at >= _SINCE, checks.c.at < _UNTIL).order_by(checks.c.at, checks.c.id)
    if account is None:
        return _Statements(asked, passes)
    return _Statements(asked.where(accounts.c.id == account), passes.where(checks.c.account_id == account))


_ALL = _statements()
_ONE = _statements(bindparam("account", type_=Integer))


def _line(account: AnyRow, passes: Sequence[AnyRow], plan: _Plan, *, stopped: bool) -> CoverageLine:
    period = plan.period
    well = sum(each.outcome in WELL for each in passes)
    since = max(account.began_at, period.start)
    # A silent account is read less often, by the same rule for everybody; how it began the period counts.
    every = interval(plan.every, max(since - (account.newest_at or account.began_at), timedelta()))
    planned = int((min(plan.now, period.end) - since) / every)
    reading, reason = (
        _imported(account, plan)
        if is_imported(account.platform) and account.event is not LedgerEvent.PAUSED
        else _reading(account, passes, well, planned)
    )
    if stopped and reading in (Reading.NEVER, Reading.STALE):
        reading = Reading.STOPPED
    return CoverageLine(
        account_id=account.id,
        account=account.handle,
        author=account.name,
        platform=account.platform,
        reading=reading,
        last_read_at=account.read_at,
        passes=well,
        posts_seen=max((each.listed for each in passes), default=0),
        new=sum(each.new for each in passes),
        edited=sum(each.edited for each in passes),
        gone=sum(each.gone for each in passes),
        not_assessed=sum(each.not_assessed for each in passes),
        malformed=max((each.malformed for each in passes), default=0),
        reason=reason,
    )


def _reading(account: AnyRow, passes: Sequence[AnyRow], well: int, planned: int) -> tuple[Reading, str]:
    """How it went in the period. What the last pass said counts; without a pass, what the account says now."""
    if account.event is LedgerEvent.PAUSED:
        return Reading.PAUSED, "Reading is paused."
    failed, problem, code = (
        (passes[-1].outcome not in WELL, passes[-1].problem, passes[-1].outcome)
        if passes
        else (account.failures > 0, account.problem or "", account.problem_code)
    )
    if failed and account.state is AccountState.QUARANTINED:
        return Reading.QUARANTINED, what_is_wrong(problem, code, failures=account.failures, set_aside=True)
    if failed:
        return Reading.FAILING, what_is_wrong(problem, code)
    if account.read_at is None:
        return Reading.NEVER, "Not read yet."
    # Fewer than half of what was planned: jitter and a single missed pass are no news.
    if well * 2 < planned:
        return Reading.STALE, f"Read {well} times in this period instead of {planned}."
    return Reading.READ, ""


def _imported(account: AnyRow, plan: _Plan) -> tuple[Reading, str]:
    """An account whose owner hands its posts over: once a week is the schedule, or as seldom as others are read."""
    if account.read_at is None:
        return Reading.NEVER, "Nothing of it has been imported yet."
    period = plan.period
    waited: timedelta = min(plan.now, period.end) - account.read_at
    if waited <= 2 * max(period.end - period.start, plan.every):
        return Reading.READ, ""
    return Reading.STALE, f"Nothing was imported for {waited.days} days; its owner can hand over a new export."
