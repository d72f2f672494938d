"""Numbers of the whole practice by week, counted by the database: no row of an account or a finding leaves it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, and_, bindparam, func, literal, or_, select, union_all

from domain.accounts import AccountState, LedgerEvent
from domain.findings import Clause
from domain.reporting import WeekFigures
from store.columns import UtcDateTime
from store.recording import WELL
from store.reported import is_news
from store.tables import accounts, checks, findings, ledger
from store.withheld import withheld_findings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import CTE, Select
    from sqlalchemy.engine import Connection

    from domain.reporting import Period

_MOST = 100
"""Weeks in one question."""


def week_figures(connection: Connection, weeks: Sequence[Period]) -> tuple[WeekFigures, ...]:
    """One line a week, in their order; all six clauses are always there."""
    found: list[WeekFigures] = []
    for first in range(0, len(weeks), _MOST):
        found += _figures(connection, weeks[first : first + _MOST])
    return tuple(found)


def _figures(connection: Connection, weeks: Sequence[Period]) -> list[WeekFigures]:
    bounds = {f"start_{place}": week.start for place, week in enumerate(weeks)}
    bounds |= {f"end_{place}": week.end for place, week in enumerate(weeks)}
    read = {row.week: row for row in connection.execute(_reading(len(weeks)), bounds)}
    counted = connection.execute(_by_clause(len(weeks)), bounds)
    number = {(row.week, row.clause): row.number for row in counted}
    return [
        WeekFigures(
            week=week.week,
            accounts_read=read[place].read if place in read else 0,
            accounts_enrolled=read[place].enrolled if place in read else 0,
            posts_read=read[place].posts if place in read else 0,
            by_clause=tuple((clause, number.get((place, clause), 0)) for clause in Clause),
        )
        for place, week in enumerate(weeks)
    ]


@lru_cache(_MOST)
def _reading(number: int) -> Select[Any]:
    """By week: accounts that were authorised at some time in it and are not withdrawn, how many of them were read."""
    weeks = _weeks(number)
    permitted = and_(
        ledger.c.event == LedgerEvent.AUTHORISED,
        ledger.c.at < weeks.c.until,
        ledger.c.starts_at < weeks.c.until,
        or_(ledger.c.ends_at.is_(None), ledger.c.ends_at > weeks.c.since),
    )
    enrolled = (
        select(weeks.c.week, accounts.c.id)
        .select_from(weeks.join(ledger, permitted).join(accounts, accounts.c.id == ledger.c.account_id))
        .where(accounts.c.state != AccountState.WITHDRAWN)
        .distinct()
        .subquery()
    )
    passes = (
        select(weeks.c.week, checks.c.account_id, func.max(checks.c.listed).label("listed"))
        .add_columns(func.count().filter(checks.c.outcome.in_(WELL)).label("well"))
        .select_from(weeks.join(checks, and_(checks.c.at >= weeks.c.since, checks.c.at < weeks.c.until)))
        .group_by(weeks.c.week, checks.c.account_id)
        .subquery()
    )
    same = and_(passes.c.week == enrolled.c.week, passes.c.account_id == enrolled.c.id)
    return (
        select(
            enrolled.c.week,
            func.count().label("enrolled"),
            func.count().filter(passes.c.well > 0).label("read"),
            func.coalesce(func.sum(passes.c.listed), 0).label("posts"),
        )
        .select_from(enrolled.outerjoin(passes, same))
        .group_by(enrolled.c.week)
    )


@lru_cache(_MOST)
def _by_clause(number: int) -> Select[Any]:
    """By week and clause: how many findings were news."""
    weeks = _weeks(number)
    seen = and_(findings.c.first_seen_at >= weeks.c.since, findings.c.first_seen_at < weeks.c.until)
    return (
        select(weeks.c.week, findings.c.clause, func.count().label("number"))
        .select_from(weeks.join(findings, seen))
        .where(is_news(), findings.c.id.not_in(withheld_findings()))
        .group_by(weeks.c.week, findings.c.clause)
    )


def _weeks(number: int) -> CTE:
    """The weeks as a table: their place, the first instant and the first one after."""
    return union_all(
        *(
            select(
                literal(place, Integer).label("week"),
                bindparam(f"start_{place}", type_=UtcDateTime).label("since"),
                bindparam(f"end_{place}", type_=UtcDateTime).label("until"),
            )
            for place in range(number)
        )
    ).cte("weeks")
