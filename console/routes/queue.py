"""The queue: what waits, one item with everything that is needed to judge it, and the steps that people take."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from console import items
from console.answers import NotHere, page, redirect
from console.browsing import ITEMS, address, number_in, question_of
from console.evidence import reading_of
from console.items import Written
from console.pages import Page
from console.phrases import OUTCOME, STATE
from domain.access import Permission
from domain.errors import Conflict, Refused
from domain.findings import GRAVITY, Severity
from domain.reporting import DeliveryKind, DeliveryState
from domain.review import Move, Outcome, ReviewState, Step
from domain.review_locks import may_see, undoable
from domain.review_queue import OVERDUE_AFTER, QueueFilter, QueuePlace
from reports import links, words
from reports.entries import Whereabouts, entry_of
from store.review_queue import STEP_PREFIX

if TYPE_CHECKING:
    from collections.abc import Mapping

    from console.answers import Answer
    from console.asked import Asked
    from domain.review import Review

_VIEWS: Mapping[str, tuple[str, QueueFilter]] = {
    "": ("To do", QueueFilter()),
    "overdue": ("Overdue", QueueFilter(overdue=True)),
    "second": ("Second look", QueueFilter(states=(ReviewState.PROPOSED, ReviewState.APPEALED))),
    "author": ("Waiting for authors", QueueFilter(due=False, states=(ReviewState.NOTIFIED,))),
    "mine": ("On your desk", QueueFilter(due=False, mine=True)),
}
_STAYS = frozenset({Step.TRIAGE_OPEN, Step.NOTE, Step.REOPEN, Step.UNDO})
"""Steps after which the same item is shown again."""
_LETTERED = frozenset({Step.NOTIFY, Step.DECIDE, Step.SECOND, Step.DECIDE_APPEAL})
"""Steps that a letter to the author follows while the review goes on."""
_TEACHING = (Outcome.FALSE_POSITIVE, Outcome.PERMITTED)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list. Not a dict, whose parts templates find several times as slowly."""

    id: int
    section: str
    severity: str
    grave: bool
    state: str
    since: str
    overdue: bool
    taken: bool


def queue(asked: Asked) -> Answer:
    """What waits, gravest first, then oldest."""
    show = asked.query.get("show", "")
    if show not in _VIEWS:
        raise NotHere
    label, view = _VIEWS[show]
    narrowed = question_of({name: asked.query.get(name, "") for name in ("clause", "severity")}, "UTC")
    wanted = QueueFilter(
        view.due, view.states, narrowed.wanted.clause, narrowed.wanted.severity, view.overdue, view.mine
    )
    store = asked.desk.store
    found = store.reviews.queue(asked.user, wanted, asked.now, _place(asked), ITEMS)
    typed = dict(narrowed.typed) | ({"show": show} if show else {})
    titles = _titles(asked)
    return page(
        "queue/list.html.j2",
        views=[(address("/queue", {}, show=name), text, name == show) for name, (text, _) in _VIEWS.items()],
        label=label,
        show=show,
        rows=[_row(asked, review, titles) for review in found.reviews],
        first=next((one.id for one in found.reviews if not _held_by_another(asked, one)), None),
        counts=store.reviews.counts(asked.now),
        critical=0 if asked.user.may(Permission.REVIEW_CRITICAL) else store.reviews.critical_waiting(),
        older=address("/queue", typed, after=str(found.after)) if found.after else "",
        newer=address("/queue", typed) if asked.query.get("after") else "",
        typed={name: narrowed.typed.get(name, "") for name in ("clause", "severity")},
        clauses=[("", "Any"), *((one.value, f"{one}. {words.clause_title(one, titles)}") for one in sorted(GRAVITY))],
        severities=[("", "Any"), *((str(int(one)), words.SEVERITY[one].capitalize()) for one in Severity if one)],
        done=_done(asked),
    )


def item(asked: Asked) -> Answer:
    """One item, taken: nobody else is shown it while it is looked at."""
    seen = _review(asked)
    try:
        review = asked.desk.store.reviews.take(seen.id, asked.user, asked.now)
    except Conflict as conflict:
        return _conflict(asked, seen.id, str(conflict))
    return _item_page(asked, review, Written())


def step(asked: Asked) -> Answer:
    """Take a step on the revision that was looked at; then the next item, or the same one again."""
    taken = next((one for one in (*items.BUTTONS, Step.UNMASKED) if one.value == asked.path["step"]), None)
    review, revision = _review(asked), number_in(asked.form, "revision")
    if taken is None:
        raise NotHere
    filled = items.written(asked, taken)
    if revision is None or review.revision != revision:
        return _conflict(asked, review.id, "Somebody has acted on this item since you looked.", filled.note)
    if wrong := items.mistakes(review, taken, filled, asked.desk.rules):
        return _again(asked, review, filled, wrong)
    try:
        after = _taken(asked, review, taken, filled)
    except Conflict as conflict:
        return _conflict(asked, review.id, str(conflict), filled.note)
    except Refused as refused:
        return _again(asked, review, filled, {"": str(refused)})
    if taken is Step.UNMASKED:
        return _item_page(asked, after, Written(), unmasked=True)
    return _onward(asked, review, after, taken)


def undo(asked: Asked) -> Answer:
    """Take back one's own last step, within five minutes."""
    review = _review(asked)
    after = asked.desk.store.reviews.apply(
        review.id, review.revision, Move(Step.UNDO, asked.user.id, asked.now), asked.user, asked.desk.rules
    )
    return redirect(f"/queue/{after.id}#item", notice=f"Taken back. Item {after.id} is {STATE[after.state]} again.")


def _review(asked: Asked) -> Review:
    """The item in the path. What this person may not judge is told like what does not exist."""
    number = asked.number("id")
    review = asked.desk.store.reviews.get(number) if number else None
    if review is None or review.state is ReviewState.GRACE or not may_see(review, asked.user):
        raise NotHere
    return review


def _taken(asked: Asked, review: Review, taken: Step, filled: Written) -> Review:
    checked = items.checklist_in(filled) if filled.checks else None
    move = Move(taken, asked.user.id, asked.now, filled.note.strip(), items.outcome_in(filled), checked)
    return asked.desk.store.reviews.apply(review.id, review.revision, move, asked.user, asked.desk.rules)


def _onward(asked: Asked, before: Review, after: Review, taken: Step) -> Answer:
    if taken in _STAYS:
        return redirect(f"/queue/{after.id}#item", notice=f"Done: {items.BUTTONS[taken].lower()}.")
    gone = taken is Step.DISMISS and after.outcome is Outcome.PROTECTED
    asked.desk.store.reviews.release(before.id, asked.user)
    following = _next(asked, before)
    done = {} if gone else {"done": str(after.id)}
    notice = "The item was erased, with all that stood on it." if gone else ""
    if following is None:
        return redirect(address("/queue", done), notice=notice)
    return redirect(address(f"/queue/{following.id}", done) + "#item", notice=notice)


def _next(asked: Asked, former: Review) -> Review | None:
    """The next place of the queue after the former one, else the first, that nobody else has on the screen."""
    store, place = asked.desk.store, QueuePlace(former.severity, former.opened_at, former.id)
    for start in (place, None):
        found = store.reviews.queue(asked.user, QueueFilter(free=True), asked.now, start, size=2)
        if (review := next((one for one in found.reviews if one.id != former.id), None)) is not None:
            return review
    return None


def _held_by_another(asked: Asked, review: Review) -> bool:
    held = review.held_until is not None and asked.now < review.held_until
    return held and review.held_by not in (None, asked.user.id)


def _again(asked: Asked, review: Review, filled: Written, wrong: Mapping[str, str]) -> Answer:
    """The same item with what was typed and what is wrong with it."""
    shown = Written(filled.step, filled.note, filled.outcome, filled.checks, wrong)
    try:
        review = asked.desk.store.reviews.take(review.id, asked.user, asked.now)
    except Conflict as conflict:
        return _conflict(asked, review.id, str(conflict), filled.note)
    return _item_page(asked, review, shown)


def _conflict(asked: Asked, review_id: int, message: str, note: str = "") -> Answer:
    now = asked.desk.store.reviews.get(review_id)
    following = None if now is None else _next(asked, now)
    return page(
        "queue/conflict.html.j2",
        status=HTTPStatus.CONFLICT,
        message=message,
        note=note,
        review_id=review_id if now is not None and not _held_by_another(asked, now) else None,
        following=following.id if following else None,
    )


def _item_page(asked: Asked, review: Review, filled: Written, *, unmasked: bool = False) -> Answer:
    store, user, zone = asked.desk.store, asked.user, asked.desk.practice.time_zone
    found = store.findings.get([review.finding_id]) if review.finding_id else ()
    evidence = store.findings.evidence(review.finding_id) if review.finding_id else None
    withheld = evidence is not None and evidence.critical and not user.may(Permission.REVIEW_CRITICAL)
    masked = evidence is not None and evidence.confidential and not unmasked
    where = Whereabouts(f"finding-{review.finding_id}", f"accounts/{review.account_id}")
    following = _next(asked, review)
    return page(
        "queue/item.html.j2",
        status=HTTPStatus.BAD_REQUEST if filled.wrong else HTTPStatus.OK,
        review=review,
        entry=entry_of(found[0], _titles(asked), zone, where) if found else None,
        title=words.clause_title(review.clause, _titles(asked)),
        severity=words.SEVERITY[review.severity],
        summary=next((text.summary for text in asked.desk.practice.clauses if text.id == review.clause), ""),
        reading=None if evidence is None or withheld or masked else reading_of(evidence, zone),
        safe_url=links.own_post(evidence.url) if evidence else "",
        is_reply=evidence is not None and evidence.is_reply,
        withheld=withheld,
        masked=masked and not withheld,
        may_unmask=user.may(Permission.UNMASK),
        state=STATE[review.state],
        outcome=OUTCOME[review.outcome] if review.outcome else "",
        answers=items.answers(review, zone),
        history=items.history(review, zone),
        alike=items.alike(store.reviews.comparable(review, user), zone),
        forms=items.forms(review, user, asked.now, asked.desk.rules),
        blocked=items.blocked(review, user, asked.now),
        can_undo=undoable(review, user, asked.now) is not None,
        following=following.id if following else None,
        filled=filled,
        answer_until=words.moment(words.local(review.answer_until, zone)) if review.answer_until else "",
        undelivered=_undelivered(asked, review),
        done=_done(asked),
    )


def _undelivered(asked: Asked, review: Review) -> bool:
    """Whether this waits for a letter to its author that the mail server has not taken so far."""
    asks = review.state is ReviewState.NOTIFIED and review.author_told_at is None
    decided = review.state is ReviewState.DECIDED and review.appeal_until is None
    lettered = [event.id for event in review.events if event.step in _LETTERED] if asks or decided else []
    mails = asked.desk.store.deliveries.of(DeliveryKind.NOTICE, f"{STEP_PREFIX}{lettered[-1]}") if lettered else ()
    return any(mail.problem and mail.state is not DeliveryState.SENT for mail in mails)


def _done(asked: Asked) -> dict[str, object] | None:
    """The item that was just dealt with: undo and teaching are offered on the next page."""
    number = number_in(asked.query, "done")
    review = asked.desk.store.reviews.get(number) if number else None
    if review is None or review.state is ReviewState.GRACE or not may_see(review, asked.user):
        return None
    teaches = review.outcome in _TEACHING and review.state is ReviewState.CLOSED and asked.desk.teach is not None
    return {
        "id": review.id,
        "state": OUTCOME[review.outcome] if review.outcome else STATE[review.state],
        "undo": undoable(review, asked.user, asked.now) is not None,
        "teach": teaches and asked.user.may(Permission.TEACH),
    }


def _row(asked: Asked, review: Review, titles: list[tuple[str, str]]) -> Row:
    since = review.answer_until or review.grace_until or review.opened_at
    return Row(
        id=review.id,
        section=f"Section {review.clause}: {words.clause_title(review.clause, titles)}",
        severity=words.SEVERITY[review.severity].capitalize(),
        grave=review.severity >= Severity.S3,
        state=STATE[review.state],
        since=words.local_day(review.opened_at, asked.desk.practice.time_zone),
        overdue=since < asked.now - OVERDUE_AFTER,
        taken=_held_by_another(asked, review),
    )


def _titles(asked: Asked) -> list[tuple[str, str]]:
    return [(text.id, text.title) for text in asked.desk.practice.clauses]


def _place(asked: Asked) -> QueuePlace | None:
    if not (text := asked.query.get("after", "")):
        return None
    try:
        return QueuePlace.parse(text)
    except ValueError as error:
        raise NotHere from error


ROUTES = (
    Page("/queue", "GET", Permission.REVIEW, queue, "queue"),
    Page("/queue/{id}", "GET", Permission.REVIEW, item, "queue item"),
    Page("/queue/{id}/undo", "POST", Permission.REVIEW, undo, "undo a step"),
    Page("/queue/{id}/{step}", "POST", Permission.REVIEW, step, "take a step"),
)
