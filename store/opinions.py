"""Second opinions beside the findings they are about, and the day's budget of calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, false, func, not_, or_, select, update

from domain.opinions import SERVER_PROBLEMS, Opinion, Unasked
from domain.posts import PostState
from store.authorisations import READABLE_STATES, permitted_ids
from store.database import insert_if_new
from store.enrolments import lock_account
from store.kept import kept_of, kept_query
from store.reported import is_news
from store.tables import accounts, findings, notices, opinion_calls, opinions, posts, versions
from store.withheld import is_withheld

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date, datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.engine import Connection

    from domain.findings import Clause
    from store.database import Database

MOST_TRIES = 3
"""How often a question is put whose answers were no answers."""
_DAYS_COUNTED = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class OpinionStore:
    """What a language model said, and how often it was asked. An opinion goes when its finding goes."""

    database: Database

    def unasked(
        self, bands: Mapping[Clause, tuple[float, float]], since: datetime, told: str = ""
    ) -> Iterator[Unasked]:
        """Findings that want an opinion, those asked least first and newest first among them.

        News of `since` or later, in its clause's band (both bounds included), on words that are kept and that the
        post still shows, of accounts whose owner has acknowledged a notice that holds `told`. Looked up one by one: a
        finding that is erased meanwhile does not come.
        """
        for finding_id in self._waiting(bands, since, told):
            found = self._one(finding_id)
            if found is not None:
                yield found

    def remembered(self, key: str) -> Opinion | None:
        """What was answered to this very question before, if anything was."""
        query = select(opinions).where(opinions.c.key == key, opinions.c.problem == "").order_by(opinions.c.id).limit(1)
        with self.database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else Opinion(row.stand, row.key, row.model, row.prompt_version)

    def record(self, finding_id: int, opinion: Opinion, now: datetime) -> bool:
        """Put an opinion beside a finding, in place of an attempt that brought none; an answer is never replaced.

        False, with nothing written, when the finding was erased or its account may not be read any more.
        """
        with self.database.writing() as connection:
            if not _may_stand(connection, finding_id, now):
                return False
            said = {
                "key": opinion.key,
                "stand": opinion.stand,
                "model": opinion.model,
                "prompt_version": opinion.prompt_version,
                "problem": opinion.problem,
                "asked_at": now,
            }
            if insert_if_new(connection, opinions, said | {"finding_id": finding_id, "tries": 1}) is None:
                unanswered = and_(opinions.c.finding_id == finding_id, opinions.c.problem != "")
                connection.execute(update(opinions).where(unanswered).values(**said, tries=opinions.c.tries + 1))
        return True

    def reserve(self, day: date, most: int) -> bool:
        """Book one call on a day of UTC; False when `most` are booked already, whichever process booked them."""
        with self.database.writing() as connection:
            connection.execute(delete(opinion_calls).where(opinion_calls.c.day < day - _DAYS_COUNTED))
            insert_if_new(connection, opinion_calls, {"day": day, "calls": 0})
            left = and_(opinion_calls.c.day == day, opinion_calls.c.calls < most)
            booked = connection.execute(update(opinion_calls).where(left).values(calls=opinion_calls.c.calls + 1))
            return bool(booked.rowcount)

    def _waiting(self, bands: Mapping[Clause, tuple[float, float]], since: datetime, told: str) -> tuple[int, ...]:
        joined = (
            findings.join(versions, versions.c.id == findings.c.version_id)
            .join(posts, posts.c.id == versions.c.post_key)
            .join(accounts, accounts.c.id == posts.c.account_id)
            .join(notices, notices.c.hash == accounts.c.notice_hash)
            .outerjoin(opinions, opinions.c.finding_id == findings.c.id)
        )
        query = (
            select(findings.c.id)
            .select_from(joined)
            .where(
                findings.c.first_seen_at >= since,
                _in_band(bands),
                is_news(),
                versions.c.kept_text.is_not(None),
                versions.c.content_hash == posts.c.current_hash,
                posts.c.state != PostState.GONE,
                accounts.c.state.in_(READABLE_STATES),
                not_(is_withheld()),
                notices.c.text.contains(told, autoescape=True),
                _open(),
            )
            .order_by(func.coalesce(opinions.c.tries, 0), findings.c.id.desc())
        )
        with self.database.reading() as connection:
            return tuple(connection.execute(query).scalars())

    def _one(self, finding_id: int) -> Unasked | None:
        asked = select(*findings.c["id", "version_id", "clause", "probability"]).where(findings.c.id == finding_id)
        with self.database.reading() as connection:
            finding = connection.execute(asked).one_or_none()
            if finding is None:
                return None
            row = connection.execute(kept_query(versions.c.id == finding.version_id, limit=1)).one_or_none()
            clauses = select(findings.c.clause).where(findings.c.version_id == finding.version_id)
            others: frozenset[Clause] = frozenset(connection.execute(clauses).scalars())
        if row is None:
            return None
        return Unasked(finding.id, finding.clause, finding.probability, others, kept_of(row))


def _in_band(bands: Mapping[Clause, tuple[float, float]]) -> ColumnElement[bool]:
    within = [
        and_(findings.c.clause == clause, findings.c.probability.between(low, high))
        for clause, (low, high) in bands.items()
    ]
    return or_(false(), *within)


def _open() -> ColumnElement[bool]:
    """Never asked; or asked in vain, and not too often or only because the server was at fault."""
    again = or_(opinions.c.tries < MOST_TRIES, opinions.c.problem.in_(sorted(SERVER_PROBLEMS)))
    return or_(opinions.c.id.is_(None), and_(opinions.c.problem != "", again))


def _may_stand(connection: Connection, finding_id: int, now: datetime) -> bool:
    """Whether the finding is there and its account may be read; the account's row is locked from here on."""
    account = (
        select(posts.c.account_id)
        .select_from(findings.join(versions, versions.c.id == findings.c.version_id).join(posts))
        .where(findings.c.id == finding_id)
    )
    account_id = connection.execute(account).scalar()
    if account_id is None:
        return False
    lock_account(connection, account_id)
    return connection.execute(account).scalar() is not None and bool(permitted_ids(connection, now, [account_id]))
