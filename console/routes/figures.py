"""Figures of the practice as a whole, each with its table; never of a person."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from console.answers import page
from console.pages import Page
from domain.access import Permission
from domain.periods import period_of
from domain.review_queue import FEWEST
from domain.routing import Handling
from reports import words
from reports.charts import WEEKS, coverage_chart, findings_chart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.answers import Answer
    from console.asked import Asked
    from domain.reporting import Period
    from domain.review_queue import Overturn


def figures(asked: Asked) -> Answer:
    """Twelve weeks in figures, where reviews stand, and how often people decided against the software."""
    store, practice = asked.desk.store, asked.desk.practice
    titles = tuple((text.id, text.title) for text in practice.clauses)
    numbers = store.runs.figures(_ended(asked))
    return page(
        "browse/figures.html.j2",
        charts=(coverage_chart(numbers), findings_chart(numbers, titles)),
        counts=store.reviews.counts(asked.now),
        overturn=[_line(one, titles) for one in store.reviews.overturn()],
        fewest=FEWEST,
        concerns=_concerns(asked) if asked.user.may(Permission.HANDLE_CONCERNS) else None,
    )


def _concerns(asked: Asked) -> tuple[int, int]:
    """Of the concerns that are this person's to handle: how many wait for an answer, and how many for too long.

    An unanswered concern is never erased by age; counted here, it is not forgotten either.
    """
    mine = asked.desk.store.concerns.for_handler(Handling(asked.user, asked.desk.routing))
    waiting = [one for one in mine if one.answered_at is None]
    return len(waiting), sum(one.overdue(asked.now) for one in waiting)


def _ended(asked: Asked) -> list[Period]:
    """The weeks that have ended, from the first permission on."""
    zone, since = asked.desk.practice.time_zone, asked.desk.store.accounts.practice_started_at()
    found: list[Period] = []
    period = period_of(asked.now, zone)
    while since is not None and period.start > since and len(found) < WEEKS:
        period = period_of(period.start - timedelta(days=1), zone)
        found.append(period)
    return found


def _line(one: Overturn, titles: Sequence[tuple[str, str]]) -> tuple[str, str, str, str]:
    section = f"{one.clause}. {words.clause_title(one.clause, titles)}"
    if one.rate is None:
        return section, words.plain(one.detector), f"fewer than {FEWEST}", "too few to say"
    return section, words.plain(one.detector), f"{one.decided:,}", f"{one.overturned:,} ({round(one.rate * 100)} %)"


ROUTES = (Page("/figures", "GET", Permission.SEE_FIGURES, figures, "figures"),)
