"""What a false alarm teaches: an accepted phrase or an authorised endorsement, with its days."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING

from console.answers import NotHere, page, redirect
from console.pages import Page
from domain.access import Permission
from domain.errors import UsageError
from domain.findings import Accepted, Clause, Endorsement
from domain.review import Outcome, ReviewState
from domain.review_locks import may_see
from reports import words

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.answers import Answer
    from console.asked import Asked
    from console.desk import Lesson
    from domain.review import Review

_FIELDS = ("phrase", "phrase-reason", "phrase-from", "phrase-to", "item", "item-from", "item-to")
_LONGEST = 300


def offer(asked: Asked) -> Answer:
    """The two forms, with the evidence to begin from."""
    review, _ = _dismissed(asked)
    return _page(review, {"phrase": _evidence(asked, review)}, {})


def teach(asked: Asked) -> Answer:
    """Add one of the two to the policy."""
    review, add = _dismissed(asked)
    typed = {name: asked.form.get(name, "").strip() for name in _FIELDS}
    wrong: dict[str, str] = {}
    lesson = _lesson(asked, review, typed, wrong)
    if lesson is None or wrong:
        return _page(review, typed, wrong)
    try:
        add(lesson, asked.actor)
    except UsageError as error:
        return _page(review, typed, {"": str(error)})
    return redirect("/queue", notice="Added to the policy. It counts as soon as the program has been started anew.")


def _lesson(asked: Asked, review: Review, typed: dict[str, str], wrong: dict[str, str]) -> Lesson | None:
    kind = "item" if asked.form.get("kind") == "item" else "phrase"
    words_typed = words.plain(typed[kind])
    if not words_typed or len(words_typed) > _LONGEST:
        wrong[kind] = f"Write it down, in at most {_LONGEST} characters."
    first, last = _day(typed, f"{kind}-from", wrong), _day(typed, f"{kind}-to", wrong)
    if first and last and last < first:
        wrong[f"{kind}-to"] = "The last day must not be before the first."
    if kind == "item":
        return None if wrong else Endorsement(words_typed, first, last)
    reason = words.plain(typed["phrase-reason"])
    if not reason or len(reason) > _LONGEST:
        wrong["phrase-reason"] = f"Write why it is accepted, in at most {_LONGEST} characters."
    return None if wrong else Accepted(words_typed, review.clause, words.plain(asked.user.name), reason, first, last)


def _day(typed: dict[str, str], name: str, wrong: dict[str, str]) -> date | None:
    if not typed[name]:
        return None
    try:
        return date.fromisoformat(typed[name])
    except ValueError:
        wrong[name] = "Write a day as 2026-11-30."
        return None


def _dismissed(asked: Asked) -> tuple[Review, Callable[[Lesson, str], None]]:
    """The review, which must be one that taught something, and the way into the policy."""
    number = asked.number("id")
    review = asked.desk.store.reviews.get(number) if number else None
    if review is None or asked.desk.teach is None or not may_see(review, asked.user):
        raise NotHere
    teaches = review.outcome in (Outcome.FALSE_POSITIVE, Outcome.PERMITTED)
    if review.state is not ReviewState.CLOSED or not teaches:
        raise NotHere
    return review, asked.desk.teach


def _evidence(asked: Asked, review: Review) -> str:
    """The evidence in its own words, unless it may hold client detail."""
    evidence = asked.desk.store.findings.evidence(review.finding_id) if review.finding_id else None
    if evidence is None or evidence.critical:
        return ""
    judged = next((one.words for one in evidence.versions if one.id == evidence.version_id), None) or ""
    places = sorted((span.start, span.end) for span in evidence.spans if span.field == "text")
    return words.plain(judged[places[0][0] : places[-1][1]])[:_LONGEST] if places else ""


def _page(review: Review, typed: dict[str, str], wrong: dict[str, str]) -> Answer:
    return page(
        "queue/teach.html.j2",
        status=HTTPStatus.BAD_REQUEST if wrong else HTTPStatus.OK,
        review=review,
        endorsing=review.clause is Clause.ENDORSEMENT,
        typed={name: typed.get(name, "") for name in _FIELDS},
        wrong=wrong,
    )


ROUTES = (
    Page("/queue/{id}/teach", "GET", Permission.TEACH, offer, "teach"),
    Page("/queue/{id}/teach", "POST", Permission.TEACH, teach, "add to the policy"),
)
