"""One finding in the archive: masked, with where its review stands; its words once, for who says why."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from console import items
from console.answers import NotHere, page
from console.evidence import reading_of
from console.items import Written
from console.pages import Page
from console.sight import shown, sight_of
from domain.access import Permission
from domain.errors import Refused
from domain.review import Move, Step
from domain.review_locks import may_see

if TYPE_CHECKING:
    from console.answers import Answer
    from console.asked import Asked
    from domain.archive import Hit


def finding(asked: Asked) -> Answer:
    """The finding as this person may read it."""
    return _page(asked, _hit(asked), Written())


def unmask(asked: Asked) -> Answer:
    """Show the words once. The reason stands in the review, and that it happened in the log."""
    hit = _hit(asked)
    review = asked.desk.store.reviews.get(hit.review_id) if hit.review_id else None
    if review is None:
        raise Refused("No review of this item is open yet. The next reading opens one; unmask it then.")
    filled = items.written(asked, Step.UNMASKED)
    if wrong := items.mistakes(review, Step.UNMASKED, filled, asked.desk.rules):
        return _page(asked, hit, Written(filled.step, filled.note, wrong=wrong))
    move = Move(Step.UNMASKED, asked.user.id, asked.now, filled.note.strip())
    asked.desk.store.reviews.apply(review.id, review.revision, move, asked.user, asked.desk.rules)
    return _page(asked, hit, Written(), unmasked=True)


def _hit(asked: Asked) -> Hit:
    number = asked.number("id")
    found = asked.desk.store.search.of([number], sight_of(asked.user, asked.now)) if number else {}
    if number not in found:
        raise NotHere
    return found[number]


def _page(asked: Asked, hit: Hit, filled: Written, *, unmasked: bool = False) -> Answer:
    store, zone, user = asked.desk.store, asked.desk.practice.time_zone, asked.user
    review = store.reviews.get(hit.review_id) if hit.review_id else None
    evidence = store.findings.evidence(hit.finding.id) if unmasked else None
    reviews = review is not None and may_see(review, user)
    return page(
        "browse/finding.html.j2",
        status=HTTPStatus.BAD_REQUEST if filled.wrong else HTTPStatus.OK,
        entry=shown(asked, hit),
        reading=reading_of(evidence, zone) if evidence else None,
        history=items.history(review, zone) if review else (),
        # Notes may name a client; who only reads the archive learns that there was one.
        notes=user.may(Permission.REVIEW_CRITICAL) or not hit.confidential,
        review_id=review.id if review is not None and reviews else None,
        may_unmask=reviews and user.may(Permission.UNMASK),
        filled=filled,
    )


ROUTES = (
    Page("/findings/{id}", "GET", Permission.SEE_ARCHIVE, finding, "finding"),
    Page("/findings/{id}/unmask", "POST", Permission.UNMASK, unmask, "unmask"),
)
