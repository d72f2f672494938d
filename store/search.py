"""Search over findings without a word in clear: the index holds keyed hashes (`Keyring.token`) of whole words.

Whoever reads the database without the key learns how many different words a finding has and which findings share one,
and no word. Terms live and die with their finding, and those of an excerpt with the excerpt.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, delete, exists, false, func, insert, or_, select

from domain.archive import Hit, HitPage
from domain.findings import Clause, Severity
from store.columns import keyring_of
from store.record_tables import reviews, search_terms
from store.reported import is_enrolled, is_news, reported
from store.tables import accounts, findings, posts, staff, versions
from vault.keyring import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import FromClause, Select
    from sqlalchemy.engine import Connection

    from domain.archive import Sight, Wanted
    from domain.reporting import ReportedFinding
    from store.columns import AnyRow
    from store.database import Database

MOST_WORDS = 12
"""More words than this in one question are not looked for."""
_SHORTEST = 2
_PAGE = 500
_WORD = re.compile(r"[^\W_]+")
_EVERYTHING = (
    findings.join(versions, versions.c.id == findings.c.version_id)
    .join(posts, posts.c.id == versions.c.post_key)
    .join(accounts, accounts.c.id == posts.c.account_id)
    .join(staff, staff.c.id == accounts.c.staff_id)
)


def words_of(text: str) -> frozenset[str]:
    """The words that can be found: letters and digits without case or accents, two characters at the least."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    bare = "".join(character for character in plain if not unicodedata.combining(character))
    return frozenset(word for word in _WORD.findall(bare) if len(word) >= _SHORTEST)


def index_findings(connection: Connection, ids: Iterable[int]) -> None:
    """Make the terms of these findings anew from what is stored of them now, in the caller's transaction."""
    wanted = tuple(ids)
    for start in range(0, len(wanted), _PAGE):
        _index(connection, wanted[start : start + _PAGE])


def _index(connection: Connection, wanted: Sequence[int]) -> None:
    token = keyring_of(connection.dialect).token
    connection.execute(delete(search_terms).where(search_terms.c.finding_id.in_(wanted)))
    said = (findings.c.reason, findings.c.excerpt, staff.c.name, *accounts.c["handle", "platform"])
    query = select(findings.c.id, *said).select_from(_EVERYTHING).where(findings.c.id.in_(wanted))
    rows = [
        {"finding_id": number, "term": token(word, Purpose.POSTS)}
        for number, *texts in connection.execute(query)
        for word in words_of(" ".join(texts))
    ]
    if rows:
        connection.execute(insert(search_terms), rows)


@dataclass(frozen=True, slots=True)
class SearchStore:
    """The archive as people look through it: newest first, page by page, each by what that person may see."""

    database: Database

    def find(self, wanted: Wanted, sight: Sight, *, before: int | None = None, limit: int = 50) -> HitPage:
        """Findings that fit, newest first, at most `limit`. `before` is the `older` of the page before."""
        query = self._fitting(wanted, sight).order_by(findings.c.id.desc()).limit(limit + 1)
        if before is not None:
            query = query.where(findings.c.id < before)
        with self.database.reading() as connection:
            rows = connection.execute(query).all()
            shown = rows[:limit]
            found = {one.id: one for one in reported(connection, findings.c.id.in_([row.id for row in shown]))}
        hits = tuple(_hit(row, found[row.id]) for row in shown if row.id in found)
        return HitPage(hits, shown[-1].id if len(rows) > limit else None)

    def visible(self, ids: Sequence[int], sight: Sight) -> tuple[int, ...]:
        """Those of the findings that still stand and that this person may see, in the order given."""
        with self.database.reading() as connection:
            query = _visible(sight).where(findings.c.id.in_(ids))
            seen = frozenset(row.id for row in connection.execute(query))
        return tuple(number for number in ids if number in seen)

    def of(self, ids: Sequence[int], sight: Sight) -> dict[int, Hit]:
        """Those of the findings that still stand and that this person may see, by id."""
        query = _visible(sight).where(findings.c.id.in_(ids))
        with self.database.reading() as connection:
            rows = {row.id: row for row in connection.execute(query)}
            found = reported(connection, findings.c.id.in_(rows))
        return {one.id: _hit(rows[one.id], one) for one in found}

    def count(self, wanted: Wanted, sight: Sight) -> int:
        """How many findings fit."""
        with self.database.reading() as connection:
            counted: int = connection.execute(_counted(self._fitting(wanted, sight))).scalar_one()
        return counted

    def reindex(self) -> int:
        """Make every finding's terms anew, in pages; returns how many findings there are. Needed after a new key."""
        last = total = 0
        while True:
            with self.database.writing() as connection:
                query = select(findings.c.id).where(findings.c.id > last).order_by(findings.c.id).limit(_PAGE)
                ids = connection.execute(query).scalars().all()
                index_findings(connection, ids)
            if not ids:
                return total
            last, total = ids[-1], total + len(ids)

    def _fitting(self, wanted: Wanted, sight: Sight) -> Select[Any]:
        query = _visible(sight).where(*_narrowed(wanted))
        if wanted.words.strip():
            query = query.where(*self._holding(wanted.words))
        return query

    def _holding(self, words: str) -> list[ColumnElement[bool]]:
        token = keyring_of(self.database.engine.dialect).token
        # Long words are rare ones, so that the first of them leaves little to look through.
        looked_for = sorted(words_of(words), key=lambda word: (-len(word), word))[:MOST_WORDS]
        terms = [token(word, Purpose.POSTS) for word in looked_for]
        holding = (select(search_terms.c.finding_id).where(search_terms.c.term == term) for term in terms)
        return [findings.c.id.in_(query) for query in holding] or [false()]


def _visible(sight: Sight) -> Select[Any]:
    query = (
        select(findings.c.id, reviews.c.id.label("review_id"), reviews.c.state, reviews.c.outcome)
        .add_columns(_beside(findings.alias("client"), critical=False).label("confidential"))
        .select_from(_EVERYTHING.outerjoin(reviews, reviews.c.finding_id == findings.c.id))
        .where(findings.c.visible_from <= sight.now, is_news(), is_enrolled())
    )
    if not sight.critical:
        query = query.where(~_beside(findings.alias("grave"), critical=True))
    if sight.hidden_staff:
        query = query.where(accounts.c.staff_id.not_in(sight.hidden_staff))
    return query


def _beside(other: FromClause, *, critical: bool) -> ColumnElement[bool]:
    """On a post with a finding of clause 2 (or S4): whatever else was found there could tell what that one hides."""
    version = versions.alias()
    grave = other.c.clause == Clause.CONFIDENTIALITY
    if critical:
        grave = or_(grave, other.c.severity >= int(Severity.S4))
    return exists().where(other.c.version_id == version.c.id, version.c.post_key == posts.c.id, grave)


def _narrowed(wanted: Wanted) -> list[ColumnElement[bool]]:
    asked = (
        (wanted.clause, findings.c.clause == wanted.clause),
        (wanted.severity, findings.c.severity == wanted.severity),
        (wanted.account_id, posts.c.account_id == wanted.account_id),
        (wanted.state, reviews.c.state == wanted.state),
    )
    conditions = [condition for value, condition in asked if value is not None]
    if wanted.told:
        conditions.append(findings.c.author_told_at.is_not(None))
    if wanted.since is not None:
        conditions.append(findings.c.first_seen_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(findings.c.first_seen_at < wanted.until)
    return conditions


def _counted(query: Select[Any]) -> Select[int]:
    return select(func.count()).select_from(query.subquery())


def _hit(row: AnyRow, finding: ReportedFinding) -> Hit:
    return Hit(finding, row.review_id, row.state, row.outcome, bool(row.confidential))
