"""Search over findings without a word in clear: the index holds keyed hashes (`Keyring.token`) of whole words.

Whoever reads the database without the key learns how many different words a finding has and which findings share one,
and no word. Terms live and die with their finding, and those of an excerpt with the excerpt.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Integer, bindparam, delete, exists, false, func, insert, or_, select

from domain.archive import Hit, HitPage
from domain.findings import Clause, Severity
from store.columns import keyring_of
from store.record_tables import reviews, search_terms
from store.reported import is_enrolled, is_news, reported_by_id
from store.tables import accounts, findings, posts, staff, versions
from vault.keyring import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

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
_STATEMENTS = 256
"""Shapes of questions whose statements are kept: making one takes longer than asking it."""
_COMMON = 1000
"""Findings with one word; of more, the newest pages are found sooner by walking back than by listing all of them."""
_WORD = re.compile(r"[^\W_]+")
_EVERYTHING = (
    findings.join(versions, versions.c.id == findings.c.version_id)
    .join(posts, posts.c.id == versions.c.post_key)
    .join(accounts, accounts.c.id == posts.c.account_id)
    .join(staff, staff.c.id == accounts.c.staff_id)
)


_AUTHORS = (
    select(accounts.c.id, accounts.c.handle, staff.c.name)
    .join_from(accounts, staff)
    .where(is_enrolled())
    .order_by(accounts.c.id)
)


# How many findings have a word, counted no further than it matters.
_HAVING = select(func.count()).select_from(
    select(search_terms.c.finding_id).where(search_terms.c.term == bindparam("term")).limit(_COMMON).subquery()
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
        asked, given = self._asked(wanted, sight, before)
        with self.database.reading() as connection:
            rows = connection.execute(_page(asked), given | {"most": limit + 1}).all()
            shown = rows[:limit]
            found = {one.id: one for one in reported_by_id(connection, [row.id for row in shown])}
        hits = tuple(_hit(row, found[row.id]) for row in shown if row.id in found)
        return HitPage(hits, shown[-1].id if len(rows) > limit else None)

    def visible(self, ids: Sequence[int], sight: Sight) -> tuple[int, ...]:
        """Those of the findings that still stand and that this person may see, in the order given."""
        asked, given = _seen(sight)
        with self.database.reading() as connection:
            rows = connection.execute(_ids_among(asked), given | {"ids": tuple(ids)}) if ids else ()
            seen = frozenset(row.id for row in rows)
        return tuple(number for number in ids if number in seen)

    def of(self, ids: Sequence[int], sight: Sight) -> dict[int, Hit]:
        """Those of the findings that still stand and that this person may see, by id."""
        asked, given = _seen(sight)
        with self.database.reading() as connection:
            known = connection.execute(_among(asked), given | {"ids": tuple(ids)}) if ids else ()
            rows = {row.id: row for row in known}
            found = reported_by_id(connection, rows)
        return {one.id: _hit(rows[one.id], one) for one in found}

    def count(self, wanted: Wanted, sight: Sight) -> int:
        """How many findings fit."""
        asked, given = self._asked(wanted, sight)
        with self.database.reading() as connection:
            counted: int = connection.execute(_count(asked), given).scalar_one()
        return counted

    def authors(self) -> tuple[tuple[int, str, str], ...]:
        """(id, handle, author) of every account that is not withdrawn, oldest first."""
        with self.database.reading() as connection:
            return tuple((row.id, row.handle, row.name) for row in connection.execute(_AUTHORS))

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

    def _asked(self, wanted: Wanted, sight: Sight, before: int | None = None) -> tuple[_Question, dict[str, Any]]:
        """What is asked for: its shape, and what to fill it with."""
        asked, given = _seen(sight)
        filters = {name: getattr(wanted, name) for name in _FILTERS if getattr(wanted, name) is not None}
        if before is not None:
            filters["before"] = before
        terms, rare = self._terms(wanted.words) if wanted.words.strip() else (None, False)
        given |= filters | {f"term_{number}": term for number, term in enumerate(terms or ())}
        names = frozenset(filters) | ({"told"} if wanted.told else frozenset())
        return replace(asked, filters=names, terms=None if terms is None else len(terms), rare=rare), given

    def _terms(self, words: str) -> tuple[list[str], bool]:
        """The terms of the words, the rarest first, and whether that one is rare."""
        token = keyring_of(self.database.engine.dialect).token
        # Of more words than are looked for, the long ones: they are rare.
        looked_for = sorted(words_of(words), key=lambda word: (-len(word), word))[:MOST_WORDS]
        terms = [token(word, Purpose.POSTS) for word in looked_for]
        with self.database.reading() as connection:
            having = {term: connection.execute(_HAVING, {"term": term}).scalar_one() for term in terms}
        terms.sort(key=having.__getitem__)
        return terms, bool(terms) and having[terms[0]] < _COMMON


@dataclass(frozen=True, slots=True)
class _Question:
    """What a question is made of, without what it asks for: a statement is made once for each."""

    critical: bool
    hidden: bool
    """Whether some staff are hidden from whoever asks."""
    filters: frozenset[str] = frozenset()
    terms: int | None = None
    """How many words are looked for; None where none were written."""
    rare: bool = False
    """Whether few findings have the first of them."""


def _seen(sight: Sight) -> tuple[_Question, dict[str, Any]]:
    hidden = {"hidden": tuple(sorted(sight.hidden_staff))} if sight.hidden_staff else {}
    return _Question(sight.critical, bool(hidden)), {"now": sight.now} | hidden


def _conditions(asked: _Question) -> list[ColumnElement[bool]]:
    """What a finding must meet. Whoever may not see it is kept from it here and nowhere else."""
    conditions = [findings.c.visible_from <= bindparam("now"), is_news(), is_enrolled()]
    if not asked.critical:
        conditions.append(~_beside(findings.alias("grave"), critical=True))
    if asked.hidden:
        conditions.append(accounts.c.staff_id.not_in(bindparam("hidden", expanding=True)))
    conditions += [condition for name, condition in _CONDITIONS.items() if name in asked.filters]
    if asked.terms == 0:
        conditions.append(false())
    return conditions + [_holding(number, rare=asked.rare and not number) for number in range(asked.terms or 0)]


def _holding(number: int, *, rare: bool) -> ColumnElement[bool]:
    """Has this word. What has a rare one is looked up; whether a finding has a common one is asked as it comes."""
    term = search_terms.c.term == bindparam(f"term_{number}")
    if rare:
        return findings.c.id.in_(select(search_terms.c.finding_id).where(term))
    return exists().where(search_terms.c.finding_id == findings.c.id, term)


def _fitting(asked: _Question) -> Select[Any]:
    return (
        select(findings.c.id, reviews.c.id.label("review_id"), reviews.c.state, reviews.c.outcome)
        .add_columns(_beside(findings.alias("client"), critical=False).label("confidential"))
        .select_from(_EVERYTHING.outerjoin(reviews, reviews.c.finding_id == findings.c.id))
        .where(*_conditions(asked))
    )


@lru_cache(_STATEMENTS)
def _page(asked: _Question) -> Select[Any]:
    return _fitting(asked).order_by(findings.c.id.desc()).limit(bindparam("most", type_=Integer))


@lru_cache(_STATEMENTS)
def _among(asked: _Question) -> Select[Any]:
    return _fitting(asked).where(findings.c.id.in_(bindparam("ids", expanding=True)))


@lru_cache(_STATEMENTS)
def _ids_among(asked: _Question) -> Select[Any]:
    return _among(asked).with_only_columns(findings.c.id)


@lru_cache(_STATEMENTS)
def _count(asked: _Question) -> Select[Any]:
    return _fitting(asked).with_only_columns(func.count())


def _beside(other: FromClause, *, critical: bool) -> ColumnElement[bool]:
    """On a post with a finding of clause 2 (or S4): whatever else was found there could tell what that one hides."""
    version = versions.alias()
    grave = other.c.clause == Clause.CONFIDENTIALITY
    if critical:
        grave = or_(grave, other.c.severity >= int(Severity.S4))
    return exists().where(other.c.version_id == version.c.id, version.c.post_key == posts.c.id, grave)


_FILTERS: Mapping[str, ColumnElement[bool]] = {
    "clause": findings.c.clause == bindparam("clause"),
    "severity": findings.c.severity == bindparam("severity"),
    "account_id": posts.c.account_id == bindparam("account_id"),
    "state": reviews.c.state == bindparam("state"),
    "since": findings.c.first_seen_at >= bindparam("since"),
    "until": findings.c.first_seen_at < bindparam("until"),
}
"""What can be asked for beside words, by its name in `Wanted`."""
_CONDITIONS: Mapping[str, ColumnElement[bool]] = {
    **_FILTERS,
    "before": findings.c.id < bindparam("before"),
    "told": findings.c.author_told_at.is_not(None),
}


def _hit(row: AnyRow, finding: ReportedFinding) -> Hit:
    return Hit(finding, row.review_id, row.state, row.outcome, bool(row.confidential))
